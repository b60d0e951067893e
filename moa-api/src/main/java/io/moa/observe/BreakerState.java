package io.moa.observe;

/** What a breaker does with calls. */
public enum BreakerState {
    /** They go on. */
    CLOSED,
    /** A few try, the others are refused. */
    HALF_OPEN,
    /** They are refused. */
    OPEN
}
