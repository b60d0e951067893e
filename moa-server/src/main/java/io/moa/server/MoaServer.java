package io.moa.server;

import io.moa.Moa;
import io.moa.annotation.MoaService;
import io.moa.discovery.Address;
import io.moa.discovery.Instance;
import io.moa.discovery.Registry;
import io.moa.discovery.ServiceExport;
import io.moa.discovery.ServiceId;
import io.moa.governance.gate.ConcurrencyGate;
import io.moa.invoke.Attributes;
import io.moa.invoke.Filter;
import io.moa.invoke.Invoker;
import io.moa.invoke.MethodId;
import io.moa.protocol.serialize.Serializer;
import io.moa.server.dispatch.Dispatcher;
import io.moa.server.dispatch.ExportedMethod;
import io.moa.server.dispatch.ServiceExporter;
import io.moa.server.dispatch.ServiceTable;
import io.moa.server.dispatch.WorkerPool;
import io.moa.server.dispatch.Workers;
import io.moa.server.filter.DedupFilter;
import io.moa.transport.Host;
import io.moa.transport.Listener;
import io.moa.transport.Peer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
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
public final class MoaServer implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(MoaServer.class);

    private final Moa moa;
    private final Listener listener;
    private final Map<String, WorkerPool> pools;
    private final Instance instance;
    private final Registry.@Nullable Registration registration;
    private final Duration drainLimit;
    private final AtomicBoolean closed = new AtomicBoolean();
    private final CompletableFuture<Void> ended = new CompletableFuture<>();
    private @Nullable Thread shutdownHook; // guarded by this

    private MoaServer(
            Moa moa,
            Listener listener,
            Map<String, WorkerPool> pools,
            Instance instance,
            Registry.@Nullable Registration registration,
            Duration drainLimit) {
        this.moa = moa;
        this.listener = listener;
        this.pools = pools;
        this.instance = instance;
        this.registration = registration;
        this.drainLimit = drainLimit;
    }

    /** Begins a server of this application. */
    public static Builder builder(Moa moa) {
        return new Builder(moa);
    }

    /** Where it listens, with the port that was chosen. */
    public Address address() {
        return listener.address();
    }

    /** The TCP port; 0 if it does not listen on TCP. */
    public int port() {
        return listener.address() instanceof Address.Tcp tcp ? tcp.port() : 0;
    }

    /** What it announces of itself. */
    public Instance instance() {
        return instance;
    }

    /** How many calls are being served. */
    public int inFlight() {
        return listener.inFlight();
    }

    /** How many bytes it holds of requests that are not answered and of replies that have not left. */
    public long heldBytes() {
        return listener.heldBytes();
    }

    /** How many connections are open. */
    public int connections() {
        return listener.connections();
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
            leaveOnlineList(); // first, so that nobody new comes while we tell those who are here
            int cut = listener.drain(drainLimit).join();
            if (cut > 0) {
                LOG.warn("{} closed with {} calls unfinished after {}", this, cut, drainLimit);
            }
        } catch (RejectedExecutionException runtimeClosed) {
            LOG.warn("{} could not drain, because its runtime was closed before it", this);
        } finally {
            end();
        }
    }

    private void leaveOnlineList() {
        try {
            if (registration != null) {
                registration.offline();
            }
        } catch (RuntimeException broken) { // whatever the registry does, the calls under way are answered
            LOG.warn("{} could not leave the online list of its registry", this, broken);
        }
    }

    private void end() {
        try {
            withdraw(registration);
            listener.close();
        } catch (RejectedExecutionException runtimeClosed) {
            LOG.debug("the runtime of {} was closed before it", this, runtimeClosed);
        } finally {
            pools.values().forEach(WorkerPool::close);
            removeShutdownHook();
            moa.endServing();
            ended.complete(null);
        }
    }

    private static void withdraw(Registry.@Nullable Registration registration) {
        try {
            if (registration != null) {
                registration.close();
            }
        } catch (RuntimeException broken) { // whatever the registry does, the door is closed
            LOG.warn("{} could not be withdrawn", registration, broken);
        }
    }

    /** Leaves at once: callers see their connections break. For tests of failure and for emergencies. */
    public void closeNow() {
        if (closed.compareAndSet(false, true)) {
            end();
        } else {
            listener.close(); // cuts a graceful close short
        }
    }

    private synchronized void closeOnShutdown() {
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
        return "MoaServer[" + moa.self() + " at " + listener.address() + "]";
    }

    /** Collects what a server is made of. Not safe for threads. */
    public static final class Builder {
        private final Moa moa;
        private String host = "127.0.0.1";
        private int port;
        private @Nullable Address address;
        private @Nullable String advertise;
        private Workers workers = Workers.DEFAULT;
        private int maxInFlightPerService = 10_000;
        private Duration drainLimit = Duration.ofSeconds(30);
        private DedupFilter.Window dedup = DedupFilter.Window.DEFAULT;
        private boolean closeOnShutdown = true;
        private int weight = Instance.DEFAULT_WEIGHT;
        private Duration warmUp = Duration.ZERO;
        private Map<String, String> labels = Map.of();
        private Map<String, String> metadata = Map.of();
        private final List<Filter> filters = new ArrayList<>();
        private final List<Export<?>> exports = new ArrayList<>();

        private record Export<S>(Class<S> type, S implementation, ExportConfig config) {}

        private Builder(Moa moa) {
            this.moa = moa;
        }

        /** The local address to listen on; default 127.0.0.1, so that nothing is open to a network by accident. */
        public Builder host(String value) {
            this.host = value;
            return this;
        }

        /** The TCP port; default 0, a free one. */
        public Builder port(int value) {
            this.port = value;
            return this;
        }

        /** Listens there instead of on host and port; for Unix sockets and in-process transports. */
        public Builder address(Address value) {
            this.address = value;
            return this;
        }

        /**
         * The host that others are told to connect to; default the one listened on. It must be said when listening on all
         * addresses, because guessing a network interface is how instances end up unreachable.
         */
        public Builder advertise(String value) {
            this.advertise = value;
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

        /** Whether the server closes gracefully when the process is asked to end (SIGTERM); default true. */
        public Builder closeOnShutdown(boolean value) {
            this.closeOnShutdown = value;
            return this;
        }

        /** Its share of the traffic relative to other instances; 0 to 10,000, default 100. */
        public Builder weight(int value) {
            this.weight = value;
            return this;
        }

        /**
         * How long after the start of the process its share of the traffic grows to the full one; 0 to 1 h, default 0. A
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

        /** Adds a filter to the route, after MOA's own checks and before the implementation, in the order added. */
        public Builder filter(Filter value) {
            filters.add(value);
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
            if (exports.isEmpty()) {
                throw new IllegalArgumentException("A server exports at least one service: call export(...)");
            }
            Address where = address != null ? address : new Address.Tcp(host, port);
            if (where instanceof Address.Tcp tcp && advertise == null && isWildcard(tcp.host()) && moa.hasRegistry()) {
                throw new IllegalArgumentException("A server that listens on all addresses (" + tcp.host()
                        + ") must say which one others are to use: call advertise(\"host or IP\")");
            }
            Map<String, WorkerPool> pools = new LinkedHashMap<>();
            List<ServiceExport> published = new ArrayList<>();
            List<ExportedMethod> methods = new ArrayList<>();
            @Nullable Listener listener = null;
            Registry.@Nullable Registration registration = null;
            boolean started = false;
            moa.beginServing();
            try {
                for (Export<?> export : exports) {
                    ServiceExporter.Exported exported = export(export, pools);
                    published.add(exported.published());
                    methods.addAll(exported.methods());
                }
                ServiceTable table = new ServiceTable(methods);
                Dispatcher dispatcher = new Dispatcher(
                        table, moa.ticker(), moa.transportConfig().maxBodyBytes());
                Invoker route = ServerStack.route(moa.ticker(), dedup, filters, dispatcher);
                ServerLoad load = new ServerLoad(pools.values(), moa.ticker());
                listener = listen(where, new ExportHost(moa.self(), route, table, load));
                Instance instance = Instance.builder(
                                moa.self().instance(), moa.self().application())
                        .addresses(List.of(advertised(listener.address())))
                        .protocol("moa/1")
                        .exports(published)
                        .weight(weight)
                        .startedAtEpochMillis(moa.startedAtEpochMillis())
                        .warmUp(warmUp)
                        .labels(LabelSettings.over(labels, System::getProperty, System::getenv))
                        .metadata(metadata)
                        .build();
                registration = moa.hasRegistry() ? moa.registry().register(instance) : null;
                MoaServer server = new MoaServer(moa, listener, pools, instance, registration, drainLimit);
                if (closeOnShutdown) {
                    server.closeOnShutdown();
                }
                started = true;
                LOG.info(
                        "{} serves {}",
                        server,
                        published.stream().map(ServiceExport::service).toList());
                return server;
            } finally {
                if (!started) { // nothing stays open or announced of a server that nobody holds
                    withdraw(registration);
                    if (listener != null) {
                        listener.close();
                    }
                    pools.values().forEach(WorkerPool::close);
                    moa.endServing();
                }
            }
        }

        private <S> ServiceExporter.Exported export(Export<S> export, Map<String, WorkerPool> pools) {
            ExportConfig config = export.config();
            requirePreferredSerializer(export.type());
            Workers wanted = config.workers() != null ? config.workers() : workers;
            String name = export.type().getSimpleName();
            WorkerPool pool =
                    pools.computeIfAbsent(export.type().getName() + config, any -> new WorkerPool(name, wanted));
            List<Serializer> serializers = new ArrayList<>();
            if (config.serializers().isEmpty()) {
                serializers.addAll(moa.serializers().all());
            } else {
                config.serializers()
                        .forEach(each -> serializers.add(moa.serializers().require(each)));
            }
            return ServiceExporter.export(
                    export.type(),
                    export.implementation(),
                    serializers,
                    config.allow().toArray(new Class<?>[0]),
                    pool,
                    new ConcurrencyGate(name, maxInFlightPerService),
                    config.group(),
                    config.version());
        }

        /** A misspelt name in the annotation would otherwise be found by the first caller. */
        private void requirePreferredSerializer(Class<?> type) {
            MoaService annotation = type.getAnnotation(MoaService.class);
            if (annotation != null) {
                try {
                    moa.serializers().require(annotation.serializer());
                } catch (IllegalArgumentException unknown) {
                    throw new IllegalArgumentException(
                            "@MoaService of " + type.getName() + ": " + unknown.getMessage(), unknown);
                }
            }
        }

        private Listener listen(Address where, Host exported) {
            try {
                return moa.transport().listen(where, exported).join();
            } catch (CompletionException e) {
                throw new IllegalStateException(
                        "Cannot listen on " + where + ": "
                                + (e.getCause() == null ? e : e.getCause().getMessage()),
                        e.getCause());
            }
        }

        private Address advertised(Address listening) {
            return advertise != null && listening instanceof Address.Tcp tcp
                    ? new Address.Tcp(advertise, tcp.port())
                    : listening;
        }

        private static boolean isWildcard(String host) {
            return host.equals("0.0.0.0") || host.equals("::") || host.equals("0:0:0:0:0:0:0:0");
        }
    }

    /** What the transport sees of this server. */
    private record ExportHost(Peer self, Invoker route, ServiceTable table, ServerLoad serverLoad) implements Host {
        @Override
        public boolean serves(ServiceId service) {
            return table.serves(service);
        }

        @Override
        public @Nullable Attributes attributesOf(ServiceId service, MethodId method, int serializer) {
            ExportedMethod exported = table.find(service, method);
            return exported == null ? null : exported.attributes(serializer);
        }

        @Override
        public int load() {
            return serverLoad.percent();
        }
    }
}
