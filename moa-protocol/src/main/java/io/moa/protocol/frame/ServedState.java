package io.moa.protocol.frame;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The server's end of a connection, with what it owes, so that another process can go on with it. Compared by content; arrays are
 * not changed after they were given.
 *
 * <p>Encoded it is one byte, the edition of this format, and then the Protobuf message {@code ServedState} of the wire schema,
 * which grows as that of {@link ConnectionState} does.
 *
 * @param connection what was read, and what was agreed
 * @param unsent bytes of frames that the socket has not taken; they go out before anything else
 * @param queuedBodies split bodies of which pieces have yet to be sent, in the order of their turns
 * @param openCalls that are being served, and are answered where they were read
 * @param duplicates how many requests came with an id that was used before
 */
@SuppressWarnings("ArrayRecordComponent") // bytes that nobody shares, and equals compares them
public record ServedState(
        ConnectionState connection,
        byte[] unsent,
        List<QueuedBody> queuedBodies,
        List<OpenCall> openCalls,
        long duplicates) {

    /** The edition of the encoding. */
    public static final int EDITION = 1;

    /**
     * A call that is being served.
     *
     * @param requestId on its connection
     * @param oneWay whether nobody waits for its reply
     */
    public record OpenCall(long requestId, boolean oneWay) {}

    public ServedState {
        queuedBodies = List.copyOf(queuedBodies);
        openCalls = List.copyOf(openCalls);
    }

    /** The state as bytes. */
    public byte[] encode() {
        ByteBuf out = Unpooled.buffer(256 + unsent.length);
        out.writeByte(EDITION);
        FieldWriter.bytes(out, 1, connection.encode());
        FieldWriter.bytes(out, 2, unsent);
        for (QueuedBody body : queuedBodies) {
            FieldWriter.message(
                    out,
                    3,
                    FieldWriter.numberLength(body.requestId())
                            + FieldWriter.numberLength(body.wholeLength())
                            + FieldWriter.bytesLength(body.rest()));
            FieldWriter.number(out, 1, body.requestId());
            FieldWriter.number(out, 2, body.wholeLength());
            FieldWriter.bytes(out, 3, body.rest());
        }
        for (OpenCall call : openCalls) {
            FieldWriter.message(out, 4, FieldWriter.numberLength(call.requestId()) + (call.oneWay() ? 2 : 0));
            FieldWriter.number(out, 1, call.requestId());
            FieldWriter.bool(out, 2, call.oneWay());
        }
        FieldWriter.number(out, 5, duplicates);
        return Arrays.copyOf(out.array(), out.writerIndex());
    }

    /**
     * Reads what {@link #encode} wrote, also in an older or a newer process.
     *
     * @throws HeaderException if it is of another edition or malformed
     */
    public static ServedState parse(byte[] bytes) {
        if (bytes.length == 0 || bytes[0] != EDITION) {
            throw new HeaderException("The state of a server's connection is of edition "
                    + (bytes.length == 0 ? "none" : Integer.toString(bytes[0])) + "; this process reads " + EDITION);
        }
        ByteBuf in = Unpooled.wrappedBuffer(bytes);
        byte[] connection = {};
        byte[] unsent = {};
        List<QueuedBody> bodies = new ArrayList<>();
        List<OpenCall> calls = new ArrayList<>();
        long duplicates = 0;
        FieldReader fields = new FieldReader(in, 1, bytes.length - 1, "ServedState");
        while (fields.next()) {
            switch (fields.field()) {
                case 1 -> connection = fields.bytes(Integer.MAX_VALUE);
                case 2 -> unsent = fields.bytes(Integer.MAX_VALUE);
                case 3 -> bodies.add(queuedBody(in, fields));
                case 4 -> calls.add(openCall(in, fields));
                case 5 -> duplicates = fields.int63();
                default -> {} // a newer process's
            }
        }
        return new ServedState(ConnectionState.parse(connection), unsent, bodies, calls, duplicates);
    }

    private static QueuedBody queuedBody(ByteBuf in, FieldReader outer) {
        long requestId = 0;
        int whole = 0;
        byte[] rest = {};
        FieldReader fields = new FieldReader(in, outer.valueIndex(), outer.valueLength(), "QueuedBody");
        while (fields.next()) {
            switch (fields.field()) {
                case 1 -> requestId = fields.uint64();
                case 2 -> whole = fields.int31();
                case 3 -> rest = fields.bytes(Integer.MAX_VALUE);
                default -> {} // a newer process's
            }
        }
        if (rest.length == 0 || rest.length > whole) {
            throw new HeaderException("The state of a connection has a body to send that cannot be: " + rest.length
                    + " of " + whole + " bytes");
        }
        return new QueuedBody(requestId, whole, rest);
    }

    private static OpenCall openCall(ByteBuf in, FieldReader outer) {
        long requestId = 0;
        boolean oneWay = false;
        FieldReader fields = new FieldReader(in, outer.valueIndex(), outer.valueLength(), "OpenCall");
        while (fields.next()) {
            switch (fields.field()) {
                case 1 -> requestId = fields.uint64();
                case 2 -> oneWay = fields.bool();
                default -> {} // a newer process's
            }
        }
        return new OpenCall(requestId, oneWay);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ServedState that && Arrays.equals(encode(), that.encode());
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(encode());
    }

    /** Sizes in the place of bytes. */
    @Override
    public String toString() {
        return "ServedState[" + connection + ", " + unsent.length + " bytes unsent, queued " + queuedBodies + ", open "
                + openCalls.size() + " calls]";
    }
}
