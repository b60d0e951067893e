package io.moa.operations;

/** Which methods come first in a {@link CallsReport}. Of equals those that are called more, and then by name. */
public enum CallOrder {
    /** Most calls in a second. */
    CALLS,
    /** Most failed calls in a second. */
    FAILED,
    /** Most often refused in a second. */
    REFUSED,
    /** Most calls that have begun and not ended. */
    IN_FLIGHT,
    /** Slowest, by the 99th percentile. */
    P99
}
