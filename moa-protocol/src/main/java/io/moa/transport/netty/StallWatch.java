package io.moa.transport.netty;

/**
 * Whether a peer for whom calls wait says anything. Whoever watches looks when a look is due; what is to be done comes back.
 *
 * <pre>
 *   read  ....|                    silence of 900 ms, asked three times
 *   look           A     A     S   A: ask, S: ask, and it is silent
 *         0       300   600   900  ms
 * </pre>
 *
 * <p>Silence counts only as far as this process was awake: by how much a look comes too late, so much is forgiven. After a pause of this
 * process the bytes that came meanwhile still lie in the socket, and a look may come before they are read; so one that comes late judges
 * nobody, and after a long pause the peer is asked anew.
 *
 * <p>Belongs to one thread.
 */
final class StallWatch {

    /** What a look finds. */
    enum Finding {
        /** Something was heard lately. */
        HEARD,
        /** Nothing was heard: it is to be asked. */
        ASK,
        /** Nothing was heard for long although it was asked: it is silent. And it is to be asked again. */
        SILENT
    }

    /** A look that is late by more than such a part of the time between two is followed by another one after as much. */
    private static final int SOON = 10;

    private final long pingNanos;
    private final long stallNanos;
    private long sinceNanos; // silence counts from here
    private long dueNanos;
    private boolean asked; // since then

    /**
     * Watches nothing yet.
     *
     * @param pingNanos after so much silence it is asked, and again each time
     * @param stallNanos so much silence, although it was asked, is too much
     */
    StallWatch(long pingNanos, long stallNanos) {
        this.pingNanos = pingNanos;
        this.stallNanos = stallNanos;
    }

    /** A call waits, and none did before. */
    void begin(long nowNanos) {
        sinceNanos = nowNanos;
        dueNanos = nowNanos + pingNanos;
        asked = false;
    }

    /** When to look next. */
    long dueNanos() {
        return dueNanos;
    }

    /**
     * Looks.
     *
     * @param lastReadNanos when the latest byte came
     */
    Finding look(long nowNanos, long lastReadNanos) {
        if (lastReadNanos - sinceNanos > 0) {
            sinceNanos = lastReadNanos;
            asked = false;
        }
        long late = nowNanos - dueNanos;
        if (late > pingNanos) {
            begin(nowNanos);
            asked = true; // now
            return Finding.ASK;
        }
        sinceNanos += Math.max(0, Math.min(late, nowNanos - sinceNanos));
        long silence = nowNanos - sinceNanos;
        if (silence < pingNanos) {
            dueNanos = sinceNanos + pingNanos;
            return Finding.HEARD;
        }
        long soon = pingNanos / SOON;
        boolean silent = asked && silence >= stallNanos && late <= soon;
        asked = true;
        dueNanos = nowNanos + (silent ? pingNanos : Math.max(soon, Math.min(pingNanos, stallNanos - silence)));
        return silent ? Finding.SILENT : Finding.ASK;
    }
}
