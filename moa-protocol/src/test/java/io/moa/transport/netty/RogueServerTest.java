package io.moa.transport.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.moa.discovery.Address;
import io.moa.invoke.Executed;
import io.moa.invoke.Reply;
import io.moa.invoke.Status;
import io.moa.protocol.frame.FrameKind;
import io.moa.protocol.frame.Prefix;
import io.moa.testkit.Eventually;
import io.moa.testkit.LeakCheck;
import io.moa.transport.ConnectFailedException;
import io.moa.transport.Peer;
import io.moa.transport.TransportConfig;
import io.moa.transport.Wanted;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** A client and a server that answers what was not asked, twice, too late or never. */
@ExtendWith(LeakCheck.class)
@Timeout(600)
class RogueServerTest {

    private static final Duration LONG = Duration.ofMinutes(5);
    private static final int CALLS = 1_000;

    /** {@code -Dmoa.test.replies=1000000} for the long run. */
    private static final int BOGUS = Integer.getInteger("moa.test.replies", 10_000);

    /** Buffers of a batch, and what the test itself notes. */
    private static final long MOST_KEPT = 8 << 20;

    private static final TransportConfig CONFIG = TransportConfig.DEFAULT.toBuilder()
            .frameTimeout(Duration.ofMillis(300))
            .connectTimeout(Duration.ofSeconds(5))
            .heartbeat(Duration.ofMillis(100))
            .heartbeatLimit(Duration.ofMinutes(1))
            .build();

    private ServerSocket socket;
    private OpenDoor door; // only its transport is used

    @BeforeEach
    void open() throws IOException {
        socket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        door = new OpenDoor(CONFIG, OpenDoor::echo);
    }

    @AfterEach
    void close() throws IOException {
        socket.close();
        door.close();
    }

    private Address address() {
        return new Address.Tcp("127.0.0.1", socket.getLocalPort());
    }

    private CompletableFuture<ClientConnection> connecting() {
        return door.transport
                .connect(address(), new Peer("client", "c"), new Wanted("rogue", "", List.of(RawPeer.SERVICE)))
                .thenApply(ClientConnection.class::cast);
    }

    private RawPeer welcomed() {
        RawPeer rogue = RawPeer.accept(socket);
        assertThat(rogue.next().kind()).isEqualTo(FrameKind.HELLO);
        return rogue.send(RawPeer.welcome("rogue"));
    }

    @Test
    void aPingWaitsForItsOwnPongAndEndsWithTheConnection() {
        CompletableFuture<ClientConnection> connecting = connecting();
        try (RawPeer rogue = welcomed()) {
            ClientConnection connection = connecting.join();
            CompletableFuture<Void> ping = connection.ping();
            RawPeer.Seen asked = rogue.next();
            while (asked.kind() != FrameKind.PING || asked.id() < 1L << 62) {
                asked = rogue.next(); // the connection's own heartbeats
            }
            rogue.send(RawPeer.pong(asked.id() + 1)); // of a ping that was never sent
            rogue.send(RawPeer.pong(1));
            assertThat(ping).isNotDone();
            rogue.send(RawPeer.pong(asked.id()));
            ping.join();
            CompletableFuture<Void> unanswered = connection.ping();
            assertThat(unanswered).isNotDone();
            rogue.close();
            assertThatThrownBy(unanswered::join).hasMessageContaining("ping was not answered");
        }
    }

    @Test
    void anAbortedConnectionIsResetAndLeavesNothingOnThisHost() throws IOException {
        CompletableFuture<ClientConnection> connecting = connecting();
        try (java.net.Socket accepted = socket.accept()) {
            ByteBuf welcome = RawPeer.welcome("rogue");
            accepted.getOutputStream().write(ByteBufUtil.getBytes(welcome));
            welcome.release();
            connecting.join().abort();
            assertThatThrownBy(() -> accepted.getInputStream().transferTo(OutputStream.nullOutputStream()))
                    .isInstanceOf(java.net.SocketException.class)
                    .hasMessageContaining("reset");
        }
    }

    @Test
    void repliesThatNobodyWaitsForReachNobody() {
        CompletableFuture<ClientConnection> connecting = connecting();
        try (RawPeer rogue = welcomed()) {
            ClientConnection connection = connecting.join();
            List<CompletableFuture<Reply>> replies = new ArrayList<>();
            for (int i = 0; i < CALLS; i++) {
                replies.add(OpenDoor.call(connection, OpenDoor.longBody(i), LONG));
            }
            List<RawPeer.Seen> requests = new ArrayList<>();
            while (requests.size() < CALLS) {
                RawPeer.Seen seen = rogue.next();
                if (seen.kind() == FrameKind.REQUEST) {
                    requests.add(seen);
                }
            }
            Random random = new Random(9);
            Collections.shuffle(requests, random);
            long before = liveHeap();
            int bogus = 0;
            ByteBuf batch = Unpooled.buffer();
            for (int i = 0; i < BOGUS; i++) {
                if (i % (BOGUS / CALLS) == 0) {
                    RawPeer.Seen request = requests.get(i / (BOGUS / CALLS));
                    write(batch, RawPeer.response(request.id(), 0, request.body(), request.body().length));
                    write(batch, RawPeer.response(request.id(), 0, new byte[100], 100)); // and once more
                } else if (random.nextInt(50) == 0) {
                    write(
                            batch,
                            RawPeer.response(CALLS + 1L + random.nextInt(CALLS), Prefix.MORE, new byte[1], 5_000_000));
                } else {
                    long unknown = random.nextLong();
                    boolean asked = unknown > 0 && unknown <= CALLS;
                    write(batch, RawPeer.response(asked ? -1 : unknown, 0, new byte[100], 100));
                }
                bogus++;
                if (batch.readableBytes() > 50_000) {
                    rogue.send(batch);
                    batch = Unpooled.buffer();
                }
            }
            rogue.send(batch);
            for (int i = 0; i < CALLS; i++) {
                assertThat(OpenDoor.longIn(replies.get(i).join())).isEqualTo(i);
            }
            long expected = bogus;
            Eventually.within(LONG)
                    .until(
                            () -> connection.unmatchedReplies() == expected,
                            () -> connection.unmatchedReplies() + " counted of " + expected);
            assertThat(connection.inFlight()).isZero();
            assertThat(connection.queuedBytes()).isZero();
            assertThat(connection.usable()).isTrue();
            assertThat(liveHeap() - before)
                    .as("bytes that stay of %d replies to nobody, which had %d", BOGUS, 100L * BOGUS)
                    .isLessThan(MOST_KEPT);
            connection.close();
        }
    }

    private static long liveHeap() {
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }

    private static void write(ByteBuf batch, ByteBuf frame) {
        batch.writeBytes(frame);
        frame.release();
    }

    @Test
    void replyAfterTheDeadlineReachesNobody() {
        CompletableFuture<ClientConnection> connecting = connecting();
        try (RawPeer rogue = welcomed()) {
            ClientConnection connection = connecting.join();
            CompletableFuture<Reply> hasty = OpenDoor.call(connection, OpenDoor.longBody(1), Duration.ofMillis(50));
            RawPeer.Seen first = rogue.next();
            assertThat(((Reply.Failure) hasty.join()).status()).isEqualTo(Status.DEADLINE_EXCEEDED);
            CompletableFuture<Reply> next = OpenDoor.call(connection, OpenDoor.longBody(2), LONG);
            rogue.send(RawPeer.response(first.id(), 0, new byte[8], 8));
            RawPeer.Seen second = rogue.next();
            while (second.kind() != FrameKind.REQUEST) {
                second = rogue.next(); // the first call's withdrawal
            }
            rogue.send(RawPeer.response(second.id(), 0, second.body(), 8));
            assertThat(OpenDoor.longIn(next.join())).isEqualTo(2);
            Eventually.within(LONG)
                    .until(() -> connection.unmatchedReplies() == 1, () -> "the late one was not counted");
            connection.close();
        }
    }

    @Test
    void replyThatNeverEndsClosesTheConnectionAlthoughTheServerGivesSignsOfLife() {
        CompletableFuture<ClientConnection> connecting = connecting();
        try (RawPeer rogue = welcomed()) {
            ClientConnection connection = connecting.join();
            CompletableFuture<Reply> reply = OpenDoor.call(connection, OpenDoor.longBody(1), LONG);
            RawPeer.Seen request = rogue.next();
            ByteBuf slow = RawPeer.response(request.id(), 0, new byte[60_000], 60_000);
            Eventually.within(LONG)
                    .until(() -> !rogue.trySend(slow.readBytes(1)), () -> "a byte now and then keeps it open");
            slow.release();
            Reply.Failure failure = (Reply.Failure) reply.join();
            assertThat(failure.status()).isEqualTo(Status.UNAVAILABLE);
            assertThat(failure.executed()).isEqualTo(Executed.MAYBE);
            assertThat(failure.message()).contains("unfinished");
            assertThat(connection.usable()).isFalse();
        }
    }

    @Test
    void strangerAtTheAddressIsRefusedAndToldNothing() {
        CompletableFuture<ClientConnection> connecting = connecting();
        try (RawPeer stranger = RawPeer.accept(socket)) {
            assertThat(stranger.next().kind()).isEqualTo(FrameKind.HELLO);
            stranger.send(RawPeer.welcome("another-application"));
            assertThatThrownBy(connecting::join)
                    .hasCauseInstanceOf(ConnectFailedException.class)
                    .hasMessageContaining("another-application")
                    .hasMessageContaining("not rogue");
            assertThat(stranger.nextOrEnd()).isNull();
        }
    }

    @Test
    void serverThatNeverWelcomesIsGivenUpAtTheConnectTimeout() {
        TransportConfig config = TransportConfig.DEFAULT.toBuilder()
                .connectTimeout(Duration.ofMillis(200))
                .build();
        try (OpenDoor hasty = new OpenDoor(config, OpenDoor::echo)) {
            assertThatThrownBy(() -> hasty.connect(address()))
                    .hasCauseInstanceOf(ConnectFailedException.class)
                    .hasMessageContaining("No handshake with")
                    .hasMessageContaining("within 200 ms");
        }
    }
}
