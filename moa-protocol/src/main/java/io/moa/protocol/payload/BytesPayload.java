package io.moa.protocol.payload;

import io.moa.protocol.serialize.SerializationException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Bytes as they came or go over the wire. Shares the reference count of the buffer it wraps. */
public final class BytesPayload implements BodyPayload {

    private final @Nullable KnownTexts texts;
    private final byte @Nullable [] text; // without its quotes
    private @Nullable ByteBuf content; // if there is a text, made when somebody asks, and then guarded by this

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
        this.text = null;
    }

    private BytesPayload(byte[] text) {
        this.text = text;
        this.texts = null;
    }

    /**
     * A text in JSON. It holds no memory of a pool, and need not be released.
     *
     * @param text its bytes as they stand between the quotes; taken over
     */
    public static BytesPayload ofText(byte[] text) {
        return new BytesPayload(text);
    }

    /** Of a payload that was made {@linkplain #ofText of a text} what stands between its quotes, not to be changed; null of any other. */
    public byte @Nullable [] text() {
        return text;
    }

    /** Where the texts stand, if it is known to be a JSON list of nothing else; null otherwise. */
    public @Nullable KnownTexts texts() {
        return texts;
    }

    /** The bytes, to be read by index or through a duplicate; no reference is handed over. */
    public ByteBuf content() {
        byte[] known = text;
        return known == null ? Objects.requireNonNull(content) : quoted(known);
    }

    private synchronized ByteBuf quoted(byte[] known) {
        ByteBuf made = content;
        if (made == null) {
            byte[] quoted = new byte[known.length + 2];
            quoted[0] = '"';
            System.arraycopy(known, 0, quoted, 1, known.length);
            quoted[quoted.length - 1] = '"';
            // Whoever came before was not counted.
            made = Unpooled.unreleasableBuffer(Unpooled.wrappedBuffer(quoted));
            content = made;
        }
        return made;
    }

    @Override
    public ByteBuf encoded(ByteBufAllocator allocator, int maxBytes) {
        if (sizeBytes() > maxBytes) {
            throw new SerializationException(
                    SerializationException.Reason.TOO_LARGE,
                    "The body has " + sizeBytes() + " bytes; the limit is " + maxBytes);
        }
        return content().retainedDuplicate();
    }

    @Override
    public BytesPayload retain() {
        if (text == null) {
            content().retain();
        }
        return this;
    }

    @Override
    public void release() {
        if (text == null) {
            content().release();
        }
    }

    @Override
    public int sizeBytes() {
        return text != null ? text.length + 2 : content().readableBytes();
    }

    /** The size only: content may be secret, large or hostile. */
    @Override
    public String toString() {
        return "BytesPayload[" + sizeBytes() + " bytes]";
    }
}
