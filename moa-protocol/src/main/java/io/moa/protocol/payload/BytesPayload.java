package io.moa.protocol.payload;

import io.moa.protocol.serialize.SerializationException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import org.jspecify.annotations.Nullable;

/** Bytes as they came or go over the wire. Shares the reference count of the buffer it wraps. */
public final class BytesPayload implements BodyPayload {

    private final ByteBuf content;
    private final @Nullable KnownTexts texts;

    /** Wraps a buffer and takes over the caller's reference to it. */
    public BytesPayload(ByteBuf content) {
        this(content, null);
    }

    /**
     * The same, of a JSON list of texts.
     *
     * @param texts where they stand; null if that is not known, or it is anything else
     */
    public BytesPayload(ByteBuf content, @Nullable KnownTexts texts) {
        this.content = content;
        this.texts = texts;
    }

    /** Where the texts stand, if it is known to be a JSON list of nothing else; null otherwise. */
    public @Nullable KnownTexts texts() {
        return texts;
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
