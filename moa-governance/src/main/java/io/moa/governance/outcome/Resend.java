package io.moa.governance.outcome;

import io.moa.governance.policy.MethodPolicy;
import io.moa.invoke.Executed;
import io.moa.invoke.Reply;
import io.moa.invoke.Status;

/**
 * Whether a failed call may be sent again. Two facts decide, and both are in the reply: could the implementation have run,
 * and would another instance, or another moment, help?
 */
public final class Resend {

    private Resend() {}

    /**
     * The decision.
     *
     * @param failure how the attempt ended
     * @param policy what the method declares
     * @param attemptsMade how many times the call has been sent, the failed attempt included
     */
    public static boolean allowed(Reply.Failure failure, MethodPolicy policy, int attemptsMade) {
        return attemptsMade < policy.attempts()
                && mayHelp(failure)
                && (failure.executed() == Executed.NO || policy.isIdempotent());
    }

    /** Whether another instance, or another moment, may bring another end: else the failure is the answer. */
    public static boolean mayHelp(Reply.Failure failure) {
        return !failure.hints().neverRetry()
                && (helpsElsewhere(failure.status()) || failure.hints().fault());
    }

    private static boolean helpsElsewhere(Status status) {
        return switch (status) {
            case UNAVAILABLE, OVERLOADED, DRAINING, PROTOCOL_ERROR, UNIMPLEMENTED, INTERNAL -> true;
            // The time is up everywhere; the answer of the implementation, of a rule or of a check of the request is
            // the
            // same everywhere; and what the caller withdrew stays withdrawn.
            case DEADLINE_EXCEEDED,
                    APPLICATION,
                    REJECTED,
                    INVALID_ARGUMENT,
                    UNSUPPORTED,
                    TOO_LARGE,
                    UNAUTHENTICATED,
                    PERMISSION_DENIED,
                    CANCELLED -> false;
        };
    }
}
