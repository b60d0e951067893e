package io.moa.protocol.frame;

import io.netty.buffer.ByteBuf;

/** A Protobuf message that stands in the call header slot of a frame. Immutable. */
public sealed interface Message permits ReplyHeader, Hello, Welcome, Closing, Control {

    /** Writes the message as the schema {@code io/moa/wire/v1/wire.proto} says, without a length before it. */
    void encode(ByteBuf out);
}
