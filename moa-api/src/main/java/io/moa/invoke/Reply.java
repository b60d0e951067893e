package io.moa.invoke;

import org.jspecify.annotations.Nullable;

/**
 * How a call ended. Failure is data, not control flow: only the stub, for the caller's sake, turns one into an exception.
 */
public sealed interface Reply {

    /** What the server added for balancers and retries. */
    Hints hints();

    /** Whether it is neither a value, nor an answer that the method declares, nor the end of a call that its caller withdrew. */
    default boolean hasFailed() {
        return this instanceof Failure failure
                && failure.status() != Status.CANCELLED
                && (failure.status() != Status.APPLICATION || failure.hints().fault());
    }

    /**
     * The call returned.
     *
     * @param payload the result, owned by the receiver of this reply
     * @param hints what the server added
     */
    record Value(Payload payload, Hints hints) implements Reply {
        public Value(Payload payload) {
            this(payload, Hints.NONE);
        }
    }

    /**
     * The call failed.
     *
     * @param status why
     * @param executed whether the implementation ran
     * @param message one sentence or more for people: what happened, to whom, why, what to do
     * @param error for {@link Status#APPLICATION}, what the implementation threw
     * @param hints what the server added
     * @param cause what was thrown in this process, for logs; never sent over the wire
     */
    record Failure(
            Status status,
            Executed executed,
            String message,
            @Nullable ThrownError error,
            Hints hints,
            @Nullable Throwable cause)
            implements Reply {

        /** The class name of what the implementation threw; null if it threw nothing. */
        public @Nullable String exceptionType() {
            return error == null ? null : error.type();
        }

        public Failure withCause(Throwable newCause) {
            return new Failure(status, executed, message, error, hints, newCause);
        }

        public Failure withHints(Hints newHints) {
            return new Failure(status, executed, message, error, newHints, cause);
        }

        public Failure withMessage(String newMessage) {
            return new Failure(status, executed, newMessage, error, hints, cause);
        }
    }

    /** A failure without hints. */
    static Failure failure(Status status, Executed executed, String message) {
        return new Failure(status, executed, message, null, Hints.NONE, null);
    }
}
