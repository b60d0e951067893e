package io.moa.node.proxy;

import io.moa.Moa;
import io.moa.governance.observe.ProcessCalls;
import io.moa.governance.policy.PolicySettings;
import io.moa.node.local.LocalProcess;
import io.moa.node.local.LocalProcesses;
import io.moa.protocol.serialize.JsonReplyReader;
import io.moa.protocol.serialize.JsonRequestWriter;
import io.moa.protocol.serialize.SerializationLimits;
import io.moa.server.MoaServer;
import io.moa.server.dispatch.RelayedService;
import java.time.Duration;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A local process in the registry: announced under an instance of its own once it answers, taken off while it does not, its calls passed on.
 * Safe for many threads.
 *
 * <pre>
 *   waiting ──answers──▶ announced ──fails its checks──▶ off the online list ──answers again──▶ announced
 * </pre>
 */
final class PublishedServer implements AutoCloseable, HealthWatch.Listener {

    private static final Logger LOG = LoggerFactory.getLogger(PublishedServer.class);

    private static final String NOT_YET = "has not answered yet";

    private final PublishedConfig config;
    private final Moa moa;
    private final ProcessCalls calls;
    private final LocalProcess process;
    private final Places places;
    private final HealthWatch watch;
    private final Duration drainLimit;
    private final ExecutorService thread; // starts, withdraws and announces, which may block, in order
    private volatile @Nullable MoaServer server;
    private volatile String off = NOT_YET; // why it cannot be called; empty while it can
    private volatile String trouble = NOT_YET; // the same, or why it cannot be announced

    /**
     * Nothing is asked or announced before {@link #begin}.
     *
     * @param runtime one of its own, because it is an instance of its own; closed with this
     * @param calls is told of the calls
     * @throws IllegalArgumentException if the process cannot be spoken to so
     */
    PublishedServer(PublishedConfig config, Supplier<Moa> runtime, ProcessCalls calls, Duration drainLimit) {
        this.config = config;
        this.calls = calls;
        this.drainLimit = drainLimit;
        this.process =
                LocalProcesses.open(config.to(), config.health().path(), SerializationLimits.DEFAULTS.maxBodyBytes());
        this.moa = runtime.get();
        this.places = new Places(config.atOnce(), config.waiting());
        this.watch = new HealthWatch(process, config.health(), moa.scheduler(), this);
        this.thread = Executors.newSingleThreadExecutor(task -> {
            Thread named = new Thread(task, "moa-published");
            named.setDaemon(true);
            return named;
        });
    }

    void begin() {
        watch.begin();
    }

    @Override
    public void well() {
        off = "";
        trouble = "";
        later(() -> {
            MoaServer known = server;
            if (known == null) {
                serve();
            } else {
                known.online();
                LOG.info("{} answers again: {} is put back", process, known);
            }
        });
    }

    @Override
    public void ill(String why, boolean silent) {
        off = silent ? why : ""; // one that says itself that it is not well may still serve who calls
        trouble = why;
        later(() -> {
            MoaServer known = server;
            if (known == null) {
                LOG.warn("{} {}: its services {} are not announced before it answers", process, why, names());
            } else {
                LOG.warn("{} {}: {} is taken off", process, why, known);
                known.offline("its process " + process + " " + why);
            }
        });
    }

    private void later(Runnable task) {
        try {
            thread.execute(() -> {
                try {
                    task.run();
                } catch (IllegalArgumentException
                        | IllegalStateException e) { // what is configured is not possible here
                    trouble = "answers, and cannot be announced: " + e.getMessage();
                    LOG.error("{} {}", process, trouble);
                } catch (RuntimeException e) {
                    trouble = "answers, and cannot be announced: " + e;
                    LOG.error("{} {}", process, trouble, e);
                }
            });
        } catch (RejectedExecutionException closing) {
            LOG.debug("{} is closing", this, closing);
        }
    }

    private void serve() {
        SerializationLimits limits = SerializationLimits.DEFAULTS;
        JsonRequestWriter requests = new JsonRequestWriter(limits);
        JsonReplyReader replies = new JsonReplyReader(limits);
        MoaServer.Builder builder = MoaServer.builder(moa)
                .port(config.port())
                .labels(config.labels())
                .metadata(Map.of("process", config.to()))
                .observer(calls.ofServer())
                .drainLimit(drainLimit)
                .maxInFlightPerService(config.atOnce() + config.waiting() + 1)
                .closeOnShutdown(false);
        if (config.host() != null) {
            builder.host(config.host());
        }
        if (config.advertise() != null) {
            builder.advertise(config.advertise());
        }
        builder.settings(config.settings());
        for (PublishedConfig.Service each : config.services()) {
            builder.relay(new RelayedService(
                    each.id(),
                    each.methods(),
                    PolicySettings.NONE,
                    new Relay(
                            process,
                            places,
                            each.methods(),
                            moa.ticker(),
                            moa.scheduler(),
                            requests,
                            replies,
                            watch::hurry,
                            () -> off)));
        }
        server = builder.start();
        LOG.info("{} answers: {} speaks for it", process, server);
    }

    private Set<String> names() {
        Set<String> all = new HashSet<>();
        config.services().forEach(each -> all.add(each.id().toString()));
        return all;
    }

    /** The port of its server; 0 while there is none. */
    int port() {
        MoaServer known = server;
        return known == null ? 0 : known.port();
    }

    /** What it does, for people. */
    String describe() {
        MoaServer known = server;
        return process + (known == null ? "" : " at " + known.address()) + " "
                + (trouble.isEmpty() && known != null
                        ? "is announced, " + places.taken() + " calls under way, " + places.waiting() + " wait"
                        : trouble.isEmpty() ? "answers" : "is off: it " + trouble);
    }

    /** Leaves the registry and drains; blocks until it is done. Idempotent. */
    @Override
    public void close() {
        watch.close();
        thread.shutdown();
        try {
            if (!thread.awaitTermination(10, TimeUnit.SECONDS)) {
                LOG.warn("{} closes while its server still begins", this);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        MoaServer known = server;
        try {
            if (known != null) {
                known.close();
            }
        } finally {
            process.close();
            moa.close();
        }
    }

    @Override
    public String toString() {
        return "PublishedServer[" + process + "]";
    }
}
