package io.moa;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedTransferQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The threads on which users' futures complete. A callback may block, for instance on another call whose future completes
 * here too; so the pool grows, up to {@value #MOST} threads, before anything waits in its queue, and idle threads end. The
 * queue needs no bound of its own: it holds at most one entry for each call in flight, and those are bounded.
 */
final class CallbackThreads {

    static final int MOST = 256;

    private CallbackThreads() {}

    static ExecutorService start(String application) {
        int usual = Math.max(2, Runtime.getRuntime().availableProcessors());
        AtomicInteger number = new AtomicInteger();
        IdleFirst queue = new IdleFirst();
        ThreadPoolExecutor pool = new ThreadPoolExecutor(
                usual,
                MOST,
                30,
                TimeUnit.SECONDS,
                queue,
                task -> {
                    Thread thread = new Thread(task, "moa-callback-" + application + "-" + number.incrementAndGet());
                    thread.setDaemon(true);
                    return thread;
                },
                (task, full) -> {
                    if (full.isShutdown()) {
                        throw new RejectedExecutionException("the runtime is closed");
                    }
                    queue.put(task); // every thread there may be is busy
                });
        pool.allowCoreThreadTimeOut(true);
        return pool;
    }

    /** Takes a task only for a thread that waits for one; otherwise the pool is to make a new thread. */
    private static final class IdleFirst extends LinkedTransferQueue<Runnable> {
        private static final long serialVersionUID = 1L;

        @Override
        public boolean offer(Runnable task) {
            return tryTransfer(task);
        }
    }
}
