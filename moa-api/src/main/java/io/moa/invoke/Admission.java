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
     * Ask again then: pacing and short queues wait this way, without a thread.
     *
     * @param delayNanos from now, more than 0
     */
    record Later(long delayNanos) implements Admission {}
}
