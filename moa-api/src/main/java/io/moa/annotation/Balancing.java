package io.moa.annotation;

/** How one of several instances is chosen for a call. */
public enum Balancing {
    /** Of two drawn by weight the better one: the default, and the right choice unless there is a reason for another. */
    P2C,
    /** By lot, by weight, whatever they are doing: for measurements, and for providers behind which something else balances. */
    WEIGHTED_RANDOM,
    /** In turn, by weight, as evenly spread as weights allow: for calls that all cost the same. */
    WEIGHTED_ROUND_ROBIN,
    /**
     * The one with the fewest calls in flight by weight, of all up to 64 instances and of eight drawn by weight beyond that: for few
     * instances and calls of very different length.
     */
    LEAST_IN_FLIGHT,
    /** Calls with equal call keys to the same instance, unless that has a quarter more to do than the others: for caches. */
    CONSISTENT_HASH
}
