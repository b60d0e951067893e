package io.moa.server.dispatch;

import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * Where the implementations of a service or method run. Immutable.
 *
 * @param threads how many calls run at once; 1 to 100,000, default 64
 * @param queue how many more may wait for a thread; 0 to 1,000,000, default 1,024; a call that finds it full is refused
 *     as overload and may go to another instance
 * @param virtual whether each call gets a virtual thread; needs Java 21 or newer; default false
 * @param executor whose threads these are, or null, the default, for threads of the server's own; see {@link #on}
 */
public record Workers(
        int threads, int queue, boolean virtual, @Nullable Executor executor) {

    /** 64 platform threads, made when needed and ended when idle, and a queue of 1,024. */
    public static final Workers DEFAULT = platform(64, 1024);

    public Workers {
        if (threads < 1 || threads > 100_000) {
            throw new IllegalArgumentException("Worker threads are 1 to 100000, not " + threads);
        }
        if (queue < 0 || queue > 1_000_000) {
            throw new IllegalArgumentException("A worker queue holds 0 to 1000000 calls, not " + queue);
        }
        if (executor != null && (virtual || queue != 0)) {
            throw new IllegalArgumentException("An executor that is given brings its own threads and its own queue:"
                    + " use Workers.on(executor, atOnce)");
        }
    }

    /** Platform threads. */
    public static Workers platform(int threads, int queue) {
        return new Workers(threads, queue, false, null);
    }

    /** A virtual thread for each call, at most so many at once, none waiting. */
    public static Workers virtual(int atOnce) {
        return new Workers(atOnce, 0, true, null);
    }

    /**
     * An executor of your own: a pool that you share and measure, or one that a test drives. It must not run a task on
     * the thread that hands it over, because that is an event loop. It is not closed with the server, and a call that it
     * rejects is refused as overload.
     *
     * @param atOnce how many calls may have been handed to it and not ended; 1 to 100,000
     */
    public static Workers on(Executor executor, int atOnce) {
        return new Workers(atOnce, 0, false, executor);
    }
}
