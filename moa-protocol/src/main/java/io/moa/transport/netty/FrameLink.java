package io.moa.transport.netty;

import io.moa.invoke.Ticker;
import io.moa.protocol.frame.BodyAssembler;
import io.moa.protocol.frame.ConnectionState;
import io.moa.protocol.frame.Frame;
import io.moa.protocol.frame.FrameException;
import io.moa.protocol.frame.FrameKind;
import io.moa.protocol.frame.FrameLimits;
import io.moa.protocol.frame.FrameReader;
import io.moa.protocol.frame.FrameSink;
import io.moa.protocol.frame.Frames;
import io.moa.protocol.frame.HeaderException;
import io.moa.protocol.frame.QueuedBody;
import io.moa.protocol.frame.ReceiveCredit;
import io.moa.protocol.frame.ServedState;
import io.moa.transport.TransportConfig;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import java.io.IOException;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One end of a connection, as far as client and server do not differ: bytes to frames, bodies put together again, credit,
 * signs of life.
 *
 * <p><b>Writing.</b> Other threads {@linkplain #post leave} what they want written; the event loop writes all of it to
 * the {@linkplain #output output} and flushes once. What is written while the loop reads is flushed when it has read all
 * there is.
 *
 * <p>All methods belong to the event loop, except {@link #post} and {@link #close}.
 */
final class FrameLink extends ChannelInboundHandlerAdapter implements FrameSink {

    /** What client and server make of it. Called on the event loop. */
    interface Side {

        /** The socket is connected. Called once. */
        void up();

        /** A whole frame arrived that the link does not handle itself. The view is valid during the call only. */
        void frame(Frame frame);

        /**
         * The first piece of a split body arrived; the whole follows, after other frames perhaps.
         *
         * @return whether it is wanted; if not, the side has answered what there is to answer
         */
        boolean begins(Frame first);

        /**
         * A further piece of a split body that was wanted arrived.
         *
         * @return whether there is room for it; if not, the body is given up
         */
        boolean goesOn(Frame piece);

        /** A split body that was wanted is whole. The view is valid during the call only. */
        void assembled(Frame whole);

        /** A frame arrived whose body is over a limit and is being skipped. */
        void oversized(Frame header);

        /** A split body that was wanted is not taken, or not any further, because there is no room for it. */
        void noRoom(long requestId);

        /** The split body of a call arrived whole, but its checksum is wrong; nothing of it is shown. */
        void damaged(long requestId);

        /** The peer answered a ping. */
        void pong(long token);

        /** Everything that was read together, at least a byte, has been handled. */
        void readComplete();

        /** Everything that was written has left. */
        void allSent();

        /** The socket takes bytes again, or takes no more for now. */
        void writabilityChanged(boolean writable);

        /** The connection is gone. Called once; nothing is called after it. */
        void down(String reason);

        /** It is about to be down: from now on whoever asks hears so, before anything that waited for it is told to have ended. Any thread, more than once. */
        default void goingDown() {}
    }

    private static final Logger LOG = LoggerFactory.getLogger(FrameLink.class);

    private final Side side;
    private final Ticker ticker;
    private final FrameLimits limits;
    private final FrameReader reader;
    private final BodyAssembler assembler;
    private final ReceiveCredit receiveCredit;
    private final FrameOutput output;
    private final FrameSink assembled = new Assembled();
    private final OutboundStack outbound = new OutboundStack();
    private final Runnable drain = this::drain;

    private volatile @Nullable Channel channel;
    private boolean reading;
    private boolean up;
    private boolean down;
    private boolean resting; // the connection is being moved
    private boolean moved; // it is served elsewhere
    private @Nullable String closeWanted; // why, if it is not to be moved back
    private String closeReason = "";

    // Signs of life.
    private long lastReadNanos;
    private long framesSeen;
    private long framesSeenBefore;
    private boolean midFrame;
    private long frameSinceNanos;
    private long lastPieceNanos;
    private long lastCheckNanos;

    FrameLink(Side side, TransportConfig config, Ticker ticker) {
        this(side, config, ticker, null);
    }

    /**
     * @param state what it goes on with; null for the beginning of a connection
     */
    FrameLink(Side side, TransportConfig config, Ticker ticker, @Nullable ServedState state) {
        this.side = side;
        this.ticker = ticker;
        this.limits = state != null
                ? state.connection().accepts() // as the peer was told
                : new FrameLimits(
                        config.maxHeaderBytes(),
                        Math.max(config.chunkBytes(), FrameLimits.DEFAULT.maxFrameBodyBytes()),
                        config.maxBodyBytes());
        this.reader = state != null ? state.connection().reader() : new FrameReader(limits);
        // The side admits each body before; this bound is only there so that there is one.
        this.assembler = new BodyAssembler(config.maxInFlightPerConnection(), config.maxRequestBytesHeld());
        long credit = state != null ? state.connection().receiveCredit() : config.bodyCreditBytes();
        this.receiveCredit = new ReceiveCredit((int) Math.max(config.bodyCreditBytes(), credit), credit);
        this.output = new FrameOutput(config, ticker, side::allSent);
        this.lastReadNanos = ticker.nanos();
        this.lastCheckNanos = lastReadNanos;
        if (state != null) {
            assembler.restore(state.connection().partialBodies());
            output.peerLimits(
                    state.connection().sendCredit(), state.connection().peerMaxFrameBody());
            midFrame = reader.heldBytes() > 0 || reader.skipping() > 0;
        }
    }

    // ---- from other threads

    /** Leaves something to be written. Any thread. If the connection is gone, the item is abandoned at once. */
    void post(Outbound item) {
        switch (outbound.push(item)) {
            case WAKE -> wake();
            case CLOSED -> item.abandon();
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
            side.goingDown();
            abandonAll(); // nobody else would ever take it
        }
    }

    private void abandonAll() {
        Outbound item = outbound.close();
        while (item != null) {
            Outbound next = item.nextOutbound();
            item.nextOutbound(null);
            item.abandon();
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
            if (resting) {
                closeWanted = reason; // whoever serves it next decides
                return;
            }
            if (closeReason.isEmpty()) {
                closeReason = reason;
            }
            open.close();
        } else {
            onLoop(open, () -> close(reason));
        }
    }

    /** Closes the connection with a reset, from any thread. On a Unix socket it is closed as always. */
    void abort(String reason) {
        Channel open = channel;
        if (open == null) {
            return;
        }
        if (open.eventLoop().inEventLoop()) {
            try {
                open.config().setOption(ChannelOption.SO_LINGER, 0);
            } catch (ChannelException e) {
                LOG.debug("{} is closed without a reset", open, e); // the peer was faster
            }
            close(reason);
        } else {
            onLoop(open, () -> abort(reason));
        }
    }

    /** Does something on the event loop: at once if this is it; not at all if it has ended. Any thread. */
    void onLoop(Runnable task) {
        Channel open = channel();
        if (open.eventLoop().inEventLoop()) {
            task.run();
        } else {
            onLoop(open, task);
        }
    }

    private static void onLoop(Channel open, Runnable end) {
        try {
            open.eventLoop().execute(end);
        } catch (RejectedExecutionException loopEnded) {
            LOG.debug("{} was closed with its event loop", open, loopEnded);
        }
    }

    // ---- what the loop knows

    /** Where frames are written. */
    FrameOutput output() {
        return output;
    }

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
        output.watchAnew(nowNanos);
    }

    /** Since when the peer owes the rest of a frame or the next piece of a split body; the present if it owes nothing. */
    long unfinishedSinceNanos(long nowNanos) {
        if (!channel().config().isAutoRead()) {
            return nowNanos; // it is we who do not listen
        }
        long since = midFrame ? frameSinceNanos : nowNanos;
        return assembler.bodies() > 0 && lastPieceNanos - since < 0 ? lastPieceNanos : since;
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

    private void drain() {
        if ((down && !moved) || resting) {
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
            output.flush();
        }
    }

    /** Writes an item on the loop. If it breaks, its half-written frame is taken back and the others are not harmed. */
    void writeNow(Outbound item) {
        try {
            item.write(output);
            if (reading) {
                output.flushIfMuch();
            }
        } catch (Throwable thrown) {
            output.takeBackUnfinished();
            try {
                item.failed(output, thrown);
            } catch (Throwable again) {
                output.takeBackUnfinished();
                LOG.error("{} could neither be written nor ended", item, again);
            }
        }
    }

    // ---- reading

    @Override
    public void frame(Frame frame) {
        framesSeen++;
        switch (frame.kind()) {
            case PING -> {
                long token = frame.requestId();
                output.write(out -> Frames.pong(out, token));
            }
            case PONG -> side.pong(frame.requestId());
            case CREDIT -> output.granted(Frames.creditBytes(frame));
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
        if (frame.kind() == FrameKind.CONTINUATION && !side.goesOn(frame)) {
            assembler.drop(frame.requestId());
            side.noRoom(frame.requestId());
            return;
        }
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
            output.write(out -> Frames.credit(out, granted));
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

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        output.open(ctx);
        channel = ctx.channel();
        if (ctx.channel().isActive()) {
            goUp();
        }
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        goUp();
    }

    /** A socket that was accepted is active before it has a handler, and Netty tells so afterwards all the same. */
    private void goUp() {
        if (up || down) {
            return;
        }
        up = true;
        lastReadNanos = ticker.nanos();
        frameSinceNanos = lastReadNanos;
        lastPieceNanos = lastReadNanos;
        side.up();
        drain();
    }

    // ---- moving

    /**
     * What the link is to go on with elsewhere. From here on it neither reads nor writes; what others leave to be written waits.
     * For a socket that the event loop does not watch any more.
     *
     * @param side what only the side knows, to be completed
     */
    ServedState rest(ServedState side) {
        resting = true;
        byte[] unsent = output.rest();
        ConnectionState known = side.connection();
        return new ServedState(
                new ConnectionState(
                        known.version(),
                        known.features(),
                        limits,
                        output.pieceBytes(),
                        known.peerMaxBody(),
                        known.application(),
                        known.instance(),
                        known.internedNames(),
                        known.highestIdSeen(),
                        known.highestIdSent(),
                        output.creditLeft(),
                        receiveCredit.left(),
                        known.closing(),
                        known.peerClosing(),
                        reader.unread(),
                        reader.skipping(),
                        assembler.export()),
                unsent,
                output.queuedBodies(),
                side.openCalls(),
                side.duplicates());
    }

    boolean isResting() {
        return resting;
    }

    /** Goes on where it rested, with the socket watched again. */
    void goOn() {
        resting = false;
        watchAnew(ticker.nanos());
        output.goOn();
        drain();
        String why = closeWanted;
        if (why != null) {
            close(why);
        }
    }

    /** It was moved: what is still written follows it, and nothing here touches the socket. The channel can be closed. */
    void followInto(LateFrames frames) {
        moved = true;
        down = true;
        output.close();
        output.followInto(frames);
        reader.close();
        assembler.close();
        resting = false;
        drain();
    }

    /** Writes first what was not sent elsewhere. */
    void resume(ServedState from, Flushable unsent, Function<QueuedBody, Flushable> queued) {
        if (from.unsent().length > 0) {
            output.resume(Unpooled.wrappedBuffer(from.unsent()), unsent);
        }
        for (QueuedBody body : from.queuedBodies()) {
            output.resume(body, queued.apply(body));
        }
        output.flush();
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
            output.takeBackUnfinished();
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
        if (reading) { // a read that fails is complete, too, and nothing was heard
            reading = false;
            side.readComplete();
        }
        drain();
        ctx.fireChannelReadComplete();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        side.writabilityChanged(ctx.channel().isWritable());
        if (ctx.channel().isWritable()) {
            output.writableAgain();
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (cause instanceof IOException) {
            LOG.debug("{} broke", ctx.channel(), cause); // a peer that vanishes is everyday life
            close(NettyTransport.reason(cause));
        } else {
            LOG.warn("{} is closed after an unexpected error", ctx.channel(), cause);
            close(cause.toString());
        }
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

    void goDown(String reason) {
        if (down) {
            return;
        }
        down = true;
        reading = false;
        side.goingDown();
        output.close();
        reader.close();
        assembler.close();
        abandonAll();
        side.down(reason);
    }
}
