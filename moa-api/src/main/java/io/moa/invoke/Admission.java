package io.moa.invoke;

/** What a {@link Gate} answers. "No" is part of the type, with its reason, so that a caller cannot forget it. */
public sealed interface Admission permits Permit, Admission.Rejected, Admission.Later {

    /**
     * Not now.
     *
     * @param status {@link Status#REJECTED} for a rule, {@link Status#OVERLOADED} for lack of room here
     * @param reason one sentence for people: which limit, its value, how far it is passed
     * @param retryAfterMillis when asking again makes sense, 0 if unknown
     */
    record Rejected(Status status, String reason, long retryAfterMillis) implements Admission {}

    /**
     * Not yet: a turn is kept for the call, and whoever asked lets so much time pass and begins it then, or gives it back. Pacing and short
     * queues wait this way, without a thread.
     *
     * @param delayNanos from now, more than 0
     * @param turn is begun or given back
     */
    record Later(long delayNanos, Turn turn) implements Admission {}

    /** A place in the order of calls that is kept for one of them. Safe for many threads: of all that it is told the first counts. */
    interface Turn {

        /**
         * The time has come, and the call goes on.
         *
         * @return a permit; or what another gate behind this one says, so perhaps no, or not yet
         */
        Admission begin();

        /** The call does not go on: it was withdrawn, or its time is up. The place is another call's, if one can still use it. */
        void giveBack();
    }
}
