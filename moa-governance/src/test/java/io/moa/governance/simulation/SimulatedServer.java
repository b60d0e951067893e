package io.moa.governance.simulation;

import io.moa.discovery.Instance;
import io.moa.invoke.Executed;
import io.moa.invoke.Payload;
import io.moa.invoke.Reply;
import io.moa.invoke.Status;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Consumer;
import java.util.function.LongFunction;
import java.util.random.RandomGenerator;

/** A server on virtual time: some workers, a queue before them, and a script of how it does at each moment. */
final class SimulatedServer {

    /**
     * How a server does.
     *
     * @param meanNanos how long the work takes on average
     * @param failing the share of calls that fail after {@code failNanos}
     * @param failNanos how long a failing call takes
     * @param up whether anybody listens
     * @param resetNanos all its connections are reset at each multiple of this; 0 for never
     * @param resetFrom moved on by so much
     * @param loss the share of packets with a reply that are lost on their way
     */
    record Condition(
            long meanNanos, double failing, long failNanos, boolean up, long resetNanos, long resetFrom, double loss) {
        static Condition taking(double millis) {
            return new Condition((long) (millis * 1e6), 0, 0, true, 0, 0, 0);
        }

        Condition failing(double share, double millis) {
            return new Condition(meanNanos, share, (long) (millis * 1e6), up, resetNanos, resetFrom, loss);
        }

        Condition down() {
            return new Condition(meanNanos, failing, failNanos, false, resetNanos, resetFrom, loss);
        }

        Condition reset(double everyMillis, double fromMillis) {
            return new Condition(
                    meanNanos, failing, failNanos, up, (long) (everyMillis * 1e6), (long) (fromMillis * 1e6), loss);
        }

        Condition losing(double share) {
            return new Condition(meanNanos, failing, failNanos, up, resetNanos, resetFrom, share);
        }

        /** After how long the connections are reset next. */
        long nextReset(long nowNanos) {
            return resetNanos - Math.floorMod(nowNanos - resetFrom, resetNanos);
        }
    }

    /** Virtual time, in nanoseconds since the beginning. */
    interface Time {
        long now();

        void after(long nanos, Runnable what);
    }

    private static final int WORKERS = 16;
    private static final long REFUSED_NANOS = 100_000;

    /** After so long Linux sends a segment again of which it hears nothing; where others follow it, sooner, and that is left out. */
    private static final long RESENT_NANOS = 200_000_000;

    private final Instance instance;
    private final LongFunction<Condition> script;
    private final RandomGenerator chance;
    private final Deque<Runnable> queue = new ArrayDeque<>();
    private int busy;
    private long arrivedNanos; // the latest reply; a connection keeps the order
    long calls;

    SimulatedServer(Instance instance, LongFunction<Condition> script, RandomGenerator chance) {
        this.instance = instance;
        this.script = script;
        this.chance = chance;
    }

    Instance instance() {
        return instance;
    }

    void call(Time time, Consumer<Reply> answer) {
        calls++;
        long nowNanos = time.now();
        Condition now = script.apply(nowNanos);
        if (!now.up()) {
            time.after(
                    REFUSED_NANOS,
                    () -> answer.accept(Reply.failure(Status.UNAVAILABLE, Executed.NO, "connection refused")));
            return;
        }
        boolean fails = chance.nextDouble() < now.failing();
        // Half of the time is fixed, half is drawn: neither a clock nor the worst case.
        long takes =
                fails ? now.failNanos() : (long) (now.meanNanos() * (0.5 - 0.5 * Math.log(1 - chance.nextDouble())));
        Reply reply =
                fails ? Reply.failure(Status.INTERNAL, Executed.MAYBE, "it fails") : new Reply.Value(Payload.EMPTY);
        boolean[] answered = new boolean[1]; // virtual time has one thread
        Consumer<Reply> once = end -> {
            if (!answered[0]) {
                answered[0] = true;
                answer.accept(end);
            }
        };
        if (now.resetNanos() > 0) {
            time.after(
                    now.nextReset(nowNanos),
                    () -> once.accept(Reply.failure(Status.UNAVAILABLE, Executed.MAYBE, "connection reset")));
        }
        Runnable work = () -> time.after(takes, () -> {
            busy--;
            Runnable next = queue.poll();
            if (next != null) {
                busy++;
                next.run();
            }
            send(now.loss(), time, () -> once.accept(reply));
        });
        if (busy < WORKERS) {
            busy++;
            work.run();
        } else {
            queue.add(work);
        }
    }

    /** A reply that is lost comes later, and whatever was sent behind it waits for it. */
    private void send(double loss, Time time, Runnable arrive) {
        long wait = 0;
        while (loss > 0 && chance.nextDouble() < loss) {
            wait += RESENT_NANOS;
        }
        arrivedNanos = Math.max(arrivedNanos, time.now() + wait);
        if (arrivedNanos == time.now()) {
            arrive.run();
        } else {
            time.after(arrivedNanos - time.now(), arrive);
        }
    }
}
