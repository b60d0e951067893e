package io.moa;

import io.moa.discovery.OpenedRegistry;
import io.moa.discovery.Registry;
import io.moa.discovery.RuleSource;
import io.moa.discovery.ServiceId;
import io.moa.invoke.Scheduler;
import io.moa.invoke.Ticker;
import io.moa.protocol.serialize.SerializationLimits;
import io.moa.protocol.serialize.Serializers;
import io.moa.transport.HostId;
import io.moa.transport.Peer;
import io.moa.transport.Transport;
import io.moa.transport.TransportConfig;
import io.moa.transport.netty.NettyTransport;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * What all clients and servers of one application share: who the application is, its registry, its event loops, its time
 * and its chance. A process usually has one; it may have many, as tests and application servers do, because nothing in MOA
 * is static.
 *
 * <p>It owns what it made itself, transport and threads, and closes them; what was handed in, the registry above all, is
 * left to whoever made it. Close clients and servers first. Safe for many threads.
 */
public final class Moa implements AutoCloseable {

    private final Peer self;
    private final @Nullable Registry registry;
    private final @Nullable OpenedRegistry ownRegistry;
    private final Ticker ticker;
    private final RandomGenerator chance;
    private final Transport transport;
    private final TransportConfig transportConfig;
    private final Serializers serializers;
    private final Executor callbacks;
    private final Scheduler scheduler;
    private final @Nullable ExecutorService ownCallbacks;
    private final boolean ownTransport;
    private final AtomicBoolean serving = new AtomicBoolean();
    private volatile boolean closed;
    private final String hostId;
    private final ReleaseSettings release;
    private final @Nullable RuleSource rules;
    private final Set<ServiceId> services = ConcurrentHashMap.newKeySet();
    private final Set<String> told = ConcurrentHashMap.newKeySet();
    private final long startedAtEpochMillis = System.currentTimeMillis();

    private Moa(Builder builder, @Nullable OpenedRegistry opened) {
        this.self = new Peer(builder.application, builder.instance);
        this.hostId = builder.hostId != null ? builder.hostId : HostId.ofThisProcess();
        this.release = builder.release != null ? builder.release : ReleaseSettings.ofProcess();
        this.rules = builder.rules != null ? builder.rules : opened == null ? null : opened.rules();
        this.ticker = builder.ticker;
        this.chance = builder.chance;
        this.transportConfig = builder.transportConfig;
        this.serializers = builder.serializers != null
                ? builder.serializers
                : Serializers.load(
                        builder.classLoader,
                        SerializationLimits.builder()
                                .maxBodyBytes(builder.transportConfig.maxBodyBytes())
                                .build());
        this.ownTransport = builder.transport == null;
        this.transport = builder.transport != null
                ? builder.transport
                : new NettyTransport(builder.transportConfig, builder.eventLoops, builder.ticker, self.application());
        this.scheduler = builder.scheduler != null
                ? builder.scheduler
                : transport instanceof NettyTransport netty ? netty.scheduler() : missingScheduler();
        if (builder.callbacks != null) {
            this.callbacks = builder.callbacks;
            this.ownCallbacks = null;
        } else {
            this.ownCallbacks = CallbackThreads.start(self.application());
            this.callbacks = ownCallbacks;
        }
        this.ownRegistry = opened;
        this.registry = opened == null ? builder.registry : opened.registry();
    }

    private static Scheduler missingScheduler() {
        throw new IllegalArgumentException(
                "A runtime with a transport of your own needs a scheduler too: call scheduler(...) on the builder");
    }

    /**
     * Begins a runtime.
     *
     * @param application the name under which this application runs: what others see as the caller, and what operators
     *     search for
     */
    public static Builder builder(String application) {
        return new Builder(application);
    }

    /** Who this process is. */
    public Peer self() {
        return self;
    }

    /**
     * Names the host and the part of it that this process sees; see {@link HostId}. Processes with the same one may use each
     * other's Unix sockets. Empty if it is not known: then no Unix socket is announced, and none used.
     */
    public String hostId() {
        return hostId;
    }

    /**
     * Where services are found and announced.
     *
     * @throws IllegalStateException if the runtime was made without one
     */
    public Registry registry() {
        if (registry == null) {
            throw new IllegalStateException("The runtime of " + self.application()
                    + " has no registry: call registry(...) on its builder, or addresses(...) on the client's builder");
        }
        return registry;
    }

    /** Whether there is a registry. */
    public boolean hasRegistry() {
        return registry != null;
    }

    /** Where live rules come from; null if there is no such place. */
    public @Nullable RuleSource rules() {
        return rules;
    }

    /** What is set where this process was started. */
    public ReleaseSettings release() {
        return release;
    }

    /** Notes that a client or a server of this runtime calls or exports a service. Safe for many threads. */
    public void noteService(ServiceId service) {
        services.add(service);
    }

    /** The services that clients and servers of this runtime have called or exported so far, as they are now. Safe for many threads. */
    public Set<ServiceId> services() {
        return Set.copyOf(services);
    }

    /**
     * Whether a setting has not been told of yet by a client or server of this runtime; asking notes it as told, so that each is told of
     * once. Safe for many threads.
     *
     * @param setting with its place
     */
    public boolean isUntold(String setting) {
        return told.add(setting);
    }

    public Ticker ticker() {
        return ticker;
    }

    /** Where every random choice comes from; safe for many threads. */
    public RandomGenerator chance() {
        return chance;
    }

    public Transport transport() {
        return transport;
    }

    public TransportConfig transportConfig() {
        return transportConfig;
    }

    public Serializers serializers() {
        return serializers;
    }

    /** Where users' futures complete, so that their code never runs on an event loop. */
    public Executor callbacks() {
        return callbacks;
    }

    public Scheduler scheduler() {
        return scheduler;
    }

    /** When this process started, on its wall clock. */
    public long startedAtEpochMillis() {
        return startedAtEpochMillis;
    }

    /**
     * Notes that a server of this runtime begins to speak for its instance.
     *
     * @throws IllegalStateException if there is one already, because the two would announce themselves as the same process
     *     and one would hide the other; or if the runtime is closed
     */
    public void beginServing() {
        if (closed) {
            throw new IllegalStateException("The runtime of " + self + " is closed");
        }
        if (!serving.compareAndSet(false, true)) {
            throw new IllegalStateException(
                    "The runtime of " + self + " has a server already. Export all services on it,"
                            + " or build another Moa for the other server: one instance announces itself once.");
        }
    }

    /** Notes that the server of this runtime has ended, so that another may begin. */
    public void endServing() {
        serving.set(false);
    }

    /** Frees connections and threads. Close clients and servers before. Idempotent. */
    @Override
    public void close() {
        closed = true;
        if (ownRegistry != null) {
            ownRegistry.close();
        }
        if (ownTransport) {
            transport.close();
        }
        if (ownCallbacks != null) {
            ownCallbacks.shutdown();
        }
    }

    @Override
    public String toString() {
        return "Moa[" + self + "]";
    }

    /** Collects what a runtime is made of. Not safe for threads. */
    public static final class Builder {
        private final String application;
        private String instance = UUID.randomUUID().toString();
        private @Nullable String hostId;
        private @Nullable Registry registry;
        private @Nullable String registryAddress;
        private Ticker ticker = Ticker.system();
        private RandomGenerator chance = new PerThreadRandom();
        private TransportConfig transportConfig = TransportConfig.DEFAULT;
        private int eventLoops = Math.max(1, Math.min(4, Runtime.getRuntime().availableProcessors() / 2));
        private @Nullable Transport transport;
        private @Nullable Scheduler scheduler;
        private @Nullable Serializers serializers;
        private @Nullable Executor callbacks;
        private ClassLoader classLoader = Moa.class.getClassLoader();

        private @Nullable ReleaseSettings release;
        private @Nullable RuleSource rules;

        private Builder(String application) {
            if (application.isBlank() || application.length() > 200) {
                throw new IllegalArgumentException(
                        "An application needs a name of 1 to 200 characters: it is what others see as the caller");
            }
            this.application = application;
        }

        /** The uuid of this process; default a new random one. */
        public Builder instance(String uuid) {
            this.instance = uuid;
            return this;
        }

        /** Names this host instead of what {@link HostId} finds; empty for none. For tests, and hosts that it cannot tell apart. */
        public Builder hostId(String value) {
            this.hostId = value;
            return this;
        }

        /** Where services are found and announced; default none. It is not closed with the runtime. */
        public Builder registry(Registry value) {
            this.registry = value;
            this.registryAddress = null;
            return this;
        }

        /**
         * Where services are found and announced, by its address: {@code redis://host:port}, {@code
         * redis-sentinel://host:port,host:port/master}, {@code redis-cluster://host:port,host:port} with the artifact {@code
         * moa-registry}; {@code moa-lookup://host:port,host:port} with {@code moa-client}, which is only followed; {@code
         * embedded} with {@code moa-registry-embedded}; or what a {@link
         * io.moa.discovery.RegistryProvider} of your own opens. It is opened by {@link #build()}, which refuses an address
         * that nobody opens, and closed with the runtime.
         *
         * <p>Several registries are used as one when their addresses stand here, separated by blanks, each with a name and
         * perhaps a priority and a use: {@code old=redis://one:6379 new/1/follow=redis://two:6379}; see
         * {@code docs/discovery.md}.
         *
         * <p>The system property {@code moa.registry}, else the environment variable {@code MOA_REGISTRY}, stands above what
         * is said here, not above a registry that is handed in.
         */
        public Builder registry(String address) {
            this.registry = null;
            this.registryAddress = address;
            return this;
        }

        /** Where live rules come from; default the place of the registry, if it was opened by its address. It is not closed here. */
        public Builder rules(RuleSource value) {
            this.rules = value;
            return this;
        }

        /** What is set where this process was started; default {@link ReleaseSettings#ofProcess()}. */
        public Builder release(ReleaseSettings value) {
            this.release = value;
            return this;
        }

        /** Where time comes from; default the system's. */
        public Builder ticker(Ticker value) {
            this.ticker = value;
            return this;
        }

        /** The source of chance, safe for many threads; default a generator per thread. */
        public Builder chance(RandomGenerator value) {
            this.chance = value;
            return this;
        }

        /** Limits and times of connections; default {@link TransportConfig#DEFAULT}. */
        public Builder transportConfig(TransportConfig value) {
            this.transportConfig = value;
            return this;
        }

        /** How many event loops; 1 to 64, default half of the processors, at least 1 and at most 4. */
        public Builder eventLoops(int value) {
            if (value < 1 || value > 64) {
                throw new IllegalArgumentException("eventLoops is 1 to 64, not " + value);
            }
            this.eventLoops = value;
            return this;
        }

        /** A transport that the runtime uses and does not close; default sockets. */
        public Builder transport(Transport value) {
            this.transport = value;
            return this;
        }

        /** Where delays run; default the event loops of the transport. */
        public Builder scheduler(Scheduler value) {
            this.scheduler = value;
            return this;
        }

        /** The serializers; default the built-in ones and those that a ServiceLoader finds. */
        public Builder serializers(Serializers value) {
            this.serializers = value;
            return this;
        }

        /** Where users' futures complete; it is not closed with the runtime; default a small pool of threads. */
        public Builder callbacks(Executor value) {
            this.callbacks = value;
            return this;
        }

        /** Where a ServiceLoader looks for serializers and registries; default the loader of MOA's own classes. */
        public Builder classLoader(ClassLoader value) {
            this.classLoader = value;
            return this;
        }

        public Moa build() {
            if (registryAddress == null) {
                return new Moa(this, null);
            }
            // First: it connects, or finds out that it cannot, while the rest is made.
            OpenedRegistry opened = RegistryAddress.open(
                    RegistryAddress.over(registryAddress, System::getProperty, System::getenv), classLoader);
            try {
                return new Moa(this, opened);
            } catch (RuntimeException | Error e) {
                opened.close();
                throw e;
            }
        }
    }
}
