package io.moa.transport.netty;

import io.moa.invoke.Ticker;
import io.moa.protocol.frame.Crc32c;
import io.moa.protocol.frame.Frame;
import io.moa.protocol.frame.FrameKind;
import io.moa.protocol.frame.Frames;
import io.moa.protocol.frame.Prefix;
import io.moa.protocol.frame.QueuedBody;
import io.moa.transport.TransportConfig;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What one end of a connection writes: frames into one buffer, handed to the socket with one flush, and who is told when
 * they have left.
 *
 * <p><b>Split bodies</b> wait in a line of their own and go out a chunk each in turn, within the peer's credit, and only
 * while little waits before the socket, so that a small call never waits behind a large one for long.
 *
 * <p>Belongs to the event loop, except {@link #lastProgressNanos}.
 */
final class FrameOutput {

    private static final int BATCH_BYTES = 64 * 1024; // what one write to the socket carries, about
    private static final int EARLY_FLUSH_BYTES = 8 * 1024;
    private static final int FIRST_BATCH_BYTES = 4 * 1024;
    private static final int COPY_LIMIT_BYTES = 8 * 1024; // a larger body is cheaper to hand over than to copy
    private static final int CHUNKS_PER_TURN = 16; // then the loop serves its other connections first

    private final TransportConfig config;
    private final Ticker ticker;
    private final Runnable allSent;
    private final SplitBodies splitBodies;
    private @Nullable ChannelHandlerContext context;
    private @Nullable ByteBuf batch;
    private int batchEnd; // where the last finished frame in the batch ends
    private @Nullable Flushable batchFirst;
    private @Nullable Flushable batchLast;
    private final List<Emission> emitted = new ArrayList<>(4);
    private boolean pumpScheduled;
    private boolean needsFlush;
    private boolean writeFailed;
    private boolean closed;
    private boolean resting; // the connection is being moved: what is written waits
    private @Nullable LateFrames late; // the connection was moved: what is written goes after it
    private volatile long lastProgressNanos; // read by other threads too
    private @Nullable Object lastHead;
    private long lastHeadProgress;

    /** Bytes handed to the socket in one piece, and who waits for them to leave. */
    private record Emission(ChannelFuture write, @Nullable Flushable first) {}

    /**
     * @param allSent told when everything that was written has left
     */
    FrameOutput(TransportConfig config, Ticker ticker, Runnable allSent) {
        this.config = config;
        this.ticker = ticker;
        this.allSent = allSent;
        this.splitBodies = new SplitBodies(config.chunkBytes());
        this.lastProgressNanos = ticker.nanos();
    }

    /** The socket is there. */
    void open(ChannelHandlerContext socket) {
        context = socket;
    }

    private ChannelHandlerContext context() {
        ChannelHandlerContext known = context;
        if (known == null) {
            throw new IllegalStateException("the link is not connected");
        }
        return known;
    }

    private Channel channel() {
        return context().channel();
    }

    /** What the peer said of itself in the handshake. */
    void peerLimits(long initialCredit, int maxFrameBody) {
        splitBodies.peerLimits(initialCredit, maxFrameBody > 0 ? maxFrameBody : config.chunkBytes());
    }

    // ---- frames

    /** The buffer that takes the next frame. */
    ByteBuf batch() {
        ByteBuf current = batch;
        if (current == null) {
            current = context().alloc().directBuffer(FIRST_BATCH_BYTES);
            batch = current;
            batchEnd = 0;
        }
        return current;
    }

    /** Takes back the beginning of a frame that cannot be finished. */
    void abort(int start) {
        batch().writerIndex(start);
    }

    /**
     * Ends a frame whose prefix and headers stand in {@link #batch()} from {@code start} on, and sends its body after it,
     * split if it is large.
     *
     * @param body its reference is taken over; null for none
     * @param waiting told when all of it has left; null if nobody waits
     */
    void finish(
            int start,
            FrameKind kind,
            long requestId,
            int hopLength,
            int callLength,
            @Nullable ByteBuf body,
            @Nullable Flushable waiting) {
        if (late != null) {
            follow(late, start, kind, requestId, hopLength, callLength, body, waiting);
            return;
        }
        ByteBuf out = batch();
        int size = body == null ? 0 : body.readableBytes();
        int flags = 0;
        int crc = 0;
        if (body != null && size > 0 && config.bodyChecksum()) {
            flags = Prefix.BODY_CRC;
            crc = Crc32c.of(body, body.readerIndex(), size);
        }
        if (body == null || size <= splitBodies.pieceBytes()) {
            Prefix.finish(out, start, kind, flags, requestId, hopLength, callLength, size, size, crc);
            if (body != null) {
                append(body, size);
            }
            if (waiting != null) {
                await(waiting);
            }
            frameWritten();
            return;
        }
        Prefix.finish(out, start, kind, flags | Prefix.MORE, requestId, hopLength, callLength, 0, size, crc);
        frameWritten();
        noteWaiting();
        splitBodies.add(requestId, body, waiting);
        pump();
    }

    /** The time without progress counts from when something began to wait. */
    private void noteWaiting() {
        ChannelOutboundBuffer pending = channel().unsafe().outboundBuffer();
        if ((pending == null || pending.isEmpty()) && splitBodies.isEmpty()) {
            lastProgressNanos = ticker.nanos();
        }
    }

    private void append(ByteBuf body, int size) {
        if (size <= COPY_LIMIT_BYTES) {
            batch().writeBytes(body, body.readerIndex(), size);
            body.release();
        } else {
            emit();
            emitted.add(new Emission(context().write(body), null));
            needsFlush = true;
        }
    }

    private void await(Flushable waiting) {
        waiting.nextFlushable(null);
        if (batchLast == null) {
            batchFirst = waiting;
        } else {
            batchLast.nextFlushable(waiting);
        }
        batchLast = waiting;
        if (batch == null) {
            batch(); // the frame's last bytes have been emitted already: an empty piece carries the list
        }
    }

    /** Writes a frame that carries no call, whole, as {@link Frames} do. */
    void write(Consumer<ByteBuf> frame) {
        frame.accept(batch());
        frameWritten();
    }

    /** Writes a frame of which the call header is all, for one request. */
    void frame(FrameKind kind, long requestId, Consumer<ByteBuf> callHeader) {
        ByteBuf out = batch();
        int start = Prefix.begin(out);
        int from = out.writerIndex();
        callHeader.accept(out);
        if (late != null) {
            follow(late, start, kind, requestId, 0, out.writerIndex() - from, null, null);
            return;
        }
        Prefix.finish(out, start, kind, 0, requestId, 0, out.writerIndex() - from, 0, 0, 0);
        frameWritten();
    }

    private void frameWritten() {
        needsFlush = true;
        ByteBuf current = batch;
        if (current != null) {
            batchEnd = current.writerIndex();
            if (batchEnd >= BATCH_BYTES) {
                emit();
            }
        }
    }

    private void emit() {
        ByteBuf current = batch;
        if (current == null) {
            return;
        }
        Flushable first = batchFirst;
        batch = null;
        batchFirst = null;
        batchLast = null;
        emitted.add(new Emission(context().write(current), first));
    }

    /**
     * Hands over what was written, if it is enough to be worth a system call. Whoever answers while it reads asks for this,
     * so that the peer works on the first answers while the last are made; otherwise the two ends would take turns.
     */
    void flushIfMuch() {
        if (batchEnd >= EARLY_FLUSH_BYTES && batch != null) {
            flush();
        }
    }

    /** Hands everything written so far to the socket. */
    void flush() {
        if (!needsFlush || closed || resting) {
            return;
        }
        needsFlush = false;
        emit();
        noteWaiting();
        context().flush();
        settleEmitted();
    }

    private void settleEmitted() {
        long now = ticker.nanos();
        for (int i = 0; i < emitted.size(); i++) {
            Emission emission = emitted.get(i);
            if (emission.write().isDone()) {
                settle(emission, now);
            } else {
                emission.write().addListener(done -> settle(emission, ticker.nanos()));
            }
        }
        emitted.clear();
    }

    private void settle(Emission emission, long now) {
        boolean success = emission.write().isSuccess();
        if (success) {
            lastProgressNanos = now;
        }
        boolean untouched = !success && writeFailed; // the first piece that failed may have left in part
        if (!success) {
            writeFailed = true;
        }
        Flushable waiting = emission.first();
        while (waiting != null) {
            Flushable next = waiting.nextFlushable();
            if (success) {
                waiting.flushed(now);
            } else {
                waiting.notFlushed(untouched);
            }
            waiting = next;
        }
        if (success && !splitBodies.isEmpty()) {
            schedulePump();
        } else if (success && !closed && !hasUnsent()) {
            allSent.run();
        }
    }

    /** Takes back what was written of a frame that was not finished. */
    void takeBackUnfinished() {
        ByteBuf current = batch;
        if (current != null) {
            current.writerIndex(batchEnd);
        }
    }

    // ---- split bodies

    /** Stops sending a body that the peer does not want any more. */
    void dropSplitBody(long requestId) {
        splitBodies.drop(requestId);
    }

    /** The peer takes so many more bytes of split bodies. */
    void granted(long bytes) {
        splitBodies.granted(bytes);
        pump();
    }

    /** The socket takes bytes again. */
    void writableAgain() {
        if (!splitBodies.isEmpty()) {
            schedulePump();
        }
    }

    private void pump() {
        int chunks = 0;
        while (!closed && !resting) {
            ChannelOutboundBuffer pending = channel().unsafe().outboundBuffer();
            if (pending == null || pending.totalPendingWriteBytes() > 2L * config.chunkBytes()) {
                return; // the end of a write brings us back
            }
            if (chunks++ == CHUNKS_PER_TURN) {
                schedulePump();
                return;
            }
            SplitBodies.Piece piece = splitBodies.next();
            if (piece == null) {
                return; // nothing to send, or no credit: the peer's grant brings us back
            }
            Frames.continuation(batch(), piece.requestId(), !piece.last(), piece.length(), piece.whole());
            frameWritten();
            emit();
            emitted.add(new Emission(context().write(piece.bytes()), piece.waiting()));
        }
    }

    private void schedulePump() {
        if (!pumpScheduled) {
            pumpScheduled = true;
            channel().eventLoop().execute(() -> {
                pumpScheduled = false;
                pump();
                flush();
            });
        }
    }

    // ---- moving

    /**
     * Writes nothing more to the socket, and shows what it has not taken. For a socket that no event loop watches any more.
     *
     * @return copies of the bytes that have to leave before anything else
     */
    byte[] rest() {
        resting = true;
        emit();
        settleEmitted();
        return UnsentBytes.of(channel());
    }

    /** Goes on where it rested, with the socket watched again. */
    void goOn() {
        resting = false;
        needsFlush = true;
        writableAgain();
        flush();
    }

    /** What the peer allows to be sent of split bodies now. */
    long creditLeft() {
        return splitBodies.creditLeft();
    }

    /** How large a piece of a body may be. */
    int pieceBytes() {
        return splitBodies.pieceBytes();
    }

    /** What waits of split bodies, as values. */
    List<QueuedBody> queuedBodies() {
        return splitBodies.export();
    }

    /** Writes bytes of frames that were made elsewhere, before anything else is. Takes the reference over. */
    void resume(ByteBuf unsent, Flushable waiting) {
        emitted.add(new Emission(context().write(unsent), waiting));
        needsFlush = true;
    }

    /** Goes on with a split body that was begun elsewhere. */
    void resume(QueuedBody body, Flushable waiting) {
        splitBodies.resume(body, waiting);
        schedulePump();
    }

    /** Writes a frame that was made elsewhere and is not split: with its own headers, and its body split here if it is large. */
    void whole(Frame frame, Flushable waiting) {
        ByteBuf out = batch();
        int start = Prefix.begin(out);
        out.writeBytes(frame.buffer(), frame.hopIndex(), frame.hopLength() + frame.callLength());
        ByteBuf body = frame.bodyLength() == 0 ? null : frame.retainedBody();
        finish(start, frame.kind(), frame.requestId(), frame.hopLength(), frame.callLength(), body, waiting);
    }

    /** The connection is served elsewhere: from now on each frame follows it there, whole. */
    void followInto(LateFrames frames) {
        late = frames;
    }

    private void follow(
            LateFrames to,
            int start,
            FrameKind kind,
            long requestId,
            int hopLength,
            int callLength,
            @Nullable ByteBuf body,
            @Nullable Flushable waiting) {
        ByteBuf out = batch();
        int size = body == null ? 0 : body.readableBytes();
        Prefix.finish(out, start, kind, 0, requestId, hopLength, callLength, size, size, 0);
        batch = null;
        out.readerIndex(start);
        ByteBuf frame = out;
        if (body != null) {
            frame = out.writeBytes(body, body.readerIndex(), size);
            body.release();
        }
        to.frame(requestId, kind == FrameKind.RESPONSE, frame);
        if (waiting != null) {
            waiting.flushed(ticker.nanos());
        }
    }

    // ---- progress

    /** Whether anything waits to leave. */
    boolean hasUnsent() {
        ChannelOutboundBuffer pending = channel().unsafe().outboundBuffer();
        return needsFlush || !splitBodies.isEmpty() || (pending != null && !pending.isEmpty());
    }

    /** Since when the peer has taken no byte although some wait for it; or the present if none wait. */
    long stalledSinceNanos(long nowNanos) {
        ChannelOutboundBuffer pending = channel().unsafe().outboundBuffer();
        Object head = pending == null ? null : pending.current();
        long headProgress = head == null ? 0 : pending.currentProgress();
        if ((head == null && splitBodies.isEmpty()) || head != lastHead || headProgress != lastHeadProgress) {
            lastProgressNanos = nowNanos; // also the part of a piece counts: a thin line is not a dead one
        }
        lastHead = head;
        lastHeadProgress = headProgress;
        return lastProgressNanos;
    }

    /** When the peer last took something, as far as known. Any thread. */
    long lastProgressNanos() {
        return lastProgressNanos;
    }

    /** Counts the time without progress from now on. */
    void watchAnew(long nowNanos) {
        lastProgressNanos = nowNanos;
    }

    /** The connection is gone: what was never handed to the socket certainly did not leave. */
    void close() {
        closed = true;
        for (Emission emission : emitted) {
            notLeft(emission.first());
        }
        emitted.clear();
        ByteBuf unsent = batch;
        batch = null;
        if (unsent != null) {
            unsent.release();
        }
        Flushable waiting = batchFirst;
        batchFirst = null;
        batchLast = null;
        notLeft(waiting);
        splitBodies.close();
    }

    private static void notLeft(@Nullable Flushable first) {
        for (Flushable waiting = first; waiting != null; ) {
            Flushable next = waiting.nextFlushable();
            waiting.notFlushed(true);
            waiting = next;
        }
    }
}
