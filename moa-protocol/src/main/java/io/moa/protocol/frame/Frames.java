package io.moa.protocol.frame;

import io.moa.invoke.Cancellation;
import io.netty.buffer.ByteBuf;

/** Writes and reads the frames that carry no call: each whole, in one step. Stateless. */
public final class Frames {

    private static final int CANCEL_LENGTH = 4;
    private static final int CREDIT_LENGTH = 8;

    private Frames() {}

    /** Asks for a {@link #pong} with the same token. */
    public static void ping(ByteBuf out, long token) {
        bare(out, FrameKind.PING, 0, token, 0, 0);
    }

    public static void pong(ByteBuf out, long token) {
        bare(out, FrameKind.PONG, 0, token, 0, 0);
    }

    public static void closingAck(ByteBuf out) {
        bare(out, FrameKind.CLOSING_ACK, 0, 0, 0, 0);
    }

    /**
     * The head of a further piece of a body; the piece itself follows, written by the caller.
     *
     * @param more whether further pieces come after this one
     * @param pieceLength bytes of this piece, at least 1
     * @param wholeLength as the first frame said
     */
    public static void continuation(ByteBuf out, long requestId, boolean more, int pieceLength, int wholeLength) {
        bare(out, FrameKind.CONTINUATION, more ? Prefix.MORE : 0, requestId, pieceLength, wholeLength);
    }

    /** Says that the reply to a request is not wanted any more. */
    public static void cancel(ByteBuf out, long requestId, Cancellation.Reason reason) {
        int start = Prefix.begin(out);
        out.writeInt(reason.code() << 24);
        Prefix.finish(out, start, FrameKind.CANCEL, 0, requestId, CANCEL_LENGTH, 0, 0, 0, 0);
    }

    /** Why the request with the frame's id is not wanted any more. */
    public static Cancellation.Reason cancelReason(Frame frame) {
        check(frame, FrameKind.CANCEL, CANCEL_LENGTH);
        return Cancellation.Reason.ofCode(frame.buffer().getUnsignedByte(frame.hopIndex()));
    }

    /**
     * Grants bytes of split bodies.
     *
     * @param bytes how many more the receiver of this frame may send; 1 to 2^31 - 1
     */
    public static void credit(ByteBuf out, int bytes) {
        int start = Prefix.begin(out);
        out.writeLong((long) bytes << 32);
        Prefix.finish(out, start, FrameKind.CREDIT, 0, 0, CREDIT_LENGTH, 0, 0, 0, 0);
    }

    /** How many more bytes of split bodies the peer grants; 0 to 2^32 - 1. */
    public static long creditBytes(Frame frame) {
        check(frame, FrameKind.CREDIT, CREDIT_LENGTH);
        return frame.buffer().getUnsignedInt(frame.hopIndex());
    }

    /** A frame of which the message in the call header is all. */
    public static void message(ByteBuf out, FrameKind kind, Message message) {
        int start = Prefix.begin(out);
        message.encode(out);
        int length = out.writerIndex() - start - Prefix.LENGTH;
        Prefix.finish(out, start, kind, 0, 0, 0, length, 0, 0, 0);
    }

    private static void bare(ByteBuf out, FrameKind kind, int flags, long id, int bodyLength, int wholeLength) {
        int start = Prefix.begin(out);
        Prefix.finish(out, start, kind, flags, id, 0, 0, bodyLength, wholeLength, 0);
    }

    private static void check(Frame frame, FrameKind kind, int hopLength) {
        if (frame.kind() != kind) {
            throw new IllegalArgumentException("A " + kind + " was expected, not " + frame);
        }
        if (frame.hopLength() < hopLength) {
            throw new HeaderException(
                    "The hop header of a " + kind + " has at least " + hopLength + " bytes, not " + frame.hopLength());
        }
    }
}
