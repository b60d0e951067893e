package io.moa.annotation;

/** How the calls that a {@link RateLimit} lets through lie in time. */
public enum RateShape {
    /** So many in a second on average, and after a pause a burst of them at once: the default. */
    TOKEN_BUCKET,
    /** Never more than so many in any second, wherever it begins: for what is counted like that at the other end. */
    SLIDING_WINDOW,
    /** Evenly spaced, one after the other: for what cannot bear two at once. Mostly beside {@link RateLimit#waitMillis()}. */
    PACING
}
