package io.moa.transport.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.moa.testkit.Eventually;
import io.moa.testkit.LeakCheck;
import io.moa.transport.TransportConfig;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * RELIABILITY F4: 1,000 peers that send a byte now and then, before and behind the handshake, or nothing at all. All are
 * closed, and whoever behaves is served meanwhile. The limits are shorter than the defaults, so that the test is.
 */
@ExtendWith(LeakCheck.class)
@Timeout(120)
class SlowlorisTest {

    private static final int DRIBBLERS = 1_000;

    private static final TransportConfig HASTY = TransportConfig.DEFAULT.toBuilder()
            .handshakeTimeout(Duration.ofSeconds(1))
            .frameTimeout(Duration.ofSeconds(1))
            .build();

    @Test
    void dribblersAreClosedAndOthersAreServedMeanwhile() {
        byte[] hello = bytes(RawPeer.hello(1));
        byte[] request = bytes(RawPeer.request(1, new byte[90_000])); // never ends within the patience of this test
        try (OpenDoor door = new OpenDoor(HASTY, OpenDoor::echo)) {
            List<Dribbler> dribblers = new ArrayList<>();
            try (RawPeer good = RawPeer.connect(door.address()).introduced(1)) {
                for (int i = 0; i < DRIBBLERS; i++) {
                    switch (i % 3) {
                        case 0 -> dribblers.add(new Dribbler(RawPeer.connect(door.address()), new byte[0]));
                        case 1 -> dribblers.add(new Dribbler(RawPeer.connect(door.address()), hello));
                        default -> {
                            RawPeer peer = RawPeer.connect(door.address());
                            peer.trySend(RawPeer.hello(1));
                            dribblers.add(new Dribbler(peer, request));
                        }
                    }
                }
                long[] id = new long[1];
                Eventually.within(OpenDoor.PATIENCE)
                        .until(
                                () -> {
                                    closeThoseWhoWereClosed(dribblers);
                                    good.send(RawPeer.request(++id[0], new byte[8]));
                                    RawPeer.Seen reply = good.nextResponse();
                                    assertThat(reply.id()).isEqualTo(id[0]);
                                    assertThat(reply.status()).isZero();
                                    return door.listener.connections() == 1;
                                },
                                () -> door.listener + ", " + dribblers.size() + " dribble");
                System.out.println("calls served while " + DRIBBLERS + " dribbled: " + id[0]);
                assertThat(id[0]).isPositive();
            } finally {
                dribblers.forEach(dribbler -> dribbler.peer.close());
            }
            Eventually.within(OpenDoor.PATIENCE)
                    .until(() -> door.listener.connections() == 0, () -> door.listener.toString());
        }
    }

    private static void closeThoseWhoWereClosed(List<Dribbler> dribblers) {
        for (Iterator<Dribbler> each = dribblers.iterator(); each.hasNext(); ) {
            Dribbler dribbler = each.next();
            if (!dribbler.dribbles()) {
                dribbler.peer.close();
                each.remove();
            }
        }
    }

    private static byte[] bytes(ByteBuf buffer) {
        byte[] bytes = ByteBufUtil.getBytes(buffer);
        buffer.release();
        return bytes;
    }

    /** Sends one byte at a time of what it has; one that has nothing is silent. */
    private static final class Dribbler {
        private final RawPeer peer;
        private final byte[] bytes;
        private int sent;

        Dribbler(RawPeer peer, byte[] bytes) {
            this.peer = peer;
            this.bytes = bytes;
        }

        /** False once the server has closed. */
        boolean dribbles() {
            if (sent + 1 >= bytes.length) {
                return true; // the last byte is never sent
            }
            return peer.trySend(io.netty.buffer.Unpooled.wrappedBuffer(bytes, sent++, 1));
        }
    }
}
