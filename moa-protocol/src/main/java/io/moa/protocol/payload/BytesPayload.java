package io.moa.protocol.payload;

import io.moa.protocol.serialize.SerializationException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;

/** Bytes as they came or go over the wire. Shares the reference count of the buffer it wraps. */
public final class BytesPayload implements BodyPayload {

    private final ByteBuf content;

    /** Wraps a buffer and takes over the caller's reference to it. */
    public BytesPayload(ByteBuf content) {
        this.content = content;
    }

    /** The bytes, to be read by index or through a duplicate; no reference is handed over. */
    public ByteBuf content() {
        return content;
    }

    @Override
    public ByteBuf encoded(ByteBufAllocator allocator, int maxBytes) {
        if (content.readableBytes() > maxBytes) {
            throw new SerializationException(
                    SerializationException.Reason.TOO_LARGE,
                    "The body has " + content.readableBytes() + " bytes; the limit is " + maxBytes);
        }
        return content.retainedDuplicate();
    }

    @Override
    public BytesPayload retain() {
        content.retain();
        return this;
    }

    @Override
    public void release() {
        content.release();
    }

    @Override
    public int sizeBytes() {
        return content.readableBytes();
    }

    /** The size only: content may be secret, large or hostile. */
    @Override
    public String toString() {
        return "BytesPayload[" + content.readableBytes() + " bytes]";
    }
}
