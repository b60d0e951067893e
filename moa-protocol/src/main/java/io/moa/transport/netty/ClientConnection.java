package io.moa.transport.netty;

import io.moa.discovery.Address;
import io.moa.discovery.ServiceId;
import io.moa.invoke.Caller;
import io.moa.invoke.Cancellation;
import io.moa.invoke.Executed;
import io.moa.invoke.Hints;
import io.moa.invoke.Invocation;
import io.moa.invoke.Payload;
import io.moa.invoke.Phase;
import io.moa.invoke.Reply;
import io.moa.invoke.Status;
import io.moa.invoke.Ticker;
import io.moa.protocol.frame.CallHeader;
import io.moa.protocol.frame.Control;
import io.moa.protocol.frame.ErrorDetails;
import io.moa.protocol.frame.Features;
import io.moa.protocol.frame.Frame;
import io.moa.protocol.frame.FrameException;
import io.moa.protocol.frame.FrameKind;
import io.moa.protocol.frame.Frames;
import io.moa.protocol.frame.HeaderException;
import io.moa.protocol.frame.Hello;
import io.moa.protocol.frame.Prefix;
import io.moa.protocol.frame.ReplyHeader;
import io.moa.protocol.frame.ReplyHop;
import io.moa.protocol.frame.Welcome;
import io.moa.protocol.payload.BodyPayload;
import io.moa.protocol.payload.BytesPayload;
import io.moa.protocol.serialize.SerializationException;
import io.moa.transport.ConnectFailedException;
import io.moa.transport.Connection;
import io.moa.transport.DeadlineWheel;
import io.moa.transport.Peer;
import io.moa.transport.TransportConfig;
import io.moa.transport.Wanted;
import io.moa.transport.WireForm;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.util.collection.LongObjectHashMap;
import io.netty.util.concurrent.ScheduledFuture;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The client's end of a connection: introduces itself, sends calls, matches replies to them, watches their deadlines, and
 * notices when the peer is closing or gone.
 */
final class ClientConnection implements Connection, FrameLink.Side {

    private static final Logger LOG = LoggerFactory.getLogger(ClientConnection.class);

    // A call that takes three quarters of its time is asked for, at most 250 ms before the end, and, if there is room,
    // once more 20 ms before the end: the first answer surely comes in time, the second is fresh.
    private static final long FIRST_INQUIRY_NANOS = 250_000_000;
    private static final long LAST_INQUIRY_NANOS = 20_000_000;

    private final Address address;
    private final Peer self;
    private final Wanted wanted;
    private final TransportConfig config;
    private final Ticker ticker;
    private final byte[] selfAsCaller;
    private @Nullable EncodedCaller lastCaller; // any thread; each is whole
    private final FrameLink link;
    private final PendingPings pings;
    private final CompletableFuture<Connection> opened = new CompletableFuture<>();
    private final CompletableFuture<Void> unusable = new CompletableFuture<>();
    private final AtomicLong queuedBytes = new AtomicLong();
    private final AtomicInteger inFlight = new AtomicInteger();
    private final LongAdder unmatchedReplies = new LongAdder();
    private volatile Peer peer = new Peer("", "");
    private volatile boolean introduced;
    private volatile boolean usable;
    private volatile boolean closing;
    private volatile boolean gone;
    private volatile @Nullable SignsOfLife signs;

    // The rest belongs to the event loop.
    private final LongObjectHashMap<PendingCall> pending = new LongObjectHashMap<>();
    private final DeadlineWheel deadlines;
    private long lastId;
    private long alarmNanos = Long.MAX_VALUE;
    private @Nullable ScheduledFuture<?> alarm;
    private @Nullable ScheduledFuture<?> heart;
    private final StallWatch stalls;
    private @Nullable ScheduledFuture<?> stallLook; // while calls wait
    private boolean silent;
    private long features;
    private long peerMaxBody = Long.MAX_VALUE;

    ClientConnection(Address address, Peer self, Wanted wanted, TransportConfig config, Ticker ticker) {
        this.address = address;
        this.self = self;
        this.wanted = wanted;
        this.config = config;
        this.ticker = ticker;
        this.selfAsCaller = CallHeader.encodeCaller(self.asCaller());
        this.deadlines = new DeadlineWheel(ticker.nanos());
        this.link = new FrameLink(this, config, ticker);
        this.pings = new PendingPings(link);
        this.stalls =
                new StallWatch(config.stallPing().toNanos(), config.stallAfter().toNanos());
    }

    FrameLink link() {
        return link;
    }

    CompletableFuture<Connection> opened() {
        return opened;
    }

    Ticker ticker() {
        return ticker;
    }

    int maxHeaderBytes() {
        return config.maxHeaderBytes();
    }

    /** The other end, for messages. */
    String where() {
        Peer known = peer;
        return known.application().isEmpty() ? address.toString() : known + " (" + address + ")";
    }

    // ---- what users of the connection see, from any thread

    @Override
    public Peer peer() {
        return peer;
    }

    @Override
    public Address address() {
        return address;
    }

    @Override
    public boolean usable() {
        return usable;
    }

    @Override
    public int inFlight() {
        return inFlight.get();
    }

    @Override
    public long queuedBytes() {
        return queuedBytes.get();
    }

    @Override
    public CompletableFuture<Void> unusable() {
        return unusable;
    }

    @Override
    public void watch(SignsOfLife told) {
        signs = told;
    }

    @Override
    public CompletableFuture<Reply> invoke(Invocation call) {
        call.ledger().enter(Phase.WRITE, ticker.nanos());
        if (!usable) {
            Reply.Failure refusal = refusal();
            return CompletableFuture.completedFuture(refusal != null ? refusal : gone("the handshake is not over"));
        }
        ByteBuf body = null;
        if (call.payload() instanceof BodyPayload content) {
            try {
                body = content.encoded(ByteBufAllocator.DEFAULT, (int) Math.min(config.maxBodyBytes(), peerMaxBody));
            } catch (SerializationException e) {
                return CompletableFuture.completedFuture(unencodable(call, e));
            }
        }
        int size = body == null ? 0 : body.readableBytes();
        long queued = queuedBytes.addAndGet(size);
        if (queued > config.maxQueuedBytes() && size > 0) {
            queuedBytes.addAndGet(-size);
            if (body != null) {
                body.release();
            }
            return CompletableFuture.completedFuture(Reply.failure(
                    Status.OVERLOADED,
                    Executed.NO,
                    (queued - size) + " bytes wait to be written to " + where() + "; the limit is "
                            + config.maxQueuedBytes() + ", so a call with " + size + " bytes was not sent"));
        }
        WireForm form = call.attributes().get(WireForm.KEY);
        if (form == null) {
            if (body != null) {
                body.release();
            }
            queuedBytes.addAndGet(-size);
            return CompletableFuture.completedFuture(Reply.failure(
                    Status.INTERNAL, Executed.NO, "The call carries no wire form; only calls made by a stub do"));
        }
        PendingCall mine = new PendingCall(this, call, form, encoded(call.caller()), body);
        inFlight.incrementAndGet();
        call.cancellation().add(mine);
        link.post(mine);
        return mine.reply();
    }

    /** An agent forwards calls of others, mostly of the same one, whose name is one object as long as its connection lives. */
    private byte[] encoded(Caller caller) {
        if (caller.instance().equals(self.instance())) {
            return selfAsCaller;
        }
        EncodedCaller last = lastCaller;
        if (last == null || !last.caller().equals(caller)) {
            last = new EncodedCaller(caller, CallHeader.encodeCaller(caller));
            lastCaller = last; // a race costs an object and nothing else
        }
        return last.bytes();
    }

    @SuppressWarnings("ArrayRecordComponent") // nobody compares them
    private record EncodedCaller(Caller caller, byte[] bytes) {}

    private static Reply unencodable(Invocation call, SerializationException e) {
        return Reply.failure(
                        e.reason().status(),
                        Executed.NO,
                        "The arguments of " + call.service() + " " + call.method() + " cannot be sent: "
                                + e.getMessage())
                .withCause(e);
    }

    @Override
    public CompletableFuture<Void> ping() {
        return pings.ask();
    }

    @Override
    public void tellSilence() {
        link.onLoop(() -> List.copyOf(pending.values()).forEach(PendingCall::silent));
    }

    @Override
    public void abort() {
        link.abort("this side closed the connection");
    }

    @Override
    public void close() {
        link.close("this side closed the connection");
    }

    @Override
    public boolean isClosing() {
        return closing;
    }

    // ---- for the calls on it

    /** Why no call may be sent now, or null. On any thread. */
    Reply.@Nullable Failure refusal() {
        if (gone) {
            return gone("it is closed");
        }
        if (closing) {
            return Reply.failure(
                    Status.DRAINING,
                    Executed.NO,
                    where() + " is closing and takes no new calls; the call was not sent");
        }
        return null;
    }

    private Reply.Failure gone(String why) {
        return Reply.failure(
                Status.UNAVAILABLE, Executed.NO, "The connection to " + where() + " cannot be used: " + why);
    }

    /** Gives a call its id and watches its deadline. */
    long register(PendingCall call) {
        long id = ++lastId;
        if (!call.call().oneWay()) {
            pending.put(id, call);
            if (silent) {
                link.channel().eventLoop().execute(() -> stillSilent(call)); // it is being written just now
            } else if (stallLook == null && !config.stallAfter().isZero()) {
                long now = ticker.nanos();
                stalls.begin(now);
                lookAtNext(now);
            }
        }
        if (!call.call().deadline().isNone()) {
            long now = ticker.nanos();
            long remaining = call.call().deadline().remainingNanos(now);
            long reserve = (features & Features.INQUIRY) == 0 || call.call().oneWay()
                    ? 0
                    : Math.min(FIRST_INQUIRY_NANOS, remaining / 4);
            watch(call, now + remaining - reserve, now);
        }
        return id;
    }

    private void watch(PendingCall call, long dueNanos, long now) {
        deadlines.add(call, dueNanos);
        if (alarm == null || dueNanos - alarmNanos < 0) {
            setAlarm(dueNanos, now);
        }
    }

    private void setAlarm(long dueNanos, long now) {
        if (alarm != null) {
            alarm.cancel(false);
        }
        alarmNanos = dueNanos;
        alarm = link.channel().eventLoop().schedule(this::ring, Math.max(0, dueNanos - now), TimeUnit.NANOSECONDS);
    }

    private void ring() {
        alarm = null;
        if (gone) {
            return;
        }
        long now = ticker.nanos();
        deadlines.expire(now, entry -> due((PendingCall) entry));
        if (deadlines.size() > 0 && alarm == null) {
            // Not earlier than a tick from now: what is due within one tick is handled together.
            setAlarm(Math.max(deadlines.nextDueNanos(), now + DeadlineWheel.TICK_NANOS), now);
        }
        link.output().flush();
    }

    /** First it is asked where the call is, a little before its time is up; then the time is up. */
    private void due(PendingCall call) {
        if (call.ended()) {
            return; // by another that was due in the same tick
        }
        long now = ticker.nanos();
        long left = call.call().deadline().remainingNanos(now);
        if (left > 0) {
            Control inquiry = new Control.Inquiry(call.id());
            link.output().frame(FrameKind.CONTROL, call.id(), inquiry::encode);
            call.inquiring();
            watch(call, now + (left > 2 * LAST_INQUIRY_NANOS ? left - LAST_INQUIRY_NANOS : left), now);
            return;
        }
        call.expire(now);
        cancelFrame(call.id(), Cancellation.Reason.DEADLINE);
    }

    // ---- whether the peer says anything while calls wait

    private void lookAtNext(long now) {
        stallLook = link.channel()
                .eventLoop()
                .schedule(this::lookForSigns, Math.max(0, stalls.dueNanos() - now), TimeUnit.NANOSECONDS);
    }

    private void lookForSigns() {
        stallLook = null;
        if (gone || (pending.isEmpty() && !silent)) {
            return; // the next call begins anew
        }
        long now = ticker.nanos();
        StallWatch.Finding finding = stalls.look(now, link.lastReadNanos());
        if (finding != StallWatch.Finding.HEARD) {
            link.output().write(out -> Frames.ping(out, now));
            link.output().flush();
        }
        lookAtNext(now);
        if (finding == StallWatch.Finding.SILENT && !silent) {
            silent = true;
            SignsOfLife told = signs;
            if (told != null) {
                told.silent(); // first: what the calls do then must not come here again
            }
            new ArrayList<>(pending.values()).forEach(PendingCall::silent);
        }
    }

    private void stillSilent(PendingCall call) {
        if (silent && !gone && !call.ended()) {
            SignsOfLife told = signs;
            if (told != null) {
                told.silent();
            }
            call.silent();
        }
    }

    private void heard() {
        silent = false;
        SignsOfLife told = signs;
        if (told != null) {
            told.heard();
        }
    }

    private void cancelFrame(long id, Cancellation.Reason reason) {
        if (id != 0 && !gone) {
            link.output().write(out -> Frames.cancel(out, id, reason));
        }
    }

    /** Withdraws a call. Any thread; takes effect on the loop, after the call itself was written. */
    void withdraw(PendingCall call, Cancellation.Reason reason) {
        link.post(new Withdrawal(call, reason));
    }

    /** The call has ended. */
    void forget(PendingCall call) {
        deadlines.remove(call);
        if (call.id() != 0 && pending.remove(call.id()) != null) {
            link.dropGathered(call.id()); // what has come of a large reply
        }
        inFlight.decrementAndGet();
    }

    /** So many bytes of a body no longer wait to be written. */
    void left(int bytes) {
        if (bytes > 0) {
            queuedBytes.addAndGet(-bytes);
        }
    }

    /** Stops sending what is left of a large body whose call has ended. */
    void dropUnsent(long id) {
        if (id != 0) {
            link.output().dropSplitBody(id);
        }
    }

    private final class Withdrawal implements Outbound {
        private final PendingCall call;
        private final Cancellation.Reason reason;
        private @Nullable Outbound next;

        Withdrawal(PendingCall call, Cancellation.Reason reason) {
            this.call = call;
            this.reason = reason;
        }

        @Override
        public void write(FrameOutput output) {
            if (!call.ended()) {
                long id = call.id();
                call.endCancelled(reason);
                cancelFrame(id, reason);
            }
        }

        @Override
        public void abandon() {} // the connection is gone, and the call has ended with it

        @Override
        public void failed(FrameOutput output, Throwable thrown) {
            LOG.warn("{} could not be withdrawn", call, thrown);
        }

        @Override
        public @Nullable Outbound nextOutbound() {
            return next;
        }

        @Override
        public void nextOutbound(@Nullable Outbound following) {
            next = following;
        }
    }

    /** Whether the socket was connected and this side has said who it is. Any thread. */
    boolean introduced() {
        return introduced;
    }

    // ---- what happens on the link

    @Override
    public void up() {
        introduced = true;
        Hello hello = new Hello(
                self.application(),
                self.instance(),
                Prefix.VERSION,
                Prefix.VERSION,
                Features.INQUIRY,
                config.chunkBytes(),
                config.maxBodyBytes(),
                config.bodyCreditBytes(),
                wanted.credential().getBytes(StandardCharsets.UTF_8),
                wanted.instance(),
                wanted.application(),
                wanted.services());
        link.output().frame(FrameKind.HELLO, 0, hello::encode);
        link.output().flush();
    }

    @Override
    public void frame(Frame frame) {
        switch (frame.kind()) {
            case RESPONSE -> response(frame);
            case WELCOME -> welcome(Welcome.parse(frame.buffer(), frame.callIndex(), frame.callLength()));
            case CLOSING -> peerIsClosing();
            case CONTROL -> control(Control.parse(frame.buffer(), frame.callIndex(), frame.callLength()));
            default -> throw new FrameException("A server does not send " + frame.kind());
        }
    }

    private void response(Frame frame) {
        PendingCall call = pending.get(frame.requestId());
        if (call == null) {
            unmatchedReplies.increment(); // late, or of nobody: ids are never used again, so it can reach no other call
            return;
        }
        ByteBuf in = frame.buffer();
        try {
            ReplyHop.check(in, frame.hopIndex(), frame.hopLength());
            int status = ReplyHop.statusCode(in, frame.hopIndex(), frame.hopLength());
            Hints hints = ReplyHop.hints(in, frame.hopIndex(), frame.hopLength());
            ReplyHop.addTo(in, frame.hopIndex(), frame.hopLength(), call.call().ledger());
            if (!frame.bodyIntact()) {
                call.end(Reply.failure(
                        Status.UNAVAILABLE,
                        ReplyHop.executed(in, frame.hopIndex(), frame.hopLength()),
                        "The reply of " + where() + " was damaged on its way: its checksum is wrong"));
            } else if (status == ReplyHop.VALUE) {
                Payload payload = frame.bodyLength() == 0 ? Payload.EMPTY : new BytesPayload(frame.retainedBody());
                call.end(new Reply.Value(payload, hints));
            } else {
                ReplyHeader header = ReplyHeader.parse(in, frame.callIndex(), frame.callLength());
                call.dropUnsentBody();
                if (header.ledTo() != null) {
                    call.ledTo(header.ledTo());
                }
                call.end(new Reply.Failure(
                        Status.ofCode(status),
                        ReplyHop.executed(in, frame.hopIndex(), frame.hopLength()),
                        header.message(),
                        header.exceptionType() == null
                                ? null
                                : ErrorDetails.parse(header, in, frame.bodyIndex(), frame.bodyLength()),
                        hints,
                        null));
            }
        } catch (HeaderException e) {
            call.end(Reply.failure(
                            Status.PROTOCOL_ERROR,
                            Executed.MAYBE,
                            "The reply of " + where() + " cannot be read: " + e.getMessage())
                    .withCause(e));
        }
    }

    @Override
    public void oversized(Frame header) {
        PendingCall call = header.kind() == FrameKind.RESPONSE ? pending.get(header.requestId()) : null;
        if (call == null) {
            unmatchedReplies.increment();
            return;
        }
        boolean whole = header.wholeLength() > config.maxBodyBytes();
        call.end(Reply.failure(
                whole ? Status.TOO_LARGE : Status.PROTOCOL_ERROR,
                Executed.YES,
                whole
                        ? "The reply of " + where() + " has " + header.wholeLength() + " bytes; this side accepts "
                                + config.maxBodyBytes()
                        : "The reply of " + where() + " has " + header.announcedLength()
                                + " bytes in one frame, more than was agreed in the handshake"));
    }

    @Override
    public boolean begins(Frame first) {
        if (first.kind() != FrameKind.RESPONSE) {
            throw new FrameException("A server does not send " + first.kind());
        }
        if (pending.containsKey(first.requestId())) {
            return true;
        }
        unmatchedReplies.increment();
        return false; // a body for nobody is not gathered
    }

    @Override
    public void assembled(Frame whole) {
        response(whole);
    }

    @Override
    public boolean goesOn(Frame piece) {
        return true; // the assembler's own bound is the limit
    }

    @Override
    public void noRoom(long requestId) {
        PendingCall call = pending.get(requestId);
        if (call != null) {
            call.end(Reply.failure(
                    Status.OVERLOADED,
                    Executed.YES,
                    "The reply of " + where()
                            + " was not taken: too many large replies are under way on this connection"));
        }
    }

    @Override
    public void damaged(long requestId) {
        PendingCall call = pending.get(requestId);
        if (call != null) {
            call.end(Reply.failure(
                    Status.UNAVAILABLE,
                    Executed.YES,
                    "The reply of " + where() + " was damaged on its way: its checksum is wrong"));
        }
    }

    @Override
    public void allSent() {}

    private void welcome(Welcome welcome) {
        if (opened.isDone()) {
            throw new FrameException("A server welcomes once");
        }
        peer = new Peer(welcome.application(), welcome.instance());
        String refusal = refusalOf(welcome);
        if (refusal != null) {
            failOpening(refusal, null);
            link.close(refusal);
            return;
        }
        features = welcome.features();
        if (welcome.maxBody() > 0) {
            peerMaxBody = welcome.maxBody();
        }
        link.output().peerLimits(welcome.initialCredit(), welcome.maxFrameBody());
        usable = true;
        heart = link.channel()
                .eventLoop()
                .scheduleAtFixedRate(
                        this::beat,
                        config.heartbeat().toNanos(),
                        config.heartbeat().toNanos(),
                        TimeUnit.NANOSECONDS);
        if (!opened.complete(this)) {
            link.close("nobody waits for this connection any more");
        }
    }

    /** A restarted process of the same application is adopted if it serves what we came for; a stranger is not. */
    private @Nullable String refusalOf(Welcome welcome) {
        if (!welcome.accepted()) {
            return where() + " refused the connection: " + welcome.refusal();
        }
        if (welcome.version() != Prefix.VERSION) {
            return where() + " chose version " + welcome.version() + " of the protocol, which was not offered";
        }
        if (!wanted.application().isEmpty() && !wanted.application().equals(welcome.application())) {
            return "At " + address + " there is now the application " + welcome.application() + " and not "
                    + wanted.application() + "; the port was given to another process";
        }
        List<ServiceId> missing = new ArrayList<>(wanted.services());
        missing.removeAll(welcome.serves());
        if (!missing.isEmpty()) {
            return where() + " does not serve " + missing;
        }
        return null;
    }

    /** Gives up opening, if it is not over. */
    void failOpening(String reason, @Nullable Throwable cause) {
        opened.completeExceptionally(new ConnectFailedException(reason, cause));
    }

    /** It was not found out where the name of the host leads. */
    void failNameless(String reason) {
        opened.completeExceptionally(new ConnectFailedException(reason, null, true));
    }

    private void peerIsClosing() {
        closing = true;
        usable = false;
        link.output().write(Frames::closingAck); // after it no call is written: each asks refusal() first
        unusable.complete(null);
    }

    private void control(@Nullable Control message) {
        if (message instanceof Control.Progress progress) {
            PendingCall call = pending.get(progress.requestId());
            if (call != null) {
                call.located(progress, ticker.nanos());
            }
        } else if (message instanceof Control.ProtocolError error) {
            LOG.warn("{} reports a breach of the protocol: {}", where(), error.message());
        }
    }

    private void beat() {
        long now = ticker.nanos();
        link.checking(now, config.heartbeat().toNanos());
        long silent = now - link.lastReadNanos();
        if (silent >= config.heartbeatLimit().toNanos()) {
            link.close("no sign of life for " + silent / 1_000_000 + " ms");
        } else if (now - link.output().stalledSinceNanos(now)
                >= config.stallTimeout().toNanos()) {
            link.close("the peer took no byte for " + config.stallTimeout().toMillis() + " ms");
        } else if (now - link.unfinishedSinceNanos(now) >= config.frameTimeout().toNanos()) {
            link.close("the peer left a frame or a large reply unfinished for "
                    + config.frameTimeout().toMillis() + " ms");
        } else if (silent >= config.heartbeat().toNanos() / 2) {
            link.output().write(out -> Frames.ping(out, now));
            link.output().flush();
        }
    }

    @Override
    public void pong(long token) {
        pings.answered(token);
    }

    @Override
    public void readComplete() {
        if (silent) {
            heard();
        }
    }

    @Override
    public void writabilityChanged(boolean writable) {}

    /** Who hears of the end of a call that was not sent asks whether it is the connection that has ended, and goes another way then. */
    @Override
    public void goingDown() {
        gone = true;
        usable = false;
    }

    @Override
    public void down(String reason) {
        if (introduced) { // else there was none yet, and whoever connects says why
            failOpening("The connection to " + where() + " ended during the handshake: " + reason, null);
        }
        if (alarm != null) {
            alarm.cancel(false);
        }
        if (heart != null) {
            heart.cancel(false);
        }
        if (stallLook != null) {
            stallLook.cancel(false);
        }
        Collection<PendingCall> lost = new ArrayList<>(pending.values());
        for (PendingCall call : lost) {
            call.connectionLost(reason);
        }
        pings.lost(reason);
        unusable.complete(null);
    }

    /** How many replies matched no waiting call, for tests and meters. */
    long unmatchedReplies() {
        return unmatchedReplies.sum();
    }

    @Override
    public String toString() {
        return "Connection[to " + where() + (usable ? "" : ", not usable") + "]";
    }
}
