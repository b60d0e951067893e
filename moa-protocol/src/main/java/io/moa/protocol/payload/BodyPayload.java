package io.moa.protocol.payload;

import io.moa.invoke.Payload;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;

/** A payload that can stand in the body of a frame. */
public sealed interface BodyPayload extends Payload permits BytesPayload, ValuePayload {

    /**
     * The encoded form, made now if need be, on the calling thread.
     *
     * @param allocator where the bytes are put if they have to be made
     * @param maxBytes the largest body that may be made
     * @return a buffer with a reference of its own, which the receiver releases; its indices are the receiver's
     * @throws io.moa.protocol.serialize.SerializationException if the values cannot be encoded within the limit
     */
    ByteBuf encoded(ByteBufAllocator allocator, int maxBytes);
}
