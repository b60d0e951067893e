package io.moa.protocol.frame;

import io.netty.buffer.ByteBuf;

/**
 * The first {@value #LENGTH} bytes of every frame. Each number stands at a fixed place, big endian, so that a hop can
 * change one without rewriting the rest.
 *
 * <pre>
 *        0        1        2        3        4        5        6        7
 *    +--------+--------+--------+--------+--------+--------+--------+--------+
 *  0 |   D7       4D   |version | kind   |      flags      | hop header len. |
 *    +--------+--------+--------+--------+--------+--------+--------+--------+
 *  8 |                              request id                               |
 *    +--------+--------+--------+--------+--------+--------+--------+--------+
 * 16 |        call header length         |    body length in this frame      |
 *    +--------+--------+--------+--------+--------+--------+--------+--------+
 * 24 |         whole body length         |     CRC32C of the whole body      |
 *    +--------+--------+--------+--------+--------+--------+--------+--------+
 * 32 |           header CRC32C           |
 *    +--------+--------+--------+--------+
 * 36   hop header, call header, body
 * </pre>
 *
 * <p>The header CRC covers bytes 0 to 31, the hop header and the call header. The first byte is neither printable ASCII
 * nor {@code 0x16}, so a listener tells a frame from a Redis command, from HTTP and from TLS by one byte.
 *
 * <h2>Writing a frame</h2>
 *
 * <pre>{@code
 * int start = Prefix.begin(out);
 * int hop = RequestHop.write(out, remainingNanos, call.hop(), call.ledger());
 * int header = out.writerIndex();
 * ... // call header
 * Prefix.finish(out, start, FrameKind.REQUEST, 0, id, hop, out.writerIndex() - header, bodyLength, bodyLength, 0);
 * ... // body, in this buffer or another
 * }</pre>
 *
 * <p>Until the frame is written only its writer may use the buffer. Nothing here keeps state.
 */
public final class Prefix {

    /** Bytes of a prefix. */
    public static final int LENGTH = 36;

    /** The first two bytes. */
    public static final int MAGIC = 0xD74D;

    /** The version that this code reads and writes. */
    public static final int VERSION = 1;

    /** Flag: the body CRC is set. */
    public static final int BODY_CRC = 1;

    /** Flag: the body goes on in {@link FrameKind#CONTINUATION} frames. */
    public static final int MORE = 1 << 1;

    // Where each number begins.
    static final int VERSION_AT = 2;
    static final int KIND = 3;
    static final int FLAGS = 4;
    static final int HOP_LENGTH = 6;
    static final int REQUEST_ID = 8;
    static final int CALL_LENGTH = 16;
    static final int BODY_LENGTH = 20;
    static final int WHOLE_LENGTH = 24;
    static final int BODY_CRC_AT = 28;
    static final int HEADER_CRC = 32;

    private Prefix() {}

    /**
     * Leaves room for a prefix.
     *
     * @return where the frame starts, for {@link #finish}
     */
    public static int begin(ByteBuf out) {
        int start = out.writerIndex();
        out.ensureWritable(LENGTH);
        out.writerIndex(start + LENGTH);
        return start;
    }

    /**
     * Fills the prefix of a frame whose hop header and call header were just written after it. The body may come later
     * and stand elsewhere.
     *
     * @param start what {@link #begin} returned
     * @param flags {@link #BODY_CRC} and {@link #MORE}
     * @param hopLength 0 to 65,535
     * @param bodyLength of this frame
     * @param wholeLength of the whole body; the same as {@code bodyLength} unless the body is split
     * @param bodyCrc what {@link Crc32c#of} says of the whole body; 0 without {@link #BODY_CRC}
     * @throws IllegalArgumentException if the headers are not there or a length is out of range
     */
    public static void finish(
            ByteBuf out,
            int start,
            FrameKind kind,
            int flags,
            long requestId,
            int hopLength,
            int callLength,
            int bodyLength,
            int wholeLength,
            int bodyCrc) {
        int headersLength = hopLength + callLength;
        if (hopLength < 0
                || hopLength > 0xFFFF
                || callLength < 0
                || bodyLength < 0
                || wholeLength < bodyLength
                || out.writerIndex() - start < LENGTH + headersLength) {
            throw new IllegalArgumentException(
                    "A frame cannot have " + hopLength + " bytes of hop header, " + callLength
                            + " of call header, " + bodyLength + " of body and " + wholeLength + " of whole body with "
                            + (out.writerIndex() - start) + " bytes written");
        }
        out.setLong(
                start,
                (long) MAGIC << 48
                        | (long) VERSION << 40
                        | (long) kind.code() << 32
                        | (flags & 0xFFFFL) << 16
                        | hopLength);
        out.setLong(start + REQUEST_ID, requestId);
        out.setLong(start + CALL_LENGTH, (long) callLength << 32 | bodyLength);
        out.setLong(start + WHOLE_LENGTH, (long) wholeLength << 32 | (bodyCrc & 0xFFFF_FFFFL));
        out.setInt(start + HEADER_CRC, Crc32c.headerOf(out, start, headersLength));
    }

    /** Gives a frame another request id. The frame is not valid until it is {@linkplain #seal sealed} again. */
    public static void patchRequestId(ByteBuf buffer, int start, long requestId) {
        buffer.setLong(start + REQUEST_ID, requestId);
    }

    /**
     * Computes the header CRC of a frame anew, after a hop has patched its prefix or its hop header in place. The whole
     * header must stand in the buffer, the body need not.
     */
    public static void seal(ByteBuf buffer, int start) {
        int headersLength = buffer.getUnsignedShort(start + HOP_LENGTH) + buffer.getInt(start + CALL_LENGTH);
        buffer.setInt(start + HEADER_CRC, Crc32c.headerOf(buffer, start, headersLength));
    }
}
