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
    private volatile boolean closed;
    private final AtomicInteger handedOver = new AtomicInteger(); // only where the executor itself has no bound

    /**
     * Starts a pool; its threads are made when they are needed.
     *
     * @param name whose calls run here, for thread names and messages
     * @throws IllegalArgumentException if virtual threads are asked for on a Java that has none
     */
    public WorkerPool(String name, Workers workers) {
        this(name, workers, workers.virtual() ? virtualThreads(name) : platformThreads(name));
    }

    /**
     * Starts a pool whose threads are made by somebody else.
     *
     * @param threads makes them; of virtual workers, one for each task
     */
    WorkerPool(String name, Workers workers, ThreadFactory threads) {
        this.name = name;
        this.workers = workers;
        Executor given = workers.executor();
        if (given != null) {
            this.executor = given;
            this.bounded = null;
        } else if (workers.virtual()) {
            this.executor = threadPerTask(threads);
            this.bounded = null;
        } else {
            ThreadPoolExecutor pool = new ThreadPoolExecutor(
                    workers.threads(),
                    workers.threads(),
                    60,
                    TimeUnit.SECONDS,
                    workers.queue() == 0 ? new SynchronousQueue<>() : new LinkedBlockingQueue<>(workers.queue()),
                    threads);
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
        if (closed) {
            throw new RejectedExecutionException("the pool is closed");
        }
        if (handedOver.incrementAndGet() > workers.threads()) {
            handedOver.decrementAndGet();
            throw new RejectedExecutionException(
                    workers.virtual()
                            ? "all " + workers.threads() + " virtual threads are in use"
                            : workers.threads() + " calls run, which is the limit");
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

    /** Whether it takes no more tasks. */
    boolean isClosed() {
        return closed;
    }

    /** Takes no more tasks; those running and waiting are finished. An executor that was given goes on. */
    @Override
    public void close() {
        closed = true;
        if (workers.executor() == null && executor instanceof ExecutorService own) {
            own.shutdown();
        }
    }

    private static ThreadFactory platformThreads(String name) {
        AtomicInteger number = new AtomicInteger();
        return task -> new Thread(task, "moa-worker-" + name + "-" + number.incrementAndGet());
    }

    // Built for Java 17, run on what is there: virtual threads can only be reached by name.
    private static ThreadFactory virtualThreads(String name) {
        try {
            Class<?> builderType = Class.forName("java.lang.Thread$Builder");
            Object builder = Thread.class.getMethod("ofVirtual").invoke(null);
            builder = builderType
                    .getMethod("name", String.class, long.class)
                    .invoke(builder, "moa-virtual-" + name + "-", 1L);
            return (ThreadFactory) builderType.getMethod("factory").invoke(builder);
        } catch (ClassNotFoundException | NoSuchMethodException e) {
            throw noVirtualThreads(e);
        } catch (IllegalAccessException | InvocationTargetException e) {
            throw new IllegalStateException("Virtual threads could not be started", e);
        }
    }

    private static ExecutorService threadPerTask(ThreadFactory threads) {
        try {
            return (ExecutorService) Executors.class
                    .getMethod("newThreadPerTaskExecutor", ThreadFactory.class)
                    .invoke(null, threads);
        } catch (NoSuchMethodException e) {
            throw noVirtualThreads(e);
        } catch (IllegalAccessException | InvocationTargetException e) {
            throw new IllegalStateException("Virtual threads could not be started", e);
        }
    }

    private static IllegalArgumentException noVirtualThreads(ReflectiveOperationException e) {
        return new IllegalArgumentException(
                "Virtual threads need Java 21 or newer; this is Java "
                        + Runtime.version().feature() + ". Use Workers.platform(...) here.",
                e);
    }
}
