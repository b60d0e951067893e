package io.moa.transport.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.moa.discovery.Address;
import io.moa.invoke.Reply;
import io.moa.protocol.frame.HandOverMessage;
import io.moa.protocol.frame.HandOverMessage.Step;
import io.moa.protocol.payload.BytesPayload;
import io.moa.testkit.Eventually;
import io.moa.testkit.LeakCheck;
import io.moa.transport.Host;
import io.moa.transport.TransportConfig;
import io.moa.transport.handover.HandOver;
import io.moa.transport.handover.HandOverConfig;
import io.moa.transport.handover.Successor;
import io.moa.transport.handover.Takeover;
import io.netty.buffer.Unpooled;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.GlobalEventExecutor;
import io.netty.util.concurrent.Promise;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** Who may take connections over, and how long it may keep the others waiting. */
@ExtendWith(LeakCheck.class)
@Timeout(120)
class HandOverLimitsTest {

    private static final Duration SHORT = Duration.ofMillis(100);

    private final AtomicReference<CompletableFuture<Reply>> open = new AtomicReference<>();

    private HandOverStage stage() {
        return new HandOverStage(TransportConfig.DEFAULT, call -> UnderWay.route(open, call), HandOverStage::heir);
    }

    private static void assertFails(CompletableFuture<?> future, String... words) {
        assertThatThrownBy(() -> future.get(30, TimeUnit.SECONDS)).hasMessageContainingAll(words);
    }

    @Test
    void whoDoesNotKnowTheNonceIsNotLetInAndTheOfferStands() throws Exception {
        try (HandOverStage stage = stage();
                UnderWay clients = new UnderWay(stage, open)) {
            HandOver offer = stage.offer();
            byte[] other = HandOverStage.NONCE.clone();
            other[3] ^= 1;
            assertFails(
                    stage.heirs.takeOver(stage.socket, other, stage.successor(), HandOverStage.LIMITS),
                    "does not know the nonce");

            stage.taken(stage.takeOver(UnaryOperator.identity()).get(30, TimeUnit.SECONDS));
            clients.answer();
            clients.goesOn('H', null);
            offer.ended().get(30, TimeUnit.SECONDS);
        }
    }

    @Test
    void strangersAreSentAway() throws IOException {
        try (HandOverStage stage = stage()) {
            HandOver offer = stage.offer(HandOverStage.LIMITS.withStepTimeout(SHORT), UnaryOperator.identity());
            assertThat(Files.getPosixFilePermissions(stage.socket))
                    .isEqualTo(PosixFilePermissions.fromString("rw-------"));
            byte[] unproven =
                    new HandOverMessage(Step.PROOF, 0, 0, new byte[MoveProof.PROOF_BYTES], new byte[0]).encode();
            byte[] old =
                    new HandOverMessage(Step.GREETING, 2, 9, new byte[MoveProof.RANDOM_BYTES], new byte[0]).encode();
            assertThat(said(stage, framed(unproven))).contains("introduces itself");
            assertThat(said(stage, framed(old))).contains("editions 2 to 9");
            byte[] backwards =
                    new HandOverMessage(Step.GREETING, 9, 2, new byte[MoveProof.RANDOM_BYTES], new byte[0]).encode();
            assertThat(said(stage, framed(backwards))).contains("do not run backwards: 9 to 2");
            assertThat(said(stage, new byte[] {0x7f, 1, 2, 3, 4, 5})).isEmpty(); // a length beyond all limits
            assertThat(said(stage, framed(new byte[] {(byte) 0xff}))).isEmpty();
            byte[] descriptors = new byte[1 + MoveProof.PROOF_BYTES];
            descriptors[0] = MoveEntrance.DESCRIPTORS;
            assertThat(said(stage, descriptors)).isEmpty();
            assertThat(said(stage, new byte[0])).isEmpty(); // who says nothing
            offer.close();
            assertFails(offer.taken(), "taken back");
            assertThat(stage.socket).doesNotExist();
        }
    }

    private static byte[] framed(byte[] message) {
        return ByteBuffer.allocate(4 + message.length)
                .putInt(message.length)
                .put(message)
                .array();
    }

    /** What it is told until it is sent away. */
    private static String said(HandOverStage stage, byte[] bytes) throws IOException {
        try (SocketChannel peer = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            peer.connect(UnixDomainSocketAddress.of(stage.socket));
            peer.write(ByteBuffer.wrap(bytes));
            ByteBuffer answer = ByteBuffer.allocate(4096);
            while (true) {
                try {
                    if (peer.read(answer) < 0) {
                        break;
                    }
                } catch (IOException reset) {
                    break;
                }
            }
            return new String(answer.array(), 0, answer.position(), StandardCharsets.ISO_8859_1);
        }
    }

    @Test
    void folderIsNobodyElses() throws IOException {
        try (HandOverStage stage = stage()) {
            Files.setPosixFilePermissions(stage.folder, PosixFilePermissions.fromString("rwxr-x---"));
            assertThatThrownBy(stage::offer).hasMessageContaining("chmod 700");
        }
    }

    @Test
    void offerThatNobodyCanServeIsRefused() {
        try (HandOverStage stage = stage();
                UnderWay clients = new UnderWay(stage, open)) {
            HandOver offer = stage.offer();
            Successor refusing = new Successor() {
                @Override
                public Host host(String name, Address address) {
                    throw new IllegalArgumentException("I do not know " + name);
                }
            };
            CompletableFuture<Takeover> takeover =
                    stage.heirs.takeOver(stage.socket, HandOverStage.NONCE, refusing, HandOverStage.LIMITS);
            assertFails(takeover, "I do not know door");
            assertFails(offer.taken(), "I do not know door", "serves on");
            clients.answer();
            clients.goesOn('O', null);
        }
    }

    @Test
    void whoIsNeverReadyIsGivenUp() {
        try (HandOverStage stage = stage();
                UnderWay clients = new UnderWay(stage, open)) {
            HandOver offer = stage.offer(HandOverStage.LIMITS.withReadyTimeout(SHORT), UnaryOperator.identity());
            Successor slow = new Successor() {
                @Override
                public Host host(String name, Address address) {
                    return new OneRoute(HandOverStage::heir);
                }

                @Override
                public CompletableFuture<Void> ready() {
                    return new CompletableFuture<>();
                }
            };
            CompletableFuture<Takeover> takeover =
                    stage.heirs.takeOver(stage.socket, HandOverStage.NONCE, slow, HandOverStage.LIMITS);
            assertFails(offer.taken(), "is ready", "100 ms");
            assertFails(takeover, "100 ms");
            clients.answer();
            clients.goesOn('O', null);
        }
    }

    /** A line whose owner hangs just when it is to say that it has taken all. */
    private static final class HangingLine implements MoveLine {
        private final MoveLine line;
        private final Promise<Void> never = GlobalEventExecutor.INSTANCE.newPromise();

        HangingLine(MoveLine line) {
            this.line = line;
        }

        @Override
        public Future<?> say(HandOverMessage message) {
            return message.step() == Step.TAKEN ? never : line.say(message);
        }

        @Override
        public void pass(int descriptor) {
            line.pass(descriptor);
        }

        @Override
        public void silence() {
            line.silence();
        }

        @Override
        public void close() {
            line.close();
        }

        @Override
        public boolean isClosed() {
            return line.isClosed();
        }
    }

    @Test
    void whoHangsWhenItIsToTakeIsSilencedAndClientsAreServed() {
        try (HandOverStage stage = stage();
                UnderWay clients = new UnderWay(stage, open)) {
            HandOver offer = stage.offer(HandOverConfig.DEFAULT.withCommitTimeout(SHORT), UnaryOperator.identity());
            CompletableFuture<Takeover> takeover = stage.takeOver(HangingLine::new);
            assertFails(offer.taken(), "serves on");
            assertFails(takeover, "refuses");
            clients.answer();
            clients.goesOn('O', null);
        }
    }

    @Test
    void callsThatNeverEndAreLostAtTheLimit() throws Exception {
        try (HandOverStage stage = stage();
                UnderWay clients = new UnderWay(stage, open)) {
            HandOver offer = stage.offer(HandOverStage.LIMITS.withLateLimit(SHORT), UnaryOperator.identity());
            Takeover takeover = stage.takeOver(UnaryOperator.identity()).get(30, TimeUnit.SECONDS);
            stage.taken(takeover);
            clients.goesOn('H', io.moa.invoke.Status.UNAVAILABLE.code());
            assertThat(offer.ended().get(30, TimeUnit.SECONDS).callsLost()).isOne();
            assertThat(takeover.ended().get(30, TimeUnit.SECONDS).callsLost()).isOne();
            clients.answer();
        }
    }

    @Test
    void listenerIsNotHandedOnBeforeTheProcessBeforeHasEnded() throws Exception {
        try (HandOverStage stage = stage();
                UnderWay clients = new UnderWay(stage, open)) {
            HandOver offer = stage.offer();
            stage.taken(stage.takeOver(UnaryOperator.identity()).get(30, TimeUnit.SECONDS));
            assertThatThrownBy(() -> stage.heirs.offer(
                            stage.folder.resolve("t"),
                            HandOverStage.NONCE,
                            () -> Map.of("door", stage.taken()),
                            HandOverStage.LIMITS))
                    .hasMessageContaining("1 calls in flight");
            clients.answer();
            clients.goesOn('H', null);
            offer.ended().get(30, TimeUnit.SECONDS);
        }
    }

    @Test
    void slowReaderIsTakenBackWithWhatItHasNotRead() throws Exception {
        byte[] reply = new byte[60_000];
        new java.util.Random(3).nextBytes(reply);
        try (HandOverStage stage = new HandOverStage(
                        TransportConfig.DEFAULT,
                        call -> CompletableFuture.completedFuture(
                                new Reply.Value(new BytesPayload(Unpooled.copiedBuffer(reply)))),
                        HandOverStage::heir);
                RawPeer peer = RawPeer.connect(stage.address(), 4096).introduced(1 << 20)) {
            int calls = 200;
            for (int id = 1; id <= calls; id++) {
                peer.send(RawPeer.request(id, UnderWay.text("much")));
            }
            Eventually.within(OpenDoor.PATIENCE)
                    .until(
                            () -> stage.old.listener.served().stream()
                                    .noneMatch(each -> each.channel().config().isAutoRead()),
                            () -> "the socket takes everything");
            HandOver offer = stage.offer(HandOverConfig.DEFAULT.withCommitTimeout(SHORT), UnaryOperator.identity());
            CompletableFuture<Takeover> takeover = stage.takeOver(HangingLine::new);
            assertFails(offer.taken(), "serves on");
            assertFails(
                    takeover,
                    "Nothing was taken over"); // the refusal itself may stand behind too much to be read in time
            for (int id = 1; id <= calls; id++) {
                RawPeer.Seen next = peer.nextResponse();
                assertThat(next.id()).isEqualTo(id);
                assertThat(next.body()).isEqualTo(reply);
            }
        }
    }
}
