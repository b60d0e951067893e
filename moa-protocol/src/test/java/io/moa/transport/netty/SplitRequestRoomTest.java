package io.moa.transport.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.moa.invoke.Executed;
import io.moa.invoke.Status;
import io.moa.protocol.frame.Prefix;
import io.moa.testkit.Eventually;
import io.moa.testkit.LeakCheck;
import io.moa.transport.TransportConfig;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** Large requests take room as they come, and none because they were announced. */
@ExtendWith(LeakCheck.class)
@Timeout(60)
class SplitRequestRoomTest {

    private static final int WHOLE = 1_000_000;
    private static final int CHUNK = 60_000;

    private static final TransportConfig TIGHT = TransportConfig.DEFAULT.toBuilder()
            .maxBodyBytes(WHOLE)
            .maxRequestBytesHeld(2L * WHOLE)
            .build();

    @Test
    void announcementsOfDribblersLeaveTheRoomToOthers() {
        try (OpenDoor door = new OpenDoor(TIGHT, OpenDoor::echo)) {
            List<RawPeer> dribblers = new ArrayList<>();
            for (int i = 0; i < 20; i++) { // ten times as much as there is room for
                RawPeer dribbler = RawPeer.connect(door.address()).introduced(1 << 20);
                dribblers.add(dribbler.send(RawPeer.request(1, Prefix.MORE, new byte[1], WHOLE)));
            }
            long dribbled = 20L * (RawPeer.REQUEST_HEADERS + 1);
            Eventually.within(OpenDoor.PATIENCE)
                    .until(() -> door.listener.heldBytes() == dribbled, () -> "held " + door.listener.heldBytes());
            try (RawPeer good = RawPeer.connect(door.address()).introduced(1 << 30)) {
                sendWhole(good, 1);
                RawPeer.Seen reply = good.nextResponse();
                assertThat(reply.status()).as(reply.text()).isZero();
            }
            dribblers.forEach(RawPeer::close);
        }
    }

    @Test
    void requestThatOutgrowsTheRoomIsRefusedAndItsBytesAreFreed() {
        try (OpenDoor door = new OpenDoor(TIGHT, OpenDoor::echo);
                RawPeer greedy = RawPeer.connect(door.address()).introduced(1 << 20)) {
            // Three begin while there is room for each, and together they have more than there is room for.
            int[] sent = new int[4];
            for (int id = 1; id <= 3; id++) {
                greedy.send(RawPeer.request(id, Prefix.MORE, new byte[CHUNK], WHOLE));
                sent[id] = CHUNK;
            }
            for (int round = 0; round < 14; round++) { // 900,000 of each
                for (int id = 1; id <= 3; id++) {
                    greedy.send(RawPeer.piece(id, true, new byte[CHUNK], WHOLE));
                    sent[id] += CHUNK;
                }
            }
            RawPeer.Seen refusal = greedy.nextResponse();
            assertThat(refusal.status()).isEqualTo(Status.OVERLOADED.code());
            assertThat(refusal.executed()).isEqualTo(Executed.NO);
            assertThat(refusal.text()).contains(Long.toString(2L * WHOLE));
            long refused = refusal.id();
            for (int id = 1; id <= 3; id++) {
                greedy.send(RawPeer.piece(id, false, new byte[WHOLE - sent[id]], WHOLE)); // of the refused one, too
            }
            assertThat(List.of(
                            greedy.nextResponse().status(),
                            greedy.nextResponse().status()))
                    .as("the others, after " + refused + " was refused")
                    .containsExactly(0, 0);
        }
    }

    @Test
    void requestForWhichThereIsNoRoomNowIsRefusedAtItsBeginning() {
        try (OpenDoor door = new OpenDoor(TIGHT, OpenDoor::echo);
                RawPeer peer = RawPeer.connect(door.address()).introduced(1 << 20)) {
            for (int id = 1; id <= 2; id++) {
                peer.send(RawPeer.request(id, Prefix.MORE, new byte[CHUNK], WHOLE));
                for (int sent = CHUNK; sent < 900_000; sent += CHUNK) {
                    peer.send(RawPeer.piece(id, true, new byte[CHUNK], WHOLE));
                }
            }
            peer.send(RawPeer.request(3, Prefix.MORE, new byte[1], WHOLE));
            RawPeer.Seen refusal = peer.nextResponse();
            assertThat(refusal.id()).isEqualTo(3);
            assertThat(refusal.status()).isEqualTo(Status.OVERLOADED.code());
        }
    }

    private static void sendWhole(RawPeer peer, long id) {
        peer.send(RawPeer.request(id, Prefix.MORE, new byte[CHUNK], WHOLE));
        int sent = CHUNK;
        while (sent + CHUNK < WHOLE) {
            peer.send(RawPeer.piece(id, true, new byte[CHUNK], WHOLE));
            sent += CHUNK;
        }
        peer.send(RawPeer.piece(id, false, new byte[WHOLE - sent], WHOLE));
    }
}
