package io.moa.node.watch;

import io.moa.Moa;
import io.moa.registry.watch.Probe;
import io.moa.registry.watch.WatchConfig;
import io.moa.registry.watch.WatchStore;
import io.moa.registry.watch.Watcher;
import io.moa.registry.watch.WatcherStatus;
import io.moa.transport.TransportConfig;
import java.time.Duration;
import java.util.UUID;
import java.util.function.UnaryOperator;

/**
 * One watcher with a transport and threads of its own. Safe for many threads.
 *
 * <p>Closing it gives its parts back, so that another takes over at once, and ends its threads. The store belongs to whoever
 * made it and is closed after this.
 */
public final class WatcherProcess implements AutoCloseable {

    private final Moa moa;
    private final Watcher watcher;

    private WatcherProcess(Builder builder) {
        this.moa = Moa.builder("moa-watcher")
                .instance(builder.name)
                .eventLoops(1)
                .transportConfig(TransportConfig.DEFAULT.toBuilder()
                        .connectTimeout(builder.probeTimeout)
                        .build())
                .build();
        this.watcher = new Watcher(
                builder.name,
                builder.store,
                builder.decoration.apply(new HandshakeProbe(
                        moa.transport(),
                        moa.self(),
                        moa.scheduler(),
                        moa.ticker(),
                        builder.probeTimeout,
                        moa.hostId())),
                builder.config,
                moa.scheduler(),
                moa.ticker(),
                System::currentTimeMillis,
                moa.chance());
    }

    /**
     * Begins a watcher.
     *
     * @param store what it shares with the others
     */
    public static Builder builder(WatchStore store) {
        return new Builder(store);
    }

    /** What it is doing, and what it has done. */
    public WatcherStatus status() {
        return watcher.status();
    }

    /** Idempotent. */
    @Override
    public void close() {
        watcher.close();
        moa.close();
    }

    @Override
    public String toString() {
        return watcher.toString();
    }

    /** Collects what a watcher is made of. Not safe for threads. */
    public static final class Builder {
        private final WatchStore store;
        private String name = "watcher-" + UUID.randomUUID();
        private WatchConfig config = WatchConfig.DEFAULT;
        private Duration probeTimeout = Duration.ofSeconds(1);
        private UnaryOperator<Probe> decoration = UnaryOperator.identity();

        private Builder(WatchStore store) {
            this.store = store;
        }

        /** A name that no other watcher uses, new for each start; default random. */
        public Builder name(String value) {
            if (value.isBlank()) {
                throw new IllegalArgumentException("A watcher needs a name that no other watcher uses");
            }
            name = value;
            return this;
        }

        /** How it watches; default {@link WatchConfig#DEFAULT}. */
        public Builder config(WatchConfig value) {
            config = value;
            return this;
        }

        /** How long one probe may take, connect, handshake and ping together; default 1 s, 10 ms to 10 s. */
        public Builder probeTimeout(Duration value) {
            if (value.compareTo(Duration.ofMillis(10)) < 0 || value.compareTo(Duration.ofSeconds(10)) > 0) {
                throw new IllegalArgumentException("probeTimeout is 10 ms to 10 s, not " + value);
            }
            probeTimeout = value;
            return this;
        }

        /**
         * What stands before the probe, or in its place: to count probes, to leave some to another way of looking, to play a
         * network that is cut. Default nothing.
         *
         * @param value makes, once, of the probe that connects the one that is used
         */
        public Builder probe(UnaryOperator<Probe> value) {
            decoration = value;
            return this;
        }

        /** Starts it. */
        public WatcherProcess start() {
            WatcherProcess process = new WatcherProcess(this);
            process.watcher.start();
            return process;
        }
    }
}
