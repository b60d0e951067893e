package io.moa.registry.watch;

import io.moa.discovery.Instance;
import io.moa.discovery.Liveness;
import io.moa.invoke.Ticker;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.PriorityQueue;
import java.util.concurrent.CompletableFuture;
import java.util.random.RandomGenerator;

/** When which instance is probed: evenly, soon again after a failure, seldom when dead. Guarded by the watcher's lock. */
final class ProbeRound {

    /** A probe that begins so much after it was due is late; a tick alone is 100 ms. */
    static final long LATE_MILLIS = 1_000;

    private static final int MAX_ANSWERING = 256;

    private record Due(long atNanos, Watched seen, int generation) {}

    private final Watcher watcher;
    private final Probe probe;
    private final WatchConfig config;
    private final Ticker ticker;
    private final RandomGenerator chance;
    private final PriorityQueue<Due> due =
            new PriorityQueue<>((a, b) -> Long.signum(a.atNanos - b.atNanos)); // a ticker may wrap
    private int running;
    private int answering;
    private long ended;
    private long failed;
    private long late;

    ProbeRound(Watcher watcher, Probe probe, WatchConfig config, Ticker ticker, RandomGenerator chance) {
        this.watcher = watcher;
        this.probe = probe;
        this.config = config;
        this.ticker = ticker;
        this.chance = chance;
    }

    /** Begins anew with these: forgets what is known of them, and spreads their next probes. */
    void restart(Collection<Watched> some, long now) {
        for (Watched each : some) {
            each.discard();
            plan(each, now + chance.nextLong(config.probeEvery().toNanos()));
        }
    }

    private void plan(Watched seen, long atNanos) {
        seen.nextProbeNanos = atNanos;
        due.add(new Due(atNanos, seen, seen.generation));
    }

    void launch(long now, List<Runnable> outside) {
        while (running < config.maxProbes() && !due.isEmpty() && due.element().atNanos - now <= 0) {
            Due next = due.remove();
            Watched seen = next.seen;
            if (next.generation != seen.generation || !watcher.watches(seen)) {
                continue;
            }
            running++;
            if (now - next.atNanos >= LATE_MILLIS * 1_000_000) {
                late++;
            }
            seen.probing = true;
            Instance instance = seen.instance;
            outside.add(() -> look(instance)
                    .thenAccept(finding -> watcher.step(more -> {
                        running--;
                        end(next, now, finding);
                    })));
        }
    }

    private CompletableFuture<Probe.Finding> look(Instance instance) {
        try {
            return probe.probe(instance)
                    .exceptionally(broken -> Probe.Finding.failed("the probe itself failed: " + broken));
        } catch (RuntimeException e) {
            return CompletableFuture.completedFuture(Probe.Finding.failed("the probe itself failed: " + e));
        }
    }

    private void end(Due begun, long startNanos, Probe.Finding finding) {
        ended++;
        if (!finding.reached()) {
            failed++;
        }
        Watched seen = begun.seen;
        if (begun.generation != seen.generation || !watcher.watches(seen)) {
            return;
        }
        seen.probing = false;
        watcher.found(seen, startNanos, finding);
        plan(seen, ticker.nanos() + pause(seen));
    }

    private long pause(Watched seen) {
        long nanos;
        if (seen.failures == 0) {
            nanos = seen.liveness == Liveness.ONLINE
                    ? config.probeEvery().toNanos()
                    : config.retryEvery().toNanos();
        } else if (seen.liveness != Liveness.OFFLINE) {
            nanos = config.retryEvery().toNanos() * (seen.failures < config.failures() ? 1 : 2);
        } else {
            int doublings = Math.min(16, Math.max(0, seen.failures - config.failures()) / 4);
            nanos = Math.min(config.deadEvery().toNanos(), Duration.ofSeconds(1).toNanos() << doublings);
        }
        return nanos - nanos / 10 + chance.nextLong(Math.max(1, nanos / 5));
    }

    /** Looks once for another watcher. Questions beyond a bound are dropped; they are asked again. */
    void answer(Instance instance, String to, long pauses, List<Runnable> outside) {
        if (answering >= MAX_ANSWERING) {
            return;
        }
        answering++;
        outside.add(() -> look(instance).thenAccept(finding -> {
            watcher.step(more -> answering--);
            watcher.reply(to, instance.uuid(), finding, pauses);
        }));
    }

    long ended() {
        return ended;
    }

    long failed() {
        return failed;
    }

    long late() {
        return late;
    }
}
