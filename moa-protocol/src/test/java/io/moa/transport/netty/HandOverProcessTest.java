package io.moa.transport.netty;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.moa.discovery.Address;
import io.moa.invoke.Reply;
import io.moa.invoke.Status;
import io.moa.invoke.Ticker;
import io.moa.protocol.frame.HandOverMessage.Step;
import io.moa.testkit.Eventually;
import io.moa.transport.Listener;
import io.moa.transport.TransportConfig;
import io.moa.transport.handover.HandOver;
import io.moa.transport.handover.HandOverLedger;
import io.moa.transport.handover.Takeover;
import io.netty.buffer.ByteBuf;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Connections change between processes that really are two, and that are killed. */
@Timeout(240)
class HandOverProcessTest {

    private final AtomicReference<CompletableFuture<Reply>> open = new AtomicReference<>();
    private Process child;
    private BufferedReader said;

    private void start(String... args) throws IOException {
        List<String> command = new java.util.ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx128m",
                "-cp",
                Arrays.stream(System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"))
                                .split(File.pathSeparator))
                        .map(each -> Path.of(each).toAbsolutePath().toString())
                        .collect(Collectors.joining(File.pathSeparator)),
                HandOverChild.class.getName()));
        command.addAll(List.of(args));
        child = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        said = new BufferedReader(new InputStreamReader(child.getInputStream(), UTF_8));
    }

    @AfterEach
    void kill() throws Exception {
        if (child != null) {
            child.destroyForcibly().waitFor();
            said.close();
        }
    }

    private HandOverStage stage() {
        return new HandOverStage(TransportConfig.DEFAULT, call -> UnderWay.route(open, call), HandOverStage::heir);
    }

    @Test
    void anotherProcessServesOn() throws Exception {
        try (HandOverStage stage = stage();
                UnderWay clients = new UnderWay(stage, open)) {
            HandOver offer = stage.offer();
            start("takes", stage.socket.toString());
            assertThat(said.readLine()).isEqualTo("taken");
            offer.taken().get(30, TimeUnit.SECONDS);
            clients.answer();
            clients.goesOn('H', null);
            HandOverLedger ledger = offer.ended().get(30, TimeUnit.SECONDS);
            assertThat(ledger.moved()).isEqualTo(4);
            assertThat(ledger.callsFinished()).isOne();
            assertThat(ledger.callsLost()).isZero();
            assertThat(ledger.pauses().count()).isEqualTo(4);
        }
    }

    @Test
    void newProcessIsKilledBeforeItTakes() throws Exception {
        for (Step step : List.of(Step.READY, Step.HELD, Step.TAKEN)) {
            try (HandOverStage stage = stage();
                    UnderWay clients = new UnderWay(stage, open)) {
                HandOver offer = stage.offer();
                start("takes", stage.socket.toString(), step.name());
                assertThat(said.readLine()).isEqualTo("reached");
                kill();
                assertThatThrownBy(() -> offer.taken().get(30, TimeUnit.SECONDS))
                        .hasMessageContaining("serves on");
                clients.answer();
                clients.goesOn('O', null);
            }
        }
    }

    @Test
    void oldProcessIsKilledWhileItStillAnswers() throws Exception {
        endOfOld(null);
    }

    @Test
    void oldProcessEndsWithItsLastWord() throws Exception {
        endOfOld(Step.COMMIT);
    }

    private void endOfOld(@org.jspecify.annotations.Nullable Step end) throws Exception {
        Path folder = Files.createTempDirectory("moa-move");
        Path socket = folder.resolve("s");
        if (end == null) {
            start("gives", socket.toString());
        } else {
            start("gives", socket.toString(), end.name());
        }
        Address door = new Address.Tcp("127.0.0.1", Integer.parseInt(said.readLine()));
        try (NettyTransport heirs = new NettyTransport(TransportConfig.DEFAULT, 2, Ticker.system(), "heir");
                RawPeer waiting = RawPeer.connect(door).introduced(1 << 20);
                RawPeer half = RawPeer.connect(door).introduced(1 << 20)) {
            // The call behind it is answered, so both have come.
            waiting.send(RawPeer.request(1, UnderWay.text("slow "))).send(RawPeer.request(2, UnderWay.text("x")));
            assertThat(waiting.nextResponse().body()).isEqualTo(UnderWay.text("Ox"));
            ByteBuf request = RawPeer.request(2, UnderWay.text("half"));
            ByteBuf first = RawPeer.request(1, UnderWay.text("y"));
            half.send(first.writeBytes(request.readSlice(50)));
            assertThat(half.nextResponse().body()).isEqualTo(UnderWay.text("Oy"));

            Takeover takeover = heirs.takeOver(
                            socket,
                            HandOverStage.NONCE,
                            (name, address) -> new OneRoute(HandOverStage::heir),
                            HandOverStage.LIMITS,
                            UnaryOperator.identity())
                    .get(60, TimeUnit.SECONDS);
            kill();

            RawPeer.Seen lost = waiting.nextResponse();
            assertThat(lost.id()).isOne();
            assertThat(lost.status()).isEqualTo(Status.UNAVAILABLE.code());
            assertThat(lost.executed()).isEqualTo(io.moa.invoke.Executed.MAYBE);
            assertThat(takeover.ended().get(30, TimeUnit.SECONDS).callsLost()).isOne();
            assertThat(half.send(request).nextResponse().body()).isEqualTo(UnderWay.text("Hhalf"));
            try (RawPeer later = RawPeer.connect(door).introduced(1 << 20)) {
                later.send(RawPeer.request(1, UnderWay.text("z")));
                assertThat(new String(later.nextResponse().body(), US_ASCII)).isEqualTo("Hz");
            }
            Listener listener = takeover.listeners().get("door");
            Eventually.within(OpenDoor.PATIENCE)
                    .until(() -> listener.inFlight() == 0, () -> listener.inFlight() + " in flight");
        } finally {
            Files.deleteIfExists(socket);
            Files.delete(folder);
        }
    }
}
