package io.moa.observe;

/** Why a client sent a call to an instance. */
public enum AttemptKind {
    /** It was sent for the first time. */
    FIRST,
    /** An earlier attempt had failed. */
    RETRY,
    /** An earlier attempt took long, or its server said nothing. */
    HEDGE,
    /** One of several at once, of a method with {@code on-failure} {@code forking} or {@code broadcast}. */
    FORK,
    /** A copy that a rule wants; nobody waits for its reply. */
    COPY
}
