package io.moa.transport.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.moa.invoke.Executed;
import io.moa.invoke.Reply;
import io.moa.invoke.Status;
import io.moa.testkit.Eventually;
import io.moa.testkit.LeakCheck;
import io.moa.transport.TransportConfig;
import io.netty.buffer.Unpooled;
import io.netty.util.internal.PlatformDependent;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** Clients that ask for much and take nothing: what they cost, whom they disturb, and that they are cut off. */
@ExtendWith(LeakCheck.class)
@Timeout(120)
class SlowConsumerTest {

    private static final int MIB = 1 << 20;
    private static final int CLIENTS = 100;
    private static final int REQUESTS_EACH = 4;
    private static final int SMALL_RECEIVE_BUFFER = 8 * 1024;
    private static final TransportConfig CONFIG = TransportConfig.DEFAULT.toBuilder()
            .stallTimeout(
                    Duration.ofSeconds(3)) // a tenth of it must be longer than a busy machine keeps a thread waiting
            .build();

    @Test
    void clientsThatReadNothingCostLittleDisturbNobodyAndAreCutOff() {
        try (OpenDoor door = new OpenDoor(CONFIG, OpenDoor::asManyAsAsked)) {
            ClientConnection decent = door.connect();
            askSmall(decent);
            long before = memory();
            long most = 0;
            long mostHeld = 0;
            long heapBefore = heap();
            boolean first = true;
            long id = 0;
            Queue<RawPeer> stuck = new ConcurrentLinkedQueue<>();
            for (int i = 0; i < CLIENTS; i++) {
                stuck.add(RawPeer.connect(door.address(), SMALL_RECEIVE_BUFFER).introduced(64L * MIB));
            }
            // They go on asking, so that each of them holds something sooner or later.
            while (door.listener.connections() > 1) {
                for (RawPeer peer : stuck) {
                    for (int i = 0; i < REQUESTS_EACH; i++) {
                        if (!peer.trySend(RawPeer.request(++id, OpenDoor.number(MIB)))) {
                            stuck.remove(peer);
                            peer.close();
                            break;
                        }
                    }
                    most = Math.max(most, memory());
                    mostHeld = Math.max(mostHeld, door.listener.heldReplyBytes());
                }
                if (first) {
                    first = false;
                    most = Math.max(most, memory() + heap() - heapBefore);
                }
                askSmall(decent);
            }
            assertThat(mostHeld).as("bytes of replies held").isBetween((long) MIB, 40L * MIB);
            assertThat(most - before).as("memory taken").isLessThanOrEqualTo(64L * MIB);
            door.settled();
            askSmall(decent);
            stuck.forEach(RawPeer::close);
        }
    }

    private static void askSmall(ClientConnection connection) {
        List<CompletableFuture<Reply>> replies = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            replies.add(OpenDoor.call(connection, Unpooled.wrappedBuffer(OpenDoor.number(8)), Duration.ofSeconds(20)));
        }
        replies.forEach(reply -> assertThat(OpenDoor.longIn(reply.join())).isZero());
    }

    @Test
    void clientThatReadsAndNeverGrantsCreditIsCutOff() {
        try (OpenDoor door = new OpenDoor(CONFIG, OpenDoor::asManyAsAsked);
                RawPeer miser = RawPeer.connect(door.address()).introduced(100_000)) {
            miser.send(RawPeer.request(1, OpenDoor.number(MIB)));
            int body = 0;
            for (RawPeer.Seen seen = miser.nextOrEnd(); seen != null; seen = miser.nextOrEnd()) {
                body += seen.body().length;
            }
            assertThat(body).isEqualTo(100_000); // to the last byte of the credit, and not more
        }
    }

    @Test
    void clientWithTooManyUntakenRepliesIsRefusedFurtherCalls() {
        TransportConfig config = CONFIG.toBuilder()
                .stallTimeout(Duration.ofMinutes(1))
                .maxQueuedBytes(3L * MIB)
                .build();
        try (OpenDoor door = new OpenDoor(config, OpenDoor::asManyAsAsked)) {
            try (RawPeer miser = RawPeer.connect(door.address()).introduced(64 * 1024)) {
                int refused = 0;
                for (int id = 1; id <= 20; id++) {
                    miser.send(RawPeer.request(id, OpenDoor.number(MIB)));
                }
                miser.send(RawPeer.request(21, OpenDoor.number(8)));
                for (RawPeer.Seen seen = miser.next(); ; seen = miser.next()) {
                    if (seen.status() == Status.OVERLOADED.code()) {
                        assertThat(seen.executed()).isEqualTo(Executed.NO);
                        refused++;
                    }
                    if (seen.id() == 21) {
                        break;
                    }
                }
                assertThat(refused).isBetween(16, 18); // what was there first is sent on, as far as credit goes
                assertThat(door.listener.heldReplyBytes()).isLessThanOrEqualTo(5L * MIB);
            }
            Eventually.within(OpenDoor.PATIENCE)
                    .until(() -> door.listener.connections() == 0, () -> door.listener.toString());
        }
    }

    /** Direct memory, whichever way Netty took it. */
    private static long memory() {
        long direct = ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
                .filter(pool -> pool.getName().equals("direct"))
                .mapToLong(BufferPoolMXBean::getMemoryUsed)
                .sum();
        return Math.max(direct, PlatformDependent.usedDirectMemory());
    }

    /** Heap in use when the garbage is collected. */
    private static long heap() {
        System.gc();
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }
}
