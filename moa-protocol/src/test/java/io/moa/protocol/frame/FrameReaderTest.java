package io.moa.protocol.frame;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.CompositeByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class FrameReaderTest {

    private static final byte[] STREAM = WireSample.stream();
    private static final List<String> EXPECTED = expected();

    private static List<String> expected() {
        RecordingSink sink = new RecordingSink();
        try (FrameReader reader = new FrameReader(WireSample.SMALL_LIMITS)) {
            reader.read(Unpooled.copiedBuffer(STREAM), sink);
        }
        return sink.lines;
    }

    @Test
    void readsTheSampleStreamInOneGo() {
        assertThat(EXPECTED).hasSize(21);
        assertThat(EXPECTED.stream().filter(line -> line.startsWith("OVERSIZED")))
                .hasSize(3);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void readsTheSameFromEverySplitInTwo(boolean direct) {
        CountedMemory memory = direct ? CountedMemory.direct() : CountedMemory.heap();
        for (int cut = 0; cut <= STREAM.length; cut++) {
            RecordingSink sink = new RecordingSink();
            try (FrameReader reader = new FrameReader(WireSample.SMALL_LIMITS)) {
                reader.read(memory.of(STREAM, 0, cut), sink);
                reader.read(memory.of(STREAM, cut, STREAM.length), sink);
                assertThat(reader.unknownFrames()).isEqualTo(1);
                assertThat(reader.heldBytes()).isZero();
            }
            assertThat(sink.lines).as("cut at %s", cut).isEqualTo(EXPECTED);
        }
        memory.assertAllReleased();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 7, 36, 64, 255})
    void readsTheSameFromPiecesOfOneSize(int size) {
        CountedMemory memory = CountedMemory.direct();
        RecordingSink sink = new RecordingSink();
        try (FrameReader reader = new FrameReader(WireSample.SMALL_LIMITS)) {
            for (int at = 0; at < STREAM.length; at += size) {
                reader.read(memory.of(STREAM, at, Math.min(STREAM.length, at + size)), sink);
            }
        }
        assertThat(sink.lines).isEqualTo(EXPECTED);
        memory.assertAllReleased();
    }

    @Test
    void readsTheSameFromRandomPieces() {
        Random random = new Random(20);
        for (int round = 0; round < 2_000; round++) {
            CountedMemory memory = round % 2 == 0 ? CountedMemory.direct() : CountedMemory.heap();
            RecordingSink sink = new RecordingSink();
            int largest = 1 + random.nextInt(600);
            try (FrameReader reader = new FrameReader(WireSample.SMALL_LIMITS)) {
                int at = 0;
                while (at < STREAM.length) {
                    int to = Math.min(STREAM.length, at + random.nextInt(largest + 1));
                    reader.read(memory.of(STREAM, at, to), sink);
                    at = to;
                }
            }
            assertThat(sink.lines).as("round %s", round).isEqualTo(EXPECTED);
            memory.assertAllReleased();
        }
    }

    @Test
    void readsFromACompositeBuffer() {
        CompositeByteBuf in = Unpooled.compositeBuffer(1000);
        for (int at = 0; at < STREAM.length; at += 11) {
            in.addComponent(true, Unpooled.copiedBuffer(STREAM, at, Math.min(11, STREAM.length - at)));
        }
        RecordingSink sink = new RecordingSink();
        try (FrameReader reader = new FrameReader(WireSample.SMALL_LIMITS)) {
            reader.read(in, sink);
        }
        assertThat(sink.lines).isEqualTo(EXPECTED);
        assertThat(in.refCnt()).isZero();
    }

    @Test
    void showsAWholeFrameWhereItLies() {
        ByteBuf in = Unpooled.buffer();
        WireSample.request(in, 1, WireSample.text("one"));
        WireSample.request(in, 2, WireSample.text("two"));
        List<Long> ids = new ArrayList<>();
        try (FrameReader reader = new FrameReader(FrameLimits.DEFAULT)) {
            reader.read(in.retain(), sink(frame -> {
                assertThat(frame.buffer()).isSameAs(in);
                ids.add(frame.requestId());
            }));
        }
        assertThat(ids).containsExactly(1L, 2L);
        assertThat(in.refCnt()).isEqualTo(1);
        in.release();
    }

    @Test
    void doesNotCopyQuadratically() {
        byte[] frame = WireSample.frame(out -> WireSample.request(out, 1, new byte[256 << 10]));
        CountedMemory memory = CountedMemory.direct();
        int moves = 0;
        int capacity = 0;
        try (FrameReader reader = new FrameReader(FrameLimits.DEFAULT)) {
            for (int at = 0; at < frame.length; at += 100) {
                reader.read(memory.of(frame, at, Math.min(frame.length, at + 100)), sink(whole -> {}));
                if (reader.heldBytes() > capacity) {
                    capacity = reader.heldBytes();
                    moves++;
                }
            }
        }
        // Twelve doublings lead from 100 bytes to 256 KiB; a reader that grows by the piece would move 2,600 times.
        assertThat(moves).isBetween(10, 20);
    }

    @Test
    void leaksNothingWhereverTheStreamIsCutOff() {
        CountedMemory memory = CountedMemory.direct();
        for (int end = 0; end <= STREAM.length; end++) {
            RecordingSink sink = new RecordingSink();
            try (FrameReader reader = new FrameReader(WireSample.SMALL_LIMITS)) {
                int middle = end / 2;
                reader.read(memory.of(STREAM, 0, middle), sink);
                reader.read(memory.of(STREAM, middle, end), sink);
            }
            memory.assertAllReleased();
            assertThat(EXPECTED.subList(0, sink.lines.size())).isEqualTo(sink.lines);
        }
    }

    @Test
    void keepsABodyThatWasRetained() {
        CountedMemory memory = CountedMemory.direct();
        byte[] body = WireSample.random(1, 900);
        byte[] frame = WireSample.frame(out -> WireSample.request(out, 1, body));
        for (int cut : new int[] {0, 10, 300, frame.length}) {
            ByteBuf[] kept = new ByteBuf[1];
            try (FrameReader reader = new FrameReader(FrameLimits.DEFAULT)) {
                FrameSink sink = sink(whole -> kept[0] = whole.retainedBody());
                reader.read(memory.of(frame, 0, cut), sink);
                reader.read(memory.of(frame, cut, frame.length), sink);
            }
            assertThat(kept[0]).isEqualTo(Unpooled.wrappedBuffer(body));
            assertThat(kept[0].release()).isTrue();
            memory.assertAllReleased();
        }
    }

    @Test
    void aSmallRetainedBodyDoesNotKeepTheLargeBufferItCameIn() {
        CountedMemory memory = CountedMemory.direct();
        byte[] frame = WireSample.frame(out -> WireSample.request(out, 1, WireSample.text("small")));
        ByteBuf in = memory.allocator.buffer(64 << 10).writeBytes(frame);
        ByteBuf[] kept = new ByteBuf[1];
        try (FrameReader reader = new FrameReader(FrameLimits.DEFAULT)) {
            reader.read(in, sink(whole -> kept[0] = whole.retainedBody()));
        }
        assertThat(in.refCnt()).isZero();
        assertThat(memory.usedBytes()).isLessThan(64);
        assertThat(kept[0]).isEqualTo(WireSample.buffer(WireSample.text("small")));
        kept[0].release();
        memory.assertAllReleased();
    }

    @Test
    void stopsWhenTheSinkClosesIt() {
        for (int cut = 0; cut < 400; cut++) {
            CountedMemory memory = CountedMemory.direct();
            FrameReader reader = new FrameReader(WireSample.SMALL_LIMITS);
            int[] seen = new int[1];
            FrameSink closing = sink(frame -> {
                seen[0]++;
                reader.close();
            });
            reader.read(memory.of(STREAM, 0, cut), closing);
            reader.read(memory.of(STREAM, cut, STREAM.length), closing);
            reader.read(memory.of(STREAM, 0, 100), closing);
            assertThat(seen[0]).isEqualTo(1);
            assertThat(reader.isClosed()).isTrue();
            memory.assertAllReleased();
        }
    }

    @Test
    void closesItselfAndLeaksNothingWhenTheSinkThrows() {
        IllegalStateException thrown = new IllegalStateException("sink");
        for (int cut = 0; cut < 400; cut++) {
            CountedMemory memory = CountedMemory.direct();
            FrameReader reader = new FrameReader(WireSample.SMALL_LIMITS);
            FrameSink throwing = sink(frame -> {
                throw thrown;
            });
            int at = cut;
            assertThatThrownBy(() -> {
                        reader.read(memory.of(STREAM, 0, at), throwing);
                        reader.read(memory.of(STREAM, at, STREAM.length), throwing);
                    })
                    .isSameAs(thrown);
            assertThat(reader.isClosed()).isTrue();
            memory.assertAllReleased();
        }
    }

    @Test
    void refusesToBeEnteredByItsOwnSink() {
        CountedMemory memory = CountedMemory.heap();
        FrameReader reader = new FrameReader(WireSample.SMALL_LIMITS);
        RecordingSink other = new RecordingSink();
        assertThatThrownBy(() -> reader.read(
                        memory.of(STREAM, 0, STREAM.length),
                        sink(frame -> reader.read(memory.of(STREAM, 0, STREAM.length), other))))
                .isInstanceOf(IllegalStateException.class);
        assertThat(other.lines).isEmpty();
        memory.assertAllReleased();
    }

    @Test
    void readsNothingAfterItWasClosed() {
        CountedMemory memory = CountedMemory.heap();
        RecordingSink sink = new RecordingSink();
        FrameReader reader = new FrameReader(WireSample.SMALL_LIMITS);
        reader.read(memory.of(STREAM, 0, 50), sink);
        reader.close();
        reader.close();
        reader.read(memory.of(STREAM, 50, STREAM.length), sink);
        assertThat(sink.lines).isEmpty();
        memory.assertAllReleased();
    }

    @Test
    void goesOnInAnotherReader() {
        CountedMemory memory = CountedMemory.direct();
        for (int cut = 0; cut <= STREAM.length; cut++) {
            RecordingSink sink = new RecordingSink();
            FrameReader first = new FrameReader(WireSample.SMALL_LIMITS);
            first.read(memory.of(STREAM, 0, cut), sink);
            byte[] unread = first.unread();
            long skipping = first.skipping();
            first.close();
            FrameReader second = new FrameReader(WireSample.SMALL_LIMITS, unread, skipping);
            assertThat(second.unread()).isEqualTo(unread);
            assertThat(second.skipping()).isEqualTo(skipping);
            second.read(memory.of(STREAM, cut, STREAM.length), sink);
            second.close();
            assertThat(sink.lines).as("moved at %s", cut).isEqualTo(EXPECTED);
            memory.assertAllReleased();
        }
    }

    @Test
    void keepsTheConnectionWhenABodyIsTooLarge() {
        byte[] bytes = WireSample.frame(out -> {
            WireSample.request(out, 1, new byte[5000]);
            Frames.ping(out, 2);
        });
        RecordingSink sink = new RecordingSink();
        List<String> targets = new ArrayList<>();
        try (FrameReader reader = new FrameReader(WireSample.SMALL_LIMITS)) {
            reader.read(Unpooled.copiedBuffer(bytes), new FrameSink() {
                @Override
                public void frame(Frame frame) {
                    sink.frame(frame);
                }

                @Override
                public void oversized(Frame header) {
                    assertThat(header.announcedLength()).isEqualTo(5000);
                    assertThat(header.bodyLength()).isZero();
                    assertThat(header.retainedBody().isReadable()).isFalse();
                    CallHeader call = CallHeader.parse(header.buffer(), header.callIndex(), header.callLength());
                    targets.add(Target.parse(header.buffer(), call.targetIndex(), call.targetLength())
                            .toString());
                }
            });
        }
        assertThat(targets).hasSize(1);
        assertThat(sink.lines).hasSize(1).first().asString().startsWith("PING 2");
    }

    @FunctionalInterface
    private interface Whole {
        void frame(Frame frame);
    }

    private static FrameSink sink(Whole whole) {
        return new FrameSink() {
            @Override
            public void frame(Frame frame) {
                whole.frame(frame);
            }

            @Override
            public void oversized(Frame header) {
                whole.frame(header);
            }
        };
    }
}
