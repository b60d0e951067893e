package io.moa.transport;

/**
 * Marks a thread that drives connections. Blocking one of them stalls every call on its connections, so blocking stubs
 * refuse to run there.
 */
public interface EventLoopThread {

    /** Whether the current thread is one. */
    static boolean isCurrent() {
        return Thread.currentThread() instanceof EventLoopThread;
    }
}
