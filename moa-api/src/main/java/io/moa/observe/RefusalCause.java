package io.moa.observe;

/** Which limit was in the way of a call. */
public enum RefusalCause {
    /** Too many calls of the method in a second. */
    RATE,
    /** Its share of the calls of the method that all processes may make together was used up. */
    QUOTA,
    /** Too many calls of the method at once. */
    CONCURRENCY,
    /** The breaker of the method was open. */
    BREAKER,
    /** Servers had refused many calls of the client for lack of room, so it held this one back. */
    THROTTLED,
    /** Too many calls of the service at once, at a server. */
    IN_FLIGHT,
    /** No worker was free, and so many waited that there was no room for one more. */
    QUEUE,
    /** No thread took the call: the server had closed, or its executor or the operating system gave none. */
    NO_THREAD,
    /** The time of the call was up before it ran. */
    EXPIRED,
    /** A limit that has no name of its own here. */
    OTHER
}
