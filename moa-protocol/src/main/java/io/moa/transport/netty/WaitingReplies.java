package io.moa.transport.netty;

import java.util.concurrent.atomic.AtomicLong;

/** How many bytes of replies wait for the client of a connection, counted there and for its listener. Safe for many threads. */
final class WaitingReplies {

    private final NettyListener listener;
    private final ServedConnection connection;
    private final AtomicLong bytes = new AtomicLong();
    private volatile long sinceNanos;

    WaitingReplies(NettyListener listener, ServedConnection connection) {
        this.listener = listener;
        this.connection = connection;
    }

    /** Counts bytes that begin to wait; whether there is room for them. */
    boolean hold(int more, long nowNanos) {
        if (bytes.get() == 0) {
            // Before the bytes count, or an idle client would look like one that takes nothing.
            sinceNanos = nowNanos;
        }
        bytes.addAndGet(more);
        if (listener.holdReply(connection, more, nowNanos)) {
            return true;
        }
        bytes.addAndGet(-more);
        return false;
    }

    /** Counts bytes that waited elsewhere before, whether there is room for them or not. */
    void take(int more) {
        bytes.addAndGet(more);
        listener.takeReply(more);
    }

    /** They do not wait any more. */
    void left(int fewer) {
        if (fewer > 0) {
            bytes.addAndGet(-fewer);
            listener.releaseReply(fewer);
        }
    }

    /** How many bytes wait. */
    long bytes() {
        return bytes.get();
    }

    /** Whether some wait, and have waited since then; about right. */
    boolean haveWaitedSince(long nanos) {
        return bytes.get() > 0 && sinceNanos - nanos < 0;
    }
}
