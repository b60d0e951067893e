package io.moa.transport.netty;

import static io.moa.transport.netty.OneService.CALL;
import static io.moa.transport.netty.OneService.command;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.moa.discovery.Address;
import io.moa.invoke.Cancellation;
import io.moa.invoke.Invocation;
import io.moa.invoke.Reply;
import io.moa.invoke.Ticker;
import io.moa.protocol.frame.HandOverMessage.Step;
import io.moa.protocol.payload.BytesPayload;
import io.moa.testkit.Eventually;
import io.moa.testkit.LeakCheck;
import io.moa.transport.RespHost;
import io.moa.transport.TransportConfig;
import io.moa.transport.handover.HandOver;
import io.moa.transport.handover.HandOverConfig;
import io.moa.transport.handover.HandOverLedger;
import io.moa.transport.handover.Takeover;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** Clients that speak RESP go to another process with the answers that they are owed, in their order. */
@ExtendWith(LeakCheck.class)
@Timeout(120)
class MovedRespTest {

    private static final String PASSWORD = "sesame";

    private final RespHost resp = new OneService(PASSWORD);
    private final List<CompletableFuture<Reply>> open = new CopyOnWriteArrayList<>();
    private final List<Invocation> calls = new CopyOnWriteArrayList<>();
    private NettyTransport old;
    private NettyTransport heirs;
    private NettyListener door;
    private NettyListener taken;
    private Path folder;

    @BeforeEach
    void listen() throws Exception {
        old = new NettyTransport(TransportConfig.DEFAULT, OpenDoor.LOOPS, Ticker.system(), "old");
        heirs = new NettyTransport(TransportConfig.DEFAULT, OpenDoor.LOOPS, Ticker.system(), "heir");
        folder = Files.createTempDirectory("moa-move");
        door = (NettyListener) old.listen(new Address.Tcp("127.0.0.1", 0), new OneRoute(this::later, resp))
                .get(30, TimeUnit.SECONDS);
    }

    @AfterEach
    void nothingIsHeld() throws IOException {
        for (NettyListener each : taken == null ? List.of(door) : List.of(door, taken)) {
            Eventually.within(OpenDoor.PATIENCE)
                    .until(
                            () -> each.inFlight() == 0 && each.heldBytes() == 0,
                            () -> each + ": " + each.inFlight() + " in flight, " + each.heldBytes() + " bytes held");
            each.close();
        }
        old.close();
        heirs.close();
        Files.deleteIfExists(folder.resolve("s"));
        Files.delete(folder);
    }

    private CompletableFuture<Reply> later(Invocation call) {
        CompletableFuture<Reply> reply = new CompletableFuture<>();
        calls.add(call);
        open.add(reply);
        return reply;
    }

    private static CompletableFuture<Reply> heir(Invocation call) {
        return CompletableFuture.completedFuture(result("\"heir\""));
    }

    private static Reply result(String json) {
        return new Reply.Value(new BytesPayload(Unpooled.copiedBuffer(json, US_ASCII)));
    }

    private static String bulk(String json) {
        return "$" + json.length() + "\r\n" + json + "\r\n";
    }

    private static final String OF_HEIR = bulk("{\"result\":\"heir\"}");

    private CompletableFuture<HandOverLedger> move() throws Exception {
        return move(UnaryOperator.identity());
    }

    private CompletableFuture<HandOverLedger> move(UnaryOperator<MoveLine> ofOld) throws Exception {
        HandOver offer = offer(HandOverStage.LIMITS, ofOld);
        Takeover takeover = takeOver(UnaryOperator.identity()).get(30, TimeUnit.SECONDS);
        taken = (NettyListener) takeover.listeners().get("door");
        offer.taken().get(30, TimeUnit.SECONDS);
        return offer.ended();
    }

    private HandOver offer(HandOverConfig limits, UnaryOperator<MoveLine> wiring) {
        return old.offer(folder.resolve("s"), HandOverStage.NONCE, () -> Map.of("door", door), limits, wiring);
    }

    private CompletableFuture<Takeover> takeOver(UnaryOperator<MoveLine> wiring) {
        return heirs.takeOver(
                folder.resolve("s"),
                HandOverStage.NONCE,
                (name, address) -> new OneRoute(MovedRespTest::heir, resp),
                HandOverStage.LIMITS,
                wiring);
    }

    /** A client made of a plain socket. */
    private final class Client implements AutoCloseable {
        private final Socket socket;

        Client() throws IOException {
            socket = new Socket("127.0.0.1", ((Address.Tcp) door.address()).port());
            socket.setSoTimeout(30_000);
            socket.setTcpNoDelay(true);
        }

        Client known() throws IOException {
            say(command("AUTH", PASSWORD));
            hears("+OK\r\n");
            return this;
        }

        void say(String text) throws IOException {
            socket.getOutputStream().write(text.getBytes(US_ASCII));
        }

        void hears(String expected) throws IOException {
            assertThat(new String(socket.getInputStream().readNBytes(expected.length()), US_ASCII))
                    .isEqualTo(expected);
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }

    private void awaitCalls(int count) {
        Eventually.within(OpenDoor.PATIENCE).until(() -> open.size() == count, () -> open.size() + " calls have come");
    }

    @Test
    void answersComeInTheirOrderWhoeverMakesThem() throws Exception {
        try (Client client = new Client().known();
                Client stranger = new Client();
                Client silent = new Client()) {
            stranger.say(command("PING"));
            stranger.hears("-NOAUTH Authentication required: AUTH <password>, or AUTH <user> <password>\r\n");
            client.say(command("CLIENT", "SETNAME", "shop"));
            client.hears("+OK\r\n");
            client.say(command("GET", CALL) + command("PING") + command("MGET", CALL, CALL));
            awaitCalls(3);
            open.get(2).complete(result("3")); // ready, and not its turn

            CompletableFuture<HandOverLedger> ended = move();

            assertThat(taken.inFlight()).isEqualTo(3);
            client.say(command("GET", CALL) + command("CLIENT", "GETNAME"));
            open.get(1).complete(result("2"));
            open.get(0).complete(result("1"));
            client.hears(bulk("{\"result\":1}") + "+PONG\r\n*2\r\n" + bulk("{\"result\":2}") + bulk("{\"result\":3}"));
            client.hears(OF_HEIR + bulk("shop"));
            HandOverLedger ledger = ended.get(30, TimeUnit.SECONDS);
            assertThat(ledger.resp()).isEqualTo(2);
            assertThat(ledger.undecided()).isOne();
            assertThat(ledger.callsInFlight()).isEqualTo(3);
            assertThat(ledger.callsFinished()).isEqualTo(3);
            assertThat(ledger.kept()).isZero();
            // Who was not let in is not let in here.
            stranger.say(command("PING"));
            stranger.hears("-NOAUTH");
            silent.say(command("AUTH", PASSWORD) + command("GET", CALL));
            silent.hears("+OK\r\n" + OF_HEIR);
        }
    }

    @Test
    void halfACommandIsReadOn() throws Exception {
        try (Client client = new Client().known()) {
            String call = command("GET", CALL);
            client.say(command("PING") + call.substring(0, 25));
            client.hears("+PONG\r\n"); // so the half behind it has been read, too

            HandOverLedger ledger = move().get(30, TimeUnit.SECONDS);

            assertThat(ledger.halfReadBytes()).isEqualTo(25);
            client.say(call.substring(25));
            client.hears(OF_HEIR);
        }
    }

    @Test
    void largeAnswersFollow() throws Exception {
        String large = "\"" + "x".repeat(1_000_000) + "\"";
        try (Client client = new Client().known()) {
            client.say(command("GET", CALL));
            awaitCalls(1);
            CompletableFuture<HandOverLedger> ended = move();
            open.get(0).complete(result(large));
            client.hears(bulk("{\"result\":" + large + "}"));
            assertThat(ended.get(30, TimeUnit.SECONDS).callsFinished()).isOne();
        }
    }

    @Test
    void whatAClientHasNotTakenGoesAlong() throws Exception {
        String large = "\"" + "y".repeat(8_000_000) + "\"";
        try (Client client = new Client().known()) {
            client.say(command("GET", CALL) + command("GET", CALL));
            awaitCalls(2);
            open.get(0).complete(result(large));
            open.get(1).complete(result(large));
            Eventually.within(OpenDoor.PATIENCE).until(() -> door.inFlight() == 0, () -> "the calls have not ended");

            HandOverLedger ledger = move().get(30, TimeUnit.SECONDS);

            assertThat(ledger.unsentBytes()).isPositive();
            client.say(command("GET", CALL));
            String answer = bulk("{\"result\":" + large + "}");
            client.hears(answer + answer + OF_HEIR);
        }
    }

    @Test
    void clientThatLeavesCancelsItsCalls() throws Exception {
        CompletableFuture<HandOverLedger> ended;
        try (Client client = new Client().known()) {
            client.say(command("MGET", CALL, CALL));
            awaitCalls(2);
            ended = move();
        }
        for (Invocation call : calls) {
            Eventually.within(OpenDoor.PATIENCE)
                    .until(() -> call.cancellation().isCancelled(), () -> "it is not cancelled");
            assertThat(call.cancellation().reason()).isEqualTo(Cancellation.Reason.CONNECTION_LOST);
        }
        open.forEach(each -> each.complete(result("0")));
        assertThat(ended.get(30, TimeUnit.SECONDS).callsUnanswered()).isEqualTo(2);
    }

    @Test
    void whoMayNotLearnTheAnswerIsToldSo() throws Exception {
        List<Step> said = CutLine.notes();
        try (Client client = new Client().known()) {
            client.say(command("GET", CALL) + command("PING") + command("GET", CALL));
            awaitCalls(2);
            // Door, offer, descriptors of the door and the connection, its state, commit: it ends before the first late
            // answer.
            move(line -> new CutLine(line, 6, false, said));
            open.get(0).complete(result("1"));
            String expected = "{\"error\":";
            assertThat(new String(client.socket.getInputStream().readNBytes(4), US_ASCII))
                    .startsWith("$");
            byte[] rest = client.socket.getInputStream().readNBytes(60);
            assertThat(new String(rest, US_ASCII)).contains(expected).contains("UNAVAILABLE");
            open.get(1).complete(result("2"));
        }
    }

    @Test
    void takenBackItGoesOn() throws Exception {
        try (Client client = new Client().known()) {
            String call = command("GET", CALL);
            client.say(command("GET", CALL) + command("PING") + call.substring(0, 25));
            awaitCalls(1);
            HandOver offer = offer(HandOverStage.LIMITS, UnaryOperator.identity());
            List<Step> said = CutLine.notes();
            // Greeting, proof, ready, the door and the connection: it ends instead of taking them.
            CompletableFuture<Takeover> takeover = takeOver(line -> new CutLine(line, 5, false, said));
            assertThatThrownBy(() -> takeover.get(30, TimeUnit.SECONDS)).hasMessageContaining("Nothing was taken");
            open.get(0).complete(result("1"));
            assertThatThrownBy(() -> offer.taken().get(30, TimeUnit.SECONDS)).hasMessageContaining("serves on");
            client.hears(bulk("{\"result\":1}") + "+PONG\r\n");
            client.say(call.substring(25));
            awaitCalls(2);
            open.get(1).complete(result("2"));
            client.hears(bulk("{\"result\":2}"));
        }
    }
}
