package io.moa.invoke;

/**
 * What the hop header says of a call's way so far, rewritten by each hop. Immutable.
 *
 * @param attempt which attempt of the call this is, 0 for the first; from 1 on if it is made while serving a call that was repeated; 0 to
 *     255
 * @param retryOwner the seat that alone may retry this call, so that layers do not multiply; {@link Seat#NONE} if none
 *     claims it
 * @param hopsLeft how many more processes may forward it; a call with 0 is not forwarded, which ends loops; 0 to 255,
 *     default {@value #DEFAULT_HOPS}
 * @param governedBy the seat that walked the client-side decisions
 */
public record Hop(int attempt, Seat retryOwner, int hopsLeft, Seat governedBy) {

    /** How many processes may forward a call, if nothing else is said. */
    public static final int DEFAULT_HOPS = 16;

    /** A first attempt, governed and retried by the application itself. */
    public static final Hop DIRECT = new Hop(0, Seat.DIRECT, DEFAULT_HOPS, Seat.DIRECT);

    /** A call made while serving one that was repeated: nobody repeats it, but where it certainly did not run. */
    public static final Hop REPEATED = new Hop(1, Seat.NONE, DEFAULT_HOPS, Seat.DIRECT);

    /** Whether the seat that governs the call is the one that may repeat it. */
    public boolean isRepeatedHere() {
        return retryOwner != Seat.NONE && retryOwner == governedBy;
    }

    public Hop withAttempt(int newAttempt) {
        return new Hop(newAttempt, retryOwner, hopsLeft, governedBy);
    }
}
