package io.moa.protocol.frame;

/** The sender's side of credit: what may be sent of split bodies before the peer grants more. One thread at a time. */
public final class SendCredit {

    /** No honest peer lets so much be under way; sums stay far from overflow. */
    private static final long MAX = 1L << 40;

    private long left;

    /** @param left what the handshake promised, or what was left on a connection that is taken over; 0 or more */
    public SendCredit(long left) {
        if (left < 0) {
            throw new IllegalArgumentException("Credit is 0 or more bytes, not " + left);
        }
        this.left = Math.min(MAX, left);
    }

    /**
     * Spends credit for a piece.
     *
     * @param wanted how long the piece would be; 1 or more
     * @return how long it may be now: {@code wanted} or less; 0 to wait for a grant
     */
    public int take(int wanted) {
        int taken = (int) Math.min(wanted, left);
        left -= taken;
        return taken;
    }

    /** Adds what {@link Frames#creditBytes} says. */
    public void granted(long bytes) {
        left = Math.min(MAX, left + bytes);
    }

    /** What may be sent now. */
    public long left() {
        return left;
    }
}
