package io.moa.server.dispatch;

/**
 * Where the implementations of a service or method run. Immutable.
 *
 * @param threads how many calls run at once; 1 to 100,000, default 64
 * @param queue how many more may wait for a thread; 0 to 1,000,000, default 1,024; a call that finds it full is refused
 *     as overload and may go to another instance
 * @param virtual whether each call gets a virtual thread; needs Java 21 or newer; default false
 */
public record Workers(int threads, int queue, boolean virtual) {

    /** 64 platform threads, made when needed and ended when idle, and a queue of 1,024. */
    public static final Workers DEFAULT = new Workers(64, 1024, false);

    public Workers {
        if (threads < 1 || threads > 100_000) {
            throw new IllegalArgumentException("Worker threads are 1 to 100000, not " + threads);
        }
        if (queue < 0 || queue > 1_000_000) {
            throw new IllegalArgumentException("A worker queue holds 0 to 1000000 calls, not " + queue);
        }
    }

    /** Platform threads. */
    public static Workers platform(int threads, int queue) {
        return new Workers(threads, queue, false);
    }

    /** A virtual thread for each call, at most so many at once, none waiting. */
    public static Workers virtual(int atOnce) {
        return new Workers(atOnce, 0, true);
    }
}
