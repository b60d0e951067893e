package io.moa.governance;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;

/**
 * Threads that begin the same thing at the same moment, again and again: they wait for each other awake, so that they begin within some nanoseconds.
 * Used by one thread.
 */
public final class RunTogether implements AutoCloseable {

    private final int threads;
    private final ExecutorService pool;

    public RunTogether(int threads) {
        this.threads = threads;
        this.pool = Executors.newFixedThreadPool(threads);
    }

    /**
     * Runs it on all threads, and returns when all have ended.
     *
     * @param task is given the number of its thread, from 0 on
     * @throws ExecutionException if it threw on one
     */
    public void run(IntConsumer task) throws InterruptedException, ExecutionException {
        AtomicInteger ready = new AtomicInteger();
        List<Future<?>> all = new ArrayList<>();
        for (int i = 0; i < threads; i++) {
            int number = i;
            all.add(pool.submit(() -> {
                ready.incrementAndGet();
                while (ready.get() < threads) {
                    Thread.onSpinWait();
                }
                task.accept(number);
            }));
        }
        for (Future<?> each : all) {
            each.get();
        }
    }

    @Override
    public void close() {
        pool.shutdownNow();
    }
}
