package io.moa.protocol.frame;

import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * CRC32C (Castagnoli) of ranges of a buffer, computed by the processor's own instruction where the JVM uses it.
 *
 * <p>An object belongs to one reader and one thread. It copies direct memory through a small array of its own: the buffer
 * that it reads is shared with the threads that received slices of it, and Netty's internal NIO buffer of the parent is
 * not safe for two threads, while a fresh NIO buffer per frame would be garbage. The static methods are for writers.
 */
public final class Crc32c {

    private static final int SCRATCH_BYTES = 512; // nearly every header fits

    private final CRC32C crc = new CRC32C();
    private final byte[] scratch = new byte[SCRATCH_BYTES];

    Crc32c() {}

    /** The checksum of a frame's header: bytes 0 to 31 of the prefix, then all that stands between prefix and body. */
    int header(ByteBuf buffer, int start, int headersLength) {
        crc.reset();
        update(buffer, start, Prefix.HEADER_CRC);
        update(buffer, start + Prefix.LENGTH, headersLength);
        return (int) crc.getValue();
    }

    private void update(ByteBuf buffer, int index, int length) {
        if (buffer.hasArray()) {
            crc.update(buffer.array(), buffer.arrayOffset() + index, length);
            return;
        }
        int done = 0;
        while (done < length) {
            int piece = Math.min(SCRATCH_BYTES, length - done);
            buffer.getBytes(index + done, scratch, 0, piece);
            crc.update(scratch, 0, piece);
            done += piece;
        }
    }

    /**
     * The checksum of a range, such as a body. Other threads may read the buffer meanwhile.
     *
     * @return the 32 bits as they stand on the wire
     */
    public static int of(ByteBuf buffer, int index, int length) {
        CRC32C crc = new CRC32C(); // does not escape, so it is no allocation once compiled
        if (buffer.hasArray()) {
            crc.update(buffer.array(), buffer.arrayOffset() + index, length);
        } else if (buffer.nioBufferCount() == 1) {
            crc.update(buffer.nioBuffer(index, length));
        } else {
            for (ByteBuffer part : buffer.nioBuffers(index, length)) {
                crc.update(part);
            }
        }
        return (int) crc.getValue();
    }

    /** As {@link #header}, for a writer that nobody shares the buffer with yet. */
    static int headerOf(ByteBuf buffer, int start, int headersLength) {
        CRC32C crc = new CRC32C(); // as above
        if (buffer.hasArray()) {
            int offset = buffer.arrayOffset() + start;
            crc.update(buffer.array(), offset, Prefix.HEADER_CRC);
            crc.update(buffer.array(), offset + Prefix.LENGTH, headersLength);
        } else if (buffer.nioBufferCount() == 1) {
            crc.update(buffer.internalNioBuffer(start, Prefix.HEADER_CRC));
            crc.update(buffer.internalNioBuffer(start + Prefix.LENGTH, headersLength));
        } else {
            for (ByteBuffer part : buffer.nioBuffers(start, Prefix.HEADER_CRC)) {
                crc.update(part);
            }
            for (ByteBuffer part : buffer.nioBuffers(start + Prefix.LENGTH, headersLength)) {
                crc.update(part);
            }
        }
        return (int) crc.getValue();
    }
}
