package io.moa.server.dispatch;

import java.time.Duration;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * Where the implementations of a service or method run. Immutable.
 *
 * @param threads how many calls run at once; 1 to 100,000, default 64
 * @param queue how many more may wait for a thread; 0 to 1,000,000, default 1,024; a call that finds it full is refused
 *     as overload and may go to another instance
 * @param virtual whether each call gets a virtual thread; needs Java 21 or newer; default false
 * @param longestWait how long a call should wait for a thread: no more wait than are served in that time, of a burst of a second four times as many, and never more than {@code queue}; 1 ms to 1 minute,
 *     default 100 ms. Longer for callers that keep many calls in flight and have time.
 * @param methodPercent how many of a hundred of these threads the calls of one method use at most, if more than one method runs on them, so
 *     that a slow method leaves the others some; 1 to 100, default 50; at least one thread
 * @param executor whose threads these are, or null, the default, for threads of the server's own; see {@link #on}
 */
public record Workers(
        int threads,
        int queue,
        boolean virtual,
        Duration longestWait,
        int methodPercent,
        @Nullable Executor executor) {

    private static final int HALF = 50;
    private static final Duration TENTH = Duration.ofMillis(100);

    /** 64 platform threads, made when needed and ended when idle, and a queue of 1,024. */
    public static final Workers DEFAULT = platform(64, 1024);

    public Workers {
        if (threads < 1 || threads > 100_000) {
            throw new IllegalArgumentException("Worker threads are 1 to 100000, not " + threads);
        }
        if (queue < 0 || queue > 1_000_000) {
            throw new IllegalArgumentException("A worker queue holds 0 to 1000000 calls, not " + queue);
        }
        if (longestWait.compareTo(Duration.ofMillis(1)) < 0 || longestWait.compareTo(Duration.ofMinutes(1)) > 0) {
            throw new IllegalArgumentException("Calls wait at most for 1 ms to 1 minute, not " + longestWait);
        }
        if (methodPercent < 1 || methodPercent > 100) {
            throw new IllegalArgumentException("The share of a method is 1 to 100 percent, not " + methodPercent);
        }
        if (executor != null && (virtual || queue != 0)) {
            throw new IllegalArgumentException("An executor that is given brings its own threads and its own queue:"
                    + " use Workers.on(executor, atOnce)");
        }
    }

    /** Platform threads. */
    public static Workers platform(int threads, int queue) {
        return new Workers(threads, queue, false, TENTH, HALF, null);
    }

    /** A virtual thread for each call, at most so many at once, none waiting. */
    public static Workers virtual(int atOnce) {
        return new Workers(atOnce, 0, true, TENTH, HALF, null);
    }

    /**
     * An executor of your own: a pool that you share and measure, or one that a test drives. It must not run a task on
     * the thread that hands it over, because that is an event loop. It is not closed with the server, and a call that it
     * rejects is refused as overload.
     *
     * @param atOnce how many calls may have been handed to it and not ended; 1 to 100,000
     */
    public static Workers on(Executor executor, int atOnce) {
        return new Workers(atOnce, 0, false, TENTH, HALF, executor);
    }

    /** The same, of which one method uses at most so many of a hundred threads; 100 for all of them. */
    public Workers methodPercent(int percent) {
        return new Workers(threads, queue, virtual, longestWait, percent, executor);
    }

    /** The same, where calls wait for a thread for so long. */
    public Workers longestWait(Duration wait) {
        return new Workers(threads, queue, virtual, wait, methodPercent, executor);
    }

    /** How many calls of one method run at once. */
    int mostOfMethod() {
        return Math.max(1, (int) ((long) threads * methodPercent / 100));
    }
}
