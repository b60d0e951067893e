package io.moa.testkit;

import io.moa.invoke.Scheduler;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/**
 * A scheduler whose time a test moves. Nothing runs until {@link #advance}; then the tasks that come due run on the thread
 * that advances, in the order of their time, those of the same time in the order of their submission, each seeing the
 * ticker at its own time.
 *
 * <p>A task may schedule more; what falls due within the same advance runs in it. A task that throws stops the advance
 * there, and what it threw comes out of {@code advance}, so that the test sees it; a further advance goes on.
 *
 * <p>Any thread may schedule and cancel. One thread at a time may advance, and no task may.
 */
public final class FakeScheduler implements Scheduler {

    /** How many tasks one advance runs before it takes them for an endless loop. */
    public static final int MAX_TASKS_PER_ADVANCE = 1_000_000;

    // A delay beyond this would overflow the ticker; nobody advances by 146 years.
    private static final long MAX_DELAY_NANOS = Long.MAX_VALUE / 2;

    /** What became of a task. */
    public enum Fate {
        /** It waits for its time. */
        PENDING,
        /** It ran, or runs at this moment. */
        RAN,
        /** It was taken back before it began. */
        CANCELLED
    }

    /**
     * One task as the history remembers it. Immutable.
     *
     * @param number 0 for the first task scheduled here, and so on
     * @param scheduledAtNanos the ticker when it was scheduled
     * @param delayNanos the delay that was asked for
     * @param fate what has become of it
     */
    public record Scheduled(int number, long scheduledAtNanos, long delayNanos, Fate fate) {}

    private static final class Task {
        final int number;
        final Runnable work;
        final long scheduledAtNanos;
        final long delayNanos;
        final long dueNanos;
        Fate fate = Fate.PENDING; // guarded by lock

        Task(int number, Runnable work, long nowNanos, long delayNanos) {
            this.number = number;
            this.work = work;
            this.scheduledAtNanos = nowNanos;
            this.delayNanos = delayNanos;
            this.dueNanos = nowNanos + Math.min(Math.max(0, delayNanos), MAX_DELAY_NANOS);
        }
    }

    private final FakeTicker ticker;
    private final Object lock = new Object();
    private final List<Task> all = new ArrayList<>(); // guarded by lock
    private final PriorityQueue<Task> waiting; // guarded by lock
    private @Nullable Thread advancing; // guarded by lock

    /**
     * A scheduler over a ticker.
     *
     * @param ticker moved by this scheduler; a test may move it too, and the tasks that fell due meanwhile run at the
     *     next advance
     */
    public FakeScheduler(FakeTicker ticker) {
        this.ticker = ticker;
        // Times are compared by their distance from the start, for a ticker may wrap.
        long start = ticker.nanos();
        this.waiting = new PriorityQueue<>(
                Comparator.<Task>comparingLong(task -> task.dueNanos - start).thenComparingInt(task -> task.number));
    }

    /** A scheduler over a new ticker. */
    public FakeScheduler() {
        this(new FakeTicker());
    }

    /** The ticker that this scheduler moves. */
    public FakeTicker ticker() {
        return ticker;
    }

    @Override
    public Timer schedule(Runnable task, long delayNanos) {
        Task added;
        synchronized (lock) {
            added = new Task(all.size(), task, ticker.nanos(), delayNanos);
            all.add(added);
            waiting.add(added);
        }
        return () -> cancel(added);
    }

    private void cancel(Task task) {
        synchronized (lock) {
            if (task.fate == Fate.PENDING) {
                task.fate = Fate.CANCELLED;
                waiting.remove(task);
            }
        }
    }

    /**
     * Moves the ticker forward and runs what comes due. At the end the ticker stands that much later, unless a task threw.
     *
     * @param duration zero or more; zero runs what is due now
     * @return how many tasks ran
     * @throws IllegalArgumentException if the duration is negative
     * @throws IllegalStateException if called from a task, while another thread advances, or if more than
     *     {@link #MAX_TASKS_PER_ADVANCE} tasks came due, as when a task schedules itself without a delay
     */
    public int advance(Duration duration) {
        if (duration.isNegative()) {
            throw new IllegalArgumentException("Time does not run backwards; it cannot advance by " + duration);
        }
        synchronized (lock) {
            if (advancing != null) {
                throw new IllegalStateException("Time is being advanced already, by "
                        + (advancing == Thread.currentThread() ? "the task that asks" : advancing.getName()));
            }
            advancing = Thread.currentThread();
        }
        try {
            long until = ticker.nanos() + duration.toNanos();
            int ran = 0;
            for (Task task = nextDue(until); task != null; task = nextDue(until)) {
                if (++ran > MAX_TASKS_PER_ADVANCE) {
                    throw new IllegalStateException("More than " + MAX_TASKS_PER_ADVANCE
                            + " tasks came due in one advance; does a task schedule itself without a delay?");
                }
                task.work.run();
            }
            ticker.advanceTo(until);
            return ran;
        } finally {
            synchronized (lock) {
                advancing = null;
            }
        }
    }

    /** Runs what is due now without moving time. The same as advancing by zero. */
    public int runDue() {
        return advance(Duration.ZERO);
    }

    private @Nullable Task nextDue(long untilNanos) {
        synchronized (lock) {
            Task next = waiting.peek();
            if (next == null || next.dueNanos - untilNanos > 0) {
                return null;
            }
            waiting.remove();
            next.fate = Fate.RAN;
            ticker.advanceTo(next.dueNanos);
            return next;
        }
    }

    /** How many tasks wait for their time. */
    public int pending() {
        synchronized (lock) {
            return waiting.size();
        }
    }

    /** From now until the next task, zero if one is overdue, or null if none waits. */
    public @Nullable Duration untilNext() {
        synchronized (lock) {
            Task next = waiting.peek();
            return next == null ? null : Duration.ofNanos(Math.max(0, next.dueNanos - ticker.nanos()));
        }
    }

    /** Everything that was ever scheduled here, in the order of submission. A copy. */
    public List<Scheduled> history() {
        synchronized (lock) {
            return all.stream()
                    .map(task -> new Scheduled(task.number, task.scheduledAtNanos, task.delayNanos, task.fate))
                    .toList();
        }
    }

    @Override
    public String toString() {
        return "FakeScheduler[" + pending() + " pending, " + ticker + "]";
    }
}
