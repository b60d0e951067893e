package io.moa.transport.netty;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandler;
import org.jspecify.annotations.Nullable;

/** A connection that another process has served before, whatever its client speaks. Any thread. */
interface Adopted {

    /** What belongs at the end of its channel's pipeline. It is served from when the channel is registered. */
    ChannelHandler handler();

    /** How many calls of it the process before still serves; before the channel is registered. */
    int callsElsewhere();

    /**
     * What the process before says of one of these, before or after the channel is registered.
     *
     * @param last whether it has ended with that
     * @param frame its reference is taken over; null if nothing is to be told to the client
     */
    void late(long requestId, boolean last, @Nullable ByteBuf frame);

    /** It says nothing more: whoever still waits is told so, behind what came before. */
    void elsewhereEnds(String why);

    /** It was not taken over after all; instead of registering the channel. */
    void discard();
}
