package io.moa.governance.sample;

import io.moa.invoke.Permit;

/**
 * How a sampled call ended for the limits of its caller. Immutable.
 *
 * @param kind in which way
 * @param afterNanos how long after its beginning; 0 if it has not ended, or was not let through
 */
public record Ending(Kind kind, long afterNanos) {

    /** The ways in which a call can end. */
    public enum Kind {
        /** It went well, or what failed does not speak against the provider. */
        SUCCESS,
        /** It failed so that a breaker counts it. */
        FAILURE,
        /** It ended, and a breaker learned nothing of it. */
        NOT_USED,
        /** It has not ended yet. */
        RUNNING,
        /** A limit or a breaker of its caller did not let it through, so nobody knows how it would have ended. */
        REFUSED
    }

    static final Ending REFUSED = new Ending(Kind.REFUSED, 0);
    static final Ending AT_ONCE = new Ending(Kind.SUCCESS, 0);
    static final Ending RUNNING = new Ending(Kind.RUNNING, 0);

    static Kind kindOf(Permit.End how) {
        return switch (how) {
            case SUCCESS -> Kind.SUCCESS;
            case FAILURE -> Kind.FAILURE;
            case NOT_USED -> Kind.NOT_USED;
        };
    }

    /** What a gate is told of it; a call that nobody let through, or that runs, has nothing to tell. */
    Permit.End how() {
        return switch (kind) {
            case SUCCESS -> Permit.End.SUCCESS;
            case FAILURE -> Permit.End.FAILURE;
            case NOT_USED, RUNNING, REFUSED -> Permit.End.NOT_USED;
        };
    }
}
