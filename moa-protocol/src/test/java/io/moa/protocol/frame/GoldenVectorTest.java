package io.moa.protocol.frame;

import static org.assertj.core.api.Assertions.assertThat;

import io.moa.invoke.Caller;
import io.moa.invoke.Cancellation;
import io.moa.invoke.Executed;
import io.moa.invoke.Hints;
import io.moa.invoke.Hop;
import io.moa.invoke.Invocation;
import io.moa.invoke.Ledger;
import io.moa.invoke.Phase;
import io.moa.invoke.Status;
import io.moa.invoke.ThrownError;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * The files in {@code src/test/resources/golden} are the wire format, byte for byte: what we write is what stands there,
 * and what stands there is read as what we meant. A change that makes one of these fail breaks peers that are in use.
 */
final class GoldenVectorTest {

    private static final Path FOLDER = Path.of("src/test/resources/golden");

    private static final Map<String, byte[]> VECTORS = WireSample.vectors();

    private static Path file(String name) {
        return FOLDER.resolve(name + ".hex");
    }

    @TestFactory
    Stream<DynamicTest> writesExactlyTheBytesOf() {
        return VECTORS.entrySet().stream()
                .map(vector -> DynamicTest.dynamicTest(
                        vector.getKey(), () -> assertThat(GoldenText.bytes(Files.readString(file(vector.getKey()))))
                                .as("What is written now:%n%s", GoldenText.of(vector.getKey(), vector.getValue()))
                                .isEqualTo(vector.getValue())));
    }

    @TestFactory
    Stream<DynamicTest> commentsAreStillTrueIn() {
        return VECTORS.entrySet().stream()
                .map(vector -> DynamicTest.dynamicTest(
                        vector.getKey(), () -> assertThat(Files.readString(file(vector.getKey())))
                                .isEqualTo(GoldenText.of(vector.getKey(), vector.getValue()))));
    }

    @Test
    void everyKindHasAVectorAndEveryFileATest() throws IOException {
        TreeSet<Integer> kinds = new TreeSet<>();
        VECTORS.values().forEach(bytes -> kinds.add((int) bytes[3]));
        for (FrameKind kind : FrameKind.values()) {
            assertThat(kinds).contains(kind.code());
        }
        try (Stream<Path> files = Files.list(FOLDER)) {
            assertThat(files.map(path -> path.getFileName().toString().replace(".hex", ""))
                            .collect(Collectors.toSet()))
                    .isEqualTo(VECTORS.keySet());
        }
    }

    @Test
    void theDocumentationNamesEveryVector() throws IOException {
        String text = Files.readString(Path.of("../docs/wire-format.md"), StandardCharsets.UTF_8);
        for (String name : VECTORS.keySet()) {
            assertThat(text).contains("`" + name + ".hex`");
        }
    }

    @Test
    void readsHandshakes() {
        read("hello", FrameKind.HELLO, 0, frame -> assertThat(
                        Hello.parse(frame.buffer(), frame.callIndex(), frame.callLength()))
                .isEqualTo(WireSample.hello()));
        read("welcome", FrameKind.WELCOME, 0, frame -> assertThat(
                        Welcome.parse(frame.buffer(), frame.callIndex(), frame.callLength()))
                .isEqualTo(WireSample.welcome()));
        read("welcome-refused", FrameKind.WELCOME, 0, frame -> {
            Welcome refused = Welcome.parse(frame.buffer(), frame.callIndex(), frame.callLength());
            assertThat(refused.accepted()).isFalse();
            assertThat(refused.refusal()).isEqualTo("This is greeter; the caller expects clock.");
        });
    }

    @Test
    void readsARequest() {
        read("request", FrameKind.REQUEST, 7, frame -> {
            Invocation call = WireSample.fullCall();
            ByteBuf in = frame.buffer();
            assertThat(RequestHop.remainingNanos(in, frame.hopIndex(), frame.hopLength()))
                    .isEqualTo(250_000_000);
            assertThat(RequestHop.hop(in, frame.hopIndex(), frame.hopLength())).isEqualTo(call.hop());
            assertThat(RequestHop.callerNanos(in, frame.hopIndex(), frame.hopLength(), Phase.CONNECT_WAIT))
                    .isEqualTo(3_000);
            CallHeader header = CallHeader.parse(in, frame.callIndex(), frame.callLength());
            assertThat(Target.parse(in, header.targetIndex(), header.targetLength()))
                    .isEqualTo(new Target(WireSample.SERVICE, WireSample.METHOD, 1));
            assertThat(CallHeader.parseCaller(in, header.callerIndex(), header.callerLength()))
                    .isEqualTo(new Caller("shop", "5f0c9e0a-1b2c-4d3e-8f90-a1b2c3d4e5f6"));
            assertThat(header.baggage()).isEqualTo(call.baggage());
            assertThat(header.idempotencyKey()).isEqualTo("order-7");
            assertThat(header.callKeys()).isEqualTo(Map.of("city", "Zürich"));
            assertThat(header.hopAttachments()).isEqualTo(Map.of("hint", "cold"));
            assertThat(body(frame)).isEqualTo("hi");
        });
        read("one-way", FrameKind.ONE_WAY, 8, frame -> {
            assertThat(RequestHop.hop(frame.buffer(), frame.hopIndex(), frame.hopLength()))
                    .isSameAs(Hop.DIRECT);
            assertThat(body(frame)).isEqualTo("by the way");
        });
    }

    @Test
    void readsASplitBody() {
        RecordingSink whole = new RecordingSink();
        try (BodyAssembler assembler = new BodyAssembler()) {
            read("request-split", FrameKind.REQUEST, 9, frame -> {
                assertThat(frame.more()).isTrue();
                assertThat(frame.hasBodyCrc()).isTrue();
                assertThat(assembler.add(frame, whole)).isEqualTo(BodyAssembler.Outcome.HELD);
            });
            read("continuation", FrameKind.CONTINUATION, 9, frame -> assertThat(assembler.add(frame, whole))
                    .isEqualTo(BodyAssembler.Outcome.COMPLETE));
        }
        assertThat(whole.lines).hasSize(1);
    }

    @Test
    void readsResponses() {
        read("response", FrameKind.RESPONSE, 7, frame -> {
            ByteBuf in = frame.buffer();
            assertThat(ReplyHop.statusCode(in, frame.hopIndex(), frame.hopLength()))
                    .isEqualTo(ReplyHop.VALUE);
            assertThat(ReplyHop.hints(in, frame.hopIndex(), frame.hopLength())).isEqualTo(new Hints(0, false, 37));
            Ledger caller = new Ledger(Phase.BACK, 0);
            ReplyHop.addTo(in, frame.hopIndex(), frame.hopLength(), caller);
            assertThat(caller.spentNanos(Phase.ENCODE)).isEqualTo(40_000);
            assertThat(body(frame)).isEqualTo("hello");
        });
        read("response-failure", FrameKind.RESPONSE, 7, frame -> {
            ByteBuf in = frame.buffer();
            assertThat(Status.ofCode(ReplyHop.statusCode(in, frame.hopIndex(), frame.hopLength())))
                    .isEqualTo(Status.APPLICATION);
            assertThat(ReplyHop.executed(in, frame.hopIndex(), frame.hopLength()))
                    .isEqualTo(Executed.YES);
            assertThat(ReplyHop.hints(in, frame.hopIndex(), frame.hopLength())).isEqualTo(new Hints(1_500, true, 110));
            assertThat(ReplyHeader.parse(in, frame.callIndex(), frame.callLength()))
                    .isEqualTo(new ReplyHeader("no such order", "demo.NoSuchOrder", null));
        });
    }

    @Test
    void readsWhatWasThrown() {
        read("response-exception", FrameKind.RESPONSE, 7, frame -> {
            ByteBuf in = frame.buffer();
            ReplyHeader header = ReplyHeader.parse(in, frame.callIndex(), frame.callLength());
            assertThat(header.errorCode()).isEqualTo("NO_SUCH_ORDER");
            ThrownError read = ErrorDetails.parse(header, in, frame.bodyIndex(), frame.bodyLength());
            assertThat(read).isEqualTo(WireSample.thrown());
        });
    }

    @Test
    void readsTheRest() {
        read("cancel", FrameKind.CANCEL, 7, frame -> assertThat(Frames.cancelReason(frame))
                .isEqualTo(Cancellation.Reason.DEADLINE));
        read("ping", FrameKind.PING, 0x0102030405060708L, frame -> {});
        read("pong", FrameKind.PONG, 0x0102030405060708L, frame -> {});
        read("closing", FrameKind.CLOSING, 0, frame -> assertThat(
                        Closing.parse(frame.buffer(), frame.callIndex(), frame.callLength()))
                .isEqualTo(new Closing("a new release")));
        read("closing-ack", FrameKind.CLOSING_ACK, 0, frame -> {});
        read("credit", FrameKind.CREDIT, 0, frame -> assertThat(Frames.creditBytes(frame))
                .isEqualTo(524_288));
        readControl("control-inquiry", new Control.Inquiry(7));
        readControl("control-progress", WireSample.progress());
        readControl("control-protocol-error", new Control.ProtocolError(7, "Request id 7 was used before."));
    }

    private static void readControl(String name, Control expected) {
        read(name, FrameKind.CONTROL, 0, frame -> assertThat(
                        Control.parse(frame.buffer(), frame.callIndex(), frame.callLength()))
                .isEqualTo(expected));
    }

    private static void read(String name, FrameKind kind, long id, Consumer<Frame> check) {
        byte[] bytes;
        try {
            bytes = GoldenText.bytes(Files.readString(file(name)));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        int[] seen = new int[1];
        try (FrameReader reader = new FrameReader(FrameLimits.DEFAULT)) {
            reader.read(Unpooled.wrappedBuffer(bytes), new FrameSink() {
                @Override
                public void frame(Frame frame) {
                    seen[0]++;
                    assertThat(frame.kind()).isEqualTo(kind);
                    assertThat(frame.requestId()).isEqualTo(id);
                    check.accept(frame);
                }

                @Override
                public void oversized(Frame header) {
                    throw new AssertionError(header);
                }
            });
        }
        assertThat(seen[0]).isEqualTo(1);
    }

    private static String body(Frame frame) {
        return frame.buffer().toString(frame.bodyIndex(), frame.bodyLength(), StandardCharsets.UTF_8);
    }
}
