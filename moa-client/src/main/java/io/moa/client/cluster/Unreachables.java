package io.moa.client.cluster;

import io.moa.discovery.Instance;
import io.moa.discovery.Registry;
import io.moa.invoke.Scheduler;
import io.moa.invoke.Ticker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Notices whom this process cannot connect to, and complains of them to those who watch over the instances. What a call
 * comes to does not count; only connecting does.
 *
 * <p>A complaint is made of an instance that was tried twice without success, or at whose address another process answers,
 * for as long as a connection may be broken before that is noticed; again every {@link #AGAIN_AFTER}. Calls soon avoid such
 * an instance and then say nothing more of it, so it is probed meanwhile.
 *
 * <p><b>When it does not trust itself.</b> A process that is cut off cannot reach anybody. So nothing is said, and nothing
 * seen before counts, for {@link #ISOLATION_HOLD} after more instances could not be reached than are connected, and after the
 * process itself has stood still.
 *
 * <p>Bounded: {@value #MAX_INSTANCES} instances, {@link Registry#MAX_COMPLAINTS} complaints a second. Safe for many threads;
 * nothing blocks.
 */
public final class Unreachables {

    /** How many instances are remembered at most. */
    static final int MAX_INSTANCES = 1_000;

    /** How long after a complaint the same instance is complained of again. */
    static final Duration AGAIN_AFTER = Duration.ofSeconds(10);

    /** How long an instance that no call has tried to reach since is remembered, and probed. */
    static final Duration FORGOTTEN_AFTER = Duration.ofSeconds(30);

    /** How long nothing is said by a process that seems to be cut off. */
    static final Duration ISOLATION_HOLD = Duration.ofSeconds(30);

    /** A look that comes so much too late says that the process itself has stood still. */
    static final Duration PAUSE_LIMIT = Duration.ofSeconds(2);

    /**
     * How long after the latest try an instance is probed. Two tries must fail before a complaint; clients of servers that crashed
     * together all probe, so no more often than that needs.
     */
    static final Duration PROBE_AFTER = Duration.ofMillis(1_900);

    /** How many probes begin at one look; more would wait in line for longer than they are worth. */
    private static final int MAX_PROBES = 50;

    private static final long LOOK_NANOS = Duration.ofSeconds(1).toNanos();

    /** Asks an instance itself whether it is there. */
    @FunctionalInterface
    interface Probe {
        void probe(Instance instance, Prober.Answer answer);
    }

    private static final class Failing {
        final Instance instance;
        long sinceNanos;
        long calledNanos; // when a call failed to connect
        long triedNanos; // when a call or a probe did
        boolean probing;
        int failures;
        boolean stranger;
        boolean told;
        long toldNanos;
        String reason = "";

        Failing(Instance instance) {
            this.instance = instance;
        }
    }

    private final Ticker ticker;
    private final Scheduler scheduler;
    private final long holdNanos;
    private final IntSupplier connected;
    private final Probe prober;
    private final Consumer<List<Registry.Unreachable>> sink;

    // Guarded by this.
    private final Map<String, Failing> failing = new LinkedHashMap<>(); // oldest first
    private Scheduler.@Nullable Timer look;
    private long lookAtNanos;
    private boolean doubting;
    private long doubtsUntilNanos;
    private boolean closed;

    /**
     * Begins with nobody.
     *
     * @param holdNanos how long an instance must be failing: as long as a connection may be broken before it is noticed
     * @param connected how many instances are connected now, as themselves
     * @param prober probes an instance
     * @param sink where complaints go; must not block
     */
    Unreachables(
            Ticker ticker,
            Scheduler scheduler,
            long holdNanos,
            IntSupplier connected,
            Probe prober,
            Consumer<List<Registry.Unreachable>> sink) {
        this.ticker = ticker;
        this.scheduler = scheduler;
        this.holdNanos = holdNanos;
        this.connected = connected;
        this.prober = prober;
        this.sink = sink;
    }

    /** A connect to an instance has failed. */
    void failed(Instance instance, String reason) {
        note(instance, reason, false);
    }

    /** Another process answers at the instance's address. */
    void stranger(Instance instance, String reason) {
        note(instance, reason, true);
    }

    private synchronized void note(Instance instance, String reason, boolean stranger) {
        if (closed || instance.application().equals(Instance.ANY_APPLICATION)) {
            return;
        }
        long now = ticker.nanos();
        Failing one = failing.get(instance.uuid());
        if (one == null) {
            if (failing.size() >= MAX_INSTANCES) {
                return; // as good as cut off, and what is beyond would be dropped anyway
            }
            one = new Failing(instance);
            one.sinceNanos = now;
            failing.put(instance.uuid(), one);
        }
        one.failures++;
        one.stranger |= stranger;
        one.calledNanos = now;
        one.triedNanos = now;
        one.reason = reason;
        if (look == null) {
            plan(now);
        }
    }

    /** An instance was reached, as itself. */
    synchronized void reached(String uuid) {
        failing.remove(uuid);
    }

    /** Nobody calls an instance any more. */
    synchronized void left(String uuid) {
        failing.remove(uuid);
    }

    synchronized void close() {
        closed = true;
        failing.clear();
        if (look != null) {
            look.cancel();
            look = null;
        }
    }

    private void plan(long now) {
        lookAtNanos = now + LOOK_NANOS;
        try {
            look = scheduler.schedule(this::look, LOOK_NANOS);
        } catch (RejectedExecutionException runtimeClosed) {
            closed = true;
        }
    }

    private void look() {
        int reached = connected.getAsInt(); // without the lock: it asks the connections
        List<Registry.Unreachable> complaints = List.of();
        List<Instance> probes;
        synchronized (this) {
            look = null;
            long now = ticker.nanos();
            boolean stoodStill = now - lookAtNanos > PAUSE_LIMIT.toNanos();
            failing.values().removeIf(one -> now - one.calledNanos >= FORGOTTEN_AFTER.toNanos());
            if (closed || failing.isEmpty()) {
                return;
            }
            plan(now);
            if (stoodStill || failing.size() > reached) {
                distrust(now, stoodStill);
            } else if (!doubting || now - doubtsUntilNanos >= 0) {
                doubting = false;
                complaints = complaints(now);
            }
            // Who doubts himself says nothing, and need not know.
            probes = doubting ? List.of() : probes(now);
        }
        probes.forEach(this::probe);
        if (!complaints.isEmpty()) {
            sink.accept(complaints);
        }
    }

    private List<Instance> probes(long now) {
        List<Instance> probes = new ArrayList<>();
        for (Failing one : failing.values()) {
            // Whose address another process has is gone for good: a uuid does not come back.
            if (!one.probing
                    && !one.stranger
                    && now - one.triedNanos >= PROBE_AFTER.toNanos()
                    && probes.size() < MAX_PROBES) {
                one.probing = true;
                probes.add(one.instance);
            }
        }
        return probes;
    }

    private void probe(Instance instance) {
        String uuid = instance.uuid();
        prober.probe(instance, new Prober.Answer() {
            @Override
            public void probed(boolean isThere, String how) {
                if (isThere) {
                    reached(uuid);
                } else {
                    probeFailed(uuid, how);
                }
            }

            @Override
            public void postponed() {
                probeEnded(uuid);
            }
        });
    }

    private synchronized void probeFailed(String uuid, String how) {
        Failing one = failing.get(uuid);
        if (one != null) {
            one.probing = false;
            one.failures++;
            one.triedNanos = ticker.nanos();
            one.reason = how;
        }
    }

    private synchronized void probeEnded(String uuid) {
        Failing one = failing.get(uuid);
        if (one != null) {
            one.probing = false;
        }
    }

    /** What was seen until now may be this process's own fault. */
    private void distrust(long now, boolean stoodStill) {
        for (Failing one : failing.values()) {
            one.sinceNanos = now;
            one.failures = 0;
        }
        if (!stoodStill) {
            doubting = true;
            doubtsUntilNanos = now + ISOLATION_HOLD.toNanos();
        }
    }

    private List<Registry.Unreachable> complaints(long now) {
        List<Registry.Unreachable> complaints = new ArrayList<>();
        for (Map.Entry<String, Failing> each : failing.entrySet()) {
            Failing one = each.getValue();
            boolean lately = now - one.triedNanos < AGAIN_AFTER.toNanos();
            boolean certain = (one.failures >= 2 && lately) || (one.stranger && one.failures >= 1);
            boolean due = !one.told || now - one.toldNanos >= AGAIN_AFTER.toNanos();
            if (certain && due && now - one.sinceNanos >= holdNanos && complaints.size() < Registry.MAX_COMPLAINTS) {
                one.told = true;
                one.toldNanos = now;
                complaints.add(new Registry.Unreachable(each.getKey(), one.reason));
            }
        }
        return complaints;
    }
}
