package io.moa.server.dispatch;

import java.lang.reflect.InvocationTargetException;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The bounded threads of one service or method. A task is either taken or refused at once; it never waits for room. Safe
 * for many threads.
 */
public final class WorkerPool implements Executor, AutoCloseable {

    private final String name;
    private final Workers workers;
    private final Executor executor;
    private final @Nullable ThreadPoolExecutor bounded; // the executor, if it has the bounds of the setting itself
    private final AtomicInteger handedOver = new AtomicInteger(); // only where the executor itself has no bound

    /**
     * Starts a pool; its threads are made when they are needed.
     *
     * @param name whose calls run here, for thread names and messages
     * @throws IllegalArgumentException if virtual threads are asked for on a Java that has none
     */
    public WorkerPool(String name, Workers workers) {
        this.name = name;
        this.workers = workers;
        Executor given = workers.executor();
        if (given != null) {
            this.executor = given;
            this.bounded = null;
        } else if (workers.virtual()) {
            this.executor = virtualThreads(name);
            this.bounded = null;
        } else {
            AtomicInteger number = new AtomicInteger();
            ThreadPoolExecutor pool = new ThreadPoolExecutor(
                    workers.threads(),
                    workers.threads(),
                    60,
                    TimeUnit.SECONDS,
                    workers.queue() == 0 ? new SynchronousQueue<>() : new LinkedBlockingQueue<>(workers.queue()),
                    task -> new Thread(task, "moa-worker-" + name + "-" + number.incrementAndGet()));
            pool.allowCoreThreadTimeOut(true);
            this.executor = pool;
            this.bounded = pool;
        }
    }

    /** Whose calls run here. */
    public String name() {
        return name;
    }

    public Workers workers() {
        return workers;
    }

    /**
     * Runs a task on one of the threads.
     *
     * @throws RejectedExecutionException if every thread is busy and the queue is full, or the pool is closed
     */
    @Override
    public void execute(Runnable task) {
        if (bounded != null) {
            bounded.execute(task);
            return;
        }
        if (handedOver.incrementAndGet() > workers.threads()) {
            handedOver.decrementAndGet();
            throw new RejectedExecutionException(workers.threads() + " calls run, which is the limit");
        }
        boolean started = false;
        try {
            executor.execute(() -> {
                try {
                    task.run();
                } finally {
                    handedOver.decrementAndGet();
                }
            });
            started = true;
        } finally {
            if (!started) {
                handedOver.decrementAndGet();
            }
        }
    }

    /** How many calls wait for a thread. */
    public int queued() {
        return bounded != null ? bounded.getQueue().size() : 0;
    }

    /** How many calls run; of an executor that was given, how many were handed to it and have not ended. */
    public int running() {
        return bounded != null ? bounded.getActiveCount() : handedOver.get();
    }

    /** Takes no more tasks; those running and waiting are finished. An executor that was given goes on. */
    @Override
    public void close() {
        if (workers.executor() == null && executor instanceof ExecutorService own) {
            own.shutdown();
        }
    }

    // Built for Java 17, run on what is there: virtual threads can only be reached by name.
    private static ExecutorService virtualThreads(String name) {
        try {
            Class<?> builderType = Class.forName("java.lang.Thread$Builder");
            Object builder = Thread.class.getMethod("ofVirtual").invoke(null);
            builder = builderType
                    .getMethod("name", String.class, long.class)
                    .invoke(builder, "moa-virtual-" + name + "-", 1L);
            ThreadFactory factory =
                    (ThreadFactory) builderType.getMethod("factory").invoke(builder);
            return (ExecutorService) Executors.class
                    .getMethod("newThreadPerTaskExecutor", ThreadFactory.class)
                    .invoke(null, factory);
        } catch (ClassNotFoundException | NoSuchMethodException e) {
            throw new IllegalArgumentException(
                    "Virtual threads need Java 21 or newer; this is Java "
                            + Runtime.version().feature() + ". Use Workers.platform(...) here.",
                    e);
        } catch (IllegalAccessException | InvocationTargetException e) {
            throw new IllegalStateException("Virtual threads could not be started", e);
        }
    }
}
