package io.moa.transport.netty;

import io.moa.invoke.Ticker;
import io.moa.protocol.frame.BodyAssembler;
import io.moa.protocol.frame.Crc32c;
import io.moa.protocol.frame.Frame;
import io.moa.protocol.frame.FrameException;
import io.moa.protocol.frame.FrameKind;
import io.moa.protocol.frame.FrameLimits;
import io.moa.protocol.frame.FrameReader;
import io.moa.protocol.frame.FrameSink;
import io.moa.protocol.frame.Frames;
import io.moa.protocol.frame.HeaderException;
import io.moa.protocol.frame.Prefix;
import io.moa.protocol.frame.ReceiveCredit;
import io.moa.transport.TransportConfig;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundBuffer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One end of a connection, as far as client and server do not differ: bytes to frames, frames to bytes, split bodies,
 * credit, signs of life.
 *
 * <p><b>Writing.</b> Other threads {@linkplain #post leave} what they want written; the event loop writes all of it into
 * one buffer and flushes once. What is written while the loop reads is flushed when it has read all there is.
 *
 * <p><b>Split bodies</b> wait in a line of their own and go out a chunk each in turn, within the peer's credit, and only
 * while little waits before the socket, so that a small call never waits behind a large one for long.
 *
 * <p>All methods belong to the event loop, except {@link #post} and {@link #close}.
 */
final class FrameLink extends ChannelInboundHandlerAdapter implements FrameSink {

    /** What client and server make of it. Called on the event loop. */
    interface Side {

        /** The socket is connected. */
        void up();

        /** A whole frame arrived that the link does not handle itself. The view is valid during the call only. */
        void frame(Frame frame);

        /**
         * The first piece of a split body arrived; the whole follows, after other frames perhaps.
         *
         * @return whether it is wanted; if not, the side has answered what there is to answer
         */
        boolean begins(Frame first);

        /** A split body that was wanted is whole. The view is valid during the call only. */
        void assembled(Frame whole);

        /** A frame arrived whose body is over a limit and is being skipped. */
        void oversized(Frame header);

        /** A split body that was wanted is not taken, because too many are under way on this connection. */
        void noRoom(long requestId);

        /** The split body of a call arrived whole, but its checksum is wrong; nothing of it is shown. */
        void damaged(long requestId);

        /** Everything that was read together has been handled. */
        void readComplete();

        /** Everything that was written has left. */
        void allSent();

        /** The socket takes bytes again, or takes no more for now. */
        void writabilityChanged(boolean writable);

        /** The connection is gone. Called once; nothing is called after it. */
        void down(String reason);
    }

    private static final Logger LOG = LoggerFactory.getLogger(FrameLink.class);

    private static final int BATCH_BYTES = 64 * 1024; // what one write to the socket carries, about
    private static final int FIRST_BATCH_BYTES = 4 * 1024;
    private static final int COPY_LIMIT_BYTES = 8 * 1024; // a larger body is cheaper to hand over than to copy
    private static final int CHUNKS_PER_TURN = 16; // then the loop serves its other connections first

    private final Side side;
    private final TransportConfig config;
    private final Ticker ticker;
    private final FrameReader reader;
    private final BodyAssembler assembler;
    private final ReceiveCredit receiveCredit;
    private final SplitBodies splitBodies;
    private final FrameSink assembled = new Assembled();
    private final OutboundStack outbound = new OutboundStack();
    private final Runnable drain = this::drain;

    private @Nullable ChannelHandlerContext context;
    private volatile @Nullable Channel channel;
    private @Nullable ByteBuf batch;
    private int batchEnd; // where the last finished frame in the batch ends
    private @Nullable Flushable batchFirst;
    private @Nullable Flushable batchLast;
    private final List<Emission> emitted = new ArrayList<>(4);
    private boolean pumpScheduled;
    private boolean reading;
    private boolean needsFlush;
    private boolean writeFailed;
    private boolean down;
    private String closeReason = "";

    // Signs of life and of progress.
    private long lastReadNanos;
    private long framesSeen;
    private long framesSeenBefore;
    private boolean midFrame;
    private long frameSinceNanos;
    private long lastPieceNanos;
    private volatile long lastProgressNanos; // read by other threads too
    private @Nullable Object lastHead;
    private long lastHeadProgress;
    private long lastCheckNanos;

    /** Bytes handed to the socket in one piece, and who waits for them to leave. */
    private record Emission(ChannelFuture write, @Nullable Flushable first) {}

    FrameLink(Side side, TransportConfig config, Ticker ticker) {
        this.side = side;
        this.config = config;
        this.ticker = ticker;
        this.reader = new FrameReader(new FrameLimits(
                config.maxHeaderBytes(),
                Math.max(config.chunkBytes(), FrameLimits.DEFAULT.maxFrameBodyBytes()),
                config.maxBodyBytes()));
        // The side admits each body before; this bound is only there so that there is one.
        this.assembler = new BodyAssembler(config.maxInFlightPerConnection(), config.maxRequestBytesHeld());
        this.receiveCredit = new ReceiveCredit(config.bodyCreditBytes());
        this.splitBodies = new SplitBodies(config.chunkBytes());
        this.lastReadNanos = ticker.nanos();
        this.lastProgressNanos = lastReadNanos;
        this.lastCheckNanos = lastReadNanos;
    }

    // ---- from other threads

    /** Leaves something to be written. Any thread. If the connection is gone, the item is abandoned at once. */
    void post(Outbound item) {
        switch (outbound.push(item)) {
            case WAKE -> wake();
            case CLOSED -> item.abandon(this);
            case QUEUED -> {}
        }
    }

    private void wake() {
        Channel open = channel;
        if (open == null) {
            return;
        }
        try {
            open.eventLoop().execute(drain);
        } catch (RejectedExecutionException loopEnded) {
            LOG.debug("{} has no event loop any more", open, loopEnded);
            abandonAll(); // nobody else would ever take it
        }
    }

    private void abandonAll() {
        Outbound item = outbound.close();
        while (item != null) {
            Outbound next = item.nextOutbound();
            item.nextOutbound(null);
            item.abandon(this);
            item = next;
        }
    }

    /** Closes the connection, from any thread. */
    void close(String reason) {
        Channel open = channel;
        if (open == null) {
            return;
        }
        if (open.eventLoop().inEventLoop()) {
            if (closeReason.isEmpty()) {
                closeReason = reason;
            }
            open.close();
        } else {
            open.eventLoop().execute(() -> close(reason));
        }
    }

    // ---- what the loop knows

    Channel channel() {
        Channel open = channel;
        if (open == null) {
            throw new IllegalStateException("the link is not connected");
        }
        return open;
    }

    /** Whether the calling thread is the loop, and in the middle of reading, so that a flush will follow. */
    boolean inReadingOnLoop() {
        Channel open = channel;
        return open != null && open.eventLoop().inEventLoop() && reading && !down;
    }

    /** Whether anything waits to leave. */
    boolean hasUnsent() {
        ChannelOutboundBuffer pending = channel().unsafe().outboundBuffer();
        return needsFlush || !splitBodies.isEmpty() || (pending != null && !pending.isEmpty());
    }

    boolean isDown() {
        return down;
    }

    /** When the last bytes came from the peer. */
    long lastReadNanos() {
        return lastReadNanos;
    }

    /**
     * To be called once a period by whoever checks the times below. If that comes very late, this process itself stood
     * still (a stopped process, a long collection of garbage, a suspended machine), and what it did not hear meanwhile is
     * no fault of the peer: every watch begins again.
     */
    void checking(long nowNanos, long periodNanos) {
        if (nowNanos - lastCheckNanos > 2 * periodNanos) {
            watchAnew(nowNanos);
        }
        lastCheckNanos = nowNanos;
    }

    private void watchAnew(long nowNanos) {
        lastReadNanos = nowNanos;
        frameSinceNanos = nowNanos;
        lastPieceNanos = nowNanos;
        lastProgressNanos = nowNanos;
    }

    /** Since when the peer owes the rest of a frame or the next piece of a split body; the present if it owes nothing. */
    long unfinishedSinceNanos(long nowNanos) {
        if (!channel().config().isAutoRead()) {
            return nowNanos; // it is we who do not listen
        }
        long since = midFrame ? frameSinceNanos : nowNanos;
        return assembler.bodies() > 0 && lastPieceNanos - since < 0 ? lastPieceNanos : since;
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

    /** Whether a frame has begun to arrive and not ended. */
    boolean isMidFrame() {
        return midFrame;
    }

    /** Stops reading from the peer, or goes on. */
    void pauseReading(boolean pause) {
        if (!pause && !channel().config().isAutoRead()) {
            long now = ticker.nanos();
            lastReadNanos = now;
            frameSinceNanos = now;
            lastPieceNanos = now;
        }
        channel().config().setAutoRead(!pause);
    }

    /** Stops gathering a split body that nobody wants any more. */
    void dropGathered(long requestId) {
        assembler.drop(requestId);
    }

    /** What the peer said of itself in the handshake. */
    void peerLimits(long initialCredit, int maxFrameBody) {
        splitBodies.peerLimits(initialCredit, maxFrameBody > 0 ? maxFrameBody : config.chunkBytes());
    }

    // ---- writing

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

    /** Hands everything written so far to the socket. */
    void flush() {
        if (!needsFlush || down) {
            return;
        }
        needsFlush = false;
        emit();
        noteWaiting();
        context().flush();
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
        } else if (success && !down && !hasUnsent()) {
            side.allSent();
        }
    }

    private void drain() {
        if (down) {
            return;
        }
        Outbound item = outbound.takeAll();
        while (item != null) {
            Outbound next = item.nextOutbound();
            item.nextOutbound(null);
            writeNow(item);
            item = next;
        }
        if (!reading) {
            flush();
        }
    }

    /** Writes an item on the loop. If it breaks, its half-written frame is taken back and the others are not harmed. */
    void writeNow(Outbound item) {
        try {
            item.write(this);
        } catch (Throwable thrown) {
            takeBackUnfinished();
            try {
                item.failed(this, thrown);
            } catch (Throwable again) {
                takeBackUnfinished();
                LOG.error("{} could neither be written nor ended", item, again);
            }
        }
    }

    private void takeBackUnfinished() {
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

    private void pump() {
        int chunks = 0;
        while (!down) {
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

    // ---- reading

    @Override
    public void frame(Frame frame) {
        framesSeen++;
        switch (frame.kind()) {
            case PING -> {
                long token = frame.requestId();
                write(out -> Frames.pong(out, token));
            }
            case PONG -> {} // that bytes came is all it says
            case CREDIT -> {
                splitBodies.granted(Frames.creditBytes(frame));
                pump();
            }
            case CONTINUATION -> gather(frame);
            default -> {
                if (!frame.more()) {
                    side.frame(frame);
                } else if (side.begins(frame)) {
                    gather(frame);
                } else {
                    count(frame);
                }
            }
        }
    }

    private void gather(Frame frame) {
        lastPieceNanos = lastReadNanos;
        count(frame);
        switch (assembler.add(frame, assembled)) {
            case REFUSED -> side.noRoom(frame.requestId());
            case CORRUPT -> side.damaged(frame.requestId());
            case HELD, COMPLETE, IGNORED -> {}
        }
    }

    /** Where split bodies come out whole. */
    private final class Assembled implements FrameSink {
        @Override
        public void frame(Frame whole) {
            side.assembled(whole);
        }

        @Override
        public void oversized(Frame header) {
            throw new IllegalStateException("an assembler refuses by its outcome");
        }
    }

    /** Every byte of a split body counts, also of one that is skipped or ignored, or the two sides would differ. */
    private void count(Frame frame) {
        receiveCredit.received(frame.announcedLength());
        int granted = receiveCredit.grant();
        if (granted > 0) {
            write(out -> Frames.credit(out, granted));
        }
    }

    @Override
    public void oversized(Frame header) {
        framesSeen++;
        if (header.split()) {
            count(header);
        }
        if (header.kind() != FrameKind.CONTINUATION) {
            side.oversized(header);
        } else if (assembler.drop(header.requestId())) {
            throw new FrameException("The peer sent a piece larger than agreed: " + header);
        }
    }

    private ChannelHandlerContext context() {
        ChannelHandlerContext known = context;
        if (known == null) {
            throw new IllegalStateException("the link is not connected");
        }
        return known;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        context = ctx;
        channel = ctx.channel();
        if (ctx.channel().isActive()) {
            lastReadNanos = ticker.nanos();
            side.up();
            drain();
        }
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        lastReadNanos = ticker.nanos();
        side.up();
        drain();
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (!(message instanceof ByteBuf bytes)) {
            ctx.fireChannelRead(message);
            return;
        }
        lastReadNanos = ticker.nanos();
        reading = true;
        try {
            reader.read(bytes, this);
        } catch (FrameException | HeaderException e) {
            LOG.debug("{} breaks the protocol: {}", ctx.channel(), e.getMessage());
            takeBackUnfinished();
            close(e.getMessage() == null ? "broken frame" : e.getMessage());
            return;
        }
        // A frame once begun has to end, even if a byte comes now and then.
        if (!midFrame || framesSeen != framesSeenBefore) {
            framesSeenBefore = framesSeen;
            frameSinceNanos = lastReadNanos;
        }
        midFrame = reader.heldBytes() > 0 || reader.skipping() > 0;
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        reading = false;
        side.readComplete();
        drain();
        ctx.fireChannelReadComplete();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        side.writabilityChanged(ctx.channel().isWritable());
        if (ctx.channel().isWritable() && !splitBodies.isEmpty()) {
            schedulePump();
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (cause instanceof IOException) {
            LOG.debug("{} broke", ctx.channel(), cause); // a peer that vanishes is everyday life
        } else {
            LOG.warn("{} is closed after an unexpected error", ctx.channel(), cause);
        }
        close(cause.toString());
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        goDown(closeReason.isEmpty() ? "the peer closed the connection" : closeReason);
        ctx.fireChannelInactive();
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        goDown(closeReason.isEmpty() ? "the connection was closed" : closeReason);
    }

    private void goDown(String reason) {
        if (down) {
            return;
        }
        down = true;
        reading = false;
        // What was never handed to the socket certainly did not leave.
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
        reader.close();
        assembler.close();
        abandonAll();
        side.down(reason);
    }

    private static void notLeft(@Nullable Flushable first) {
        for (Flushable waiting = first; waiting != null; ) {
            Flushable next = waiting.nextFlushable();
            waiting.notFlushed(true);
            waiting = next;
        }
    }
}
