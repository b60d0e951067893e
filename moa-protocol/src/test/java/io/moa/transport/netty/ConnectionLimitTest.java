package io.moa.transport.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.moa.discovery.Address;
import io.moa.invoke.Executed;
import io.moa.invoke.Reply;
import io.moa.invoke.Status;
import io.moa.protocol.frame.FrameKind;
import io.moa.testkit.ChaosProxy;
import io.moa.testkit.Eventually;
import io.moa.testkit.LeakCheck;
import io.moa.transport.TransportConfig;
import io.netty.channel.epoll.EpollSocketChannel;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** How many connections there may be, and how a dead one is noticed. */
@ExtendWith(LeakCheck.class)
@Timeout(60)
class ConnectionLimitTest {

    @Test
    void noMoreConnectionsAreKeptThanTheLimitAllows() {
        TransportConfig config =
                TransportConfig.DEFAULT.toBuilder().maxConnections(5).build();
        try (OpenDoor door = new OpenDoor(config, OpenDoor::echo)) {
            List<RawPeer> kept = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                kept.add(RawPeer.connect(door.address()).introduced(1));
            }
            for (int i = 0; i < 20; i++) {
                try (RawPeer tooMany = RawPeer.connect(door.address())) {
                    tooMany.trySend(RawPeer.hello(1));
                    tooMany.awaitEnd();
                }
            }
            assertThat(door.listener.connections()).isEqualTo(5);
            assertThat(door.listener.turnedAway()).isEqualTo(20);
            for (RawPeer peer : kept) {
                assertThat(peer.send(RawPeer.request(1, new byte[8])).next().kind())
                        .isEqualTo(FrameKind.RESPONSE);
            }
            kept.remove(0).close();
            Eventually.within(OpenDoor.PATIENCE)
                    .until(() -> door.listener.connections() == 4, () -> door.listener.toString());
            kept.add(RawPeer.connect(door.address()).introduced(1));
            kept.forEach(RawPeer::close);
            Eventually.within(OpenDoor.PATIENCE)
                    .until(() -> door.listener.connections() == 0, () -> door.listener.toString());
        }
    }

    /** RELIABILITY F4. */
    @Test
    void onePeerCannotTakeAllConnections() throws IOException {
        TransportConfig config =
                TransportConfig.DEFAULT.toBuilder().maxConnectionsPerPeer(3).build();
        try (OpenDoor door = new OpenDoor(config, OpenDoor::echo)) {
            List<RawPeer> kept = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                kept.add(RawPeer.connect(door.address()).introduced(1));
            }
            for (int i = 0; i < 5; i++) {
                try (RawPeer tooMany = RawPeer.connect(door.address())) {
                    tooMany.trySend(RawPeer.hello(1));
                    tooMany.awaitEnd();
                }
            }
            assertThat(door.listener.turnedAway()).isEqualTo(5);
            try (RawPeer another = RawPeer.connectFrom("127.0.0.2", door.address())) {
                another.introduced(1);
            }
            kept.remove(0).close();
            Eventually.within(OpenDoor.PATIENCE)
                    .until(() -> door.listener.connections() == 2, () -> door.listener.toString());
            kept.add(RawPeer.connect(door.address()).introduced(1));
            kept.forEach(RawPeer::close);
            Eventually.within(OpenDoor.PATIENCE)
                    .until(() -> door.listener.connections() == 0, () -> door.listener.toString());
        }
    }

    @Test
    void silentNetworkIsNoticedByTheHeartbeat() {
        TransportConfig config = TransportConfig.DEFAULT.toBuilder()
                .heartbeat(Duration.ofMillis(100))
                .heartbeatLimit(Duration.ofMillis(400))
                .build();
        Queue<CompletableFuture<Reply>> answers = new ConcurrentLinkedQueue<>();
        try (OpenDoor door = new OpenDoor(config, call -> {
                    CompletableFuture<Reply> answer = new CompletableFuture<>();
                    answers.add(answer);
                    return answer;
                });
                ChaosProxy proxy = ChaosProxy.to("127.0.0.1", ((Address.Tcp) door.address()).port())) {
            ClientConnection connection = door.connect(new Address.Tcp("127.0.0.1", proxy.port()));
            CompletableFuture<Reply> reply = OpenDoor.call(connection, OpenDoor.longBody(1), Duration.ofSeconds(30));
            Eventually.within(OpenDoor.PATIENCE).until(() -> answers.size() == 1, () -> "not arrived");
            proxy.clientToServer().swallow();
            proxy.serverToClient().swallow();
            Reply.Failure failure = (Reply.Failure) reply.join();
            assertThat(failure.status()).isEqualTo(Status.UNAVAILABLE);
            assertThat(failure.executed()).isEqualTo(Executed.MAYBE);
            assertThat(failure.message()).contains("no sign of life");
            assertThat(connection.usable()).isFalse();
            answers.remove().complete(Reply.failure(Status.CANCELLED, Executed.YES, ""));
            proxy.reset();
        }
    }

    @Test
    void kernelGivesUpUnansweredBytesWhenTheHeartbeatDoes() {
        try (OpenDoor door = new OpenDoor(TransportConfig.DEFAULT, OpenDoor::echo)) {
            Assumptions.assumeTrue(door.transport.usesEpoll(), "TCP_USER_TIMEOUT needs epoll");
            ClientConnection connection = door.connect();
            assertThat(((EpollSocketChannel) connection.link().channel())
                            .config()
                            .getTcpUserTimeout())
                    .isEqualTo(3_000);
            connection.close();
        }
    }
}
