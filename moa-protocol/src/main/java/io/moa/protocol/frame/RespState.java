package io.moa.protocol.frame;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A connection whose client speaks RESP, with what it is owed, so that another process can go on with it. Compared by content; arrays
 * are not changed after they were given.
 *
 * <p>Encoded it is one byte, the edition of this format, and then the Protobuf message {@code RespState} of the wire schema, which
 * grows as that of {@link ConnectionState} does.
 *
 * @param version of RESP, 2 or 3
 * @param known whether it may call
 * @param user whose password it said
 * @param name that it gave itself
 * @param failures how many wrong passwords it said in a row
 * @param id by which it is told apart
 * @param unread bytes of commands that came and were not executed
 * @param unsent bytes that the socket has not taken; they go out before anything else
 * @param owed answers, in the order in which they were asked for
 */
@SuppressWarnings("ArrayRecordComponent") // bytes that nobody shares, and equals compares them
public record RespState(
        int version,
        boolean known,
        String user,
        String name,
        int failures,
        long id,
        byte[] unread,
        byte[] unsent,
        List<Owed> owed) {

    /** The edition of the encoding. */
    public static final int EDITION = 1;

    private static final byte[] NOTHING = {};

    /** What is owed. */
    public enum Kind {
        /** What a call ends with; the process that read it says so later. */
        CALL,
        /** What another command is answered; the process that read it says so later. */
        COMMAND,
        /** It is made, and waits for its turn. */
        MADE;

        private static Kind ofCode(int code) {
            if (code < 1 || code > values().length) {
                throw new HeaderException(
                        "The state of a connection has an answer of a kind that is not known: " + code);
            }
            return values()[code - 1];
        }
    }

    /**
     * An answer.
     *
     * @param made its bytes, if it is made
     */
    @SuppressWarnings("ArrayRecordComponent") // as above
    public record Owed(Kind kind, byte[] made) {

        /** One that comes later. */
        public Owed(Kind kind) {
            this(kind, NOTHING);
        }
    }

    public RespState {
        owed = List.copyOf(owed);
    }

    /** The state as bytes. */
    public byte[] encode() {
        ByteBuf out = Unpooled.buffer(128 + unread.length + unsent.length);
        out.writeByte(EDITION);
        FieldWriter.number(out, 1, version);
        FieldWriter.bool(out, 2, known);
        FieldWriter.string(out, 3, user);
        FieldWriter.string(out, 4, name);
        FieldWriter.number(out, 5, failures);
        FieldWriter.number(out, 6, id);
        FieldWriter.bytes(out, 7, unread);
        FieldWriter.bytes(out, 8, unsent);
        for (Owed answer : owed) {
            FieldWriter.message(out, 9, 2 + FieldWriter.bytesLength(answer.made));
            FieldWriter.number(out, 1, answer.kind.ordinal() + 1);
            FieldWriter.bytes(out, 2, answer.made);
        }
        return Arrays.copyOf(out.array(), out.writerIndex());
    }

    /**
     * Reads what {@link #encode} wrote, also in an older or a newer process.
     *
     * @throws HeaderException if it is of another edition or malformed
     */
    public static RespState parse(byte[] bytes) {
        if (bytes.length == 0 || bytes[0] != EDITION) {
            throw new HeaderException("The state of a connection of RESP is of edition "
                    + (bytes.length == 0 ? "none" : Integer.toString(bytes[0])) + "; this process reads " + EDITION);
        }
        ByteBuf in = Unpooled.wrappedBuffer(bytes);
        int version = 0;
        boolean known = false;
        String user = "";
        String name = "";
        int failures = 0;
        long id = 0;
        byte[] unread = NOTHING;
        byte[] unsent = NOTHING;
        List<Owed> owed = new ArrayList<>();
        FieldReader fields = new FieldReader(in, 1, bytes.length - 1, "RespState");
        while (fields.next()) {
            switch (fields.field()) {
                case 1 -> version = fields.int31();
                case 2 -> known = fields.bool();
                case 3 -> user = fields.string(Integer.MAX_VALUE);
                case 4 -> name = fields.string(Integer.MAX_VALUE);
                case 5 -> failures = fields.int31();
                case 6 -> id = fields.uint64();
                case 7 -> unread = fields.bytes(Integer.MAX_VALUE);
                case 8 -> unsent = fields.bytes(Integer.MAX_VALUE);
                case 9 -> owed.add(owed(in, fields));
                default -> {} // a newer process's
            }
        }
        return new RespState(version, known, user, name, failures, id, unread, unsent, owed);
    }

    private static Owed owed(ByteBuf in, FieldReader outer) {
        int kind = 0;
        byte[] made = NOTHING;
        FieldReader fields = new FieldReader(in, outer.valueIndex(), outer.valueLength(), "OwedAnswer");
        while (fields.next()) {
            switch (fields.field()) {
                case 1 -> kind = fields.int31();
                case 2 -> made = fields.bytes(Integer.MAX_VALUE);
                default -> {} // a newer process's
            }
        }
        return new Owed(Kind.ofCode(kind), made);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof RespState that && Arrays.equals(encode(), that.encode());
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(encode());
    }

    /** Sizes in the place of bytes. */
    @Override
    public String toString() {
        return "RespState[" + id + ", version " + version + (known ? "" : ", a stranger") + ", " + unread.length
                + " bytes unread, " + unsent.length + " unsent, " + owed.size() + " answers owed]";
    }
}
