package io.moa.transport.netty;

import io.netty.channel.Channel;
import java.util.concurrent.CompletableFuture;

/** A connection that a listener has accepted, whatever its client speaks: what the listener has to know of it. */
interface ServedConnection {

    /** Its channel. */
    Channel channel();

    /** Takes no new calls, and closes when what it owes has left. Any thread. */
    void beginClosing();

    /**
     * Takes no new calls and closes when what it owes has left, if its client has introduced itself and can be told; else it stays. Any thread.
     *
     * @return whether it was told, and once it was, when the connection is closed; later than that if it was told before
     */
    CompletableFuture<Boolean> dismiss();

    /** Closes at once. Any thread. */
    void close(String reason);

    /** How many bytes of replies wait for this client. Any thread. */
    long heldReplyBytes();

    /** Whether the client has taken nothing since a moment, although something waits. Any thread; about right. */
    boolean tookNothingSince(long nanos);

    /** Gives the client up to make room. Any thread; answers true once. */
    boolean cutOff(String reason);
}
