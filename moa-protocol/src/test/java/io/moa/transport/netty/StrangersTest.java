package io.moa.transport.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.moa.invoke.Invoker;
import io.moa.testkit.Eventually;
import io.moa.testkit.FirstPackets;
import io.moa.testkit.LeakCheck;
import io.moa.transport.TransportConfig;
import io.netty.buffer.Unpooled;
import java.time.Duration;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** Whoever does not speak MOA at MOA's port, on purpose or by mistake: nothing runs, and the door shuts. */
@ExtendWith(LeakCheck.class)
@Timeout(120)
class StrangersTest {

    private static final int GARBAGE = 500;

    /** So patient that only the bytes themselves can be the reason for closing. */
    private static final TransportConfig PATIENT = TransportConfig.DEFAULT.toBuilder()
            .handshakeTimeout(Duration.ofMinutes(1))
            .frameTimeout(Duration.ofMinutes(1))
            .build();

    private final AtomicInteger calls = new AtomicInteger();
    private final Invoker counting = call -> {
        calls.incrementAndGet();
        return OpenDoor.echo(call);
    };

    /** RELIABILITY F11, for this port. */
    @Test
    void otherProtocolsAreClosedByTheirFirstPacket() {
        Map<String, byte[]> packets = FirstPackets.all();
        assertThat(packets).hasSizeGreaterThanOrEqualTo(50);
        try (OpenDoor door = new OpenDoor(PATIENT, counting)) {
            packets.forEach((name, packet) -> {
                // Nobody decides by less than four bytes; a real client of that protocol would say more.
                byte[] said = packet.length < 4 ? java.util.Arrays.copyOf(packet, 4) : packet;
                try (RawPeer stranger = RawPeer.connect(door.address())) {
                    stranger.trySend(Unpooled.wrappedBuffer(said));
                    assertThat(stranger.nextOrEnd())
                            .as("the answer to %s", name)
                            .isNull();
                }
                try (RawPeer late = RawPeer.connect(door.address()).introduced(1)) { // behind a good beginning
                    late.trySend(Unpooled.wrappedBuffer(said));
                    assertThat(late.nextOrEnd())
                            .as("the answer to %s after a handshake", name)
                            .isNull();
                }
            });
            nothingIsLeft(door);
        }
    }

    /** RELIABILITY F1, as far as sockets go; the fuzz targets give the figures. */
    @Test
    void garbageIsClosedAndRunsNothing() {
        Random random = new Random(1);
        try (OpenDoor door = new OpenDoor(PATIENT, counting)) {
            for (int i = 0; i < GARBAGE; i++) {
                byte[] garbage = new byte[4 + random.nextInt(2_000)];
                random.nextBytes(garbage);
                boolean magic = i % 2 == 0;
                try (RawPeer peer = RawPeer.connect(door.address())) {
                    if (i % 3 == 0) {
                        peer.introduced(1);
                    }
                    if (magic) {
                        garbage[0] = (byte) 0xD7;
                        garbage[1] = 0x4D;
                        garbage[2] = 1;
                    }
                    peer.trySend(Unpooled.wrappedBuffer(garbage));
                    if (magic) {
                        peer.trySend(
                                Unpooled.wrappedBuffer(new byte[80_000])); // the longest header that it can announce
                    }
                    peer.awaitEnd();
                }
            }
            nothingIsLeft(door);
        }
    }

    private void nothingIsLeft(OpenDoor door) {
        assertThat(calls).hasValue(0);
        Eventually.within(OpenDoor.PATIENCE)
                .until(() -> door.listener.connections() == 0, () -> door.listener.toString());
    }
}
