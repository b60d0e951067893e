package io.moa.transport.netty;

import io.moa.invoke.Cancellation;
import io.moa.invoke.Invocation;
import io.moa.invoke.Reply;
import io.moa.invoke.Ticker;
import io.moa.protocol.frame.RespState;
import io.moa.protocol.resp.RespCommand;
import io.moa.protocol.resp.RespException;
import io.moa.protocol.resp.RespLimits;
import io.moa.protocol.resp.RespReader;
import io.moa.protocol.resp.RespSink;
import io.moa.protocol.resp.RespWriter;
import io.moa.transport.RespHost;
import io.moa.transport.TransportConfig;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.DuplexChannel;
import io.netty.util.concurrent.ScheduledFuture;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A connection whose client speaks RESP: its life, its limits, and the order of its answers. What commands do is that of {@link RespCommands}.
 * Belongs to its event loop.
 */
final class RespConnection extends ChannelInboundHandlerAdapter
        implements ServedConnection, RespSink, Movable, Adopted {

    private static final Logger LOG = LoggerFactory.getLogger(RespConnection.class);

    /** What may wait unread for a client that has not said its password. */
    private static final int STRANGER_UNREAD_BYTES = 64 * 1024;

    /** How much longer a call may take whose route says itself, and better, that its time is up. */
    private static final long GRACE_NANOS = 100_000_000L;

    /** How long a client is heard that was told that nothing more comes. */
    private static final long LINGER_MILLIS = 1_000;

    private final NettyListener listener;
    private final RespHost host;
    private final TransportConfig config;
    private final Ticker ticker;
    private final RespReader reader = new RespReader(RespLimits.STRANGER);
    private final RespAnswers answers = new RespAnswers();
    private final RespRoom room;
    private final RespDeadlines deadlines;
    private final long graceNanos; // how long calls have beyond their time
    private final Queue<Ended> ended = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean woken = new AtomicBoolean();
    private final AtomicBoolean cut = new AtomicBoolean();
    private volatile @Nullable Channel channel;
    private volatile @Nullable RespOutput output;
    private @Nullable RespCommands commands;
    private @Nullable ScheduledFuture<?> watch;
    private boolean known; // it may call
    private boolean reading;
    private boolean writing;
    private boolean draining; // the server closes
    private boolean leaving; // closes when what it owes has left
    private boolean finishing; // all that was owed has left
    private boolean gone;
    private boolean resting; // it is being moved
    private boolean moved; // it is served elsewhere
    private boolean drainWanted; // as soon as it is known who serves it
    private @Nullable String closeWanted; // as above, and why
    private @Nullable RespState taken; // what it goes on with, until it is added
    private @Nullable RespElsewhere elsewhere; // answers that the process before makes
    private long beganNanos;
    private boolean midCommand;
    private long commandSinceNanos;
    private long heardNanos;
    private long lastCheckNanos;
    private long checkPeriodNanos;

    /** A call whose reply came on another thread. */
    private record Ended(RespCall call, Reply reply) {}

    RespConnection(NettyListener listener, RespHost host, TransportConfig config, Ticker ticker) {
        this.listener = listener;
        this.host = host;
        this.config = config;
        this.ticker = ticker;
        this.room = new RespRoom(listener, this, config);
        this.deadlines = new RespDeadlines(ticker, this::expire, this::writeReady);
        this.graceNanos = host.endsCalls() ? GRACE_NANOS : 0;
    }

    /** Goes on with a connection that another process has served. */
    RespConnection(
            NettyListener listener,
            RespHost host,
            TransportConfig config,
            Ticker ticker,
            RespState state,
            Elsewhere from) {
        this(listener, host, config, ticker);
        this.taken = state;
        this.elsewhere = new RespElsewhere(listener, room, answers, from, state);
    }

    // ---- life

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        channel = ctx.channel();
        output = new RespOutput(ctx, ticker, room::replyLeft);
        RespState state = taken;
        boolean local = isLocal(ctx.channel());
        commands = state == null
                ? new RespCommands(this, listener.host(), host, local)
                : new RespCommands(this, listener.host(), host, local, state);
        beganNanos = ticker.nanos();
        lastCheckNanos = beganNanos;
        checkPeriodNanos = Math.min(
                        config.handshakeTimeout().toNanos(),
                        Math.min(
                                config.stallTimeout().toNanos(),
                                config.frameTimeout().toNanos()))
                / 4;
        watch = ctx.executor()
                .scheduleAtFixedRate(this::check, checkPeriodNanos, checkPeriodNanos, TimeUnit.NANOSECONDS);
        listener.opened(this);
        if (state != null) {
            takeUp(state);
        }
    }

    /** Over the loopback interface, or a Unix socket, which has no address of the internet. */
    private static boolean isLocal(Channel channel) {
        return !(channel.remoteAddress() instanceof InetSocketAddress from)
                || (from.getAddress() != null && from.getAddress().isLoopbackAddress());
    }

    private void check() {
        if (gone || resting || moved) {
            return;
        }
        long now = ticker.nanos();
        if (now - lastCheckNanos > 2 * checkPeriodNanos) { // this process stood still: nobody's fault
            commandSinceNanos = now;
            out().watchAnew(now);
        }
        lastCheckNanos = now;
        if (now - out().stalledSinceNanos(now) >= config.stallTimeout().toNanos()) {
            close("the client took no byte of its answers for "
                    + config.stallTimeout().toMillis() + " ms");
        } else if (midCommand
                && channel().config().isAutoRead()
                && now - commandSinceNanos >= config.frameTimeout().toNanos()) {
            close("the client left a command unfinished for "
                    + config.frameTimeout().toMillis() + " ms");
        } else if (!known && now - beganNanos >= config.handshakeTimeout().toNanos()) {
            close("the client did not say its password within "
                    + config.handshakeTimeout().toMillis() + " ms");
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        goDown("the client closed the connection");
        ctx.fireChannelInactive();
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        goDown("the connection was closed");
    }

    private void goDown(String reason) {
        if (gone) {
            return;
        }
        gone = true;
        if (watch != null) {
            watch.cancel(false);
        }
        deadlines.stop();
        reader.close();
        room.releaseBegun();
        answers.drop();
        if (elsewhere != null) {
            elsewhere.abandon();
        }
        out().close();
        LOG.debug("connection of a RESP client ended: {}", reason);
        listener.closed(this);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (cause instanceof IOException) {
            LOG.debug("{} broke", ctx.channel(), cause);
        } else {
            LOG.warn("{} is closed after an unexpected error", ctx.channel(), cause);
        }
        ctx.close();
    }

    /** Redis has no such notice. */
    @Override
    public CompletableFuture<Boolean> dismiss() {
        return CompletableFuture.completedFuture(false);
    }

    @Override
    public void beginClosing() {
        onLoop(this::drain);
    }

    /**
     * A client of RESP cannot be told that the server closes but by an answer: so for a while its calls are refused, as not run, before the connection
     * ends. Closed at once, it would leave the client in doubt about a call that was on its way.
     */
    private void drain() {
        if (gone || leaving || draining || moved) {
            return;
        }
        if (resting) {
            drainWanted = true;
            return;
        }
        if (!known) {
            leave();
            return;
        }
        draining = true;
        channel().eventLoop().schedule(this::leave, config.closingAckTimeout().toNanos(), TimeUnit.NANOSECONDS);
    }

    /** Whether calls are refused because the server closes. */
    boolean isDraining() {
        return draining;
    }

    @Override
    public void close(String reason) {
        onLoop(() -> {
            if (resting) {
                closeWanted = reason; // whoever serves it next decides
                return;
            }
            LOG.debug("closing a RESP client: {}", reason);
            channel().close();
        });
    }

    // ---- moving

    @Override
    public boolean canMove() {
        return !gone && !leaving && (elsewhere == null || elsewhere.isDone());
    }

    @Override
    public Rest rest() {
        resting = true;
        byte[] unread = reader.unread();
        byte[] unsent = out().rest();
        RespState state = Objects.requireNonNull(commands).state(unread, unsent, answers.owed());
        int open = 0;
        long waiting = unsent.length;
        for (RespState.Owed answer : state.owed()) {
            open += answer.kind() == RespState.Kind.MADE ? 0 : 1;
            waiting += answer.made().length;
        }
        return new Rest(MovedKind.RESP, state.encode(), unread.length, waiting, open);
    }

    @Override
    public void goOn() {
        resting = false;
        long now = ticker.nanos();
        commandSinceNanos = now;
        out().watchAnew(now);
        out().goOn();
        writeReady();
        if (drainWanted) {
            drain();
        }
        if (closeWanted != null) {
            close(closeWanted);
        }
    }

    @Override
    public void followInto(LateFrames frames) {
        if (watch != null) {
            watch.cancel(false);
        }
        reader.close();
        room.releaseBegun();
        out().followInto(new RespFollowing(answers.owed(), frames));
        resting = false;
        moved = true;
        listener.closed(this);
        writeReady();
    }

    /** The client has gone, which is all that can happen to an answer. */
    @Override
    public void cancel(long requestId, Cancellation.Reason reason) {
        if (moved && !gone) {
            gone = true;
            deadlines.stop();
            answers.drop();
            out().abandonFollowing();
        }
    }

    @Override
    public void inquire(long requestId) {} // nobody can ask that in RESP

    /** What was sent is written again first, what is owed takes its place in the line, and what came is read. */
    private void takeUp(RespState state) {
        taken = null;
        room.takeReply(state.unsent().length);
        out().resume(state.unsent());
        RespElsewhere open = Objects.requireNonNull(elsewhere);
        for (RespState.Owed answer : state.owed()) {
            if (answer.kind() == RespState.Kind.MADE) {
                RespMade made = new RespMade(this);
                answers.add(made);
                answers.ready(made);
                made.add(bytes -> bytes.writeBytes(answer.made()));
            } else {
                open.expect(answer.kind());
            }
        }
        if (state.unread().length > 0) {
            hearNow(Unpooled.wrappedBuffer(state.unread()));
        }
        writeReady();
        lateCame();
    }

    @Override
    public ChannelHandler handler() {
        return this;
    }

    @Override
    public int callsElsewhere() {
        return elsewhere == null ? 0 : elsewhere.announced();
    }

    @Override
    public void late(long requestId, boolean last, @Nullable ByteBuf frame) {
        Objects.requireNonNull(elsewhere).late(frame);
        lateCame();
    }

    @Override
    public void elsewhereEnds(String why) {
        Objects.requireNonNull(elsewhere).ends(why);
        lateCame();
    }

    /** Looks at what has come from the process before, if the connection is up; else it does so then. */
    private void lateCame() {
        if (channel != null) {
            onLoop(() -> {
                if (taken == null && Objects.requireNonNull(elsewhere).look(gone)) {
                    writeReady();
                }
            });
        }
    }

    @Override
    public void discard() {} // it holds nothing yet

    private void onLoop(Runnable task) {
        Channel open = channel();
        if (open.eventLoop().inEventLoop()) {
            task.run();
            return;
        }
        try {
            open.eventLoop().execute(task);
        } catch (RejectedExecutionException loopEnded) {
            LOG.debug("{} was closed with its event loop", open, loopEnded);
        }
    }

    /** Hears nothing more, and closes when what is owed has left. */
    void leave() {
        if (!gone && !leaving) {
            leaving = true;
            reader.close();
            room.releaseBegun();
            channel().config().setAutoRead(false);
            closeIfDone();
        }
    }

    /**
     * What the client has sent and nobody reads would make the system reset the connection, and the client lose its last answers: so it is told that
     * nothing more comes, and heard until it closes, for a while.
     */
    private void closeIfDone() {
        if (!leaving || gone || finishing || answers.size() > 0 || reading) {
            return;
        }
        finishing = true;
        Channel open = channel();
        out().finish().addListener(left -> {
            if (left.isSuccess() && open instanceof DuplexChannel duplex) {
                duplex.shutdownOutput();
                open.config().setAutoRead(true);
                open.eventLoop().schedule(() -> open.close(), LINGER_MILLIS, TimeUnit.MILLISECONDS);
            } else {
                open.close();
            }
        });
    }

    @Override
    public Channel channel() {
        return Objects.requireNonNull(channel, "the connection is not open");
    }

    private RespOutput out() {
        return Objects.requireNonNull(output, "the connection is not open");
    }

    Ticker ticker() {
        return ticker;
    }

    /** What it keeps. */
    RespRoom room() {
        return room;
    }

    /** When what is read now came, or was read on: the time of the commands in it counts from then. */
    long heardNanos() {
        return heardNanos;
    }

    // ---- commands

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (!(message instanceof ByteBuf bytes)) {
            ctx.fireChannelRead(message);
            return;
        }
        reading = true;
        if (leaving) {
            bytes.release();
            return;
        }
        hear(bytes);
    }

    /** @param bytes what came; null for what came before, and is not read yet */
    private void hear(@Nullable ByteBuf bytes) {
        heardNanos = ticker.nanos();
        try {
            if (bytes == null) {
                reader.resume(this);
            } else {
                reader.read(bytes, this);
            }
        } catch (RespException e) {
            answer(out -> RespWriter.error(out, "ERR", "Protocol error: " + e.getMessage()));
            leave();
        }
        if (!room.holdBegun(reader.heldBytes())) {
            answer(
                    out -> RespWriter.error(
                            out,
                            "ERR",
                            "This server holds nearly as many bytes of requests that are not answered yet as it may: come again later"));
            leave();
        }
        boolean unfinished = reader.heldBytes() > 0;
        if (unfinished && !midCommand) {
            commandSinceNanos = ticker.nanos();
        }
        midCommand = unfinished;
    }

    @Override
    public void command(RespCommand command) {
        midCommand = false;
        room.releaseBegun();
        if (leaving) {
            return;
        }
        Objects.requireNonNull(commands).execute(command);
        if (!known) {
            giveUpStrangerWhoDoesNotRead();
        } else if (isFull()) {
            reader.pause();
        }
    }

    private void giveUpStrangerWhoDoesNotRead() {
        if (out().unsentBytes() > STRANGER_UNREAD_BYTES) {
            out().flush();
            if (out().unsentBytes() > STRANGER_UNREAD_BYTES) {
                reader.close();
                close("a client that has not said its password leaves its answers unread");
            }
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        reading = false;
        writeReady();
        ctx.fireChannelReadComplete();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        if (writing) {
            regulate();
        } else {
            writeReady();
        }
        ctx.fireChannelWritabilityChanged();
    }

    /** Whether a client does not take its answers, or has very many open. */
    private boolean isFull() {
        return !channel().isWritable() || answers.size() >= config.maxInFlightPerConnection() || room.isFull();
    }

    /** Who has enough open is asked for no more, and what has come is left unread. */
    private void regulate() {
        if (gone || leaving || moved) {
            return;
        }
        boolean full = isFull();
        if (full) {
            reader.pause();
        } else if (reader.isPaused()) {
            return; // before more is asked for, what has come is read
        }
        Channel open = channel();
        if (open.config().isAutoRead() == full) {
            if (!full) {
                commandSinceNanos = ticker.nanos();
            }
            open.config().setAutoRead(!full);
        }
    }

    private void writeReady() {
        if (gone || resting) {
            return;
        }
        if (reading || writing) {
            return;
        }
        writeOut();
        while (reader.isPaused() && !leaving && !gone && !moved && !isFull()) {
            hearNow(null);
            writeOut();
        }
        closeIfDone();
    }

    /** Whatever comes out of it, the connection goes on to write. */
    private void hearNow(@Nullable ByteBuf bytes) {
        reading = true;
        try {
            hear(bytes);
        } finally {
            reading = false;
        }
    }

    private void writeOut() {
        writing = true; // or an answer could be written into the middle of another one
        try {
            answers.write(out());
            out().flush();
        } finally {
            writing = false;
        }
        if (!known && !moved) {
            giveUpStrangerWhoDoesNotRead();
        }
        regulate();
    }

    /** It may call from now on. */
    void welcome() {
        known = true;
        reader.limits(RespLimits.upTo(config.maxBodyBytes()));
    }

    /** It may not call any more before it says its password again, for which it has as long as one that just came. */
    void forget() {
        known = false;
        beganNanos = ticker.nanos();
        reader.limits(RespLimits.STRANGER);
    }

    /** Answers at once, as far as it is up to this command. */
    void answer(Consumer<ByteBuf> writing) {
        if (answers.size() == 0) {
            writing.accept(out().batch());
            out().flushIfMuch();
            return;
        }
        RespMade made;
        if (answers.last() instanceof RespMade open) {
            made = open;
        } else {
            made = new RespMade(this);
            answers.add(made);
            answers.ready(made);
        }
        if (!made.add(writing)) {
            reader.close();
            close("the answers that wait for clients take more than " + config.maxReplyBytesQueued()
                    + " bytes, and this client has " + room.madeBytes() + " waiting behind a call");
        }
    }

    /** Answers later, in its turn. */
    Promised promise() {
        Promised promised = new Promised();
        answers.add(promised);
        return promised;
    }

    /** An answer that is made later, on any thread. */
    final class Promised extends RespAnswers.Answer {
        private @Nullable Consumer<ByteBuf> writing;

        /** Any thread, once. */
        void keep(Consumer<ByteBuf> answer) {
            onLoop(() -> {
                writing = answer;
                if (!gone) {
                    answers.ready(this);
                    writeReady();
                }
            });
        }

        @Override
        void write(RespOutput out) {
            Objects.requireNonNull(writing).accept(out.batch());
        }

        @Override
        RespState.Owed owed() {
            return new RespState.Owed(RespState.Kind.COMMAND);
        }

        @Override
        void drop() {}
    }

    // ---- calls

    /** A buffer for what is written later; whoever asks releases it. */
    ByteBuf buffer(int bytes) {
        return channel().alloc().buffer(bytes);
    }

    /**
     * Sends a call on its way, for which {@link RespRoom#holdRequest} has found room.
     *
     * @return what it was refused with at once, and is still to be answered; null if it is answered when it ends
     */
    Reply.@Nullable Failure begin(Invocation invocation, int requestBytes) {
        CompletableFuture<Reply> reply = listener.host().route().invoke(invocation);
        Reply known = reply.isDone() && !reply.isCompletedExceptionally() ? reply.join() : null;
        if (known instanceof Reply.Failure failure) {
            invocation.ledger().settle(ticker.nanos());
            invocation.payload().release();
            room.releaseRequest(requestBytes);
            return failure;
        }
        RespCall call = new RespCall(this, invocation, requestBytes);
        answers.add(call.answer());
        room.opened(requestBytes);
        listener.began();
        if (known != null) {
            call.accept(known, null);
            return null;
        }
        long now = ticker.nanos();
        long due = now + invocation.deadline().remainingNanos(now) + graceNanos;
        deadlines.add(call, due, now, channel().eventLoop());
        reply.whenComplete(call);
        return null;
    }

    private void expire(RespCall call) {
        if (call.expire(ticker.nanos())) {
            answers.ready(call.answer());
        }
    }

    /** A call's reply is there. Any thread. */
    void ended(RespCall call, Reply reply) {
        Channel open = channel();
        if (open.eventLoop().inEventLoop()) {
            settle(call, reply);
            writeReady(); // unless bytes are being read: then at their end
            return;
        }
        ended.add(new Ended(call, reply));
        if (woken.compareAndSet(false, true)) {
            try {
                open.eventLoop().execute(this::settleEnded);
            } catch (RejectedExecutionException loopEnded) {
                LOG.debug("{} was closed with its event loop", open, loopEnded);
                settleAll(); // the loop will not: nobody else touches this connection any more
            }
        }
    }

    private void settleEnded() {
        woken.set(false); // before it is looked: who comes later wakes again
        settleAll();
        writeReady();
    }

    private void settleAll() {
        for (Ended each = ended.poll(); each != null; each = ended.poll()) {
            settle(each.call(), each.reply());
        }
    }

    private void settle(RespCall call, Reply reply) {
        deadlines.remove(call);
        room.releaseRequest(call.requestBytes());
        listener.ended();
        if (call.settle(reply)) {
            answers.ready(call.answer());
        }
    }

    // ---- what waits for the client

    @Override
    public long heldReplyBytes() {
        return room.replyBytes();
    }

    @Override
    public boolean tookNothingSince(long nanos) {
        RespOutput out = output;
        return out != null && room.hasWaitedSince(nanos) && out.lastProgressNanos() - nanos < 0;
    }

    @Override
    public boolean cutOff(String reason) {
        if (!cut.compareAndSet(false, true)) {
            return false;
        }
        close(reason);
        return true;
    }

    @Override
    public String toString() {
        return "RespConnection[" + channel + "]";
    }
}
