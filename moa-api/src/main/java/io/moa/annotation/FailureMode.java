package io.moa.annotation;

/** What follows when an attempt of a call has failed, or how many are made at once. */
public enum FailureMode {
    /** It is sent again, elsewhere, where that is safe: the default. */
    FAILOVER,
    /** The failure is the answer: one attempt, and no second one even for a call that certainly did not run. */
    FAILFAST,
    /** The failure is logged, and the caller gets the empty value of the return type: for calls that nobody should miss. */
    FAILSAFE,
    /** Several instances are called at once and the first answer counts: for idempotent methods where time is all. */
    FORKING,
    /** Every usable instance is called; the call fails if one fails: for what every process should hear. */
    BROADCAST
}
