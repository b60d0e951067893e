package io.moa.transport.netty;

import io.moa.discovery.ServiceId;
import io.moa.invoke.Caller;
import io.moa.invoke.Cancellation;
import io.moa.invoke.Deadline;
import io.moa.invoke.Executed;
import io.moa.invoke.Hints;
import io.moa.invoke.Invocation;
import io.moa.invoke.Ledger;
import io.moa.invoke.Payload;
import io.moa.invoke.Phase;
import io.moa.invoke.Reply;
import io.moa.invoke.Status;
import io.moa.invoke.Ticker;
import io.moa.protocol.frame.CallHeader;
import io.moa.protocol.frame.Closing;
import io.moa.protocol.frame.ConnectionState;
import io.moa.protocol.frame.Control;
import io.moa.protocol.frame.Features;
import io.moa.protocol.frame.Frame;
import io.moa.protocol.frame.FrameException;
import io.moa.protocol.frame.FrameKind;
import io.moa.protocol.frame.FrameLimits;
import io.moa.protocol.frame.Frames;
import io.moa.protocol.frame.HeaderException;
import io.moa.protocol.frame.Hello;
import io.moa.protocol.frame.PartialBody;
import io.moa.protocol.frame.Prefix;
import io.moa.protocol.frame.QueuedBody;
import io.moa.protocol.frame.ReplyHeader;
import io.moa.protocol.frame.ReplyHop;
import io.moa.protocol.frame.RequestHop;
import io.moa.protocol.frame.ServedState;
import io.moa.protocol.frame.ServedState.OpenCall;
import io.moa.protocol.frame.Target;
import io.moa.protocol.frame.Welcome;
import io.moa.protocol.payload.BytesPayload;
import io.moa.transport.Peer;
import io.moa.transport.TransportConfig;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The server's end of a connection: checks who comes, turns requests into calls on the route, sends replies, and leaves
 * gracefully. Belongs to its event loop.
 */
final class ServerConnection implements FrameLink.Side, ServedConnection, Movable, Adopted {

    private static final Logger LOG = LoggerFactory.getLogger(ServerConnection.class);

    private static final int DUPLICATES_TOLERATED = 100_000;

    private final NettyListener listener;
    private final TransportConfig config;
    private final Ticker ticker;
    private final FrameLink link;
    private final WaitingReplies waiting;
    private final AtomicBoolean cut = new AtomicBoolean();
    private final RequestTable<ServerCall> inFlight;
    private final RequestTable<Gathering> gathering;
    private final DoubtfulCalls doubtful;
    private Peer peer = new Peer("", "");
    private boolean introduced;
    private long features;
    private long peerMaxBody = Long.MAX_VALUE;
    private long highestId;
    private long duplicates;
    private boolean closing;
    private boolean acknowledged;
    private boolean acknowledgementOverdue;
    private boolean gone;
    private long checkPeriodNanos;
    private @Nullable ScheduledFuture<?> watch;
    private @Nullable ScheduledFuture<?> acknowledgementWatch;
    private byte[] lastCallerBytes = {};
    private Caller lastCaller = Caller.UNKNOWN;
    private boolean closingWanted; // as soon as it is known who serves the connection
    private @Nullable ServedState taken; // what it goes on with, until it is up
    private @Nullable CallsElsewhere elsewhere; // calls of it that the process it came from still serves
    private @Nullable LateFrames late; // where the replies go, if the connection was moved

    /** A large request of which not all has come. What has come is counted; what was announced takes no room. */
    private static final class Gathering {
        final int whole;
        final boolean oneWay;
        int bytes;

        Gathering(int whole, boolean oneWay, int bytes) {
            this.whole = whole;
            this.oneWay = oneWay;
            this.bytes = bytes;
        }
    }

    ServerConnection(NettyListener listener, TransportConfig config, Ticker ticker) {
        this.listener = listener;
        this.config = config;
        this.ticker = ticker;
        this.waiting = new WaitingReplies(listener, this);
        this.inFlight = new RequestTable<>(listener.random());
        this.gathering = new RequestTable<>(listener.random());
        this.link = new FrameLink(this, config, ticker);
        this.doubtful = doubtful();
    }

    /** Goes on with a connection that another process has served. */
    ServerConnection(NettyListener listener, TransportConfig config, Ticker ticker, ServedState state, Elsewhere from) {
        this.listener = listener;
        this.config = config;
        this.ticker = ticker;
        this.waiting = new WaitingReplies(listener, this);
        this.inFlight = new RequestTable<>(listener.random());
        this.gathering = new RequestTable<>(listener.random());
        ConnectionState known = state.connection();
        this.introduced = known.version() > 0;
        this.features = known.features();
        this.peer = new Peer(known.application(), known.instance());
        this.peerMaxBody = known.peerMaxBody();
        this.highestId = known.highestIdSeen();
        this.duplicates = state.duplicates();
        this.closing = known.closing();
        this.acknowledged = known.peerClosing();
        this.taken = state;
        this.elsewhere = new CallsElsewhere(from, state.openCalls(), listener.random());
        this.link = new FrameLink(this, config, ticker, state);
        this.doubtful = doubtful();
    }

    private DoubtfulCalls doubtful() {
        return new DoubtfulCalls(link, listener.host().standstills(), this::runUnlessWithdrawn);
    }

    FrameLink link() {
        return link;
    }

    Ticker ticker() {
        return ticker;
    }

    long peerMaxBody() {
        return peerMaxBody;
    }

    Hints hints(Hints given) {
        return given.load() != Hints.UNKNOWN_LOAD ? given : listener.hints(given);
    }

    // ---- life

    @Override
    public void up() {
        listener.opened(this);
        watch = link.channel()
                .eventLoop()
                .schedule(this::expectIntroduction, config.handshakeTimeout().toNanos(), TimeUnit.NANOSECONDS);
        ServedState state = taken;
        taken = null;
        if (state != null) {
            takeUp(state);
        }
    }

    /** Counts here what was counted where the connection comes from. What was admitted there is not refused here. */
    private void takeUp(ServedState state) {
        for (int i = 0; i < state.openCalls().size(); i++) {
            listener.beganElsewhere();
        }
        for (PartialBody body : state.connection().partialBodies()) {
            int come = body.hop().length + body.call().length + body.body().length;
            listener.takeRequest(come);
            gathering.put(body.requestId(), new Gathering(body.wholeLength(), body.kind() == FrameKind.ONE_WAY, come));
        }
        if (closing) {
            awaitAcknowledgement();
        }
        takeReply(state.unsent().length);
        link.resume(state, new MovedBytes(state.unsent().length, this::replyLeft), body -> {
            takeReply(body.rest().length);
            return new MovedBytes(body.rest().length, this::replyLeft);
        });
    }

    private void expectIntroduction() {
        if (gone) {
            return;
        }
        if (link.isResting()) {
            watch = link.channel()
                    .eventLoop()
                    .schedule(
                            this::expectIntroduction, config.handshakeTimeout().toNanos(), TimeUnit.NANOSECONDS);
            return;
        }
        if (!introduced) {
            link.close("the client did not introduce itself within "
                    + config.handshakeTimeout().toMillis() + " ms");
            return;
        }
        long shortest = Math.min(
                config.idleTimeout().toNanos(),
                Math.min(config.stallTimeout().toNanos(), config.frameTimeout().toNanos()));
        checkPeriodNanos = shortest / 4;
        link.checking(ticker.nanos(), checkPeriodNanos);
        watch = link.channel()
                .eventLoop()
                .scheduleAtFixedRate(this::check, checkPeriodNanos, checkPeriodNanos, TimeUnit.NANOSECONDS);
    }

    private void check() {
        if (link.isResting()) {
            return;
        }
        long now = ticker.nanos();
        link.checking(now, checkPeriodNanos);
        if (now - link.lastReadNanos() >= config.idleTimeout().toNanos()
                && link.channel().config().isAutoRead()) {
            link.close("the client was silent for " + config.idleTimeout().toMillis() + " ms");
        } else if (now - link.output().stalledSinceNanos(now)
                >= config.stallTimeout().toNanos()) {
            link.close("the client took no byte of its replies for "
                    + config.stallTimeout().toMillis() + " ms");
        } else if (now - link.unfinishedSinceNanos(now) >= config.frameTimeout().toNanos()) {
            link.close("the client left a frame or a large request unfinished for "
                    + config.frameTimeout().toMillis() + " ms");
        }
    }

    @Override
    public void down(String reason) {
        gone = true;
        if (watch != null) {
            watch.cancel(false);
        }
        if (acknowledgementWatch != null) {
            acknowledgementWatch.cancel(false);
        }
        for (ServerCall call : inFlight.values()) {
            call.call().cancellation().fire(Cancellation.Reason.CONNECTION_LOST);
        }
        doubtful.release();
        for (Gathering body : gathering.values()) {
            listener.releaseRequest(body.bytes);
        }
        gathering.clear();
        CallsElsewhere open = elsewhere;
        if (open != null) {
            boolean counted = taken == null;
            open.abandon(() -> {
                if (counted) {
                    listener.endedElsewhere();
                }
            });
        }
        LOG.debug("connection of {} ended: {}", peer, reason);
        listener.closed(this);
    }

    /** Tells the client that no new call is taken. */
    @Override
    public void beginClosing() {
        link.onLoop(this::closing);
    }

    @Override
    public CompletableFuture<Boolean> dismiss() {
        CompletableFuture<Boolean> told = new CompletableFuture<>();
        link.onLoop(() -> {
            if (gone || !introduced) {
                told.complete(false);
                return;
            }
            link.channel().closeFuture().addListener(closed -> told.complete(true));
            closing();
        });
        return told;
    }

    private void closing() {
        if (gone || closing) {
            return;
        }
        if (link.isResting()) {
            closingWanted = true;
            return;
        }
        closing = true;
        if (!introduced) {
            link.close("the server is closing");
            return;
        }
        Closing notice = new Closing("the server is closing");
        link.output().frame(FrameKind.CLOSING, 0, notice::encode);
        link.output().flush();
        awaitAcknowledgement();
        closeIfDone();
    }

    private void awaitAcknowledgement() {
        acknowledgementWatch = link.channel()
                .eventLoop()
                .schedule(
                        this::acknowledgementIsOverdue,
                        config.closingAckTimeout().toNanos(),
                        TimeUnit.NANOSECONDS);
    }

    /** A client that does not answer the notice, though nothing is owed to it, must not hold up the closing of all. */
    private void acknowledgementIsOverdue() {
        acknowledgementOverdue = true;
        closeIfDone();
    }

    /** Whether no call is taken here any more. */
    private boolean takesNoMore() {
        return closing && (acknowledged || acknowledgementOverdue);
    }

    private void closeIfDone() {
        if (takesNoMore()
                && inFlight.isEmpty()
                && gathering.isEmpty()
                && (elsewhere == null || elsewhere.size() == 0)
                && !gone
                && !link.isResting()
                && !link.output().hasUnsent()
                && (acknowledged || !link.isMidFrame())) { // what has begun to arrive is heard out, and answered
            link.close(
                    acknowledged
                            ? "the server has closed"
                            : "the server has closed; the client did not acknowledge its notice within "
                                    + config.closingAckTimeout().toMillis() + " ms");
        }
    }

    int inFlight() {
        return inFlight.size();
    }

    // ---- frames

    @Override
    public void frame(Frame frame) {
        if (!introduced && frame.kind() != FrameKind.HELLO) {
            throw new FrameException("A client introduces itself before anything else, not with " + frame.kind());
        }
        switch (frame.kind()) {
            case REQUEST, ONE_WAY -> request(frame);
            case CANCEL -> cancel(frame);
            case CONTROL -> control(Control.parse(frame.buffer(), frame.callIndex(), frame.callLength()));
            case HELLO -> hello(Hello.parse(frame.buffer(), frame.callIndex(), frame.callLength()));
            case CLOSING_ACK -> {
                acknowledged = true;
                closeIfDone();
            }
            case CLOSING -> {} // a client that leaves just closes; nothing to prepare
            default -> throw new FrameException("A client does not send " + frame.kind());
        }
    }

    private void hello(Hello hello) {
        if (introduced) {
            throw new FrameException("A client introduces itself once");
        }
        introduced = true;
        features = Features.INQUIRY & hello.features();
        peer = new Peer(hello.application(), hello.instance());
        List<ServiceId> served = new ArrayList<>();
        for (ServiceId wanted : hello.wanted()) {
            if (listener.host().serves(wanted)) {
                served.add(wanted);
            }
        }
        String refusal = "";
        if (listener.isDraining()) {
            refusal = "it is closing";
        } else if (hello.minVersion() > Prefix.VERSION || hello.maxVersion() < Prefix.VERSION) {
            refusal = "it speaks version " + Prefix.VERSION + " of the protocol, the client " + hello.minVersion()
                    + " to " + hello.maxVersion();
        }
        if (refusal.isEmpty()) {
            String why = listener.host().refusal(peer, hello.credential());
            refusal = why == null ? "" : why;
        }
        Peer self = listener.host().self();
        Welcome welcome = new Welcome(
                refusal.isEmpty(),
                refusal,
                self.application(),
                self.instance(),
                Prefix.VERSION,
                features,
                config.chunkBytes(),
                config.maxBodyBytes(),
                config.bodyCreditBytes(),
                listener.nonce(),
                served,
                (int) config.heartbeat().toMillis());
        link.output().frame(FrameKind.WELCOME, 0, welcome::encode);
        if (!refusal.isEmpty()) {
            link.output().flush();
            link.close(refusal);
            return;
        }
        if (hello.maxBody() > 0) {
            peerMaxBody = hello.maxBody();
        }
        link.output().peerLimits(hello.initialCredit(), hello.maxFrameBody());
    }

    private void request(Frame frame) {
        long id = frame.requestId();
        boolean oneWay = frame.kind() == FrameKind.ONE_WAY;
        if (!isDuplicate(id) && admitted(id, oneWay, frame.bodyLength(), 0)) {
            serve(frame);
        }
    }

    /** Runs a request that was admitted. */
    private void serve(Frame frame) {
        long id = frame.requestId();
        boolean oneWay = frame.kind() == FrameKind.ONE_WAY;
        int size = frame.bodyLength();
        if (!frame.bodyIntact()) {
            listener.releaseRequest(size);
            refuse(
                    id,
                    oneWay,
                    Status.PROTOCOL_ERROR,
                    "The body of the request was damaged on its way: its checksum is wrong");
            return;
        }
        Invocation call;
        try {
            call = invocation(frame, oneWay);
        } catch (HeaderException e) {
            listener.releaseRequest(size);
            refuse(id, oneWay, Status.PROTOCOL_ERROR, "The header of the request cannot be read: " + e.getMessage());
            return;
        }
        ServerCall served = new ServerCall(this, call, id, size);
        inFlight.put(id, served);
        listener.began();
        long standstills = listener.host().standstills();
        if (doubtful.isDoubtful(standstills) && !listener.host().isInOrder(call)) {
            doubtful.keep(served, standstills);
        } else {
            run(served);
        }
    }

    private void run(ServerCall call) {
        CompletableFuture<Reply> reply = listener.host().route().invoke(call.call());
        reply.whenComplete(call);
    }

    /** One that was read after this process had stood still. */
    private void runUnlessWithdrawn(ServerCall call) {
        if (call.call().cancellation().isCancelled()) {
            call.accept(
                    Reply.failure(
                            Status.CANCELLED,
                            Executed.NO,
                            "The call was withdrawn while this process stood still; it was not run"),
                    null);
        } else {
            run(call);
        }
    }

    /**
     * Whether there is room for a request; if not, it is refused here.
     *
     * @param size what has come of it, counted from now on
     * @param toCome for which there must be room now, or it is not begun; not counted
     */
    private boolean admitted(long id, boolean oneWay, int size, int toCome) {
        Status refused = Status.OVERLOADED;
        String why;
        if (takesNoMore()) {
            refused = Status.DRAINING;
            why = acknowledged
                    ? "This server is closing; the call was sent after its notice was acknowledged"
                    : "This server is closing, and its notice was not acknowledged within "
                            + config.closingAckTimeout().toMillis() + " ms; it takes no more calls";
        } else if (inFlight.size() + gathering.size() + (elsewhere == null ? 0 : elsewhere.size())
                >= config.maxInFlightPerConnection()) {
            why = "This connection already has " + config.maxInFlightPerConnection()
                    + " calls in flight, which is the limit";
        } else if (waiting.bytes() > config.maxQueuedBytes()) {
            why = "This connection has " + waiting.bytes()
                    + " bytes of replies that its client has not taken; the limit is " + config.maxQueuedBytes();
        } else if (!listener.holdRequest(size, toCome)) {
            why = tooMuchIsHeld();
        } else {
            return true;
        }
        refuse(id, oneWay, refused, why);
        return false;
    }

    private String tooMuchIsHeld() {
        return "This server holds nearly " + config.maxRequestBytesHeld()
                + " bytes of requests that are not answered yet, which is its limit";
    }

    @Override
    public boolean begins(Frame first) {
        boolean oneWay = first.kind() == FrameKind.ONE_WAY;
        if (!introduced || (first.kind() != FrameKind.REQUEST && !oneWay)) {
            throw new FrameException("A client does not send this now: " + first);
        }
        long id = first.requestId();
        int whole = (int) first.wholeLength(); // within maxBodyBytes, or the reader would skip it
        int come = first.hopLength() + first.callLength() + first.bodyLength(); // the headers wait with the body
        if (isDuplicate(id) || !admitted(id, oneWay, come, whole - first.bodyLength())) {
            return false;
        }
        gathering.put(id, new Gathering(whole, oneWay, come));
        return true;
    }

    @Override
    public boolean goesOn(Frame piece) {
        Gathering body = gathering.get(piece.requestId());
        if (body == null) {
            return true; // not wanted any more, and ignored
        }
        if (!listener.holdRequest(piece.bodyLength(), 0)) {
            return false;
        }
        body.bytes += piece.bodyLength();
        return true;
    }

    @Override
    public void assembled(Frame whole) {
        Gathering body = gathering.remove(whole.requestId());
        if (body != null) {
            listener.releaseRequest(body.bytes - whole.bodyLength()); // only its body is held from now on
        }
        serve(whole);
    }

    @Override
    public void noRoom(long requestId) {
        Gathering body = gathering.remove(requestId);
        if (body != null) {
            listener.releaseRequest(body.bytes);
            refuse(
                    requestId,
                    body.oneWay,
                    Status.OVERLOADED,
                    "Too much of large requests is under way; this one of " + body.whole + " bytes was not taken. "
                            + tooMuchIsHeld());
        }
    }

    @Override
    public void damaged(long requestId) {
        Gathering body = gathering.remove(requestId);
        if (body != null) {
            listener.releaseRequest(body.bytes);
            refuse(
                    requestId,
                    body.oneWay,
                    Status.PROTOCOL_ERROR,
                    "The body of the request was damaged on its way: its checksum is wrong");
        }
    }

    /** Ids only grow on a connection, so one that is not above the highest seen was seen before: it is not run again. */
    private boolean isDuplicate(long id) {
        if (Long.compareUnsigned(id, highestId) > 0) {
            highestId = id;
            return false;
        }
        duplicates++;
        listener.duplicate();
        if (duplicates > DUPLICATES_TOLERATED) {
            throw new FrameException("The client sent " + duplicates + " requests with ids that were used before");
        }
        Control error = new Control.ProtocolError(
                id,
                "Request id " + Long.toUnsignedString(id) + " was used before on this connection, the highest being "
                        + Long.toUnsignedString(highestId) + "; the request was not run");
        link.output().frame(FrameKind.CONTROL, id, error::encode);
        return true;
    }

    private Invocation invocation(Frame frame, boolean oneWay) {
        ByteBuf in = frame.buffer();
        long now = ticker.nanos();
        RequestHop.check(in, frame.hopIndex(), frame.hopLength());
        long remaining = RequestHop.remainingNanos(in, frame.hopIndex(), frame.hopLength());
        CallHeader header = CallHeader.parse(in, frame.callIndex(), frame.callLength());
        NettyListener.KnownTarget known = listener.target(in, header.targetIndex(), header.targetLength());
        Target target = known.target();
        Caller caller = caller(in, header);
        // Last, because what throws above must not leave a reference behind.
        Payload payload = frame.bodyLength() == 0 ? Payload.EMPTY : new BytesPayload(frame.retainedBody());
        return Invocation.of(target.service(), target.method(), payload, new Ledger(Phase.SERVER_QUEUE, now))
                .oneWay(oneWay)
                .deadline(remaining == RequestHop.NO_DEADLINE ? Deadline.NONE : Deadline.after(remaining, now))
                .caller(caller)
                .baggage(header.baggage())
                .idempotencyKey(header.idempotencyKey())
                .callKeys(header.callKeys())
                .hopAttachments(header.hopAttachments())
                .hop(RequestHop.hop(in, frame.hopIndex(), frame.hopLength()))
                .attributes(known.attributes())
                .build();
    }

    /** Nearly always the caller is the one of the call before, so its bytes are compared and not decoded. */
    private Caller caller(ByteBuf in, CallHeader header) {
        int index = header.callerIndex();
        int length = header.callerLength();
        if (length == 0) {
            return peer.asCaller();
        }
        byte[] last = lastCallerBytes;
        if (last.length == length) {
            int i = 0;
            while (i < length && last[i] == in.getByte(index + i)) {
                i++;
            }
            if (i == length) {
                return lastCaller;
            }
        }
        lastCaller = CallHeader.parseCaller(in, index, length);
        lastCallerBytes = ByteBufUtil.getBytes(in, index, length);
        return lastCaller;
    }

    private void refuse(long id, boolean oneWay, Status status, String why) {
        refuse(id, oneWay, status, Executed.NO, Hints.NONE, why);
    }

    private void refuse(long id, boolean oneWay, Status status, Executed executed, Hints hints, String why) {
        if (oneWay) {
            LOG.debug("one-way call of {} refused: {}", peer, why);
            return;
        }
        ByteBuf out = link.output().batch();
        int start = Prefix.begin(out);
        int hop = ReplyHop.write(out, status.code(), executed, hints.orphaned() ? hints : listener.hints(hints), null);
        int from = out.writerIndex();
        ReplyHeader.of(why).encode(out);
        link.output().finish(start, FrameKind.RESPONSE, id, hop, out.writerIndex() - from, null, null);
    }

    @Override
    public void oversized(Frame header) {
        boolean oneWay = header.kind() == FrameKind.ONE_WAY;
        if (!introduced) {
            throw new FrameException("A client introduces itself before anything else");
        }
        if (header.kind() != FrameKind.REQUEST && !oneWay) {
            return;
        }
        long id = header.requestId();
        if (!isDuplicate(id)) {
            refuse(id, oneWay, Status.TOO_LARGE, whyTooLarge(header));
        }
    }

    private String whyTooLarge(Frame header) {
        return header.wholeLength() > config.maxBodyBytes()
                ? "The request has " + header.wholeLength() + " bytes; this server accepts " + config.maxBodyBytes()
                        + ". Send less, in pages, or raise maxBodyBytes on both sides."
                : "The request has " + header.announcedLength()
                        + " bytes in one frame, more than was agreed in the handshake; large bodies are split";
    }

    private void cancel(Frame frame) {
        long id = frame.requestId();
        Cancellation.Reason reason = Frames.cancelReason(frame);
        ServerCall call = inFlight.get(id);
        if (call != null) {
            call.call().cancellation().fire(reason);
            return;
        }
        if (elsewhere != null && elsewhere.cancel(id, reason)) {
            return;
        }
        Gathering body = gathering.remove(id);
        if (body != null) {
            link.dropGathered(id);
            listener.releaseRequest(body.bytes);
            closeIfDone();
        } else {
            link.output().dropSplitBody(id); // what has not left of a large reply
        }
    }

    private void control(@Nullable Control message) {
        if (message instanceof Control.Inquiry inquiry) {
            if (elsewhere != null && elsewhere.inquire(inquiry.requestId())) {
                return;
            }
            ServerCall call = inFlight.get(inquiry.requestId());
            Control answer = call == null
                    ? Control.Progress.unknown(inquiry.requestId())
                    : Control.Progress.of(inquiry.requestId(), call.call().ledger(), ticker.nanos());
            link.output().frame(FrameKind.CONTROL, inquiry.requestId(), answer::encode);
        } else if (message instanceof Control.ProtocolError error) {
            LOG.warn("{} reports a breach of the protocol: {}", peer, error.message());
        }
    }

    // ---- for the calls on it

    /** A call's reply is being written, or nobody waits for it. */
    void answered(ServerCall call) {
        if (inFlight.remove(call.id()) != null) {
            listener.releaseRequest(call.requestBytes());
            listener.ended();
        }
        if (closing && inFlight.isEmpty()) {
            link.channel().eventLoop().execute(this::closeIfDone);
        }
    }

    /** A call has ended, and nothing is written for it. */
    void leftUnanswered(long requestId) {
        LateFrames frames = late;
        if (frames != null) {
            frames.ended(requestId);
        }
    }

    /** The connection ended with this call still running, and now it has ended too. */
    void orphanEnded(ServerCall call) {
        listener.releaseRequest(call.requestBytes());
        listener.ended();
    }

    /** Counts bytes of a reply that begins to wait; whether there is room for it. Any thread. */
    boolean holdReply(int bytes) {
        return waiting.hold(bytes, ticker.nanos());
    }

    /** Counts bytes of a reply that waits, whether there is room for it or not. */
    void takeReply(int bytes) {
        waiting.take(bytes);
    }

    /** They do not wait any more. Any thread. */
    void replyLeft(int bytes) {
        waiting.left(bytes);
    }

    // ---- moving away

    @Override
    public Channel channel() {
        return link.channel();
    }

    @Override
    public boolean canMove() {
        return !gone && callsElsewhere() == 0;
    }

    @Override
    public Rest rest() {
        List<OpenCall> open = new ArrayList<>(inFlight.size());
        for (ServerCall call : inFlight.values()) {
            open.add(new OpenCall(call.id(), call.call().oneWay()));
        }
        ConnectionState known = new ConnectionState(
                introduced ? Prefix.VERSION : 0,
                features,
                FrameLimits.DEFAULT, // the link knows this, and what else stands here as nothing
                0,
                peerMaxBody,
                peer.application(),
                peer.instance(),
                List.of(),
                highestId,
                0,
                0,
                0,
                closing,
                acknowledged,
                new byte[0],
                0,
                List.of());
        ServedState state = link.rest(new ServedState(known, new byte[0], List.of(), open, duplicates));
        long half = state.connection().unread().length;
        for (PartialBody body : state.connection().partialBodies()) {
            half += body.body().length;
        }
        long unsent = state.unsent().length;
        for (QueuedBody body : state.queuedBodies()) {
            unsent += body.rest().length;
        }
        boolean decided = link.channel().pipeline().get(FirstByte.class) == null;
        return new Rest(decided ? MovedKind.MOA : MovedKind.UNDECIDED, state.encode(), half, unsent, open.size());
    }

    @Override
    public void goOn() {
        link.goOn();
        if (closingWanted) {
            closing();
        } else {
            closeIfDone();
        }
    }

    @Override
    public void followInto(LateFrames frames) {
        late = frames;
        gone = true;
        if (watch != null) {
            watch.cancel(false);
        }
        if (acknowledgementWatch != null) {
            acknowledgementWatch.cancel(false);
        }
        for (Gathering body : gathering.values()) {
            listener.releaseRequest(body.bytes);
        }
        gathering.clear();
        listener.closed(this);
        link.followInto(frames);
        doubtful.release(); // what the caller answers is read there
    }

    @Override
    public void cancel(long requestId, Cancellation.Reason reason) {
        ServerCall call = inFlight.get(requestId);
        if (call != null) {
            call.call().cancellation().fire(reason);
        }
    }

    @Override
    public void inquire(long requestId) {
        control(new Control.Inquiry(requestId));
    }

    // ---- moved here

    @Override
    public void late(long requestId, boolean last, @Nullable ByteBuf frame) {
        link.post(new LateReply(this, requestId, last, frame));
    }

    @Override
    public ChannelHandler handler() {
        return link;
    }

    @Override
    public int callsElsewhere() {
        return elsewhere == null ? 0 : elsewhere.size();
    }

    boolean isServedElsewhere(long requestId) {
        return elsewhere != null && elsewhere.has(requestId);
    }

    /** A call has ended there; whether it was open. */
    boolean endedElsewhere(long requestId) {
        if (elsewhere == null || !elsewhere.ended(requestId)) {
            return false;
        }
        listener.endedElsewhere();
        if (closing) {
            link.channel().eventLoop().execute(this::closeIfDone);
        }
        return true;
    }

    @Override
    public void elsewhereEnds(String why) {
        link.post(new LastWord(this, why));
    }

    void failElsewhere(String why) {
        CallsElsewhere open = elsewhere;
        if (open == null) {
            return;
        }
        for (OpenCall call : open.takeAll()) {
            listener.endedElsewhere();
            refuse(call.requestId(), call.oneWay(), Status.UNAVAILABLE, Executed.MAYBE, Hints.ORPHANED, why);
        }
        if (closing) {
            link.channel().eventLoop().execute(this::closeIfDone);
        }
    }

    @Override
    public void discard() {
        link.goDown("it was not taken over");
    }

    @Override
    public void close(String reason) {
        link.close(reason);
    }

    @Override
    public long heldReplyBytes() {
        return waiting.bytes();
    }

    @Override
    public boolean tookNothingSince(long nanos) {
        return waiting.haveWaitedSince(nanos) && link.output().lastProgressNanos() - nanos < 0;
    }

    @Override
    public boolean cutOff(String reason) {
        if (!cut.compareAndSet(false, true)) {
            return false;
        }
        link.close(reason);
        return true;
    }

    @Override
    public void allSent() {
        closeIfDone();
    }

    @Override
    public void pong(long token) {
        doubtful.answered(token);
    }

    @Override
    public void readComplete() {
        closeIfDone(); // a frame that was heard out may have been one that asks for no answer
    }

    /** A client that does not read its replies is not asked for more requests. */
    @Override
    public void writabilityChanged(boolean writable) {
        link.pauseReading(!writable);
    }

    @Override
    public String toString() {
        return "ServerConnection[of " + peer + "]";
    }
}
