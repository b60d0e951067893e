package io.moa.protocol.frame;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class ConnectionStateTest {

    private static final byte[] STREAM = WireSample.stream();

    static ConnectionState sample() {
        return new ConnectionState(
                1,
                Features.INQUIRY,
                WireSample.SMALL_LIMITS,
                256 << 10,
                8L << 20,
                "shop",
                WireSample.CALLER.instance(),
                List.of(WireSample.TARGET_FIELD, WireSample.CALLER_FIELD, new byte[0]),
                -5L,
                17,
                1 << 20,
                77,
                true,
                false,
                new byte[] {1, 2, 3},
                0xFFFF_FFFFL,
                List.of(
                        new PartialBody(
                                FrameKind.REQUEST,
                                Prefix.MORE | Prefix.BODY_CRC,
                                -6L,
                                new byte[16],
                                new byte[] {9},
                                1000,
                                -7,
                                new byte[] {4, 5}),
                        new PartialBody(
                                FrameKind.RESPONSE, Prefix.MORE, 3, new byte[16], new byte[0], 9, 0, new byte[0])));
    }

    /** One side of a connection, as far as this package goes. */
    private static final class Side implements FrameSink, AutoCloseable {
        private final FrameReader reader;
        private final BodyAssembler assembler = new BodyAssembler();
        private final RecordingSink seen;

        Side(RecordingSink seen) {
            this.reader = new FrameReader(WireSample.SMALL_LIMITS);
            this.seen = seen;
        }

        Side(ConnectionState state, RecordingSink seen) {
            this.reader = state.reader();
            this.seen = seen;
            assembler.restore(state.partialBodies());
        }

        ConnectionState state() {
            return new ConnectionState(
                    1,
                    0,
                    WireSample.SMALL_LIMITS,
                    1,
                    1,
                    "",
                    "",
                    List.of(),
                    0,
                    0,
                    0,
                    0,
                    false,
                    false,
                    reader.unread(),
                    reader.skipping(),
                    assembler.export());
        }

        @Override
        public void frame(Frame frame) {
            if (frame.split()) {
                assembler.add(frame, seen);
            } else {
                seen.frame(frame);
            }
        }

        @Override
        public void oversized(Frame header) {
            seen.oversized(header);
        }

        @Override
        public void close() {
            reader.close();
            assembler.close();
        }
    }

    private static List<String> expected() {
        RecordingSink seen = new RecordingSink();
        try (Side side = new Side(seen)) {
            side.reader.read(CountedMemory.heap().of(STREAM, 0, STREAM.length), side);
        }
        return seen.lines;
    }

    @Test
    void aConnectionMovesAtEveryByte() {
        List<String> expected = expected();
        assertThat(expected).hasSize(17); // both split bodies are whole here
        CountedMemory memory = CountedMemory.heap();
        for (int cut = 0; cut <= STREAM.length; cut++) {
            RecordingSink seen = new RecordingSink();
            byte[] moved;
            try (Side before = new Side(seen)) {
                before.reader.read(memory.of(STREAM, 0, cut), before);
                moved = before.state().encode();
            }
            try (Side after = new Side(ConnectionState.parse(moved), seen)) {
                assertThat(after.state().encode()).isEqualTo(moved);
                after.reader.read(memory.of(STREAM, cut, STREAM.length), after);
            }
            assertThat(seen.lines).as("moved at %s", cut).isEqualTo(expected);
            memory.assertAllReleased();
        }
    }

    @Test
    void aConnectionMovesManyTimes() {
        List<String> expected = expected();
        Random random = new Random(9);
        for (int round = 0; round < 50; round++) {
            CountedMemory memory = CountedMemory.heap();
            RecordingSink seen = new RecordingSink();
            ConnectionState state;
            try (Side first = new Side(seen)) {
                state = first.state();
            }
            int at = 0;
            while (at < STREAM.length) {
                int to = Math.min(STREAM.length, at + random.nextInt(80));
                try (Side next = new Side(ConnectionState.parse(state.encode()), seen)) {
                    next.reader.read(memory.of(STREAM, at, to), next);
                    state = next.state();
                }
                at = to;
            }
            assertThat(seen.lines).isEqualTo(expected);
            memory.assertAllReleased();
        }
    }

    @Test
    void everyFieldSurvivesTheEncoding() {
        ConnectionState state = sample();
        ConnectionState read = ConnectionState.parse(state.encode());
        assertThat(read).isEqualTo(state).hasSameHashCodeAs(state);
        assertThat(read.highestIdSeen()).isEqualTo(-5);
        assertThat(read.highestIdSent()).isEqualTo(17);
        assertThat(read.sendCredit()).isEqualTo(1 << 20);
        assertThat(read.receiveCredit()).isEqualTo(77);
        assertThat(read.closing()).isTrue();
        assertThat(read.peerClosing()).isFalse();
        assertThat(read.accepts()).isEqualTo(WireSample.SMALL_LIMITS);
        assertThat(read.unread()).containsExactly(1, 2, 3);
        assertThat(read.skipping()).isEqualTo(0xFFFF_FFFFL);
        assertThat(read.internedNames()).hasSize(3);
        assertThat(read.internedNames().get(0)).isEqualTo(WireSample.TARGET_FIELD);
        assertThat(read.partialBodies()).isEqualTo(state.partialBodies());
        assertThat(read.toString()).contains("shop", "3 bytes unread").doesNotContain("[B@");
    }

    @Test
    void fieldsOfANewerProcessAreIgnored() {
        byte[] encoded = sample().encode();
        byte[] newer = Arrays.copyOf(encoded, encoded.length + 3);
        newer[encoded.length] = (byte) 0xF8; // field 31, a number
        newer[encoded.length + 1] = 0x01;
        newer[encoded.length + 2] = 0x05;
        assertThat(ConnectionState.parse(newer)).isEqualTo(sample());
    }

    @Test
    void anotherEditionIsRefused() {
        byte[] encoded = sample().encode();
        encoded[0] = 2;
        assertThatThrownBy(() -> ConnectionState.parse(encoded))
                .isInstanceOf(HeaderException.class)
                .hasMessageContaining("edition 2");
        assertThatThrownBy(() -> ConnectionState.parse(new byte[0])).isInstanceOf(HeaderException.class);
    }

    @Test
    void aStateCutOffAnywhereIsRefusedOrShorter() {
        byte[] encoded = sample().encode();
        for (int length = 0; length < encoded.length; length++) {
            byte[] cut = Arrays.copyOf(encoded, length);
            try {
                ConnectionState state = ConnectionState.parse(cut);
                assertThat(state).isNotEqualTo(sample());
            } catch (HeaderException e) {
                assertThat(e.getMessage()).isNotEmpty();
            }
        }
    }
}
