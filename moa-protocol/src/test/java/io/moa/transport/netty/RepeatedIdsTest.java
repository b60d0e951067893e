package io.moa.transport.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.moa.protocol.frame.FrameKind;
import io.moa.protocol.payload.BytesPayload;
import io.moa.transport.TransportConfig;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.util.ResourceLeakDetector;
import java.util.Random;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A client that uses one in a hundred request ids twice. */
@Timeout(600)
class RepeatedIdsTest {

    /** {@code -Dmoa.test.requests=1000000} for the long run. */
    private static final int REQUESTS = Integer.getInteger("moa.test.requests", 100_000);

    private ResourceLeakDetector.Level levelBefore = ResourceLeakDetector.getLevel();

    @BeforeEach
    void fast() {
        levelBefore = ResourceLeakDetector.getLevel();
        ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.DISABLED); // the other classes look for leaks
    }

    @AfterEach
    void asBefore() {
        ResourceLeakDetector.setLevel(levelBefore);
    }

    @Test
    void requestIdsUsedBeforeAreNotRunAgainAndTheConnectionLives() {
        AtomicIntegerArray runs = new AtomicIntegerArray(REQUESTS);
        Random random = new Random(8);
        try (OpenDoor door = new OpenDoor(TransportConfig.DEFAULT, call -> {
                    runs.incrementAndGet(
                            (int) ((BytesPayload) call.payload()).content().getLong(0));
                    return OpenDoor.echo(call);
                });
                RawPeer peer = RawPeer.connect(door.address()).introduced(1 << 20)) {
            int repeated = 0;
            int answered = 0;
            int told = 0;
            for (int sent = 0; sent < REQUESTS; ) {
                ByteBuf batch = Unpooled.buffer(64 * 1024);
                int batchEnd = Math.min(REQUESTS, sent + 500);
                int expected = 0;
                for (; sent < batchEnd; sent++, expected++) {
                    write(batch, sent + 1, sent);
                    if (random.nextInt(100) == 0) {
                        // Perhaps still in flight, perhaps answered long ago.
                        int again = random.nextBoolean() ? sent : random.nextInt(sent + 1);
                        write(batch, again + 1, again);
                        repeated++;
                        expected++;
                    }
                }
                peer.send(batch);
                for (int i = 0; i < expected; i++) {
                    RawPeer.Seen seen = peer.next();
                    if (seen.kind() == FrameKind.CONTROL) {
                        assertThat(seen.text()).contains("was used before").contains("was not run");
                        told++;
                    } else {
                        assertThat(seen.id())
                                .isEqualTo(Unpooled.wrappedBuffer(seen.body()).readLong() + 1);
                        answered++;
                    }
                }
            }
            assertThat(answered).isEqualTo(REQUESTS);
            assertThat(told).isEqualTo(repeated).isPositive();
            assertThat(door.listener.duplicates()).isEqualTo(repeated);
            for (int i = 0; i < REQUESTS; i++) {
                assertThat(runs.get(i)).as("runs of request %d", i).isEqualTo(1);
            }
        }
    }

    private static void write(ByteBuf batch, long id, long value) {
        ByteBuf frame = RawPeer.request(id, longBytes(value));
        batch.writeBytes(frame);
        frame.release();
    }

    private static byte[] longBytes(long value) {
        byte[] bytes = new byte[8];
        Unpooled.wrappedBuffer(bytes).clear().writeLong(value);
        return bytes;
    }
}
