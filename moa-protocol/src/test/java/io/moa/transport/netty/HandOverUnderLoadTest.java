package io.moa.transport.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.moa.discovery.Address;
import io.moa.invoke.Invocation;
import io.moa.invoke.Reply;
import io.moa.invoke.Ticker;
import io.moa.protocol.payload.BytesPayload;
import io.moa.testkit.Eventually;
import io.moa.testkit.LeakCheck;
import io.moa.transport.Host;
import io.moa.transport.Listener;
import io.moa.transport.Peer;
import io.moa.transport.TransportConfig;
import io.moa.transport.Wanted;
import io.moa.transport.handover.HandOver;
import io.moa.transport.handover.HandOverLedger;
import io.moa.transport.handover.Takeover;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** Clients that never pause, over TCP and a Unix socket, while they are handed on from process to process. */
@ExtendWith(LeakCheck.class)
@Timeout(120)
class HandOverUnderLoadTest {

    private static final int CONNECTIONS = 12; // of each kind
    private static final int TIMES = 5;
    private static final int CALLS_BETWEEN = 2_000;

    /** Calls again and again, each time as soon as the one before is answered; every fifth call is large enough to be split. */
    private static final class Caller {
        private final ClientConnection connection;
        private final AtomicLong answered;
        private final Queue<String> wrong;
        private final CompletableFuture<Void> stopped = new CompletableFuture<>();
        private volatile boolean stop;
        private long number;

        Caller(ClientConnection connection, AtomicLong answered, Queue<String> wrong) {
            this.connection = connection;
            this.answered = answered;
            this.wrong = wrong;
        }

        void call() {
            long mine = ++number;
            int size = mine % 5 == 0 ? 150_000 : 8;
            var body = io.netty.buffer.Unpooled.buffer(size).writeLong(mine).writeZero(size - 8);
            OpenDoor.call(connection, body, OpenDoor.PATIENCE).whenComplete((reply, broken) -> {
                if (reply instanceof Reply.Value value && value.payload() instanceof BytesPayload bytes) {
                    if (bytes.sizeBytes() != size
                            || bytes.content().getLong(bytes.content().readerIndex()) != mine) {
                        wrong.add("the reply of another call: " + bytes.sizeBytes());
                    }
                    bytes.release();
                } else {
                    wrong.add(String.valueOf(reply));
                }
                answered.incrementAndGet();
                if (stop || !wrong.isEmpty()) {
                    stopped.complete(null);
                } else {
                    call();
                }
            });
        }
    }

    /** Some calls are answered at once, some by another thread a moment later. */
    private static CompletableFuture<Reply> route(Invocation call) {
        if (call.payload() instanceof BytesPayload bytes && bytes.content().getLong(0) % 3 == 0) {
            CompletableFuture<Reply> later = new CompletableFuture<>();
            CompletableFuture.delayedExecutor(1, TimeUnit.MILLISECONDS)
                    .execute(() -> OpenDoor.echo(call).thenAccept(later::complete));
            return later;
        }
        return OpenDoor.echo(call);
    }

    @Test
    void nobodyNotices() throws Exception {
        Path folder = Files.createTempDirectory("moa-move");
        Address.Unix file = new Address.Unix(folder.resolve("door").toString());
        Host host = new OneRoute(HandOverUnderLoadTest::route);
        AtomicLong answered = new AtomicLong();
        Queue<String> wrong = new ConcurrentLinkedQueue<>();
        List<Caller> callers = new ArrayList<>();
        List<NettyTransport> servers = new ArrayList<>();
        try (NettyTransport clients = transport("callers")) {
            NettyTransport serving = transport("server-0");
            servers.add(serving);
            Map<String, Listener> doors = Map.of(
                    "tcp",
                    serving.listen(new Address.Tcp("127.0.0.1", 0), host).get(30, TimeUnit.SECONDS),
                    "unix",
                    serving.listen(file, host).get(30, TimeUnit.SECONDS));
            for (Listener door : doors.values()) {
                for (int i = 0; i < CONNECTIONS; i++) {
                    ClientConnection connection = (ClientConnection) clients.connect(
                                    door.address(),
                                    new Peer("client", "client-uuid"),
                                    new Wanted("", "", List.of(RawPeer.SERVICE)))
                            .get(30, TimeUnit.SECONDS);
                    callers.add(new Caller(connection, answered, wrong));
                }
            }
            callers.forEach(Caller::call);
            for (int time = 1; time <= TIMES; time++) {
                goesOn(answered, wrong);
                NettyTransport next = transport("server-" + time);
                servers.add(next);
                Map<String, Listener> offered = doors;
                HandOver offer =
                        serving.offer(folder.resolve("s"), HandOverStage.NONCE, () -> offered, HandOverStage.LIMITS);
                Takeover takeover = next.takeOver(
                                folder.resolve("s"), HandOverStage.NONCE, (name, address) -> host, HandOverStage.LIMITS)
                        .get(30, TimeUnit.SECONDS);
                HandOverLedger ledger = offer.ended().get(30, TimeUnit.SECONDS);
                assertThat(ledger.moved()).isEqualTo(2 * CONNECTIONS);
                assertThat(ledger.callsLost()).isZero();
                assertThat(ledger.callsFinished()).isEqualTo(ledger.callsInFlight());
                assertThat(ledger.pauses().count()).isEqualTo(2 * CONNECTIONS);
                for (Listener door : doors.values()) {
                    assertThat(door.inFlight()).isZero();
                    assertThat(door.connections()).isZero();
                }
                doors = takeover.listeners();
                serving = next;
                assertThat(new java.io.File(file.path())).exists();
            }
            goesOn(answered, wrong);
            for (Caller caller : callers) {
                caller.stop = true;
            }
            for (Caller caller : callers) {
                caller.stopped.get(30, TimeUnit.SECONDS);
            }
            assertThat(wrong).isEmpty();
            doors.values().forEach(Listener::close);
            Eventually.within(OpenDoor.PATIENCE)
                    .until(() -> !Files.exists(Path.of(file.path())), () -> "the socket's file stays");
        } finally {
            servers.forEach(NettyTransport::close);
        }
        Files.deleteIfExists(folder.resolve("s"));
        Files.delete(folder);
    }

    private static NettyTransport transport(String name) {
        return new NettyTransport(TransportConfig.DEFAULT, OpenDoor.LOOPS, Ticker.system(), name);
    }

    private static void goesOn(AtomicLong answered, Queue<String> wrong) {
        long before = answered.get();
        Eventually.within(OpenDoor.PATIENCE)
                .until(
                        () -> answered.get() >= before + CALLS_BETWEEN || !wrong.isEmpty(),
                        () -> answered.get() - before + " calls were answered");
        assertThat(wrong).isEmpty();
    }
}
