package io.moa.registry.redis;

import java.io.IOException;
import java.util.Set;

/**
 * Something that needs Redis again and again: the registry, the rules. It keeps what it wants as a state and brings Redis to
 * it when it is run, so that nothing is lost with a connection. All methods but {@link #hinted} are called by the thread of
 * the {@link RedisLink}; none may wait for anything but the connection it is given.
 */
interface Chore {

    /** Nanoseconds until it wants to run; 0 or less for now, {@link Long#MAX_VALUE} for not at all. */
    long dueIn(long nowNanos);

    /**
     * Does what is due. After a failure it is run again, later.
     *
     * @throws IOException if the connection broke
     * @throws RedisError if Redis refused something
     */
    void run(RedisConnection connection, long nowNanos) throws IOException;

    /** There is a new connection, perhaps to another Redis, which may have forgotten something. */
    void connected(long nowNanos);

    /** The channels on which it is told to look. */
    Set<String> channels();

    /** It was told to look, or may have missed that. Called by any thread. */
    void hinted(String channel);

    /** Whether it has something to say before the link ends; most have not. */
    default boolean wantsFarewell() {
        return false;
    }
}
