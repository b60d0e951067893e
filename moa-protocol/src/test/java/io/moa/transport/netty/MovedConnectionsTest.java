package io.moa.transport.netty;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.moa.invoke.Cancellation;
import io.moa.invoke.Invocation;
import io.moa.invoke.Reply;
import io.moa.invoke.Status;
import io.moa.protocol.frame.Control;
import io.moa.protocol.frame.FrameKind;
import io.moa.protocol.frame.Frames;
import io.moa.protocol.frame.HandOverMessage;
import io.moa.protocol.frame.Prefix;
import io.moa.protocol.payload.BytesPayload;
import io.moa.testkit.Eventually;
import io.moa.testkit.LeakCheck;
import io.moa.transport.TransportConfig;
import io.moa.transport.handover.HandOver;
import io.moa.transport.handover.HandOverLedger;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** Live connections go to another process with all that is under way on them, and their clients notice nothing. */
@ExtendWith(LeakCheck.class)
@Timeout(120)
class MovedConnectionsTest {

    private static final int LARGE = 3_000_000;

    private final AtomicReference<CompletableFuture<Reply>> open = new AtomicReference<>();
    private final AtomicReference<Invocation> seen = new AtomicReference<>();

    /** A route that answers when the test does. */
    private CompletableFuture<Reply> later(Invocation call) {
        CompletableFuture<Reply> reply = new CompletableFuture<>();
        open.set(reply);
        seen.set(call);
        return reply;
    }

    private static Reply value(byte[] bytes) {
        return new Reply.Value(new BytesPayload(Unpooled.wrappedBuffer(bytes)));
    }

    private static byte[] text(String text) {
        return text.getBytes(US_ASCII);
    }

    private static String body(RawPeer.Seen reply) {
        assertThat(reply.status()).as(reply.text()).isZero();
        return new String(reply.body(), US_ASCII);
    }

    private static byte[] noise(int bytes) {
        byte[] noise = new byte[bytes];
        new Random(bytes).nextBytes(noise);
        return noise;
    }

    private void awaitCall() {
        Eventually.within(OpenDoor.PATIENCE).until(() -> open.get() != null, () -> "the call has not come");
    }

    @Test
    void halfFrameIsReadOn() {
        try (HandOverStage stage = new HandOverStage(TransportConfig.DEFAULT, HandOverStage::old, HandOverStage::heir);
                RawPeer peer = RawPeer.connect(stage.address()).introduced(1 << 20);
                RawPeer silent = RawPeer.connect(stage.address());
                RawPeer greeting = RawPeer.connect(stage.address())) {
            peer.send(RawPeer.request(1, text("one")));
            assertThat(body(peer.nextResponse())).isEqualTo("Oone");
            ByteBuf request = RawPeer.request(2, text("two"));
            peer.send(request.readRetainedSlice(50));
            ByteBuf hello = RawPeer.hello(1 << 20);
            greeting.send(hello.readRetainedSlice(20));
            awaitHalves(stage, 3);

            HandOverLedger ledger = stage.move().join();

            assertThat(ledger.moa()).isEqualTo(3);
            assertThat(ledger.halfRead()).isEqualTo(2);
            assertThat(ledger.halfReadBytes()).isEqualTo(70);
            assertThat(ledger.pauses().count()).isEqualTo(3);
            peer.send(request);
            assertThat(body(peer.nextResponse())).isEqualTo("Htwo");
            assertThat(greeting.send(hello).next().kind()).isEqualTo(FrameKind.WELCOME);
            assertThat(body(greeting.send(RawPeer.request(1, text("x"))).nextResponse()))
                    .isEqualTo("Hx");
            silent.introduced(1 << 20).send(RawPeer.request(1, text("y")));
            assertThat(body(silent.nextResponse())).isEqualTo("Hy");
            // An id that was seen there is a repetition here.
            peer.send(RawPeer.request(2, text("again")));
            assertThat(peer.next().text()).contains("was used before");
        }
    }

    /** That bytes were read cannot be seen from outside: so a whole ping follows each half frame's connection on its loop. */
    private static void awaitHalves(HandOverStage stage, int connections) {
        Eventually.within(OpenDoor.PATIENCE)
                .until(
                        () -> stage.old.listener.served().size() == connections
                                && stage.old.listener.served().stream()
                                                .filter(each -> ((ServerConnection) each)
                                                        .link()
                                                        .isMidFrame())
                                                .count()
                                        == connections - 1,
                        () -> "not all halves have come");
    }

    @Test
    void callInFlightIsAnsweredFromWhereItRuns() {
        try (HandOverStage stage = new HandOverStage(TransportConfig.DEFAULT, this::later, HandOverStage::heir);
                RawPeer peer = RawPeer.connect(stage.address()).introduced(1 << 20)) {
            peer.send(RawPeer.request(1, text("slow")));
            awaitCall();

            CompletableFuture<HandOverLedger> ended = stage.move();

            assertThat(stage.taken().inFlight()).isOne();
            peer.send(RawPeer.request(2, text("quick")));
            assertThat(body(peer.nextResponse())).isEqualTo("Hquick");
            open.get().complete(value(text("late")));
            RawPeer.Seen late = peer.nextResponse();
            assertThat(late.id()).isEqualTo(1);
            assertThat(body(late)).isEqualTo("late");
            HandOverLedger ledger = ended.join();
            assertThat(ledger.callsInFlight()).isOne();
            assertThat(ledger.callsFinished()).isOne();
            assertThat(ledger.callsLost()).isZero();
            assertThat(stage.taken().inFlight()).isZero();
        }
    }

    /** The reply comes while nobody serves the connection: when its state has been taken, and the other process does not have it yet. */
    @Test
    void replyOfAConnectionAtRestFollowsIt() {
        try (HandOverStage stage = new HandOverStage(TransportConfig.DEFAULT, this::later, HandOverStage::heir);
                RawPeer peer = RawPeer.connect(stage.address()).introduced(1 << 20)) {
            peer.send(RawPeer.request(1, text("slow")));
            awaitCall();
            EventLoop loop =
                    stage.old.listener.served().iterator().next().channel().eventLoop();
            HandOver offer =
                    stage.offer(HandOverStage.LIMITS, line -> new ReplyBeforeCommit(line, loop, stage.old.transport));

            stage.taken(stage.takeOver(UnaryOperator.identity()).join());

            RawPeer.Seen late = peer.nextResponse();
            assertThat(late.id()).isEqualTo(1);
            assertThat(body(late)).isEqualTo("just then");
            assertThat(offer.ended().join().callsFinished()).isOne();
        }
    }

    /** Answers the open call just before the commit, which waits until the connection's event loop knows of the answer. */
    private final class ReplyBeforeCommit implements MoveLine {
        private final MoveLine line;
        private final EventLoop loop;
        private final NettyTransport transport;

        ReplyBeforeCommit(MoveLine line, EventLoop loop, NettyTransport transport) {
            this.line = line;
            this.loop = loop;
            this.transport = transport;
        }

        @Override
        public Future<?> say(HandOverMessage message) {
            if (message.step() != HandOverMessage.Step.COMMIT) {
                return line.say(message);
            }
            open.get().complete(value(text("just then")));
            Executor home = transport.loops().stream()
                    .filter(each -> ((EventLoop) each).inEventLoop())
                    .findFirst()
                    .orElseThrow();
            loop.execute(() -> home.execute(() -> line.say(message)));
            return loop.newSucceededFuture(null);
        }

        @Override
        public void pass(int descriptor) {
            line.pass(descriptor);
        }

        @Override
        public void silence() {
            line.silence();
        }

        @Override
        public void close() {
            line.close();
        }

        @Override
        public boolean isClosed() {
            return line.isClosed();
        }
    }

    @Test
    void lateReplyIsSplitWhereItIsWritten() {
        byte[] large = noise(LARGE);
        try (HandOverStage stage = new HandOverStage(TransportConfig.DEFAULT, this::later, HandOverStage::heir);
                RawPeer peer = RawPeer.connect(stage.address()).introduced(100_000)) {
            peer.send(RawPeer.request(1, text("slow")));
            awaitCall();
            CompletableFuture<HandOverLedger> ended = stage.move();

            open.get().complete(value(large));

            assertThat(gather(peer, 0, 1_000_000)).isEqualTo(large);
            assertThat(ended.join().callsFinished()).isOne();
        }
    }

    /** Reads a split reply; grants whenever something has come. */
    private static byte[] gather(RawPeer peer, int credited, int grant) {
        ByteBuf whole = Unpooled.buffer();
        int granted = credited;
        while (whole.readableBytes() < LARGE) {
            RawPeer.Seen piece = peer.next();
            whole.writeBytes(piece.body());
            if (granted < LARGE && piece.body().length > 0) {
                ByteBuf credit = Unpooled.buffer();
                Frames.credit(credit, grant);
                peer.send(credit);
                granted += grant;
            }
        }
        byte[] bytes = new byte[whole.readableBytes()];
        whole.readBytes(bytes);
        return bytes;
    }

    @Test
    void replyThatWaitsForCreditGoesOn() {
        byte[] large = noise(LARGE);
        try (HandOverStage stage = new HandOverStage(
                        TransportConfig.DEFAULT,
                        call -> CompletableFuture.completedFuture(value(large)),
                        HandOverStage::heir);
                RawPeer peer = RawPeer.connect(stage.address()).introduced(1_000)) {
            peer.send(RawPeer.request(1, text("much")));
            RawPeer.Seen head = peer.next();
            assertThat(head.kind()).isEqualTo(FrameKind.RESPONSE);
            assertThat(peer.next().body()).hasSize(1_000);

            HandOverLedger ledger = stage.move().join();

            assertThat(ledger.unsentBytes()).isEqualTo(LARGE - 1_000);
            ByteBuf credit = Unpooled.buffer();
            Frames.credit(credit, LARGE);
            peer.send(credit);
            ByteBuf rest = Unpooled.buffer();
            while (rest.readableBytes() < LARGE - 1_000) {
                rest.writeBytes(peer.next().body());
            }
            assertThat(rest).isEqualTo(Unpooled.wrappedBuffer(large, 1_000, LARGE - 1_000));
        }
    }

    private long held;
    private int looks;

    /** Whether so much was held each of the last times: what is held for a moment, until it is flushed, does not wait for the reader. */
    private boolean restsAt(long bytes) {
        looks = bytes > 0 && bytes == held ? looks + 1 : 0;
        held = bytes;
        return looks == 20;
    }

    @Test
    void slowReaderGetsEveryByteThatTheSocketHadNotTaken() {
        byte[] reply = noise(60_000); // not split
        try (HandOverStage stage = new HandOverStage(
                        TransportConfig.DEFAULT,
                        call -> CompletableFuture.completedFuture(value(reply)),
                        HandOverStage::heir);
                RawPeer peer = RawPeer.connect(stage.address(), 4096).introduced(1 << 20)) {
            int calls = 200; // 12 MB: more than sockets take, and less than is read before the reader is paused
            for (int id = 1; id <= calls; id++) {
                peer.send(RawPeer.request(id, text("much")));
            }
            Eventually.within(OpenDoor.PATIENCE)
                    .until(
                            () -> !peerChannelIsReading(stage) && restsAt(stage.old.listener.heldBytes()),
                            () -> "the socket takes everything");

            HandOverLedger ledger = stage.move().join();

            assertThat(ledger.unsentBytes()).isPositive();
            int ofOld = 0;
            for (int id = 1; id <= calls; id++) {
                RawPeer.Seen next = peer.nextResponse();
                assertThat(next.id()).isEqualTo(id);
                if (next.body().length == reply.length) {
                    assertThat(next.body()).isEqualTo(reply);
                    ofOld++;
                } else {
                    assertThat(body(next)).isEqualTo("Hmuch"); // was not read before the reader was paused
                }
            }
            assertThat(ofOld).isPositive();
            assertThat(peer.send(RawPeer.request(calls + 1, text("z")))
                            .nextResponse()
                            .id())
                    .isEqualTo(calls + 1);
        }
    }

    private static boolean peerChannelIsReading(HandOverStage stage) {
        return stage.old.listener.served().iterator().next().channel().config().isAutoRead();
    }

    @Test
    void largeRequestOfWhichHalfHasComeGoesOn() {
        byte[] large = noise(200_000);
        try (HandOverStage stage = new HandOverStage(TransportConfig.DEFAULT, HandOverStage::old, HandOverStage::heir);
                RawPeer peer = RawPeer.connect(stage.address()).introduced(1 << 20)) {
            peer.send(RawPeer.request(7, Prefix.MORE, java.util.Arrays.copyOf(large, 60_000), large.length));
            int come = RawPeer.REQUEST_HEADERS + 60_000;
            Eventually.within(OpenDoor.PATIENCE)
                    .until(() -> stage.old.listener.heldBytes() == come, () -> "half has not come");

            HandOverLedger ledger = stage.move().join();

            assertThat(ledger.halfReadBytes()).isEqualTo(60_000);
            assertThat(stage.taken().heldBytes()).isEqualTo(come);
            Eventually.within(OpenDoor.PATIENCE)
                    .until(() -> stage.old.listener.heldBytes() == 0, () -> "the old process holds it still");
            peer.send(RawPeer.piece(7, true, java.util.Arrays.copyOfRange(large, 60_000, 120_000), large.length));
            peer.send(RawPeer.piece(7, true, java.util.Arrays.copyOfRange(large, 120_000, 180_000), large.length));
            peer.send(RawPeer.piece(7, false, java.util.Arrays.copyOfRange(large, 180_000, 200_000), large.length));
            ByteBuf echo = Unpooled.buffer();
            while (echo.readableBytes() < large.length + 1) {
                echo.writeBytes(peer.next().body());
            }
            assertThat(echo.readByte()).isEqualTo((byte) 'H');
            assertThat(echo).isEqualTo(Unpooled.wrappedBuffer(large));
        }
    }

    @Test
    void cancellationFindsTheCall() {
        try (HandOverStage stage = new HandOverStage(TransportConfig.DEFAULT, this::later, HandOverStage::heir);
                RawPeer peer = RawPeer.connect(stage.address()).introduced(1 << 20)) {
            peer.send(RawPeer.request(1, text("slow")));
            awaitCall();
            CompletableFuture<HandOverLedger> ended = stage.move();

            ByteBuf cancel = Unpooled.buffer();
            Frames.cancel(cancel, 1, Cancellation.Reason.CALLER);
            peer.send(cancel);

            Eventually.within(OpenDoor.PATIENCE)
                    .until(() -> seen.get().cancellation().isCancelled(), () -> "it is not cancelled");
            assertThat(seen.get().cancellation().reason()).isEqualTo(Cancellation.Reason.CALLER);
            open.get().complete(value(text("nobody waits")));
            HandOverLedger ledger = ended.join();
            assertThat(ledger.callsUnanswered()).isOne();
            assertThat(ledger.callsFinished()).isZero();
            assertThat(body(peer.send(RawPeer.request(2, text("x"))).nextResponse()))
                    .isEqualTo("Hx");
        }
    }

    @Test
    void clientThatLeavesCancelsItsCall() {
        try (HandOverStage stage = new HandOverStage(TransportConfig.DEFAULT, this::later, HandOverStage::heir)) {
            CompletableFuture<HandOverLedger> ended;
            try (RawPeer peer = RawPeer.connect(stage.address()).introduced(1 << 20)) {
                peer.send(RawPeer.request(1, text("slow")));
                awaitCall();
                ended = stage.move();
            }
            Eventually.within(OpenDoor.PATIENCE)
                    .until(() -> seen.get().cancellation().isCancelled(), () -> "it is not cancelled");
            assertThat(seen.get().cancellation().reason()).isEqualTo(Cancellation.Reason.CONNECTION_LOST);
            open.get().complete(value(text("nobody waits")));
            assertThat(ended.join().callsUnanswered()).isOne();
        }
    }

    @Test
    void inquiryFindsTheCall() {
        try (HandOverStage stage = new HandOverStage(TransportConfig.DEFAULT, this::later, HandOverStage::heir);
                RawPeer peer = RawPeer.connect(stage.address()).introduced(1 << 20)) {
            peer.send(RawPeer.request(1, text("slow")));
            awaitCall();
            CompletableFuture<HandOverLedger> ended = stage.move();

            Control.Inquiry inquiry = new Control.Inquiry(1);
            ByteBuf frame = Unpooled.buffer();
            Frames.message(frame, FrameKind.CONTROL, inquiry);
            peer.send(frame);

            RawPeer.Seen answer = peer.next();
            assertThat(answer.kind()).isEqualTo(FrameKind.CONTROL);
            assertThat(answer.id()).isEqualTo(1);
            assertThat(answer.text()).isEqualTo("known");
            open.get().complete(value(text("there")));
            assertThat(body(peer.nextResponse())).isEqualTo("there");
            assertThat(ended.join().callsForwarded()).isOne();
        }
    }

    @Test
    void callsThatTheOldProcessServesCountInTheLimitOfTheConnection() {
        TransportConfig one =
                TransportConfig.DEFAULT.toBuilder().maxInFlightPerConnection(1).build();
        try (HandOverStage stage = new HandOverStage(one, this::later, HandOverStage::heir);
                RawPeer peer = RawPeer.connect(stage.address()).introduced(1 << 20)) {
            peer.send(RawPeer.request(1, text("slow")));
            awaitCall();
            CompletableFuture<HandOverLedger> ended = stage.move();

            peer.send(RawPeer.request(2, text("one too many")));
            assertThat(peer.nextResponse().status()).isEqualTo(Status.OVERLOADED.code());

            // And a listener that closes waits for them.
            CompletableFuture<Integer> drained = stage.taken().drain(OpenDoor.PATIENCE);
            assertThat(peer.next().kind()).isEqualTo(FrameKind.CLOSING);
            ByteBuf acknowledgement = Unpooled.buffer();
            Frames.closingAck(acknowledgement);
            peer.send(acknowledgement);
            open.get().complete(value(text("late")));
            assertThat(body(peer.nextResponse())).isEqualTo("late");
            assertThat(peer.nextOrEnd()).isNull();
            assertThat(drained.join()).isZero();
            assertThat(ended.join().callsFinished()).isOne();
        }
    }

    @Test
    void whoConnectsLaterIsServedByTheNewProcess() {
        try (HandOverStage stage =
                new HandOverStage(TransportConfig.DEFAULT, HandOverStage::old, HandOverStage::heir)) {
            stage.move().join();
            assertThat(stage.old.listener.isDraining()).isTrue();
            try (RawPeer peer = RawPeer.connect(stage.address()).introduced(1 << 20)) {
                assertThat(body(peer.send(RawPeer.request(1, text("x"))).nextResponse()))
                        .isEqualTo("Hx");
            }
        }
    }
}
