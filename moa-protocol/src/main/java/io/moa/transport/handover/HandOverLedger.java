package io.moa.transport.handover;

/**
 * What became of what was handed over. Immutable but for the histogram, which nobody changes any more.
 *
 * @param moa connections that moved and speak MOA
 * @param resp connections that moved and speak RESP
 * @param undecided connections that moved and had said nothing yet
 * @param kept connections that could not be moved, and are closed gracefully where they were
 * @param halfRead connections that moved with half a frame, command or large body
 * @param halfReadBytes of these
 * @param unsent connections that moved with bytes that the socket had not taken
 * @param unsentBytes of these
 * @param callsInFlight on the connections when they moved
 * @param callsFinished of them, whose replies were passed on
 * @param callsUnanswered of them, for whose replies nobody waited
 * @param callsForwarded cancellations and inquiries about them that were passed back
 * @param callsLost of them, whose callers were told that nobody knows whether they ran
 * @param pauses from when a connection rested until it was read again
 */
public record HandOverLedger(
        int moa,
        int resp,
        int undecided,
        int kept,
        int halfRead,
        long halfReadBytes,
        int unsent,
        long unsentBytes,
        int callsInFlight,
        int callsFinished,
        int callsUnanswered,
        int callsForwarded,
        int callsLost,
        PauseHistogram pauses) {

    /** How many connections moved. */
    public int moved() {
        return moa + resp + undecided;
    }

    @Override
    public String toString() {
        return "moved " + moved() + " connections (" + moa + " MOA, " + resp + " RESP, " + undecided
                + " that had said nothing), kept " + kept + "; half read " + halfReadBytes + " bytes of " + halfRead
                + ", unsent " + unsentBytes + " bytes of " + unsent + "; calls in flight " + callsInFlight
                + ", finished " + callsFinished + ", unanswered " + callsUnanswered + ", lost " + callsLost
                + "; forwarded " + callsForwarded + "; " + pauses;
    }
}
