package io.moa.protocol.frame;

/**
 * The receiver's side of credit: what the peer may still send of split bodies. Every byte of a split body counts, the
 * first frame's and those of skipped and ignored pieces too, or the two sides would count differently.
 *
 * <p>It grants again when half of the window is used: often enough that a sender never waits for a round trip, seldom
 * enough that grants are a trickle. Safe for one thread at a time.
 */
public final class ReceiveCredit {

    private final long window;
    private long left;

    /**
     * The credit at the beginning of a connection.
     *
     * @param window what the handshake promised, in bytes; at least 1
     */
    public ReceiveCredit(int window) {
        this(window, window);
    }

    /**
     * The credit of a connection that is taken over.
     *
     * @param left what {@link #left()} said; 0 to {@code window}, and otherwise cut to that
     */
    public ReceiveCredit(int window, long left) {
        if (window < 1) {
            throw new IllegalArgumentException("A credit window has at least 1 byte, not " + window);
        }
        this.window = window;
        this.left = Math.max(0, Math.min(window, left));
    }

    /**
     * Counts bytes that came.
     *
     * @param bytes {@link Frame#announcedLength()} of a split frame
     * @throws FrameException if the peer had no credit for them
     */
    public void received(long bytes) {
        if (bytes > left) {
            throw new FrameException("The peer sent " + bytes + " bytes of a split body with credit for " + left);
        }
        left -= bytes;
    }

    /** How much to grant now, in a {@link FrameKind#CREDIT} frame that the caller sends; 0 for none. */
    public int grant() {
        if (left > window / 2) {
            return 0;
        }
        int granted = (int) (window - left);
        left = window;
        return granted;
    }

    /** What the peer may still send. */
    public long left() {
        return left;
    }
}
