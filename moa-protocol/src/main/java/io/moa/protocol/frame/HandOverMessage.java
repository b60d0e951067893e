package io.moa.protocol.frame;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.Arrays;

/**
 * One message between two processes of a host of which one takes the other's connections over. Which parts of it mean something is
 * said by its step. Arrays are not changed after they were given.
 *
 * <p>Encoded it is the Protobuf message {@code HandOver} of the wire schema. The edition that two processes use is agreed on in the
 * first two messages, whose form never changes.
 *
 * @param connection which one; also the number of a listener, or how many
 * @param number a request id, or another number
 * @param last a yes or no
 * @param text for people, or a name
 * @param first bytes
 * @param second further bytes
 */
@SuppressWarnings("ArrayRecordComponent") // bytes that nobody shares
public record HandOverMessage(
        Step step, long connection, long number, boolean last, String text, byte[] first, byte[] second) {

    private static final byte[] NOTHING = {};
    private static final int MAX_TEXT_BYTES = 64 * 1024;

    /** What a message says, from N, the new process, or O, the old one. */
    public enum Step {
        /** N: its lowest edition (connection), its highest (number), random bytes (first). */
        GREETING(1),
        /** O: the edition (number), random bytes (first), a proof that it knows the nonce (second). */
        CHALLENGE(2),
        /** N: a proof that it knows the nonce (first). */
        PROOF(3),
        /** O: a listener by its number (connection), name (text), address (first). */
        DOOR(4),
        /** O: those were all. */
        OFFER(5),
        /** N: it could serve at once. */
        READY(6),
        /** Both: it does not go on, and why (text). Nothing was taken. */
        REFUSAL(7),
        /** O: the next descriptor is that of a listener (number). */
        DOOR_DESCRIPTOR(8),
        /** O: the next descriptor is that of a connection, of a listener (number), over a Unix socket or not (last). */
        DESCRIPTOR(9),
        /** N: how many descriptors it has (number). */
        HELD(10),
        /** O: a connection has ended, and its descriptor is to be closed. */
        GONE(11),
        /** O: the state (first) of a connection of a kind (number); resting for so many nanoseconds (second). */
        STATE(12),
        /** O: something else (text, first). */
        LUGGAGE(13),
        /** O: the states of so many connections (number) were all; N may take them. */
        COMMIT(14),
        /** N: it has taken them, and reads as soon as this has been written. */
        TAKEN(15),
        /** O: a frame (first) for a connection about a call (number), which has ended with it or not (last); without bytes: nothing to tell. */
        LATE(16),
        /** N: a call (number) on a connection is not wanted any more, for a reason (first). */
        CANCEL(17),
        /** N: where is a call (number) on a connection? */
        INQUIRY(18),
        /** O: it owes nothing any more. N: so it is, and how long the connections rested (first). */
        BYE(19);

        private static final Step[] STEPS = values();

        private final int code;

        Step(int code) {
            this.code = code;
        }

        static Step ofCode(int code) {
            if (code < 1 || code > STEPS.length) {
                throw new HeaderException("The other process says something that is not known here: " + code);
            }
            return STEPS[code - 1];
        }
    }

    public HandOverMessage(Step step) {
        this(step, 0, 0, false, "", NOTHING, NOTHING);
    }

    public HandOverMessage(Step step, long connection, long number) {
        this(step, connection, number, false, "", NOTHING, NOTHING);
    }

    public HandOverMessage(Step step, long connection, long number, byte[] first, byte[] second) {
        this(step, connection, number, false, "", first, second);
    }

    /** A refusal. */
    public static HandOverMessage refusal(String why) {
        return new HandOverMessage(Step.REFUSAL, 0, 0, false, why, NOTHING, NOTHING);
    }

    /** The message as bytes. */
    public byte[] encode() {
        ByteBuf out = Unpooled.buffer(64 + first.length + second.length);
        FieldWriter.number(out, 1, step.code);
        FieldWriter.number(out, 2, connection);
        FieldWriter.number(out, 3, number);
        FieldWriter.bool(out, 4, last);
        FieldWriter.string(out, 5, text);
        FieldWriter.bytes(out, 6, first);
        FieldWriter.bytes(out, 7, second);
        return Arrays.copyOf(out.array(), out.writerIndex());
    }

    /**
     * Reads what {@link #encode} wrote.
     *
     * @throws HeaderException if it is malformed or of a step that is not known
     */
    public static HandOverMessage parse(ByteBuf in) {
        int step = 0;
        long connection = 0;
        long number = 0;
        boolean last = false;
        String text = "";
        byte[] first = NOTHING;
        byte[] second = NOTHING;
        FieldReader fields = new FieldReader(in, in.readerIndex(), in.readableBytes(), "HandOver");
        while (fields.next()) {
            switch (fields.field()) {
                case 1 -> step = fields.int31();
                case 2 -> connection = fields.uint64();
                case 3 -> number = fields.uint64();
                case 4 -> last = fields.bool();
                case 5 -> text = fields.string(MAX_TEXT_BYTES);
                case 6 -> first = fields.bytes(Integer.MAX_VALUE);
                case 7 -> second = fields.bytes(Integer.MAX_VALUE);
                default -> {} // a newer process's
            }
        }
        return new HandOverMessage(Step.ofCode(step), connection, number, last, text, first, second);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof HandOverMessage that && Arrays.equals(encode(), that.encode());
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(encode());
    }

    /** Sizes in the place of bytes. */
    @Override
    public String toString() {
        return step + "[" + connection + ", " + Long.toUnsignedString(number) + (last ? ", last" : "")
                + (text.isEmpty() ? "" : ", " + text) + ", " + first.length + " and " + second.length + " bytes]";
    }
}
