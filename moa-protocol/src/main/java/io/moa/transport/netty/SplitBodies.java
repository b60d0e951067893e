package io.moa.transport.netty;

import io.moa.protocol.frame.QueuedBody;
import io.moa.protocol.frame.SendCredit;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The large bodies that wait to leave through one connection. They go out a piece each in turn, within the peer's credit,
 * so that none waits for another to be finished. Belongs to the event loop.
 */
final class SplitBodies {

    /**
     * What goes out next.
     *
     * @param bytes with a reference of their own
     * @param waiting told when these bytes have left; null unless they are the last
     */
    record Piece(
            long requestId,
            ByteBuf bytes,
            int length,
            int whole,
            boolean last,
            @Nullable Flushable waiting) {}

    private static final class Body {
        final long requestId;
        final ByteBuf bytes;
        final int whole;
        final @Nullable Flushable waiting;

        Body(long requestId, ByteBuf bytes, int whole, @Nullable Flushable waiting) {
            this.requestId = requestId;
            this.bytes = bytes;
            this.whole = whole;
            this.waiting = waiting;
        }

        /** Ends it before its last piece was handed out: a body that is not whole cannot run. */
        void abandon() {
            bytes.release();
            if (waiting != null) {
                waiting.notFlushed(true);
            }
        }
    }

    private final ArrayDeque<Body> line = new ArrayDeque<>();
    private SendCredit credit = new SendCredit(0);
    private int pieceBytes;

    SplitBodies(int pieceBytes) {
        this.pieceBytes = pieceBytes;
    }

    /** How large a piece may be; a larger body has to be split. */
    int pieceBytes() {
        return pieceBytes;
    }

    /** What the peer allows to be sent now. */
    long creditLeft() {
        return credit.left();
    }

    /** Copies of what waits, in the order of its turns, to go on elsewhere. */
    List<QueuedBody> export() {
        List<QueuedBody> bodies = new ArrayList<>(line.size());
        for (Body body : line) {
            bodies.add(new QueuedBody(body.requestId, body.whole, ByteBufUtil.getBytes(body.bytes)));
        }
        return bodies;
    }

    /** Goes on with a body that was begun elsewhere. */
    void resume(QueuedBody body, @Nullable Flushable waiting) {
        line.add(new Body(body.requestId(), Unpooled.wrappedBuffer(body.rest()), body.wholeLength(), waiting));
    }

    void peerLimits(long initialCredit, int maxFrameBody) {
        credit = new SendCredit(initialCredit);
        pieceBytes = Math.min(pieceBytes, maxFrameBody);
    }

    void granted(long bytes) {
        credit.granted(bytes);
    }

    boolean isEmpty() {
        return line.isEmpty();
    }

    /** Puts a body at the end of the line and takes over its reference. */
    void add(long requestId, ByteBuf bytes, @Nullable Flushable waiting) {
        line.add(new Body(requestId, bytes, bytes.readableBytes(), waiting));
    }

    /** The next piece, or null if nothing waits or there is no credit. */
    @Nullable
    Piece next() {
        Body body = line.peek();
        if (body == null) {
            return null;
        }
        int length = credit.take(Math.min(body.bytes.readableBytes(), pieceBytes));
        if (length == 0) {
            return null;
        }
        line.remove();
        boolean last = length == body.bytes.readableBytes();
        if (last) {
            return new Piece(body.requestId, body.bytes, length, body.whole, true, body.waiting);
        }
        ByteBuf piece = body.bytes.readRetainedSlice(length);
        line.add(body); // to the end of the line: large bodies take turns
        return new Piece(body.requestId, piece, length, body.whole, false, null);
    }

    /** Forgets what is left of a body. */
    void drop(long requestId) {
        for (Body body : line) {
            if (body.requestId == requestId) {
                line.remove(body);
                body.abandon();
                return;
            }
        }
    }

    /** Forgets them all. */
    void close() {
        for (Body body = line.poll(); body != null; body = line.poll()) {
            body.abandon();
        }
    }
}
