package io.moa.testkit.topology;

import io.moa.invoke.Scheduler;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** A scheduler in real time, for a transport that has no event loops of its own. */
final class TimerThread implements Scheduler, AutoCloseable {

    private final ScheduledThreadPoolExecutor executor = new ScheduledThreadPoolExecutor(1, task -> {
        Thread thread = new Thread(task, "moa-testkit-timer");
        thread.setDaemon(true);
        return thread;
    });

    TimerThread() {
        executor.setRemoveOnCancelPolicy(true); // most timers are deadlines that are never reached
    }

    @Override
    public Timer schedule(Runnable task, long delayNanos) {
        ScheduledFuture<?> scheduled = executor.schedule(task, delayNanos, TimeUnit.NANOSECONDS);
        return () -> scheduled.cancel(false);
    }

    @Override
    public void close() {
        executor.shutdownNow();
    }
}
