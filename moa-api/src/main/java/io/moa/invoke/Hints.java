package io.moa.invoke;

/**
 * What a server lets its caller know beside the reply. Immutable.
 *
 * @param retryAfterMillis do not come back to this instance earlier than this many milliseconds; 0, the default, for no
 *     wish; 0 to 4,294,967,295
 * @param neverRetry do not send this call again anywhere, whatever the method declares; default false
 * @param load how much of the server's capacity is in use, in percent, 0 to 200, or {@link #UNKNOWN_LOAD}
 * @param fault whether the implementation threw something that its method does not declare, and that has no {@link
 *     io.moa.annotation.ErrorCode}: a fault of this server, perhaps, and no answer of the service; default false
 * @param orphaned whether the process that had the call is gone, and this is the word of the one that has taken its connection over: nobody answers
 *     it any more; default false
 */
public record Hints(long retryAfterMillis, boolean neverRetry, int load, boolean fault, boolean orphaned) {

    /** The load of a server that does not tell. */
    public static final int UNKNOWN_LOAD = 255;

    /** No hint at all. */
    public static final Hints NONE = new Hints(0, false, UNKNOWN_LOAD);

    /** Nothing but that the failure is a fault. */
    public static final Hints FAULT = new Hints(0, false, UNKNOWN_LOAD, true);

    /** A fault that another call's failure is behind, which was repeated there as far as that is worth it. */
    public static final Hints FAULT_BELOW = new Hints(0, true, UNKNOWN_LOAD, true);

    /** Nothing but that the process that had the call is gone. */
    public static final Hints ORPHANED = new Hints(0, false, UNKNOWN_LOAD, false, true);

    /** Of a call whose process is there. */
    public Hints(long retryAfterMillis, boolean neverRetry, int load, boolean fault) {
        this(retryAfterMillis, neverRetry, load, fault, false);
    }

    /** Of what is no fault. */
    public Hints(long retryAfterMillis, boolean neverRetry, int load) {
        this(retryAfterMillis, neverRetry, load, false);
    }

    public Hints {
        if (retryAfterMillis < 0 || retryAfterMillis > 0xFFFF_FFFFL) {
            throw new IllegalArgumentException("retryAfterMillis must be 0 to 4294967295, not " + retryAfterMillis);
        }
        if ((load < 0 || load > 200) && load != UNKNOWN_LOAD) {
            throw new IllegalArgumentException("load must be 0 to 200 percent, or 255 for unknown, not " + load);
        }
    }
}
