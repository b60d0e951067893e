package io.moa.server;

import io.moa.Moa;
import io.moa.discovery.Address;
import io.moa.discovery.Instance;
import io.moa.disk.KeptFile;
import io.moa.governance.gate.GateMemory;
import io.moa.governance.observe.Observation;
import io.moa.governance.observe.ProcessCalls;
import io.moa.governance.quota.QuotaConfig;
import io.moa.governance.quota.QuotaRounds;
import io.moa.governance.rule.LocalProcess;
import io.moa.governance.rule.RuleBook;
import io.moa.invoke.Filter;
import io.moa.invoke.Seat;
import io.moa.mesh.MeshConfig;
import io.moa.observe.CallObserver;
import io.moa.observe.ServerFigures;
import io.moa.observe.WorkerFigures;
import io.moa.operations.Operations;
import io.moa.server.dispatch.ExportedMethod;
import io.moa.server.dispatch.ForwardedService;
import io.moa.server.dispatch.RelayedService;
import io.moa.server.dispatch.ServiceExporter;
import io.moa.server.dispatch.WorkerPool;
import io.moa.server.dispatch.Workers;
import io.moa.server.filter.DedupFilter;
import io.moa.server.health.Health;
import io.moa.server.health.HealthConfig;
import io.moa.server.health.HealthEndpoint;
import io.moa.server.mesh.InboundSeat;
import io.moa.server.network.ListenConfig;
import io.moa.server.network.UnixSocketConfig;
import io.moa.server.network.UnixSocketFile;
import io.moa.server.resp.RespConfig;
import io.moa.server.resp.RespLookup;
import io.moa.transport.Listener;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.IntSupplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Offers services to other processes.
 *
 * <pre>{@code
 * MoaServer server = MoaServer.builder(moa).port(9000).export(new GreeterService()).start();
 * }</pre>
 *
 * <p>{@link #close()} is graceful: it leaves the registry, tells every client, serves what still arrives, waits for the
 * running calls and closes; by default it also runs when the process is asked to end. Safe for many threads.
 */
public final class MoaServer implements AutoCloseable, ServerFigures {

    /** Names the folder where live rules are kept, or {@code off}; stands above the code. */
    public static final String RULES_PROPERTY = "moa.server.rules";

    /** The same, if the system property does not say it. */
    public static final String RULES_VARIABLE = "MOA_SERVER_RULES";

    /** Under this name the metadata of an instance say why it {@linkplain #offline(String) is offline}. */
    public static final String OFFLINE_REASON = "offline";

    private static final Logger LOG = LoggerFactory.getLogger(MoaServer.class);

    private final Moa moa;
    private final Listener listener;
    private final Map<String, WorkerPool> pools;
    private final List<ExportedMethod> methods;
    private final ServerFront front;
    private final @Nullable InboundSeat seat;
    private final LifeCycle life;
    private final @Nullable HealthEndpoint health;
    private final @Nullable UnixSocketFile unix;
    private final @Nullable OverloadWatch overload;
    private final Duration drainLimit;
    private final @Nullable FollowedRules following;
    private final QuotaRounds quotas;
    private final Observation observation;
    private final AtomicBoolean closed = new AtomicBoolean();
    private final CompletableFuture<Void> ended = new CompletableFuture<>();
    private @Nullable Thread shutdownHook; // guarded by this

    MoaServer(
            Moa moa,
            Listener listener,
            Map<String, WorkerPool> pools,
            List<ExportedMethod> methods,
            ServerFront front,
            @Nullable InboundSeat seat,
            LifeCycle life,
            @Nullable HealthEndpoint health,
            @Nullable UnixSocketFile unix,
            @Nullable OverloadWatch overload,
            Duration drainLimit,
            @Nullable FollowedRules following,
            QuotaRounds quotas,
            Observation observation) {
        this.quotas = quotas;
        this.observation = observation;
        this.following = following;
        this.moa = moa;
        this.listener = listener;
        this.pools = pools;
        this.methods = List.copyOf(methods);
        this.front = front;
        this.seat = seat;
        this.life = life;
        this.health = health;
        this.unix = unix;
        this.overload = overload;
        this.drainLimit = drainLimit;
    }

    /** Begins a server of this application. */
    public static Builder builder(Moa moa) {
        return new Builder(moa);
    }

    /** Where it listens, with the port that was chosen; the Unix socket beside it is in {@link #instance()}. */
    public Address address() {
        return listener.address();
    }

    /** The TCP port; 0 if it does not listen on TCP. */
    public int port() {
        return listener.address() instanceof Address.Tcp tcp ? tcp.port() : 0;
    }

    /** What it announces of itself at the moment. */
    public Instance instance() {
        return front.instance();
    }

    /**
     * What this process enforces as a provider, for people: for each exported method the values, where each comes from, and which rules are
     * passed over. What callers decide for themselves is told by {@code MoaClient.describe} and {@code explain} there.
     */
    public String describe() {
        return this + ", labels " + new TreeMap<>(instance().labels())
                + (seat == null ? "" : "\n" + seat.describe()) + "\n\n"
                + methods.stream()
                        .sorted(Comparator.comparing(ExportedMethod::toString))
                        .map(ExportedMethod::describe)
                        .collect(Collectors.joining("\n"));
    }

    /**
     * The answers of a process that has this server and no client to an operator of another process; one that has a client exports {@code
     * client.operations(calls)}, which answers more. They are exported as these are: by a server of its own that listens where only operators
     * reach it, and whose {@link Moa} has no registry, so that it is announced nowhere.
     *
     * @param calls observes this server, and whichever others of the process an operator is to be told of
     */
    public Operations operations(ProcessCalls calls) {
        return new ServerOperations(this::book, calls);
    }

    /** The rules that it holds. */
    private RuleBook book() {
        return following != null
                ? following.book()
                : RuleBook.none(new LocalProcess(
                        moa.self().instance(),
                        moa.self().application(),
                        instance().labels()));
    }

    /** What the gates of each method know, by service and method, for a process that takes the place of this one. */
    public Map<String, GateMemory> gateMemory() {
        Map<String, GateMemory> known = new HashMap<>();
        methods.forEach(each -> known.put(each.toString(), each.memory()));
        return known;
    }

    /** Goes on from what the gates knew in the process whose place this one takes. Methods that are not here are passed over. */
    public void remember(Map<String, GateMemory> known) {
        methods.forEach(each -> {
            GateMemory memory = known.get(each.toString());
            if (memory != null) {
                each.remember(memory);
            }
        });
    }

    /** Where the gates are that calls pass which come now: in this process, or in its agent. */
    public Seat seat() {
        return seat == null ? Seat.DIRECT : seat.seat();
    }

    /** How many calls are being served. */
    public int inFlight() {
        return listener.inFlight();
    }

    @Override
    public long heldBytes() {
        return listener.heldBytes();
    }

    @Override
    public int connections() {
        return listener.connections();
    }

    @Override
    public List<WorkerFigures> workers() {
        return List.copyOf(pools.values());
    }

    /** How it is, as an orchestrator asks, whether or not this is told over HTTP too. */
    public Health health() {
        return life;
    }

    /** Where its health is told over HTTP; empty if it is not. */
    public Optional<InetSocketAddress> healthAddress() {
        return Optional.ofNullable(health).map(HealthEndpoint::address);
    }

    /**
     * Leaves the online list and is not ready any more, and goes on to serve whoever still calls, until {@link #online()}. An
     * operator's decision is another thing: this does not undo that. Without effect on a server that is closing.
     */
    public void offline() {
        offline("");
    }

    /**
     * As {@link #offline()}, with a reason that people see: readiness tells it, and the registry, as the metadata {@value #OFFLINE_REASON}.
     *
     * @param why one line; empty for none
     */
    public void offline(String why) {
        if (!life.offline(why, why.isEmpty() ? null : told(why))) {
            return;
        }
        LOG.info("{} is offline, as it was asked to{}", this, why.isEmpty() ? "" : ": " + why);
    }

    private Instance told(String why) {
        return instance().toBuilder().metadata(OFFLINE_REASON, why).build();
    }

    /** Takes {@link #offline()} back. Without effect if that was not called, and on a server that is closing. */
    public void online() {
        if (life.online(instance())) {
            LOG.info("{} is online again", this);
        }
    }

    /**
     * Leaves gracefully, at most as long as the drain limit. Blocks until it is done, whoever began it. Idempotent.
     */
    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            ended.join(); // somebody else is closing it: whoever returns from close() finds it closed
            return;
        }
        try {
            life.leave(drainLimit);
        } finally {
            end(true);
        }
    }

    private void end(boolean gracefully) {
        try {
            life.end();
            if (seat != null) {
                seat.close();
            }
            if (gracefully) {
                life.awaitWithdrawal();
            }
        } finally {
            ServerStart.remove(unix);
            if (overload != null) {
                overload.close();
            }
            pools.values().forEach(WorkerPool::close);
            if (following != null) {
                following.close();
            }
            quotas.close();
            if (health != null) {
                health.close();
            }
            removeShutdownHook();
            observation.close();
            moa.endServing();
            ended.complete(null);
        }
    }

    /** Leaves at once: callers see their connections break. For tests of failure and for emergencies. */
    public void closeNow() {
        if (closed.compareAndSet(false, true)) {
            end(false);
        } else {
            listener.close(); // cuts a graceful close short
        }
    }

    synchronized void closeOnShutdown() {
        shutdownHook = new Thread(this::close, "moa-shutdown-" + moa.self().application());
        Runtime.getRuntime().addShutdownHook(shutdownHook);
    }

    private synchronized void removeShutdownHook() {
        if (shutdownHook != null && Thread.currentThread() != shutdownHook) {
            try {
                Runtime.getRuntime().removeShutdownHook(shutdownHook);
            } catch (IllegalStateException shuttingDown) {
                LOG.trace("the process is ending already", shuttingDown);
            }
        }
        shutdownHook = null;
    }

    @Override
    public String toString() {
        return "MoaServer[" + moa.self() + " at " + listener.address()
                + (seat() == Seat.DIRECT
                        ? ""
                        : ", whose callers are served by its agent at "
                                + instance().addresses())
                + "]";
    }

    /** Collects what a server is made of. Not safe for threads. */
    public static final class Builder {
        final Moa moa;
        ProcessSettings settings = ProcessSettings.GIVEN;
        ListenConfig listen = ListenConfig.DEFAULT;
        UnixSocketConfig unixSocket = UnixSocketConfig.OFF;
        RespConfig resp = RespConfig.DEFAULT;

        @Nullable
        RespLookup lookup;

        @Nullable
        HealthConfig health;

        @Nullable
        Address address;

        Workers workers = Workers.DEFAULT;
        int maxInFlightPerService = 10_000;
        Duration drainLimit = Duration.ofSeconds(30);
        DedupFilter.Window dedup = DedupFilter.Window.DEFAULT;
        boolean closeOnShutdown = true;
        boolean adaptive = true;
        QuotaConfig quotas = QuotaConfig.DEFAULT;

        @Nullable
        MeshConfig mesh = MeshConfig.DEFAULT;

        int weight = Instance.DEFAULT_WEIGHT;

        @Nullable
        Path rulesFolder = KeptFile.DEFAULT_FOLDER;

        @Nullable
        Duration warmUp;

        Map<String, String> labels = Map.of();
        Map<String, String> metadata = Map.of();
        final List<Filter> filters = new ArrayList<>();
        final List<CallObserver> observers = new ArrayList<>();
        final List<Export<?>> exports = new ArrayList<>();
        final List<RelayedService> relays = new ArrayList<>();
        final List<ForwardedService> forwards = new ArrayList<>();

        @Nullable
        IntSupplier load;

        record Export<S>(Class<S> type, S implementation, ExportConfig config) {}

        private Builder(Moa moa) {
            this.moa = moa;
        }

        /** What stands above the code; default {@link ProcessSettings#GIVEN}. */
        public Builder settings(ProcessSettings value) {
            this.settings = value;
            return this;
        }

        /**
         * Where to listen: an address, a network such as {@code 10.0.0.0/8}, an interface, a host name, {@code auto}, or
         * {@code 0.0.0.0} for all addresses; default 127.0.0.1, so that nothing is open to a network by accident. How it is
         * chosen is told by {@link io.moa.server.network.AddressChooser}; {@code moa.server.host} and {@code MOA_SERVER_HOST}
         * stand above it.
         */
        public Builder host(String value) {
            this.listen = listen.withHost(value);
            return this;
        }

        /**
         * The TCP port; 0 to 65,535, default 0, a free one; {@code moa.server.port} and {@code MOA_SERVER_PORT} stand above it.
         */
        public Builder port(int value) {
            this.listen = listen.withPort(value);
            return this;
        }

        /** Whether there is a Unix socket too, for callers on this host; default {@link UnixSocketConfig#OFF}. */
        public Builder unixSocket(UnixSocketConfig value) {
            this.unixSocket = value;
            return this;
        }

        /**
         * To whom it answers as Redis would, so that any client of Redis can call; default {@link RespConfig#DEFAULT}, to clients of the same host.
         * {@code moa.server.resp} and {@code MOA_SERVER_RESP} stand above it.
         */
        public Builder resp(RespConfig value) {
            this.resp = value;
            return this;
        }

        /**
         * How it answers clients of Redis that ask with {@code MOA.LOOKUP} where a service is; default null: a server knows only itself, and tells
         * of the services that it offers its own address.
         */
        public Builder lookup(@Nullable RespLookup value) {
            this.lookup = value;
            return this;
        }

        /** Where its health is told over HTTP; default null, nowhere. See {@link HealthConfig}. */
        public Builder health(@Nullable HealthConfig value) {
            this.health = value;
            return this;
        }

        /**
         * Listens there and nowhere else, whatever host, port, properties and variables say; for in-process transports, and
         * for a Unix socket alone.
         */
        public Builder address(Address value) {
            this.address = value;
            return this;
        }

        /**
         * The host that others are told to connect to; default the one listened on. An address or a name of another host is
         * told as it is, as a virtual or translated address needs; {@code auto}, a network or an interface is chosen from
         * what this host has. It must be said when listening on all addresses. {@code moa.server.advertise} and {@code
         * MOA_SERVER_ADVERTISE} stand above it.
         */
        public Builder advertise(String value) {
            this.listen = listen.withAdvertise(value);
            return this;
        }

        /**
         * The port that others are told, where a container's port is published as another one; 0 to 65,535, default 0, the
         * one listened on. {@code moa.server.advertise.port} and {@code MOA_SERVER_ADVERTISE_PORT} stand above it.
         */
        public Builder advertisePort(int value) {
            this.listen = listen.withAdvertisePort(value);
            return this;
        }

        /** Where implementations run, for each service a pool of its own; default {@link Workers#DEFAULT}. */
        public Builder workers(Workers value) {
            this.workers = value;
            return this;
        }

        /** How many calls one service may have in flight here, waiting ones included; default 10,000. */
        public Builder maxInFlightPerService(int value) {
            this.maxInFlightPerService = value;
            return this;
        }

        /** How shares of quotas are asked for; default {@link QuotaConfig#DEFAULT}. */
        public Builder quotas(QuotaConfig value) {
            this.quotas = value;
            return this;
        }

        /** How long {@link MoaServer#close()} waits for running calls; default 30 s. */
        public Builder drainLimit(Duration value) {
            if (value.isNegative()) {
                throw new IllegalArgumentException("A drain limit is 0 or more, not " + value);
            }
            this.drainLimit = value;
            return this;
        }

        /** The window in which repeated idempotency keys are recognised. */
        public Builder dedup(DedupFilter.Window value) {
            this.dedup = value;
            return this;
        }

        /**
         * Whether how many calls run at once follows the processors, and how many wait the time that they would wait; default true. Else as
         * many run as there are threads, and as many wait as {@link Workers#queue()} says.
         */
        public Builder adaptive(boolean value) {
            this.adaptive = value;
            return this;
        }

        /** Whether the server closes gracefully when the process is asked to end (SIGTERM); default true. */
        public Builder closeOnShutdown(boolean value) {
            this.closeOnShutdown = value;
            return this;
        }

        /**
         * Where the live rules are kept that were in force last, in a folder for each application: a process that begins while its
         * registry is away goes by them. Null for nowhere; default {@code .moa/snapshots} in the user's home. The system property {@value
         * MoaServer#RULES_PROPERTY} and the environment variable {@value MoaServer#RULES_VARIABLE}, a folder or {@code off}, stand above
         * it. Nothing is kept of {@linkplain io.moa.discovery.RuleSource#outlivesProcess() rules that end with this process}, and where
         * there never was a rule; whether there is a registry does not matter.
         */
        public Builder rulesFolder(@Nullable Path value) {
            this.rulesFolder = value;
            return this;
        }

        /** Its share of the traffic relative to other instances; 0 to 10,000, default 100. */
        public Builder weight(int value) {
            this.weight = value;
            return this;
        }

        /**
         * How long after the start of the process its share of the traffic grows to the full one; 0 to 1 h, default
         * what {@link io.moa.annotation.WarmUp} says of the services, the longest of them, and else 0. A
         * JVM that has just started is slow, and a full share of the calls makes it slower.
         */
        public Builder warmUp(Duration value) {
            if (value.isNegative() || value.compareTo(Duration.ofHours(1)) > 0) {
                throw new IllegalArgumentException("A warm-up takes 0 to 1 h, not " + value);
            }
            this.warmUp = value;
            return this;
        }

        /** Facts for people and tools, which no rule matches. */
        public Builder metadata(Map<String, String> value) {
            this.metadata = Map.copyOf(value);
            return this;
        }

        /**
         * Facts that rules may match: tag, zone, unit, environment and your own. The system properties {@code
         * moa.server.tag}, {@code .zone}, {@code .unit} and {@code .environment}, and below them the environment variables
         * {@code MOA_SERVER_TAG} and so on, stand above these.
         */
        public Builder labels(Map<String, String> value) {
            this.labels = Map.copyOf(value);
            return this;
        }

        /**
         * How an agent on this host serves the callers in its place; default {@link MeshConfig#DEFAULT}: not, unless the release configuration says {@code
         * moa.mesh}. It needs a registry, by which callers learn where they are served. See docs/mesh-mode.md.
         */
        public Builder mesh(MeshConfig value) {
            this.mesh = value;
            return this;
        }

        /** It serves its callers itself, whatever anybody says. */
        public Builder withoutMesh() {
            this.mesh = null;
            return this;
        }

        /** Adds a filter to the route, after MOA's own checks and before the implementation, in the order added. */
        public Builder filter(Filter value) {
            filters.add(value);
            return this;
        }

        /**
         * Adds an observer, who is told of each call that arrives and closed with the server: one server's alone. Default nobody, and then
         * a call passes nothing that would tell.
         */
        public Builder observer(CallObserver value) {
            observers.add(value);
            return this;
        }

        /** Exports an implementation of exactly one interface with {@code @MoaService}. */
        public Builder export(Object implementation) {
            return exportAs(ServiceExporter.interfaceOf(implementation), implementation);
        }

        /** Exports an implementation as the given service. */
        public <S> Builder export(Class<S> type, S implementation) {
            return export(type, implementation, ExportConfig.DEFAULT);
        }

        /** Exports an implementation as the given service, with settings of its own. */
        public <S> Builder export(Class<S> type, S implementation, ExportConfig config) {
            exports.add(new Export<>(type, implementation, config));
            return this;
        }

        /** Announces a service that another process serves, and answers for it: its calls pass all gates of this server and then its route. */
        public Builder relay(RelayedService value) {
            relays.add(value);
            return this;
        }

        /** Answers for a service of another process that speaks MOA, in its name. */
        public Builder forward(ForwardedService value) {
            forwards.add(value);
            return this;
        }

        /**
         * How busy whoever runs the calls is, as replies tell it: 0 to 200, in percent; default as the threads of this server say. Asked with
         * each reply.
         */
        public Builder load(IntSupplier value) {
            this.load = value;
            return this;
        }

        private <S> Builder exportAs(Class<S> type, Object implementation) {
            return export(type, type.cast(implementation));
        }

        /**
         * Checks everything, opens the door, announces the instance. Blocks until it accepts calls.
         *
         * @throws IllegalArgumentException if an export or a setting is wrong; the message says what is expected
         * @throws IllegalStateException if the address cannot be listened on
         */
        public MoaServer start() {
            return new ServerStart(this).run();
        }
    }
}
