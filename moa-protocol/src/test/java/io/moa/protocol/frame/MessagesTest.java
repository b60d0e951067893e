package io.moa.protocol.frame;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.moa.discovery.ServiceId;
import io.moa.invoke.Cancellation;
import io.moa.invoke.Ledger;
import io.moa.invoke.Phase;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.Collections;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class MessagesTest {

    @Test
    void messagesForPeopleAreOneLineOfBoundedLength() {
        assertThat(new ReplyHeader("a\r\nb\u0000c\u001b[2J\u2028d\u0085", null, null).message())
                .isEqualTo("a  b c [2J d ");
        assertThat(new ReplyHeader("5\u00a0% \u202eof\ufeff", "shop\u202e.X\n", "a\u00a0b"))
                .isEqualTo(new ReplyHeader("5\u00a0% ?of?", "shop?.X?", "a?b"));
        String cut = new ReplyHeader("x".repeat(10_000), null, null).message();
        assertThat(cut).hasSize(4096).endsWith("x…");
        assertThat(new ReplyHeader("x".repeat(4096), null, null).message())
                .hasSize(4096)
                .endsWith("x");
        // A pair of surrogates is not cut in half.
        String clefs = new Closing("x".repeat(4094) + "𝄞𝄞").reason();
        assertThat(clefs).isEqualTo("x".repeat(4094) + "…");
        assertThat(new ReplyHeader("", "x".repeat(600), null).exceptionType()).hasSize(512);
        assertThat(new ReplyHeader("", "x".repeat(510) + "𝄞𝄞", null).exceptionType())
                .isEqualTo("x".repeat(510) + "…");
    }

    @Test
    void exceptionWithoutANameIsNone() {
        ByteBuf in = Unpooled.buffer();
        in.writeByte(2 << 3 | 2).writeByte(0); // field 2 is there, and empty
        assertThat(ReplyHeader.parse(in, 0, in.readableBytes())).isEqualTo(ReplyHeader.EMPTY);
    }

    @Test
    void messagesOfPeersAreMadeFitToShowWhenRead() {
        ByteBuf in = Unpooled.buffer();
        FieldWriter.string(in, 1, "a\nb" + "x".repeat(5000));
        assertThat(ReplyHeader.parse(in, 0, in.readableBytes()).message())
                .startsWith("a bx")
                .hasSize(4096);
        assertThat(Closing.parse(in, 0, in.readableBytes()).reason())
                .startsWith("a bx")
                .hasSize(4096);
    }

    @Test
    void noBytesAreTheEmptyReplyHeader() {
        assertThat(ReplyHeader.parse(Unpooled.EMPTY_BUFFER, 0, 0)).isSameAs(ReplyHeader.EMPTY);
    }

    @Test
    void handshakesDoNotPrintSecrets() {
        assertThat(WireSample.hello().toString())
                .contains("credential of 9 bytes")
                .doesNotContain("let me in", "[B@");
        assertThat(WireSample.welcome().toString()).doesNotContain("[B@");
        assertThat(WireSample.hello()).isEqualTo(WireSample.hello()).hasSameHashCodeAs(WireSample.hello());
    }

    @Test
    void handshakesNameABoundedNumberOfServices() {
        ByteBuf in = Unpooled.buffer();
        ServiceRef.write(in, 12, Collections.nCopies(513, ServiceId.of("a")));
        assertThatThrownBy(() -> Hello.parse(in, 0, in.readableBytes()))
                .isInstanceOf(HeaderException.class)
                .hasMessageContaining("512");
        Hello hello = WireSample.hello();
        assertThatThrownBy(() -> new Hello(
                        hello.application(),
                        hello.instance(),
                        1,
                        1,
                        0,
                        0,
                        0,
                        0,
                        hello.credential(),
                        "",
                        "",
                        Collections.nCopies(513, ServiceId.of("a"))))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void sizesAndTimesNeverComeOutNegative() {
        ByteBuf in = Unpooled.buffer();
        FieldWriter.number(in, 8, -1);
        assertThatThrownBy(() -> Hello.parse(in, 0, in.readableBytes())).isInstanceOf(HeaderException.class);
        in.clear();
        FieldWriter.message(in, 2, 11);
        FieldWriter.number(in, 4, Long.MIN_VALUE);
        assertThatThrownBy(() -> Control.parse(in, 0, in.readableBytes())).isInstanceOf(HeaderException.class);
    }

    @Test
    void progressSaysWhereACallIs() {
        Ledger server = new Ledger(Phase.SERVER_QUEUE, 100);
        server.enter(Phase.DECODE, 1_100);
        server.enter(Phase.EXECUTE, 3_100);
        Control.Progress progress = Control.Progress.of(7, server, 10_100);
        assertThat(progress).isEqualTo(new Control.Progress(7, true, Phase.EXECUTE, 7_000, 1_000, 2_000, 0, 0));

        Ledger caller = new Ledger(Phase.BACK, 0);
        progress.addTo(caller);
        caller.settle(20_000);
        assertThat(caller.guiltiest()).isEqualTo(Phase.BACK);
        assertThat(caller.spentNanos(Phase.EXECUTE)).isEqualTo(7_000);
        assertThat(caller.spentNanos(Phase.BACK)).isEqualTo(10_000);
    }

    @Test
    void aLyingPeerCannotOverflowALedger() {
        Ledger caller = new Ledger(Phase.BACK, 0);
        new Control.Progress(
                        7,
                        true,
                        Phase.EXECUTE,
                        Long.MAX_VALUE,
                        Long.MAX_VALUE,
                        Long.MAX_VALUE,
                        Long.MAX_VALUE,
                        Long.MAX_VALUE)
                .addTo(caller);
        caller.settle(1);
        for (Phase phase : Phase.values()) {
            assertThat(caller.spentNanos(phase)).isNotNegative();
        }
    }

    @Test
    void everyReasonToCancelArrives() {
        for (Cancellation.Reason reason : Cancellation.Reason.values()) {
            byte[] bytes = WireSample.frame(out -> Frames.cancel(out, 7, reason));
            only(bytes, frame -> {
                assertThat(frame.requestId()).isEqualTo(7);
                assertThat(Frames.cancelReason(frame)).isEqualTo(reason);
            });
        }
    }

    @Test
    void creditArrives() {
        only(
                WireSample.frame(out -> Frames.credit(out, Integer.MAX_VALUE)),
                frame -> assertThat(Frames.creditBytes(frame)).isEqualTo(Integer.MAX_VALUE));
    }

    @Test
    void rejectsSmallFramesWithoutTheirHeader() {
        byte[] cancel = WireSample.frame(out -> {
            int start = Prefix.begin(out);
            Prefix.finish(out, start, FrameKind.CANCEL, 0, 1, 0, 0, 0, 0, 0);
        });
        only(cancel, frame -> assertThatThrownBy(() -> Frames.cancelReason(frame))
                .isInstanceOf(HeaderException.class));
        only(cancel, frame -> assertThatThrownBy(() -> Frames.creditBytes(frame))
                .isInstanceOf(IllegalArgumentException.class));
    }

    @Test
    void survivesGarbage() {
        Random random = new Random(7);
        for (Map.Entry<String, byte[]> vector : WireSample.vectors().entrySet()) {
            ByteBuf frame = WireSample.buffer(vector.getValue());
            int hop = frame.getUnsignedShort(6);
            int call = frame.getInt(16);
            for (int round = 0; round < 3_000 && hop + call > 0; round++) {
                byte[] bytes = vector.getValue().clone();
                for (int i = random.nextInt(3); i >= 0; i--) {
                    bytes[Prefix.LENGTH + random.nextInt(hop + call)] = (byte) random.nextInt(256);
                }
                Prefix.seal(WireSample.buffer(bytes), 0);
                only(bytes, mutated -> {
                    try {
                        Parsing.everything(mutated);
                    } catch (HeaderException e) {
                        assertThat(e.getMessage().chars().anyMatch(Character::isISOControl))
                                .isFalse();
                    }
                });
            }
        }
    }

    private static void only(byte[] bytes, java.util.function.Consumer<Frame> check) {
        int[] seen = new int[1];
        try (FrameReader reader = new FrameReader(FrameLimits.DEFAULT)) {
            reader.read(Unpooled.wrappedBuffer(bytes), new FrameSink() {
                @Override
                public void frame(Frame frame) {
                    seen[0]++;
                    check.accept(frame);
                }

                @Override
                public void oversized(Frame header) {}
            });
        }
        assertThat(seen[0]).isEqualTo(1);
    }
}
