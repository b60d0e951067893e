package io.moa.server.dispatch;

import io.moa.governance.overload.CallRoom;
import io.moa.governance.overload.FairQueue;
import io.moa.governance.overload.Waiting;
import io.moa.invoke.Ticker;
import io.moa.observe.WorkerFigures;
import java.lang.reflect.InvocationTargetException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The bounded threads of one service or method, and who may use them. A call runs, waits in turn, or is refused at once. As many run as there
 * are threads, or fewer while more would only be slower: see {@link CallRoom}. Safe for many threads.
 */
public final class WorkerPool implements AutoCloseable, WorkerFigures {

    /** A call on its way to a thread. */
    public interface Task extends Waiting, Runnable {

        /** It is not run, because nobody waits for it any more or there is no room. */
        void refuse(CallRoom.Refusal why);

        /** It is not run, because no thread takes it: the pool is closed, or its executor refuses, or there are no more threads. */
        void refuse(Throwable noThread);
    }

    /** What ran at a moment, for people. */
    private record Busiest(String methods, long nanos) {}

    private static final long BUSIEST_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private final String name;
    private final Workers workers;
    private final Ticker ticker;
    private final Executor executor;
    private final boolean staysOnThread; // the next call may run where one has ended
    private final CallRoom<Task> room;
    private final List<FairQueue.Share> shares = new ArrayList<>(); // of methods; written while a server is made
    private volatile @Nullable Busiest busiest;
    private volatile boolean closed;

    /**
     * Starts a pool; its threads are made when they are needed.
     *
     * @param name whose calls run here, for thread names and messages
     * @throws IllegalArgumentException if virtual threads are asked for on a Java that has none
     */
    public WorkerPool(String name, Workers workers, Ticker ticker) {
        this(name, workers, ticker, workers.virtual() ? virtualThreads(name) : platformThreads(name));
    }

    /**
     * Starts a pool whose threads are made by somebody else.
     *
     * @param threads makes them; of virtual workers, one for each task
     */
    WorkerPool(String name, Workers workers, Ticker ticker, ThreadFactory threads) {
        this.name = name;
        this.workers = workers;
        this.ticker = ticker;
        Executor given = workers.executor();
        this.staysOnThread = given == null && !workers.virtual();
        if (given != null) {
            this.executor = given;
        } else if (workers.virtual()) {
            this.executor = threadPerTask(threads);
        } else {
            ThreadPoolExecutor pool = new ThreadPoolExecutor(
                    workers.threads(), workers.threads(), 60, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), threads);
            pool.allowCoreThreadTimeOut(true);
            this.executor = pool;
        }
        this.room = new CallRoom<>(
                Math.min(workers.threads(), Runtime.getRuntime().availableProcessors()),
                workers.threads(),
                workers.queue(),
                workers.longestWait(),
                new CallRoom.Desk<>() {
                    @Override
                    public void run(Task task) {
                        handOver(task);
                    }

                    @Override
                    public void refuse(Task task, CallRoom.Refusal why) {
                        task.refuse(why);
                    }
                },
                ticker.nanos());
    }

    /** Whose calls run here. */
    @Override
    public String name() {
        return name;
    }

    public Workers workers() {
        return workers;
    }

    /** A share for one more method: all threads if it is the only one, else what the workers leave to each. Before anything is served. */
    public FairQueue.Share newShare() {
        FairQueue.Share share = room.newShare(workers.threads());
        shares.add(share);
        if (shares.size() > 1) {
            shares.forEach(each -> each.limit(workers.mostOfMethod()));
        }
        return share;
    }

    /** Runs a call on one of the threads, lets it wait, or refuses it. */
    public void serve(Task task) {
        if (closed) {
            task.refuse(new RejectedExecutionException("the pool is closed"));
        } else {
            room.enter(task, ticker.nanos());
        }
    }

    private void handOver(Task task) {
        Task next = task;
        while (next != null) {
            Task runs = next;
            try {
                executor.execute(() -> run(runs));
                return;
            } catch (Throwable noThread) { // the executor refuses, or the operating system gives no more threads
                runs.refuse(noThread);
                next = room.leave(runs, ticker.nanos());
            }
        }
    }

    private void run(Task task) {
        Task next = task;
        while (next != null) {
            Task runs = next;
            boolean ended = false;
            try {
                runs.run();
                ended = true;
            } finally {
                next = room.leave(runs, ticker.nanos());
                if (next != null && !(ended && staysOnThread)) {
                    handOver(next);
                    next = null;
                }
            }
        }
    }

    /**
     * Judges how many calls run at once and wait; called some times a second, by one thread.
     *
     * @param busy which part of the processors is in use, 0 to 1; NaN if nobody knows
     * @param memoryShort whether there is too little memory left, so that nobody should wait
     */
    public void judge(double busy, boolean memoryShort) {
        room.step(busy, memoryShort, ticker.nanos());
    }

    @Override
    public int queued() {
        return room.waiting();
    }

    /** How many calls run, or have been handed to an executor that was given and have not ended. */
    @Override
    public int running() {
        return room.running();
    }

    @Override
    public int limit() {
        return room.limit();
    }

    /** How busy it is, in percent: 100 when as many run as may, up to 200 when as many wait as may, too. */
    public int load() {
        int busy = 100 * room.running() / room.limit();
        int most = room.mostWaiting();
        int waiting = most == 0 ? 0 : 100 * room.waiting() / most;
        return Math.min(100, busy) + Math.min(100, waiting);
    }

    /** Which methods run most. Asked ten times a second at most: those that are refused, and would know, are many. */
    String busiest(Function<WorkerPool, String> who) {
        long now = ticker.nanos();
        Busiest known = busiest;
        if (known == null || now - known.nanos() >= BUSIEST_NANOS) {
            known = new Busiest(who.apply(this), now);
            busiest = known;
        }
        return known.methods();
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
