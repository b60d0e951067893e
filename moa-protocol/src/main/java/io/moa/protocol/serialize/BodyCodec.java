package io.moa.protocol.serialize;

import io.moa.protocol.payload.BytesPayload;
import io.moa.protocol.payload.KnownTexts;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * Encodes and decodes one body: the arguments or the result of one method. Safe for many threads.
 *
 * <h2>Ownership</h2>
 *
 * <p>A codec never retains or releases a buffer, and keeps nothing of it after it returns.
 *
 * <h2>Failure</h2>
 *
 * <p>Both directions throw {@link SerializationException} and nothing else, whatever the value or the bytes. An encode
 * that fails leaves the writer index of {@code out} where it was, so that the caller can write an error instead. A decode
 * that fails leaves the reader index of {@code in} undefined.
 */
public interface BodyCodec {

    /**
     * Appends the value to a buffer.
     *
     * @param value for arguments an {@code Object[]} with one element per parameter; for a result the value, which may be
     *     null
     * @param out grows up to its own maximum capacity
     * @param maxBytes the most bytes this body may take; at least 0
     * @throws SerializationException with {@link SerializationException.Reason#TOO_LARGE} if the body takes more than
     *     {@code maxBytes} or than {@code out} can hold; with another reason if the value cannot be carried
     */
    void encode(@Nullable Object value, ByteBuf out, int maxBytes);

    /**
     * The encoded value in memory of its own, if that takes less than to append it somewhere.
     *
     * @param maxBytes as for {@link #encode(Object, ByteBuf, int)}
     * @return which the caller releases; null if there is none, and the value is to be appended: that is no failure
     */
    default @Nullable BytesPayload payload(@Nullable Object value, int maxBytes) {
        return null;
    }

    /** Appends the value to a buffer, with no limit but the buffer's maximum capacity. */
    default void encode(@Nullable Object value, ByteBuf out) {
        encode(value, out, Integer.MAX_VALUE);
    }

    /**
     * Reads exactly the readable bytes; bytes left over are an error.
     *
     * @return for arguments an {@code Object[]} with one element per parameter; for a result the value
     * @throws SerializationException if the bytes are cut short, malformed, over a limit, or ask for a class that is not
     *     allowed
     */
    @Nullable
    Object decode(ByteBuf in);

    /**
     * The same, of bytes of which something is known already.
     *
     * @param texts where texts stand in them, if they are a JSON list of nothing else; null if that is not known
     */
    default @Nullable Object decode(ByteBuf in, @Nullable KnownTexts texts) {
        return decode(in);
    }
}
