package io.moa.transport.netty;

import io.moa.transport.TransportConfig;

/**
 * What a connection of a RESP client keeps in memory, counted: what has come and is not answered, and what is answered and has not left. It tells when
 * that is so much that nothing more may be read. Belongs to the event loop, but for what says that any thread may call it.
 */
final class RespRoom {

    /** How much of answers that are no results may wait behind a call. */
    private static final int MADE_BYTES = 64 * 1024;

    /** What an open call takes, about, however little it says. */
    private static final int CALL_BYTES = 700;

    /** How often as much may be kept as came: a call that says less than that part of what it takes counts as more than itself. */
    private static final int MOST_KEPT = 10;

    /** How much open calls may take beyond that. */
    private static final int BEYOND_BYTES = 256 * 1024;

    private final NettyListener listener;
    private final TransportConfig config;
    private final WaitingReplies waiting;
    private int begunBytes; // of a command that is not complete
    private int madeBytes; // of answers that wait for their turn, and are no results
    private int beyondBytes; // that small calls take beyond what came of them

    RespRoom(NettyListener listener, ServedConnection connection, TransportConfig config) {
        this.listener = listener;
        this.waiting = new WaitingReplies(listener, connection);
        this.config = config;
    }

    /** Whether what is kept is enough. */
    boolean isFull() {
        return madeBytes > MADE_BYTES || beyondBytes > BEYOND_BYTES || waiting.bytes() > config.maxQueuedBytes();
    }

    // ---- what has come

    /** A large command is counted while it comes, as a large request is; a small one no more than a frame would be. Whether there is room. */
    boolean holdBegun(int bytes) {
        int more = Math.max(0, bytes - config.chunkBytes()) - begunBytes;
        if (more > 0) {
            if (!listener.holdRequest(more, 0)) {
                return false;
            }
            begunBytes += more;
        }
        return true;
    }

    /** It is complete, or will not be. */
    void releaseBegun() {
        if (begunBytes > 0) {
            listener.releaseRequest(begunBytes);
            begunBytes = 0;
        }
    }

    /** Whether there is room for so many bytes of a request; if so, they are held until its call has ended. */
    boolean holdRequest(int bytes) {
        return listener.holdRequest(bytes, 0);
    }

    /** Its call has ended, or does not begin. */
    void releaseRequest(int bytes) {
        listener.releaseRequest(bytes);
    }

    /** A call has begun, of which so many bytes came. */
    void opened(int requestBytes) {
        beyondBytes += beyond(requestBytes);
    }

    /** Its answer is written. */
    void answered(int requestBytes) {
        beyondBytes -= beyond(requestBytes);
    }

    private static int beyond(int requestBytes) {
        return Math.max(0, CALL_BYTES - MOST_KEPT * Math.min(requestBytes, CALL_BYTES));
    }

    // ---- what waits for the client

    /** Counts bytes of answers that wait behind a call; whether there is room for them. */
    boolean holdMade(int bytes, long nowNanos) {
        if (!holdReply(bytes, nowNanos)) {
            return false;
        }
        madeBytes += bytes;
        return true;
    }

    /** It is their turn, or there is none any more. */
    void unwaited(int bytes) {
        madeBytes -= bytes;
    }

    /** How many bytes of answers wait behind a call. */
    int madeBytes() {
        return madeBytes;
    }

    /** Counts bytes of a reply that begins to wait; whether there is room for it. Any thread. */
    boolean holdReply(int bytes, long nowNanos) {
        return waiting.hold(bytes, nowNanos);
    }

    /** Counts bytes of a reply that waits, whether there is room for it or not. */
    void takeReply(int bytes) {
        waiting.take(bytes);
    }

    /** They do not wait any more. Any thread. */
    void replyLeft(int bytes) {
        waiting.left(bytes);
    }

    /** How many bytes of replies wait. Any thread. */
    long replyBytes() {
        return waiting.bytes();
    }

    /** Whether some wait, and have waited since then. Any thread. */
    boolean hasWaitedSince(long nanos) {
        return waiting.haveWaitedSince(nanos);
    }
}
