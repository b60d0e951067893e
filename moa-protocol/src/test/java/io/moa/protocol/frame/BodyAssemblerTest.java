package io.moa.protocol.frame;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.moa.protocol.frame.BodyAssembler.Outcome;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class BodyAssemblerTest {

    private final CountedMemory memory = CountedMemory.direct();
    private final BodyAssembler assembler = new BodyAssembler(4, 10_000);
    private final FrameReader reader = new FrameReader(FrameLimits.DEFAULT);
    private final RecordingSink wholes = new RecordingSink();

    @AfterEach
    void nothingLeaks() {
        assembler.close();
        reader.close();
        memory.assertAllReleased();
    }

    private List<Outcome> read(WireSample.Writing writing) {
        return read(writing, wholes);
    }

    private List<Outcome> read(WireSample.Writing writing, FrameSink whole) {
        List<Outcome> outcomes = new ArrayList<>();
        byte[] bytes = WireSample.frame(writing);
        reader.read(memory.of(bytes, 0, bytes.length), new FrameSink() {
            @Override
            public void frame(Frame frame) {
                outcomes.add(assembler.add(frame, whole));
            }

            @Override
            public void oversized(Frame header) {}
        });
        return outcomes;
    }

    private static void first(ByteBuf out, long id, byte[] body, int piece, int flags, int crc) {
        WireSample.request(
                out,
                FrameKind.REQUEST,
                Prefix.MORE | flags,
                id,
                WireSample.fullCall(),
                Arrays.copyOf(body, piece),
                body.length,
                crc);
    }

    private static void next(ByteBuf out, long id, byte[] body, int from, int to) {
        WireSample.continuation(out, id, to < body.length, Arrays.copyOfRange(body, from, to), body.length);
    }

    @Test
    void showsTheWholeAsIfItHadComeInOneFrame() {
        byte[] body = WireSample.random(1, 3000);
        int crc = Crc32c.of(WireSample.buffer(body), 0, body.length);
        assertThat(read(out -> {
                    first(out, 7, body, 1000, Prefix.BODY_CRC, crc);
                    next(out, 7, body, 1000, 1001);
                    next(out, 7, body, 1001, 3000);
                }))
                .containsExactly(Outcome.HELD, Outcome.HELD, Outcome.COMPLETE);

        RecordingSink expected = new RecordingSink();
        byte[] whole = WireSample.frame(out -> WireSample.request(
                out, FrameKind.REQUEST, Prefix.BODY_CRC, 7, WireSample.fullCall(), body, body.length, crc));
        reader.read(memory.of(whole, 0, whole.length), expected);
        assertThat(wholes.lines).isEqualTo(expected.lines);
        assertThat(assembler.bodies()).isZero();
        assertThat(assembler.announcedBytes()).isZero();
    }

    @Test
    void interleavesBodies() {
        byte[] a = WireSample.random(1, 300);
        byte[] b = WireSample.random(2, 200);
        assertThat(read(out -> {
                    first(out, 1, a, 100, 0, 0);
                    first(out, 2, b, 100, 0, 0);
                    next(out, 1, a, 100, 200);
                    next(out, 2, b, 100, 200);
                    next(out, 1, a, 200, 300);
                }))
                .containsExactly(Outcome.HELD, Outcome.HELD, Outcome.HELD, Outcome.COMPLETE, Outcome.COMPLETE);
        assertThat(wholes.lines).hasSize(2);
        assertThat(wholes.lines.get(0)).startsWith("REQUEST 2 ");
        assertThat(wholes.lines.get(1)).startsWith("REQUEST 1 ");
    }

    @Test
    void theWholeCanBeKept() {
        byte[] body = WireSample.random(1, 3000);
        ByteBuf[] kept = new ByteBuf[1];
        read(
                out -> {
                    first(out, 7, body, 10, 0, 0);
                    next(out, 7, body, 10, 3000);
                },
                new FrameSink() {
                    @Override
                    public void frame(Frame frame) {
                        kept[0] = frame.retainedBody();
                    }

                    @Override
                    public void oversized(Frame header) {}
                });
        assertThat(kept[0]).isEqualTo(Unpooled.wrappedBuffer(body));
        kept[0].release();
    }

    @Test
    void rejectsABodyWithWrongCrc() {
        byte[] body = WireSample.random(1, 300);
        assertThat(read(out -> {
                    first(out, 7, body, 100, Prefix.BODY_CRC, 12345);
                    next(out, 7, body, 100, 300);
                    next(out, 7, body, 100, 300);
                }))
                .containsExactly(Outcome.HELD, Outcome.CORRUPT, Outcome.IGNORED);
        assertThat(wholes.lines).isEmpty();
    }

    @Test
    void refusesBodiesForWhichThereIsNoRoom() {
        byte[] body = new byte[3000];
        assertThat(read(out -> {
                    first(out, 1, body, 10, 0, 0);
                    first(out, 2, body, 10, 0, 0);
                    first(out, 3, body, 10, 0, 0);
                    first(out, 4, body, 10, 0, 0); // 12,000 bytes with the others
                    next(out, 4, body, 10, 3000);
                    next(out, 1, body, 10, 3000);
                    first(out, 5, body, 10, 0, 0);
                }))
                .containsExactly(
                        Outcome.HELD,
                        Outcome.HELD,
                        Outcome.HELD,
                        Outcome.REFUSED,
                        Outcome.IGNORED,
                        Outcome.COMPLETE,
                        Outcome.HELD);
        byte[] small = new byte[20];
        assertThat(read(out -> {
                    first(out, 6, small, 10, 0, 0);
                    first(out, 7, small, 10, 0, 0); // the fifth body
                }))
                .containsExactly(Outcome.HELD, Outcome.REFUSED);
    }

    @Test
    void ignoresWhatComesOfADroppedBody() {
        byte[] body = new byte[300];
        read(out -> first(out, 7, body, 100, 0, 0));
        assertThat(assembler.drop(7)).isTrue();
        assertThat(assembler.drop(7)).isFalse();
        assertThat(memory.usedBytes()).isZero();
        assertThat(read(out -> next(out, 7, body, 100, 300))).containsExactly(Outcome.IGNORED);
    }

    @Test
    void endsTheConnectionWhenAPieceDoesNotFit() {
        byte[] body = new byte[300];
        byte[] shorter = new byte[200];
        assertBroken(out -> next(out, 7, body, 0, 201)); // too much, and not the last
        assertBroken(out -> WireSample.continuation(out, 7, false, new byte[100], 300)); // the last, and too little
        assertBroken(out -> WireSample.continuation(out, 7, true, new byte[200], 300)); // all, and not the last
        assertBroken(out -> WireSample.continuation(out, 7, true, new byte[0], 300)); // nothing, for ever
        assertBroken(out -> next(out, 7, shorter, 0, 50)); // of another whole
        assertBroken(out -> first(out, 7, body, 100, 0, 0)); // a second beginning
        assertBroken(out -> first(out, 8, body, 300, 0, 0)); // more to follow, and nothing left
    }

    private void assertBroken(WireSample.Writing second) {
        try (FrameReader one = new FrameReader(FrameLimits.DEFAULT);
                BodyAssembler bodies = new BodyAssembler()) {
            byte[] bytes = WireSample.frame(out -> {
                first(out, 7, new byte[300], 100, 0, 0);
                second.to(out);
            });
            assertThatThrownBy(() -> one.read(memory.of(bytes, 0, bytes.length), new FrameSink() {
                        @Override
                        public void frame(Frame frame) {
                            bodies.add(frame, wholes);
                        }

                        @Override
                        public void oversized(Frame header) {}
                    }))
                    .isInstanceOf(FrameException.class);
            assertThat(one.isClosed()).isTrue();
        }
        memory.assertAllReleased();
    }

    @Test
    void takesMemoryAsBytesArrive() {
        byte[] body = new byte[9000];
        read(out -> first(out, 7, body, 1, 0, 0));
        assertThat(assembler.heldBytes()).isLessThan(400);
        long received = 1;
        for (int at = 1; at < 8900; at += 100) {
            int from = at;
            read(out -> next(out, 7, body, from, from + 100));
            received += 100;
            assertThat(assembler.heldBytes()).isLessThan(2 * (received + 400));
        }
    }

    @Test
    void leaksNothingWhenTheSinkThrows() {
        byte[] body = new byte[300];
        IllegalStateException thrown = new IllegalStateException("sink");
        assertThatThrownBy(() -> read(
                        out -> {
                            first(out, 7, body, 100, 0, 0);
                            next(out, 7, body, 100, 300);
                        },
                        new FrameSink() {
                            @Override
                            public void frame(Frame frame) {
                                throw thrown;
                            }

                            @Override
                            public void oversized(Frame header) {}
                        }))
                .isSameAs(thrown);
        memory.assertAllReleased();
    }

    @Test
    void refusesFramesThatAreNotSplitAndStatesThatCannotBe() {
        assertThatThrownBy(() -> read(out -> Frames.ping(out, 1))).isInstanceOf(IllegalArgumentException.class);
        PartialBody complete = new PartialBody(FrameKind.REQUEST, 0, 1, new byte[16], new byte[0], 3, 0, new byte[3]);
        assertThatThrownBy(() -> assembler.restore(List.of(complete))).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void creditIsGrantedAgainWhenHalfOfItIsUsed() {
        ReceiveCredit credit = new ReceiveCredit(100);
        credit.received(49);
        assertThat(credit.grant()).isZero();
        credit.received(1);
        assertThat(credit.grant()).isEqualTo(50);
        assertThat(credit.left()).isEqualTo(100);
        credit.received(100);
        assertThatThrownBy(() -> credit.received(1)).isInstanceOf(FrameException.class);
        assertThat(new ReceiveCredit(100, 30).left()).isEqualTo(30);
    }

    @Test
    void aSenderSpendsNoMoreThanItsCredit() {
        SendCredit credit = new SendCredit(100);
        assertThat(credit.take(64)).isEqualTo(64);
        assertThat(credit.take(64)).isEqualTo(36);
        assertThat(credit.take(64)).isZero();
        credit.granted(10);
        assertThat(credit.left()).isEqualTo(10);
        for (int i = 0; i < 1000; i++) {
            credit.granted(0xFFFF_FFFFL);
        }
        assertThat(credit.left()).isEqualTo(1L << 40);
    }
}
