package io.moa.protocol.frame;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a peer may send that is no honest mistake. */
final class HostileFramesTest {

    private static final FrameSink NOBODY = new RecordingSink();

    private static byte[] request() {
        return WireSample.frame(out -> WireSample.request(out, 7, WireSample.text("hi")));
    }

    private static void read(byte[] bytes) {
        try (FrameReader reader = new FrameReader(FrameLimits.DEFAULT)) {
            reader.read(Unpooled.wrappedBuffer(bytes), NOBODY);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "*1\r\n$4\r\nPING\r\n",
                "GET / HTTP/1.1\r\n\r\n",
                "\u0016\u0003\u0001\u0002\u0000",
                "\u00d7\u004e\u0001\u0001"
            })
    void rejectsOtherProtocolsByTheirFirstBytes(String text) {
        assertThatThrownBy(() -> read(text.getBytes(StandardCharsets.ISO_8859_1)))
                .isInstanceOf(FrameException.class)
                .hasMessageContaining("does not speak MOA");
    }

    @Test
    void quotesHostileBytesAsHexOnly() {
        assertThatThrownBy(() -> read(new byte[] {'\n', 27, '[', '2'}))
                .isInstanceOf(FrameException.class)
                .hasMessageEndingWith("0a 1b 5b 32");
    }

    @Test
    void rejectsAnotherVersion() {
        byte[] bytes = request();
        bytes[2] = 2;
        assertThatThrownBy(() -> read(bytes)).isInstanceOf(FrameException.class).hasMessageContaining("version 2");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    void rejectsAFrameAtItsFirstWrongByteAndWaitsForNoMore(int right) {
        byte[] bytes = request();
        bytes[right] = (byte) (bytes[right] + 1);
        try (FrameReader reader = new FrameReader(FrameLimits.DEFAULT)) {
            for (int i = 0; i < right; i++) {
                reader.read(Unpooled.wrappedBuffer(bytes, i, 1), NOBODY);
            }
            assertThatThrownBy(() -> reader.read(Unpooled.wrappedBuffer(bytes, right, 1), NOBODY))
                    .isInstanceOf(FrameException.class);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {64 * 1024 + 1, 0x7FFF_FFFFL, 0x8000_0000L, 0xFFFF_FFFFL})
    void rejectsCallHeadersOverTheLimit(long length) {
        byte[] bytes = request();
        WireSample.buffer(bytes).setInt(16, (int) length);
        assertThatThrownBy(() -> read(bytes))
                .isInstanceOf(FrameException.class)
                .hasMessageContaining(Long.toString(length));
    }

    @Test
    void rejectsHopHeadersOverTheLimit() {
        byte[] bytes = request();
        WireSample.buffer(bytes).setShort(6, 4097);
        assertThatThrownBy(() -> read(bytes)).isInstanceOf(FrameException.class).hasMessageContaining("4097");
    }

    @ParameterizedTest
    @ValueSource(longs = {256 * 1024 + 1, 0x7FFF_FFFFL, 0x8000_0000L, 0xFFFF_FFFFL})
    void skipsHugeBodiesWithoutTakingMemory(long length) {
        byte[] bytes = request();
        ByteBuf frame = WireSample.buffer(bytes);
        frame.setInt(20, (int) length).setInt(24, (int) length);
        Prefix.seal(frame, 0);
        CountedMemory memory = CountedMemory.direct();
        RecordingSink sink = new RecordingSink();
        FrameReader reader = new FrameReader(FrameLimits.DEFAULT);
        reader.read(memory.of(bytes, 0, bytes.length), sink);
        byte[] more = new byte[1 << 20];
        for (int i = 0; i < 16 && reader.skipping() > 0; i++) {
            long before = reader.skipping();
            int piece = (int) Math.min(more.length, before);
            reader.read(memory.of(more, 0, piece), sink);
            assertThat(reader.skipping()).isEqualTo(before - piece);
            assertThat(reader.heldBytes()).isZero();
            memory.assertAllReleased();
        }
        assertThat(sink.lines)
                .hasSize(1)
                .first()
                .asString()
                .startsWith("OVERSIZED")
                .contains("/" + length);
        reader.close();
    }

    @Test
    void rejectsHeaderWithWrongCrc() {
        byte[] bytes = request();
        bytes[bytes.length - 3] ^= 1; // the last byte of the call header
        assertThatThrownBy(() -> read(bytes)).isInstanceOf(FrameException.class).hasMessageContaining("CRC32C");
    }

    @Test
    void noticesEveryFlippedBitOfAHeader() {
        byte[] bytes = request();
        int header = bytes.length - 2;
        for (int bit = 0; bit < header * 8; bit++) {
            byte[] flipped = bytes.clone();
            flipped[bit / 8] ^= (byte) (1 << bit % 8);
            RecordingSink sink = new RecordingSink();
            FrameException thrown = null;
            try (FrameReader reader = new FrameReader(FrameLimits.DEFAULT)) {
                reader.read(Unpooled.wrappedBuffer(flipped), sink);
                // A longer header than before keeps the reader waiting; it must not get a frame out of it.
                reader.read(Unpooled.wrappedBuffer(new byte[128 * 1024]), sink);
            } catch (FrameException e) {
                thrown = e;
            }
            assertThat(sink.lines).as("bit %s", bit).isEmpty();
            assertThat(thrown).as("bit %s", bit).isNotNull();
        }
    }

    @Test
    void noticesEveryFlippedBitOfABodyWithChecksum() {
        byte[] body = WireSample.random(1, 100);
        int crc = Crc32c.of(WireSample.buffer(body), 0, body.length);
        byte[] bytes = WireSample.frame(out -> WireSample.request(
                out, FrameKind.REQUEST, Prefix.BODY_CRC, 7, WireSample.plainCall(), body, body.length, crc));
        for (int bit = -1; bit < body.length * 8; bit++) {
            byte[] flipped = bytes.clone();
            if (bit >= 0) {
                flipped[bytes.length - body.length + bit / 8] ^= (byte) (1 << bit % 8);
            }
            boolean[] intact = new boolean[1];
            try (FrameReader reader = new FrameReader(FrameLimits.DEFAULT)) {
                reader.read(Unpooled.wrappedBuffer(flipped), new FrameSink() {
                    @Override
                    public void frame(Frame frame) {
                        intact[0] = frame.bodyIntact();
                    }

                    @Override
                    public void oversized(Frame header) {}
                });
            }
            assertThat(intact[0]).as("bit %s", bit).isEqualTo(bit < 0);
        }
    }

    @Test
    void aMillionHostileLengthsTakeNoMemory() {
        byte[] bytes = request();
        ByteBuf frame = WireSample.buffer(bytes);
        long[] edges = {0, 1, 35, 36, 4096, 4097, 65_535, 65_536, 65_537, 262_144, 262_145, 8_388_608, 8_388_609};
        int[] fields = {16, 20, 24};
        Random random = new Random(2);
        CountedMemory memory = CountedMemory.heap();
        for (int round = 0; round < 1_000_000; round++) {
            byte[] before = round % 1000 == 0 ? request() : bytes;
            if (before != bytes) {
                frame.setBytes(0, before);
            }
            int field = fields[random.nextInt(3)];
            int length = random.nextInt(3) > 0
                    ? (int) (edges[random.nextInt(edges.length)] * (random.nextInt(8) == 0 ? -1 : 1))
                    : random.nextInt();
            frame.setInt(field, length);
            if (random.nextInt(20) == 0) {
                frame.setShort(6, random.nextInt());
            }
            long headers = frame.getUnsignedShort(6) + frame.getUnsignedInt(16);
            if (headers <= bytes.length - Prefix.LENGTH) {
                Prefix.seal(frame, 0);
            }
            try (FrameReader reader = new FrameReader(FrameLimits.DEFAULT)) {
                reader.read(memory.of(bytes, 0, bytes.length), IGNORING);
                assertThat(memory.usedBytes()).isLessThanOrEqualTo(2L * bytes.length + 64);
            } catch (FrameException e) {
                // the usual end
            }
        }
        memory.assertAllReleased();
    }

    private static final FrameSink IGNORING = new FrameSink() {
        @Override
        public void frame(Frame frame) {}

        @Override
        public void oversized(Frame header) {}
    };

    @Test
    void rejectsFramesThatDisagreeWithThemselves() {
        byte[] longer = WireSample.frame(
                out -> WireSample.request(out, FrameKind.REQUEST, 0, 7, WireSample.plainCall(), new byte[3], 4, 0));
        assertThatThrownBy(() -> read(longer))
                .isInstanceOf(FrameException.class)
                .hasMessageContaining("disagrees");

        byte[] piece = WireSample.frame(out -> WireSample.continuation(out, 7, true, new byte[3], 4));
        WireSample.buffer(piece).setInt(24, 2);
        Prefix.seal(WireSample.buffer(piece), 0);
        assertThatThrownBy(() -> read(piece)).isInstanceOf(FrameException.class).hasMessageContaining("piece");

        byte[] ping = WireSample.frame(out -> Frames.ping(out, 1));
        WireSample.buffer(ping).setShort(4, Prefix.MORE);
        Prefix.seal(WireSample.buffer(ping), 0);
        assertThatThrownBy(() -> read(ping)).isInstanceOf(FrameException.class).hasMessageContaining("split");
    }

    @Test
    void ignoresFlagsThatItDoesNotKnow() {
        byte[] bytes = request();
        WireSample.buffer(bytes).setShort(4, 0xFFFC);
        Prefix.seal(WireSample.buffer(bytes), 0);
        RecordingSink sink = new RecordingSink();
        try (FrameReader reader = new FrameReader(FrameLimits.DEFAULT)) {
            reader.read(Unpooled.wrappedBuffer(bytes), sink);
        }
        assertThat(sink.lines).hasSize(1);
    }

    @Test
    void survivesGarbage() {
        Random random = new Random(3);
        CountedMemory memory = CountedMemory.heap();
        for (int round = 0; round < 100_000; round++) {
            byte[] bytes = new byte[random.nextInt(200)];
            random.nextBytes(bytes);
            if (random.nextBoolean() && bytes.length > 3) {
                bytes[0] = (byte) 0xD7; // so that some get past the first check
                bytes[1] = 0x4D;
                bytes[2] = 1;
            }
            try (FrameReader reader = new FrameReader(FrameLimits.DEFAULT)) {
                reader.read(memory.of(bytes, 0, bytes.length), NOBODY);
            } catch (FrameException e) {
                assertThat(e.getMessage()).isNotEmpty();
            }
        }
        memory.assertAllReleased();
    }

    @Test
    void survivesMutatedStreams() {
        byte[] stream = WireSample.stream();
        List<Integer> starts = frameStarts(stream);
        CountedMemory memory = CountedMemory.heap();
        Random random = new Random(4);
        for (int round = 0; round < 20_000; round++) {
            byte[] bytes = stream.clone();
            for (int i = random.nextInt(4); i >= 0; i--) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
            }
            resealSome(bytes, starts, random);
            BodyAssembler assembler = new BodyAssembler();
            FrameSink sink = parsing(assembler);
            try (FrameReader reader = new FrameReader(WireSample.SMALL_LIMITS)) {
                int at = 0;
                while (at < bytes.length) {
                    int to = Math.min(bytes.length, at + 1 + random.nextInt(2000));
                    reader.read(memory.of(bytes, at, to), sink);
                    at = to;
                }
            } catch (FrameException e) {
                assertThat(e.getMessage()).isNotEmpty();
            } finally {
                assembler.close();
            }
            memory.assertAllReleased();
        }
    }

    private static List<Integer> frameStarts(byte[] stream) {
        List<Integer> starts = new ArrayList<>();
        ByteBuf in = WireSample.buffer(stream);
        for (int at = 0; at < stream.length; ) {
            starts.add(at);
            at += Prefix.LENGTH + in.getUnsignedShort(at + 6) + in.getInt(at + 16) + in.getInt(at + 20);
        }
        return starts;
    }

    /** Gives damaged frames the right checksum, as a peer that means harm would. */
    private static void resealSome(byte[] bytes, List<Integer> starts, Random random) {
        ByteBuf stream = WireSample.buffer(bytes);
        for (int at : starts) {
            long length = stream.getUnsignedShort(at + 6) + stream.getUnsignedInt(at + 16);
            if (random.nextInt(8) > 0 && at + Prefix.LENGTH + length <= bytes.length) {
                Prefix.seal(stream, at);
            }
        }
    }

    /** Opens everything that a frame contains. */
    private static FrameSink parsing(BodyAssembler assembler) {
        return new FrameSink() {
            @Override
            public void frame(Frame frame) {
                if (frame.split()) {
                    assembler.add(frame, this);
                    return;
                }
                try {
                    Parsing.everything(frame);
                } catch (HeaderException e) {
                    assertThat(e.getMessage()).isNotEmpty();
                }
            }

            @Override
            public void oversized(Frame header) {}
        };
    }

    @Test
    void takesMemoryOnlyForBytesThatCame() {
        // Each frame announces as much as it may, and comes a few bytes at a time.
        int header = 64 * 1024;
        int body = 256 * 1024;
        byte[] frame = WireSample.frame(out -> {
            int start = Prefix.begin(out);
            RequestHop.write(out, 0, WireSample.plainCall().hop(), null);
            out.writeZero(header);
            Prefix.finish(out, start, FrameKind.REQUEST, 0, 1, 16, header, body, body, 0);
            out.writeZero(body);
        });
        CountedMemory memory = CountedMemory.direct();
        try (FrameReader reader = new FrameReader(FrameLimits.DEFAULT)) {
            int at = 0;
            while (at < frame.length - 1) {
                int to = Math.min(frame.length - 1, at + 1 + at / 7);
                reader.read(memory.of(frame, at, to), NOBODY);
                at = to;
                assertThat(memory.usedBytes()).isLessThanOrEqualTo(64 + 2L * at);
            }
        }
        memory.assertAllReleased();
    }

    @Test
    void aThousandSplitBodiesThatOnlyBeginTakeLittleMemory() {
        CountedMemory memory = CountedMemory.direct();
        BodyAssembler assembler = new BodyAssembler();
        int[] refused = new int[1];
        long received = 0;
        try (FrameReader reader = new FrameReader(FrameLimits.DEFAULT)) {
            for (int id = 1; id <= 1000; id++) {
                long requestId = id;
                byte[] bytes = WireSample.frame(out -> WireSample.request(
                        out,
                        FrameKind.REQUEST,
                        Prefix.MORE,
                        requestId,
                        WireSample.plainCall(),
                        new byte[1],
                        8 << 20,
                        0));
                received += bytes.length;
                reader.read(memory.of(bytes, 0, bytes.length), new FrameSink() {
                    @Override
                    public void frame(Frame frame) {
                        if (assembler.add(frame, this) == BodyAssembler.Outcome.REFUSED) {
                            refused[0]++;
                        }
                    }

                    @Override
                    public void oversized(Frame frame) {}
                });
                assertThat(memory.usedBytes()).isLessThan(2 * received);
            }
        }
        assertThat(assembler.bodies()).isEqualTo(8); // 64 MiB of announced bodies
        assertThat(refused[0]).isEqualTo(992);
        assembler.close();
        memory.assertAllReleased();
    }
}
