package io.moa.transport.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.moa.invoke.Executed;
import io.moa.invoke.Invocation;
import io.moa.invoke.Payload;
import io.moa.invoke.Reply;
import io.moa.invoke.Status;
import io.moa.protocol.frame.FrameKind;
import io.moa.protocol.frame.Frames;
import io.moa.protocol.frame.Prefix;
import io.moa.testkit.LeakCheck;
import io.moa.transport.TransportConfig;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** How a server leaves peers that never acknowledge its notice. */
@ExtendWith(LeakCheck.class)
@Timeout(60)
class ServerClosingTest {

    /** Longer than any test may take, so that nothing here ends because of it. */
    private static final Duration DRAIN_LIMIT = Duration.ofHours(1);

    private static final TransportConfig HASTY = TransportConfig.DEFAULT.toBuilder()
            .closingAckTimeout(Duration.ofMillis(10))
            .build();

    private static final TransportConfig PATIENT = TransportConfig.DEFAULT.toBuilder()
            .closingAckTimeout(Duration.ofMinutes(10))
            .build();

    /** The reply of the first call; the others are answered at once. */
    private final CompletableFuture<Reply> first = new CompletableFuture<>();

    private boolean firstArrived;

    @Test
    void peerThatNeverAcknowledgesHoldsNobodyUpWhenItIsOwedNothing() throws Exception {
        try (OpenDoor door = new OpenDoor(HASTY, OpenDoor::echo);
                RawPeer peer = RawPeer.connect(door.address()).introduced(1)) {
            assertThat(peer.send(RawPeer.request(1, new byte[8])).next().kind()).isEqualTo(FrameKind.RESPONSE);
            CompletableFuture<Integer> drained = door.listener.drain(DRAIN_LIMIT);
            assertThat(peer.next().kind()).isEqualTo(FrameKind.CLOSING);
            assertThat(peer.nextOrEnd()).isNull();
            assertThat(drained.get(30, TimeUnit.SECONDS)).isZero();
        }
    }

    @Test
    void whoIsDismissedIsServedToItsEndAndWhoComesThenStays() throws Exception {
        try (OpenDoor door = new OpenDoor(PATIENT, this::firstWaits);
                RawPeer told = RawPeer.connect(door.address()).introduced(1);
                RawPeer silent = RawPeer.connect(door.address())) {
            told.send(RawPeer.request(1, new byte[8]));
            assertThat(told.send(RawPeer.request(2, new byte[8])).next().id()).isEqualTo(2);
            CompletableFuture<Integer> gone = door.listener.dismiss();
            assertThat(told.next().kind()).isEqualTo(FrameKind.CLOSING);
            assertThat(told.send(RawPeer.request(3, new byte[8])).next().id())
                    .as("it has not heard of it yet")
                    .isEqualTo(3);
            ByteBuf acknowledged = Unpooled.buffer();
            Frames.closingAck(acknowledged);
            told.send(acknowledged);
            try (RawPeer newcomer = RawPeer.connect(door.address()).introduced(1)) {
                assertThat(newcomer.send(RawPeer.request(1, new byte[8])).next().kind())
                        .isEqualTo(FrameKind.RESPONSE);
                assertThat(gone).isNotDone();
                first.complete(new Reply.Value(Payload.EMPTY));
                assertThat(told.next().id()).isEqualTo(1);
                assertThat(told.nextOrEnd()).isNull();
                assertThat(gone.get(30, TimeUnit.SECONDS)).isOne();
                assertThat(newcomer.send(RawPeer.request(2, new byte[8])).next().kind())
                        .isEqualTo(FrameKind.RESPONSE);
                assertThat(silent.introduced(1)
                                .send(RawPeer.request(1, new byte[8]))
                                .next()
                                .kind())
                        .as("who had not said who it is could not be told")
                        .isEqualTo(FrameKind.RESPONSE);
                assertThat(door.listener.connections()).isEqualTo(2);
            }
        }
    }

    @Test
    void callInFlightIsStillAnsweredAndNewOnesAreRefusedOnceTheAcknowledgementIsOverdue() throws Exception {
        try (OpenDoor door = new OpenDoor(HASTY, this::firstWaits);
                RawPeer peer = RawPeer.connect(door.address()).introduced(1)) {
            peer.send(RawPeer.request(1, new byte[8]));
            assertThat(peer.send(RawPeer.request(2, new byte[8])).next().id()).isEqualTo(2);
            CompletableFuture<Integer> drained = door.listener.drain(DRAIN_LIMIT);
            assertThat(peer.next().kind()).isEqualTo(FrameKind.CLOSING);

            RawPeer.Seen refused = untilRefused(peer, 3);
            assertThat(refused.status()).isEqualTo(Status.DRAINING.code());
            assertThat(refused.executed()).isEqualTo(Executed.NO);
            assertThat(refused.text()).contains("not acknowledged within 10 ms");
            assertThat(drained).isNotDone();

            first.complete(new Reply.Value(Payload.EMPTY));
            RawPeer.Seen answered = peer.next();
            assertThat(answered.id()).isEqualTo(1);
            assertThat(answered.status()).isZero();
            assertThat(peer.nextOrEnd()).isNull();
            assertThat(drained.get(30, TimeUnit.SECONDS)).isZero();
        }
    }

    @Test
    void requestOfWhichHalfHasComeIsHeardOut() {
        try (OpenDoor door = new OpenDoor(HASTY, this::firstWaits);
                RawPeer peer = RawPeer.connect(door.address()).introduced(1)) {
            peer.send(RawPeer.request(1, new byte[8]));
            assertThat(peer.send(RawPeer.request(2, new byte[8])).next().id()).isEqualTo(2); // so both have arrived
            door.listener.drain(DRAIN_LIMIT);
            assertThat(peer.next().kind()).isEqualTo(FrameKind.CLOSING);
            long next = untilRefused(peer, 3).id() + 1;

            ByteBuf late = RawPeer.request(next + 1, new byte[8]);
            ByteBuf begun = Unpooled.buffer();
            Frames.ping(begun, 77);
            begun.writeBytes(late, late.readableBytes() / 2);
            assertThat(peer.send(begun).next().kind()).isEqualTo(FrameKind.PONG); // so the beginning has arrived
            first.complete(new Reply.Value(Payload.EMPTY));
            assertThat(peer.next().id()).isEqualTo(1);
            RawPeer.Seen refused = peer.send(late).next();
            assertThat(refused.id()).isEqualTo(next + 1);
            assertThat(refused.status()).isEqualTo(Status.DRAINING.code());
            assertThat(peer.nextOrEnd()).isNull();
        }
    }

    @Test
    void splitRequestOfWhichPiecesAreMissingIsServed() {
        try (OpenDoor door = new OpenDoor(HASTY, this::firstWaits);
                RawPeer peer = RawPeer.connect(door.address()).introduced(1)) {
            peer.send(RawPeer.request(1, new byte[8]));
            peer.send(RawPeer.request(2, Prefix.MORE, new byte[4], 8));
            assertThat(peer.send(RawPeer.request(3, new byte[8])).next().id()).isEqualTo(3); // so all have arrived
            door.listener.drain(DRAIN_LIMIT);
            assertThat(peer.next().kind()).isEqualTo(FrameKind.CLOSING);
            untilRefused(peer, 4);
            first.complete(new Reply.Value(Payload.EMPTY));
            assertThat(peer.next().id()).isEqualTo(1);
            RawPeer.Seen served =
                    peer.send(RawPeer.piece(2, false, new byte[4], 8)).next();
            assertThat(served.id()).isEqualTo(2);
            assertThat(served.status()).isZero();
            assertThat(peer.nextOrEnd()).isNull();
        }
    }

    @Test
    void peerThatAcknowledgesIsLeftAtOnce() throws Exception {
        try (OpenDoor door = new OpenDoor(PATIENT, OpenDoor::echo);
                RawPeer peer = RawPeer.connect(door.address()).introduced(1)) {
            CompletableFuture<Integer> drained = door.listener.drain(DRAIN_LIMIT);
            assertThat(peer.next().kind()).isEqualTo(FrameKind.CLOSING);
            ByteBuf acknowledgement = Unpooled.buffer();
            Frames.closingAck(acknowledgement);
            assertThat(peer.send(acknowledgement).nextOrEnd()).isNull();
            assertThat(drained.get(30, TimeUnit.SECONDS)).isZero();
        }
    }

    @Test
    void peerThatHasTimeToAcknowledgeIsServedMeanwhile() {
        try (OpenDoor door = new OpenDoor(PATIENT, OpenDoor::echo);
                RawPeer peer = RawPeer.connect(door.address()).introduced(1)) {
            door.listener.drain(DRAIN_LIMIT);
            assertThat(peer.next().kind()).isEqualTo(FrameKind.CLOSING);
            assertThat(peer.send(RawPeer.request(1, new byte[8])).next().status())
                    .isZero();
        }
    }

    /** Sends calls until one is refused, which says that the time for the acknowledgement is over. */
    private static RawPeer.Seen untilRefused(RawPeer peer, long id) {
        for (long next = id; !Thread.currentThread().isInterrupted(); next++) {
            RawPeer.Seen answer = peer.send(RawPeer.request(next, new byte[8])).next();
            assertThat(answer.id()).isEqualTo(next);
            if (answer.status() != 0) {
                return answer;
            }
        }
        throw new AssertionError("calls are still served, so the time for the acknowledgement is never over");
    }

    private CompletableFuture<Reply> firstWaits(Invocation call) {
        if (!firstArrived) { // one connection, so one event loop
            firstArrived = true;
            return first;
        }
        return OpenDoor.echo(call);
    }
}
