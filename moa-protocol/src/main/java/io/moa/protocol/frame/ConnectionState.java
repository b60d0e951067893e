package io.moa.protocol.frame;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * All that one side of a connection knows of it beside the socket, so that another process can go on with the socket as if
 * nothing had happened. Taken between two reads. Compared by content; arrays are not changed after they were given.
 *
 * <p>Encoded it is one byte, the edition of this format, and then the Protobuf message {@code ConnectionState} of the wire
 * schema. Fields are added without a new edition if a reader may ignore them; the edition grows when it may not.
 *
 * @param version of the wire protocol, as the handshake chose it; 0 before the handshake
 * @param features that both sides have, as bits of {@link Features}
 * @param accepts how large frames may be that this side reads
 * @param peerMaxFrameBody the largest body of one frame that the peer accepts, in bytes
 * @param peerMaxBody the largest whole body that the peer accepts, in bytes
 * @param application whose process the peer is; empty before the handshake
 * @param instance the peer's uuid; empty before the handshake
 * @param internedNames the bytes that the numbers 1, 2, … stand for on this connection
 * @param highestIdSeen the highest request id that came; 0 for none
 * @param highestIdSent the highest request id that was sent; 0 for none
 * @param sendCredit bytes of split bodies that this side may send
 * @param receiveCredit bytes of split bodies that the peer may send
 * @param closing whether this side has announced that it closes
 * @param peerClosing whether the peer has
 * @param unread bytes of a frame that has not come whole: {@link FrameReader#unread()}
 * @param skipping bytes to drop before those: {@link FrameReader#skipping()}
 * @param partialBodies split bodies that have not come whole: {@link BodyAssembler#export()}
 */
@SuppressWarnings("ArrayRecordComponent") // bytes that nobody shares, and equals compares them
public record ConnectionState(
        int version,
        long features,
        FrameLimits accepts,
        int peerMaxFrameBody,
        long peerMaxBody,
        String application,
        String instance,
        List<byte[]> internedNames,
        long highestIdSeen,
        long highestIdSent,
        long sendCredit,
        long receiveCredit,
        boolean closing,
        boolean peerClosing,
        byte[] unread,
        long skipping,
        List<PartialBody> partialBodies) {

    /** The edition of the encoding. */
    public static final int EDITION = 1;

    private static final int MAX_NAME_BYTES = 1024;

    public ConnectionState {
        internedNames = List.copyOf(internedNames);
        partialBodies = List.copyOf(partialBodies);
    }

    /** A reader that goes on where the one of this state stopped. */
    public FrameReader reader() {
        return new FrameReader(accepts, unread, skipping);
    }

    /** The state as bytes. */
    public byte[] encode() {
        ByteBuf out = Unpooled.buffer(256 + unread.length);
        out.writeByte(EDITION);
        FieldWriter.number(out, 1, version);
        FieldWriter.number(out, 2, features);
        FieldWriter.number(out, 3, accepts.maxHeaderBytes());
        FieldWriter.number(out, 4, accepts.maxFrameBodyBytes());
        FieldWriter.number(out, 5, accepts.maxBodyBytes());
        FieldWriter.number(out, 6, peerMaxFrameBody);
        FieldWriter.number(out, 7, peerMaxBody);
        FieldWriter.string(out, 8, application);
        FieldWriter.string(out, 9, instance);
        for (byte[] name : internedNames) {
            FieldWriter.message(out, 10, name.length);
            out.writeBytes(name);
        }
        FieldWriter.number(out, 11, highestIdSeen);
        FieldWriter.number(out, 12, highestIdSent);
        FieldWriter.number(out, 13, sendCredit);
        FieldWriter.number(out, 14, receiveCredit);
        FieldWriter.bool(out, 15, closing);
        FieldWriter.bool(out, 16, peerClosing);
        FieldWriter.bytes(out, 17, unread);
        FieldWriter.number(out, 18, skipping);
        for (PartialBody body : partialBodies) {
            write(out, body);
        }
        return Arrays.copyOf(out.array(), out.writerIndex());
    }

    private static void write(ByteBuf out, PartialBody body) {
        ByteBuf head = Unpooled.buffer(64);
        FieldWriter.number(head, 1, body.kind().code());
        FieldWriter.number(head, 2, body.flags());
        FieldWriter.number(head, 3, body.requestId());
        FieldWriter.number(head, 4, body.wholeLength());
        FieldWriter.number(head, 5, body.bodyCrc() & 0xFFFF_FFFFL);
        FieldWriter.message(
                out,
                19,
                head.readableBytes()
                        + FieldWriter.bytesLength(body.hop())
                        + FieldWriter.bytesLength(body.call())
                        + FieldWriter.bytesLength(body.body()));
        out.writeBytes(head);
        FieldWriter.bytes(out, 6, body.hop());
        FieldWriter.bytes(out, 7, body.call());
        FieldWriter.bytes(out, 8, body.body());
    }

    /**
     * Reads what {@link #encode} wrote, also in an older or a newer process.
     *
     * @throws HeaderException if it is of another edition or malformed
     */
    public static ConnectionState parse(byte[] bytes) {
        if (bytes.length == 0 || bytes[0] != EDITION) {
            throw new HeaderException("The state of a connection is of edition "
                    + (bytes.length == 0 ? "none" : Integer.toString(bytes[0])) + "; this process reads " + EDITION);
        }
        ByteBuf in = Unpooled.wrappedBuffer(bytes);
        int version = 0;
        long features = 0;
        int maxHeader = 0;
        int maxFrameBody = 0;
        int maxBody = 0;
        int peerMaxFrameBody = 0;
        long peerMaxBody = 0;
        String application = "";
        String instance = "";
        List<byte[]> names = new ArrayList<>();
        long seen = 0;
        long sent = 0;
        long sendCredit = 0;
        long receiveCredit = 0;
        boolean closing = false;
        boolean peerClosing = false;
        byte[] unread = {};
        long skipping = 0;
        List<PartialBody> bodies = new ArrayList<>();
        FieldReader fields = new FieldReader(in, 1, bytes.length - 1, "ConnectionState");
        while (fields.next()) {
            switch (fields.field()) {
                case 1 -> version = fields.int31();
                case 2 -> features = fields.uint64();
                case 3 -> maxHeader = fields.int31();
                case 4 -> maxFrameBody = fields.int31();
                case 5 -> maxBody = fields.int31();
                case 6 -> peerMaxFrameBody = fields.int31();
                case 7 -> peerMaxBody = fields.int63();
                case 8 -> application = fields.word(MAX_NAME_BYTES);
                case 9 -> instance = fields.word(MAX_NAME_BYTES);
                case 10 -> names.add(fields.bytes(Integer.MAX_VALUE));
                case 11 -> seen = fields.uint64();
                case 12 -> sent = fields.uint64();
                case 13 -> sendCredit = fields.int63();
                case 14 -> receiveCredit = fields.int63();
                case 15 -> closing = fields.bool();
                case 16 -> peerClosing = fields.bool();
                case 17 -> unread = fields.bytes(Integer.MAX_VALUE);
                case 18 -> skipping = fields.int63();
                case 19 -> bodies.add(partialBody(in, fields));
                default -> {} // a newer process's
            }
        }
        try {
            return new ConnectionState(
                    version,
                    features,
                    new FrameLimits(maxHeader, maxFrameBody, maxBody),
                    peerMaxFrameBody,
                    peerMaxBody,
                    application,
                    instance,
                    names,
                    seen,
                    sent,
                    sendCredit,
                    receiveCredit,
                    closing,
                    peerClosing,
                    unread,
                    skipping,
                    bodies);
        } catch (IllegalArgumentException e) {
            throw new HeaderException("The state of a connection has limits that cannot be: " + e.getMessage());
        }
    }

    private static PartialBody partialBody(ByteBuf in, FieldReader outer) {
        int kindCode = 0;
        int flags = 0;
        long requestId = 0;
        int whole = 0;
        int crc = 0;
        byte[] hop = {};
        byte[] call = {};
        byte[] body = {};
        FieldReader fields = new FieldReader(in, outer.valueIndex(), outer.valueLength(), "PartialBody");
        while (fields.next()) {
            switch (fields.field()) {
                case 1 -> kindCode = fields.int31();
                case 2 -> flags = fields.int31();
                case 3 -> requestId = fields.uint64();
                case 4 -> whole = fields.int31();
                case 5 -> crc = (int) fields.uint64();
                case 6 -> hop = fields.bytes(Integer.MAX_VALUE);
                case 7 -> call = fields.bytes(Integer.MAX_VALUE);
                case 8 -> body = fields.bytes(Integer.MAX_VALUE);
                default -> {} // a newer process's
            }
        }
        FrameKind kind = FrameKind.ofCode(kindCode);
        if (kind == null || !kind.splittable() || body.length >= whole) {
            throw new HeaderException("The state of a connection has a body that cannot go on: kind " + kindCode + ", "
                    + body.length + " of " + whole + " bytes");
        }
        return new PartialBody(kind, flags, requestId, hop, call, whole, crc, body);
    }

    @Override
    public boolean equals(Object other) {
        // Field by field it would be a page of code with arrays in between; this is asked by tests and in logs only.
        return other instanceof ConnectionState that && Arrays.equals(encode(), that.encode());
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(encode());
    }

    /** Sizes in the place of bytes. */
    @Override
    public String toString() {
        return "ConnectionState[" + application + "#" + instance + ", version " + version + ", ids seen "
                + Long.toUnsignedString(highestIdSeen) + " and sent " + Long.toUnsignedString(highestIdSent)
                + ", credit "
                + sendCredit + " out and " + receiveCredit + " in, " + unread.length + " bytes unread, " + skipping
                + " to skip, partial bodies " + partialBodies + "]";
    }
}
