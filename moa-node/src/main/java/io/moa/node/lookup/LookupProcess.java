package io.moa.node.lookup;

import io.moa.Moa;
import io.moa.discovery.Address;
import io.moa.discovery.CatalogueChange;
import io.moa.discovery.Registry;
import io.moa.lookup.Lookup;
import io.moa.server.ExportConfig;
import io.moa.server.MoaServer;
import io.moa.server.ProcessSettings;
import io.moa.server.dispatch.Workers;
import io.moa.transport.TransportConfig;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * One lookup: follows everything that a registry knows, and answers for it as the service {@link Lookup}, which it announces
 * there like any other. Any number may run beside each other; they know nothing of one another. Safe for many threads.
 *
 * <p>Closing it answers every call that hangs, takes it off the registry, and drains like a server. The registry belongs to
 * whoever made it and is closed after this.
 */
public final class LookupProcess implements AutoCloseable {

    /** The application under which lookups run. */
    public static final String APPLICATION = "moa-lookup";

    private static final int THREADS = 2;
    private static final int WAITING_CALLS = 10_000;

    private final Moa moa;
    private final ThreadPoolExecutor answering;
    private final LookupCatalogue catalogue = new LookupCatalogue();
    private final LookupService service;
    private final AtomicBoolean firstTold = new AtomicBoolean();
    private final AtomicBoolean closed = new AtomicBoolean();
    private final long begunNanos;
    private volatile Registry.CatalogueSubscription following = NOT_YET;
    private final MoaServer server;

    /** Before the registry was asked. */
    private static final Registry.CatalogueSubscription NOT_YET = new Registry.CatalogueSubscription() {
        @Override
        public long asOfNanos() {
            return Long.MIN_VALUE;
        }

        @Override
        public void close() {}
    };

    private LookupProcess(Builder builder) {
        this.moa = builder.moa();
        this.begunNanos = moa.ticker().nanos();
        this.answering = answering();
        this.service = new LookupService(
                catalogue,
                moa.self().instance(),
                builder.config,
                moa.ticker(),
                this::asOfNanos,
                moa.scheduler(),
                answering);
        boolean started = false;
        try {
            this.following = builder.registry.subscribeAll(this::take);
            this.server = builder.server(moa)
                    .lookup(new RespAddresses(catalogue, service))
                    .export(
                            Lookup.class,
                            service,
                            ExportConfig.DEFAULT
                                    .withSerializers("json")
                                    .withWorkers(Workers.on(answering, WAITING_CALLS)))
                    .start();
            started = true;
        } finally {
            if (!started) {
                following.close();
                answering.shutdown();
                moa.close();
            }
        }
    }

    /** Few threads, because nothing waits on them; what waits for them is bounded by the calls in flight. */
    private static ThreadPoolExecutor answering() {
        AtomicInteger number = new AtomicInteger();
        ThreadPoolExecutor pool =
                new ThreadPoolExecutor(THREADS, THREADS, 30, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
                    Thread thread = new Thread(task, "moa-lookup-" + number.incrementAndGet());
                    thread.setDaemon(true);
                    return thread;
                });
        pool.allowCoreThreadTimeOut(true);
        return pool;
    }

    /**
     * Begins a lookup.
     *
     * @param registry where everything is followed, and the lookup announced
     */
    public static Builder builder(Registry registry) {
        return new Builder(registry);
    }

    private void take(CatalogueChange change) {
        var changed = catalogue.apply(change);
        if (catalogue.isKnown() && firstTold.compareAndSet(false, true)) {
            service.followers().tellAll();
        }
        service.followers().changed(changed);
    }

    private long asOfNanos() {
        long asOf = following.asOfNanos();
        return asOf == Long.MIN_VALUE ? begunNanos : asOf;
    }

    /** The TCP port it listens on. */
    public int port() {
        return server.port();
    }

    /** Where it listens. */
    public Address address() {
        return server.address();
    }

    /** The uuid under which it is registered. */
    public String instance() {
        return moa.self().instance();
    }

    /** What it knows and does. */
    public LookupStatus status() {
        return new LookupStatus(
                catalogue.isKnown(),
                catalogue.size(),
                catalogue.offered(),
                service.ageMillis(),
                catalogue.source(),
                service.followers().count(),
                service.followers().told(),
                service.answers(),
                service.followers().refused());
    }

    /** Answers who hangs, leaves the registry, drains, ends. Blocks until it is done. Idempotent. */
    @Override
    public void close() {
        end(true);
    }

    /** Ends at once, as a process that is killed: connections break. For tests of failure. */
    public void closeNow() {
        end(false);
    }

    private void end(boolean gracefully) {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        try {
            if (gracefully) {
                service.followers().leave(); // or the drain would wait for them
                server.close();
            } else {
                server.closeNow();
            }
        } finally {
            following.close();
            answering.shutdown();
            moa.close();
        }
    }

    @Override
    public String toString() {
        return "LookupProcess[" + moa.self() + " at " + server.address() + "]";
    }

    /** Collects what a lookup is made of. Not safe for threads. */
    public static final class Builder {
        private final Registry registry;
        private LookupConfig config = LookupConfig.DEFAULT;
        private String host = "127.0.0.1";
        private int port;
        private String advertise = "";
        private Duration drainLimit = Duration.ofSeconds(10);
        private final Set<String> said = new HashSet<>();

        private Builder(Registry registry) {
            this.registry = registry;
        }

        /** Its limits; default {@link LookupConfig#DEFAULT}. */
        public Builder config(LookupConfig value) {
            config = value;
            return this;
        }

        /**
         * The local address to listen on; default {@code moa.server.host} or {@code MOA_SERVER_HOST}, else 127.0.0.1, so that
         * nothing is open to a network by accident.
         */
        public Builder host(String value) {
            host = value;
            said.add("host");
            return this;
        }

        /** The TCP port; 0 to 65,535, default {@code moa.server.port} or {@code MOA_SERVER_PORT}, else 0, a free one. */
        public Builder port(int value) {
            port = value;
            said.add("port");
            return this;
        }

        /** The TCP port if neither {@link #port} nor a setting of the process says one; 0 to 65,535. */
        public Builder portIfUnsaid(int value) {
            port = value;
            return this;
        }

        /**
         * The host that others are told to connect to; default {@code moa.server.advertise} or {@code MOA_SERVER_ADVERTISE},
         * else the one listened on. Needed when that is all addresses.
         */
        public Builder advertise(String value) {
            advertise = value;
            said.add("advertise");
            return this;
        }

        /** How long closing waits for calls under way; default 10 s. Hanging calls are answered at once. */
        public Builder drainLimit(Duration value) {
            drainLimit = value;
            return this;
        }

        private Moa moa() {
            return Moa.builder(APPLICATION)
                    .registry(registry)
                    .eventLoops(1)
                    .transportConfig(TransportConfig.DEFAULT.toBuilder()
                            .maxInFlightPerConnection(config.maxCallsPerConnection())
                            .maxConnections(Math.max(TransportConfig.DEFAULT.maxConnections(), config.maxFollowers()))
                            .build())
                    .build();
        }

        private MoaServer.Builder server(Moa moa) {
            MoaServer.Builder builder = MoaServer.builder(moa)
                    .settings(ProcessSettings.GIVEN.without(said))
                    .host(host)
                    .port(port)
                    .drainLimit(drainLimit)
                    .maxInFlightPerService(config.maxFollowers() + WAITING_CALLS)
                    .closeOnShutdown(false); // hanging calls are answered before the drain
            return advertise.isEmpty() ? builder : builder.advertise(advertise);
        }

        /**
         * Starts it. Does not wait for the registry: until that has answered, the lookup says that it knows nothing.
         *
         * @throws IllegalStateException if the port cannot be listened on
         * @throws UnsupportedOperationException if the registry cannot be followed as a whole, such as another lookup
         */
        public LookupProcess start() {
            return new LookupProcess(this);
        }
    }
}
