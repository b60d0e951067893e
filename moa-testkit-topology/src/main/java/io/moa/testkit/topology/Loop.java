package io.moa.testkit.topology;

import io.moa.invoke.Scheduler;
import io.moa.testkit.FakeScheduler;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * The one thread of a topology and its time. Timers, workers and callbacks of every process run here, one after another,
 * in the order of their time.
 */
final class Loop implements Scheduler, Executor {

    private final FakeScheduler scheduler = new FakeScheduler();
    private final Thread owner = Thread.currentThread();
    private final long startNanos = scheduler.ticker().nanos();
    private boolean driving; // only on the owner

    long nanos() {
        return scheduler.ticker().nanos();
    }

    /** Since the beginning. */
    Duration elapsed() {
        return Duration.ofNanos(nanos() - startNanos);
    }

    io.moa.invoke.Ticker ticker() {
        return scheduler.ticker();
    }

    @Override
    public Timer schedule(Runnable task, long delayNanos) {
        checkThread();
        return scheduler.schedule(task, delayNanos);
    }

    @Override
    public void execute(Runnable task) {
        schedule(task, 0);
    }

    /** Whether a task of this loop is running now, so that nothing may wait. */
    boolean inside() {
        return driving;
    }

    /** Lets time pass. */
    void advance(Duration duration) {
        drive("advance(" + duration + ")", () -> scheduler.advance(duration));
    }

    /**
     * Lets time pass until something holds.
     *
     * @param limit of fake time
     * @param what is waited for, for the message
     * @throws AssertionError if it did not come to hold in time, or nothing is left that could bring it about
     */
    void until(BooleanSupplier done, Duration limit, Supplier<String> what) {
        drive("waiting for " + what.get(), () -> {
            long end = nanos() + limit.toNanos();
            while (!done.getAsBoolean()) {
                Duration next = scheduler.untilNext();
                if (next == null) {
                    throw new AssertionError(
                            "Waited for " + what.get() + ", and nothing is left to happen that could bring it about");
                }
                if (nanos() + next.toNanos() - end > 0) {
                    throw new AssertionError("Not within " + limit + " of fake time: " + what.get());
                }
                scheduler.advance(next);
            }
        });
    }

    /**
     * Refuses what waits, where nothing may wait.
     *
     * @param what in the words of the caller, as the subject of a sentence
     * @param instead what to do
     */
    void checkMayWait(String what, String instead) {
        checkThread();
        if (driving) {
            throw new IllegalStateException(what + " waits, and time stands still while a task of the topology runs: it"
                    + " would wait for itself. " + instead);
        }
    }

    private void drive(String what, Runnable work) {
        checkMayWait(what, "Do it on the test's own thread, between two steps of time.");
        driving = true;
        try {
            work.run();
        } finally {
            driving = false;
        }
    }

    private void checkThread() {
        if (Thread.currentThread() != owner) {
            throw new IllegalStateException("A topology runs on the thread that made it, " + owner.getName() + ", and "
                    + Thread.currentThread().getName() + " came in. With a second thread no run could be repeated;"
                    + " let time pass with Topology.after(...) or later(...), not with threads of your own.");
        }
    }

    @Override
    public String toString() {
        return "Loop[" + scheduler + "]";
    }
}
