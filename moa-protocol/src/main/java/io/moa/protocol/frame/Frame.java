package io.moa.protocol.frame;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;

/**
 * A view of one frame within the buffer that holds it. The reader uses the same object for every frame: it and its buffer
 * are valid only until the callback returns. What must live longer is copied, or kept by {@link #retainedBody()}.
 *
 * <p>All indexes are absolute in {@link #buffer()}. Only the thread of the callback may use it.
 */
public final class Frame {

    private ByteBuf buffer = Unpooled.EMPTY_BUFFER;
    private FrameKind kind = FrameKind.PING;
    private int flags;
    private long requestId;
    private int hopIndex;
    private int hopLength;
    private int callLength;
    private int bodyLength;
    private long announcedLength;
    private long wholeLength;
    private int bodyCrc;

    Frame() {}

    /**
     * A view of a frame that stands whole and unsplit in a buffer, from its reader index on, as another process of this host wrote
     * it for this one. No limit is asked.
     *
     * @throws FrameException if it is none
     */
    public static Frame whole(ByteBuf buffer) {
        int start = buffer.readerIndex();
        int length = buffer.readableBytes();
        if (length < Prefix.LENGTH || buffer.getUnsignedShort(start) != Prefix.MAGIC) {
            throw new FrameException("Not a frame: " + length + " bytes");
        }
        FrameKind known = FrameKind.ofCode(buffer.getUnsignedByte(start + Prefix.KIND));
        if (known == null) {
            throw new FrameException("Not a frame of a kind that is known here");
        }
        Frame frame = new Frame();
        frame.read(known, buffer, start);
        long end = Prefix.LENGTH + (long) frame.hopLength + frame.callLength + frame.announcedLength;
        if (frame.callLength < 0 || end != length || frame.wholeLength != frame.announcedLength || frame.split()) {
            throw new FrameException("Not a whole frame: " + frame + " in " + length + " bytes");
        }
        frame.show(buffer, start + Prefix.LENGTH, (int) frame.announcedLength);
        return frame;
    }

    /** Takes the numbers out of a prefix whose header CRC was right. */
    void read(FrameKind newKind, ByteBuf from, int start) {
        kind = newKind;
        flags = from.getUnsignedShort(start + Prefix.FLAGS);
        hopLength = from.getUnsignedShort(start + Prefix.HOP_LENGTH);
        requestId = from.getLong(start + Prefix.REQUEST_ID);
        callLength = from.getInt(start + Prefix.CALL_LENGTH);
        announcedLength = from.getUnsignedInt(start + Prefix.BODY_LENGTH);
        wholeLength = from.getUnsignedInt(start + Prefix.WHOLE_LENGTH);
        bodyCrc = from.getInt(start + Prefix.BODY_CRC_AT);
    }

    /** Stands for a whole body that was collected from many frames. */
    void assembled(ByteBuf in, FrameKind newKind, int newFlags, long id, int hop, int call, int body, int crc) {
        kind = newKind;
        flags = newFlags & ~Prefix.MORE;
        requestId = id;
        hopLength = hop;
        callLength = call;
        announcedLength = body;
        wholeLength = body;
        bodyCrc = crc;
        show(in, in.readerIndex(), body);
    }

    void show(ByteBuf in, int headersIndex, int readableBody) {
        buffer = in;
        hopIndex = headersIndex;
        bodyLength = readableBody;
    }

    void hide() {
        buffer = Unpooled.EMPTY_BUFFER;
    }

    /** Never one that this version does not know: those are skipped by the reader. */
    public FrameKind kind() {
        return kind;
    }

    public int flags() {
        return flags;
    }

    /** The request id, or the token of a ping. */
    public long requestId() {
        return requestId;
    }

    /** Where the frame stands; not the receiver's to release. */
    public ByteBuf buffer() {
        return buffer;
    }

    public int hopIndex() {
        return hopIndex;
    }

    public int hopLength() {
        return hopLength;
    }

    public int callIndex() {
        return hopIndex + hopLength;
    }

    public int callLength() {
        return callLength;
    }

    public int bodyIndex() {
        return hopIndex + hopLength + callLength;
    }

    /** How many bytes of body can be read from {@link #buffer()}: all of this frame's, or 0 if the body is skipped. */
    public int bodyLength() {
        return bodyLength;
    }

    /** The body length of this frame as its prefix says, even if the body is skipped; 0 to 2^32 - 1. */
    public long announcedLength() {
        return announcedLength;
    }

    /** The length of the whole body as the prefix says; 0 to 2^32 - 1, and within the limits unless skipped. */
    public long wholeLength() {
        return wholeLength;
    }

    /** The CRC32C of the whole body; means something only with {@link #hasBodyCrc()}. */
    public int bodyCrc() {
        return bodyCrc;
    }

    public boolean hasBodyCrc() {
        return (flags & Prefix.BODY_CRC) != 0;
    }

    /** Whether more pieces of the body follow. */
    public boolean more() {
        return (flags & Prefix.MORE) != 0;
    }

    /** Whether it carries only a piece of a body, so that it belongs to a {@link BodyAssembler} and to credit. */
    public boolean split() {
        return more() || kind == FrameKind.CONTINUATION;
    }

    /**
     * Whether the body is what its sender wrote. True without checking anything if the frame carries no body CRC. Only
     * for frames that are not {@linkplain #split() split}.
     */
    public boolean bodyIntact() {
        return !hasBodyCrc() || Crc32c.of(buffer, bodyIndex(), bodyLength) == bodyCrc;
    }

    /**
     * The body, for keeping; the receiver releases it. It is a slice of {@link #buffer()} or, if it is small beside that, a
     * {@linkplain KeptBytes copy}.
     */
    public ByteBuf retainedBody() {
        return KeptBytes.of(buffer, bodyIndex(), bodyLength);
    }

    /** Names kind, id and sizes, never content. */
    @Override
    public String toString() {
        return kind + " " + Long.toUnsignedString(requestId) + " (hop header " + hopLength + ", call header "
                + callLength + ", body " + announcedLength + " of " + wholeLength + " bytes)";
    }
}
