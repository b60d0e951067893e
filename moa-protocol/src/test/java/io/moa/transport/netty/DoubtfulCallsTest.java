package io.moa.transport.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.moa.protocol.frame.FrameKind;
import io.moa.protocol.payload.BytesPayload;
import io.moa.testkit.Eventually;
import io.moa.transport.TransportConfig;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Calls that are read after the process has stood still. */
@Timeout(120)
class DoubtfulCallsTest {

    private final Queue<Integer> ran = new ConcurrentLinkedQueue<>();

    @AutoClose
    private final OpenDoor door = new OpenDoor(TransportConfig.DEFAULT, call -> {
        ran.add(((BytesPayload) call.payload()).content().getInt(0));
        return OpenDoor.echo(call);
    });

    private RawPeer peer() {
        return RawPeer.connect(door.address()).introduced(1 << 20);
    }

    private static void call(RawPeer peer, int number) {
        peer.send(RawPeer.request(number, OpenDoor.number(number)));
    }

    private static long asked(RawPeer peer) {
        RawPeer.Seen question = peer.next();
        assertThat(question.kind()).isEqualTo(FrameKind.PING);
        return question.id();
    }

    private static void answered(RawPeer peer, int number) {
        RawPeer.Seen reply = peer.nextResponse();
        assertThat(reply.id()).isEqualTo(number);
        assertThat(reply.body()).isEqualTo(OpenDoor.number(number));
    }

    @Test
    void theyRunWhenTheirCallerHasAnsweredAndOnlyThoseThatItStillWants() {
        try (RawPeer peer = peer()) {
            call(peer, 1);
            answered(peer, 1);

            door.standstills.incrementAndGet();
            call(peer, 2);
            call(peer, 3);
            long token = asked(peer);
            assertThat(ran).containsExactly(1);
            peer.send(RawPeer.cancel(2));
            peer.send(RawPeer.pong(token));
            answered(peer, 3);
            assertThat(ran).containsExactly(1, 3);

            call(peer, 4); // nobody is asked any more
            answered(peer, 4);
        }
    }

    @Test
    void anAnswerToNothingOrToAnOlderQuestionIsNone() {
        try (RawPeer peer = peer()) {
            door.standstills.incrementAndGet();
            call(peer, 1);
            long first = asked(peer);
            door.standstills.incrementAndGet();
            call(peer, 2);
            long second = asked(peer);
            peer.send(RawPeer.pong(first));
            peer.send(RawPeer.pong(second + 1));
            peer.send(RawPeer.cancel(1)); // would come too late, if they were
            peer.send(RawPeer.pong(second));
            answered(peer, 2);
            assertThat(ran).containsExactly(2);
        }
    }

    @Test
    void eachConnectionIsAskedForItself() {
        try (RawPeer one = peer();
                RawPeer other = peer()) {
            door.standstills.incrementAndGet();
            call(one, 1);
            call(other, 2);
            one.send(RawPeer.pong(asked(one)));
            answered(one, 1);
            assertThat(ran).containsExactly(1);
            other.send(RawPeer.pong(asked(other)));
            answered(other, 2);
        }
    }

    @Test
    void aConnectionThatBeganAfterwardsIsNotAsked() {
        door.standstills.set(7);
        try (RawPeer peer = peer()) {
            call(peer, 1);
            answered(peer, 1);
        }
    }

    @Test
    void ifTheCallerIsGoneTheyDoNotRun() {
        try (RawPeer peer = peer()) {
            door.standstills.incrementAndGet();
            call(peer, 1);
            asked(peer);
            peer.resetOnClose();
        }
        door.settled();
        Eventually.within(OpenDoor.PATIENCE).until(() -> door.listener.connections() == 0, () -> "" + door.listener);
        assertThat(ran).isEmpty();
    }

    /** Otherwise those behind it would not be known as what they are. */
    @Test
    void whatLaterCallsDependOnIsNotHeldBack() {
        try (RawPeer peer = peer()) {
            door.standstills.incrementAndGet();
            call(peer, 1);
            call(peer, OpenDoor.IN_ORDER);
            long token = asked(peer);
            answered(peer, OpenDoor.IN_ORDER);
            assertThat(ran).containsExactly(OpenDoor.IN_ORDER);
            peer.send(RawPeer.pong(token));
            answered(peer, 1);
        }
    }

    /** A client of this library answers. */
    @Test
    void aClientIsNotTroubled() {
        ClientConnection connection = door.connect();
        for (int i = 0; i < 10; i++) {
            door.standstills.incrementAndGet();
            assertThat(OpenDoor.longIn(OpenDoor.call(connection, OpenDoor.longBody(i), OpenDoor.PATIENCE)
                            .join()))
                    .isEqualTo(i);
        }
        connection.close();
    }
}
