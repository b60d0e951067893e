package io.moa.governance.outlier;

import io.moa.invoke.Executed;
import io.moa.invoke.Reply;

/** What the end of a call says of the instance that it was sent to. */
public enum Outcome {
    /** It answered: with a value, with a failure that the service declares, or with a refusal that is in order. */
    ANSWERED,
    /** It failed to do its work, or did not answer in the time that there was. Compared with how others do, this says something. */
    FAILED,
    /** It could not be reached, or the connection broke: nobody is there who could answer the next call. */
    UNREACHABLE,
    /** It says nothing although it was asked. No reply tells that, but the connection on which calls wait. */
    SILENT,
    /** Nothing can be said: the call was withdrawn, or was never sent, or the instance has too much to do. */
    UNKNOWN;

    /** What a reply says. */
    public static Outcome of(Reply reply) {
        return reply instanceof Reply.Failure failure ? of(failure) : ANSWERED;
    }

    private static Outcome of(Reply.Failure failure) {
        return switch (failure.status()) {
            case UNAVAILABLE -> UNREACHABLE;
            case INTERNAL, PROTOCOL_ERROR -> FAILED;
            case APPLICATION -> failure.hints().fault() ? FAILED : ANSWERED;
            case DEADLINE_EXCEEDED -> failure.executed() == Executed.NO ? UNKNOWN : FAILED;
            // Others have more room then; but to send nobody there moves the load to them, and then they have none.
            case OVERLOADED, CANCELLED -> UNKNOWN;
            case INVALID_ARGUMENT,
                    UNIMPLEMENTED,
                    UNSUPPORTED,
                    REJECTED,
                    DRAINING,
                    TOO_LARGE,
                    UNAUTHENTICATED,
                    PERMISSION_DENIED -> ANSWERED;
        };
    }
}
