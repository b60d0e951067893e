package io.moa.transport.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.moa.invoke.Cancellation;
import io.moa.invoke.Executed;
import io.moa.invoke.Reply;
import io.moa.invoke.Status;
import io.moa.protocol.frame.FrameKind;
import io.moa.protocol.frame.Frames;
import io.moa.protocol.frame.Prefix;
import io.moa.protocol.payload.BytesPayload;
import io.moa.testkit.Eventually;
import io.moa.testkit.LeakCheck;
import io.moa.transport.TransportConfig;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** A server and peers that cut, stall, dribble, repeat and lie. */
@ExtendWith(LeakCheck.class)
@Timeout(120)
class HostileFramesTest {

    private static final TransportConfig HASTY = TransportConfig.DEFAULT.toBuilder()
            .handshakeTimeout(Duration.ofMillis(200))
            .frameTimeout(Duration.ofMillis(200))
            .maxBodyBytes(100_000)
            .build();
    private static final byte[] SMALL = {0, 0, 0, 0, 0, 0, 0, 7};

    @Test
    void idOfALargeRequestThatIsStillArrivingIsUsedToo() {
        try (OpenDoor door = new OpenDoor(TransportConfig.DEFAULT, OpenDoor::echo);
                RawPeer peer = RawPeer.connect(door.address()).introduced(1 << 20)) {
            peer.send(RawPeer.request(1, Prefix.MORE, new byte[10], 20));
            peer.send(RawPeer.request(1, SMALL)); // would end the large one's account if it were let through
            assertThat(peer.next().kind()).isEqualTo(FrameKind.CONTROL);
            peer.send(RawPeer.request(2, SMALL)); // a small one passes by
            assertThat(peer.next().id()).isEqualTo(2);
            Eventually.within(OpenDoor.PATIENCE)
                    .until(() -> door.listener.heldBytes() > 0, () -> "held " + door.listener.heldBytes());
            peer.send(RawPeer.piece(1, false, new byte[10], 20));
            RawPeer.Seen late = peer.next();
            assertThat(late.id()).isEqualTo(1);
            assertThat(late.body()).hasSize(20);
        }
    }

    @Test
    void cancelledLargeRequestIsForgotten() {
        try (OpenDoor door = new OpenDoor(TransportConfig.DEFAULT, OpenDoor::echo);
                RawPeer peer = RawPeer.connect(door.address()).introduced(1 << 20)) {
            peer.send(RawPeer.request(1, Prefix.MORE, new byte[10], 1_000_000));
            Eventually.within(OpenDoor.PATIENCE)
                    .until(() -> door.listener.heldBytes() > 0, () -> "held " + door.listener.heldBytes());
            ByteBuf cancel = Unpooled.buffer();
            Frames.cancel(cancel, 1, Cancellation.Reason.CALLER);
            peer.send(cancel);
            door.settled();
            peer.send(RawPeer.piece(1, true, new byte[10], 1_000_000)); // on its way when the call was cancelled
            peer.send(RawPeer.request(2, SMALL));
            assertThat(peer.next().id()).isEqualTo(2);
        }
    }

    @Test
    void bodyOverTheLimitIsAnsweredInAnyFormAndTheConnectionLives() {
        try (OpenDoor door = new OpenDoor(HASTY, OpenDoor::echo);
                RawPeer peer = RawPeer.connect(door.address()).introduced(1 << 20)) {
            peer.send(RawPeer.request(1, new byte[100_001]));
            refused(peer.next(), 1);
            peer.send(RawPeer.request(2, Prefix.MORE, new byte[50_000], 100_001));
            refused(peer.next(), 2);
            peer.send(RawPeer.piece(2, true, new byte[50_000], 100_001)); // its pieces were under way
            peer.send(RawPeer.piece(2, false, new byte[1], 100_001));
            peer.send(RawPeer.request(3, Prefix.MORE, new byte[50_000], 100_000)); // just at the limit
            peer.send(RawPeer.piece(3, false, new byte[50_000], 100_000));
            RawPeer.Seen whole = peer.next();
            assertThat(whole.id()).isEqualTo(3);
            assertThat(whole.status()).isZero();
        }
    }

    private static void refused(RawPeer.Seen reply, long id) {
        assertThat(reply.id()).isEqualTo(id);
        assertThat(reply.status()).isEqualTo(Status.TOO_LARGE.code());
        assertThat(reply.executed()).isEqualTo(Executed.NO);
        assertThat(reply.text()).contains("100001").contains("100000");
    }

    @Test
    void streamThatEndsAtAnyByteLeavesNothingBehind() {
        ByteBuf session = Unpooled.buffer();
        for (ByteBuf frame : List.of(
                RawPeer.hello(1 << 20),
                RawPeer.request(1, SMALL),
                RawPeer.request(2, Prefix.MORE, new byte[20], 40),
                RawPeer.piece(2, false, new byte[20], 40))) {
            session.writeBytes(frame);
            frame.release();
        }
        try (OpenDoor door = new OpenDoor(TransportConfig.DEFAULT, OpenDoor::echo)) {
            for (int cut = 0; cut < session.readableBytes(); cut++) {
                try (RawPeer peer = RawPeer.connect(door.address())) {
                    peer.send(session.copy(0, cut));
                    peer.finish();
                    peer.awaitEnd();
                }
            }
            Eventually.within(OpenDoor.PATIENCE)
                    .until(() -> door.listener.connections() == 0, () -> door.listener + " has connections");
        }
    }

    @Test
    void peerThatStopsInTheMiddleIsClosed() {
        ByteBuf hello = RawPeer.hello(1 << 20);
        ByteBuf request = RawPeer.request(1, SMALL);
        try (OpenDoor door = new OpenDoor(HASTY, OpenDoor::echo)) {
            List<RawPeer> stuck = new ArrayList<>();
            for (int cut = 0; cut < hello.readableBytes(); cut += 7) {
                stuck.add(RawPeer.connect(door.address()).send(hello.copy(0, cut)));
            }
            for (int cut = 1; cut < request.readableBytes(); cut += 9) {
                stuck.add(RawPeer.connect(door.address()).introduced(1).send(request.copy(0, cut)));
            }
            RawPeer halfBody = RawPeer.connect(door.address()).introduced(1);
            stuck.add(halfBody.send(RawPeer.request(1, Prefix.MORE, new byte[10], 20)));
            stuck.forEach(RawPeer::awaitEnd);
            stuck.forEach(RawPeer::close);
        }
        hello.release();
        request.release();
    }

    @Test
    void signsOfLifeDoNotExcuseAFrameThatNeverEnds() {
        try (OpenDoor door = new OpenDoor(HASTY, OpenDoor::echo);
                RawPeer dribbler = RawPeer.connect(door.address()).introduced(1);
                RawPeer pinger = RawPeer.connect(door.address()).introduced(1)) {
            ByteBuf slow = RawPeer.request(1, new byte[90_000]); // more than can be dribbled within the patience
            Eventually.within(OpenDoor.PATIENCE)
                    .until(() -> !dribbler.trySend(slow.readBytes(1)), () -> "a byte now and then keeps it open");
            pinger.send(RawPeer.request(1, Prefix.MORE, new byte[10], 20));
            Eventually.within(OpenDoor.PATIENCE)
                    .until(() -> !pinger.trySend(ping()), () -> "pings keep a large request open that never ends");
            slow.release();
        }
    }

    private static ByteBuf ping() {
        ByteBuf out = Unpooled.buffer();
        Frames.ping(out, 1);
        return out;
    }

    @Test
    void strangersAreClosed() {
        try (OpenDoor door = new OpenDoor(HASTY, OpenDoor::echo)) {
            ByteBuf badHeader = RawPeer.request(1, SMALL);
            badHeader.setByte(Prefix.LENGTH + 20, 0xFF); // the header's checksum is wrong now
            for (ByteBuf first : List.of(
                    Unpooled.copiedBuffer("GET / HTTP/1.1\r\n\r\n", StandardCharsets.US_ASCII),
                    Unpooled.copiedBuffer("*1\r\n$4\r\nPING\r\n", StandardCharsets.US_ASCII),
                    RawPeer.request(1, SMALL), // without introducing itself
                    RawPeer.request(1, Prefix.MORE, SMALL, 20),
                    RawPeer.request(1, new byte[100_001]))) {
                try (RawPeer peer = RawPeer.connect(door.address()).send(first)) {
                    peer.awaitEnd();
                }
            }
            try (RawPeer peer = RawPeer.connect(door.address()).introduced(1).send(badHeader)) {
                peer.awaitEnd();
            }
        }
    }

    @Test
    void repliesToAConnectionThatIsGoneAreDropped() {
        List<CompletableFuture<Reply>> answers = new CopyOnWriteArrayList<>();
        try (OpenDoor door = new OpenDoor(TransportConfig.DEFAULT, call -> {
            CompletableFuture<Reply> answer = new CompletableFuture<>();
            answers.add(answer);
            return answer;
        })) {
            try (RawPeer peer = RawPeer.connect(door.address()).introduced(1)) {
                for (int id = 1; id <= 10; id++) {
                    peer.send(RawPeer.request(id, SMALL));
                }
                Eventually.within(OpenDoor.PATIENCE).until(() -> answers.size() == 10, () -> answers.size() + " came");
            }
            Eventually.within(OpenDoor.PATIENCE)
                    .until(() -> door.listener.connections() == 0, () -> door.listener.toString());
            assertThat(door.listener.inFlight()).isEqualTo(10);
            answers.forEach(answer -> answer.complete(
                    new Reply.Value(new BytesPayload(Unpooled.buffer().writeLong(1)))));
        }
    }
}
