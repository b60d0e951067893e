package io.moa.protocol.frame;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.CompositeByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

final class PrefixTest {

    @Test
    void computesTheChecksumThatEverybodyComputes() {
        // The check value of CRC-32/ISCSI in the catalogue of parametrised CRC algorithms.
        ByteBuf in = Unpooled.copiedBuffer("123456789", StandardCharsets.US_ASCII);
        assertThat(Crc32c.of(in, 0, 9)).isEqualTo(0xE3069283);
    }

    @Test
    void putsEachNumberAtItsPlace() {
        ByteBuf out = Unpooled.buffer();
        out.writeByte(1); // frames may begin anywhere
        int start = Prefix.begin(out);
        out.writeBytes(new byte[] {1, 2, 3, 4, 5});
        Prefix.finish(
                out,
                start,
                FrameKind.REQUEST,
                Prefix.BODY_CRC | Prefix.MORE,
                0x1122334455667788L,
                2,
                3,
                9,
                99,
                0xCAFEBABE);

        assertThat(start).isEqualTo(1);
        assertThat(out.getUnsignedByte(1)).isEqualTo((short) 0xD7);
        assertThat(out.getUnsignedByte(2)).isEqualTo((short) 0x4D);
        assertThat(out.getByte(3)).isEqualTo((byte) 1);
        assertThat(out.getByte(4)).isEqualTo((byte) 1);
        assertThat(out.getShort(5)).isEqualTo((short) 3);
        assertThat(out.getShort(7)).isEqualTo((short) 2);
        assertThat(out.getLong(9)).isEqualTo(0x1122334455667788L);
        assertThat(out.getInt(17)).isEqualTo(3);
        assertThat(out.getInt(21)).isEqualTo(9);
        assertThat(out.getInt(25)).isEqualTo(99);
        assertThat(out.getInt(29)).isEqualTo(0xCAFEBABE);
        byte[] covered = new byte[32 + 5];
        out.getBytes(1, covered, 0, 32).getBytes(37, covered, 32, 5);
        assertThat(out.getInt(33)).isEqualTo(Crc32c.of(WireSample.buffer(covered), 0, covered.length));
    }

    @Test
    void writesTheSameIntoEveryKindOfBuffer() {
        byte[] expected = WireSample.frame(out -> WireSample.request(out, 7, WireSample.text("hi")));
        CompositeByteBuf composite = Unpooled.compositeBuffer();
        for (int i = 0; i < 60; i++) {
            composite.addComponent(true, Unpooled.buffer(10).writerIndex(10));
        }
        composite.clear();
        ByteBuf[] buffers = {
            Unpooled.buffer(),
            Unpooled.directBuffer(),
            ByteBufAllocator.DEFAULT.directBuffer(),
            ByteBufAllocator.DEFAULT.heapBuffer(600).retainedSlice(100, 500).clear(),
            composite
        };
        for (ByteBuf out : buffers) {
            WireSample.request(out, 7, WireSample.text("hi"));
            assertThat(out).as(out.toString()).isEqualTo(WireSample.buffer(expected));
            ByteBuf parent = out.unwrap();
            out.release();
            if (parent != null && parent.refCnt() > 0 && out != composite) {
                parent.release();
            }
        }
    }

    @Test
    void refusesLengthsThatCannotBe() {
        ByteBuf out = Unpooled.buffer();
        int start = Prefix.begin(out);
        assertThatThrownBy(() -> Prefix.finish(out, start, FrameKind.PING, 0, 1, 1, 0, 0, 0, 0))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Prefix.finish(out, start, FrameKind.PING, 0, 1, 0, 0, 2, 1, 0))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Prefix.finish(out, start, FrameKind.PING, 0, 1, 0, -1, 0, 0, 0))
                .isInstanceOf(IllegalArgumentException.class);
        out.writeZero(70_000);
        assertThatThrownBy(() -> Prefix.finish(out, start, FrameKind.PING, 0, 1, 65_536, 0, 0, 0, 0))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aPatchedFrameIsValidAgainOnceSealed() {
        byte[] bytes = WireSample.frame(out -> WireSample.request(out, 7, WireSample.text("hi")));
        ByteBuf frame = WireSample.buffer(bytes);
        Prefix.patchRequestId(frame, 0, 8);
        RequestHop.patch(
                frame,
                Prefix.LENGTH,
                frame.getUnsignedShort(6),
                5,
                WireSample.plainCall().hop());
        Prefix.seal(frame, 0);
        RecordingSink sink = new RecordingSink();
        try (FrameReader reader = new FrameReader(FrameLimits.DEFAULT)) {
            reader.read(frame, sink);
        }
        assertThat(sink.lines).hasSize(1).first().asString().startsWith("REQUEST 8 ");
    }

    @Test
    void kindsKeepTheirNumbers() {
        String[] names = {
            "REQUEST",
            "ONE_WAY",
            "RESPONSE",
            "CANCEL",
            "PING",
            "PONG",
            "CLOSING",
            "CLOSING_ACK",
            "CONTINUATION",
            "CREDIT",
            "CONTROL",
            "HELLO",
            "WELCOME"
        };
        assertThat(FrameKind.values()).hasSize(names.length);
        for (int code = 1; code <= names.length; code++) {
            assertThat(FrameKind.ofCode(code)).isEqualTo(FrameKind.valueOf(names[code - 1]));
            assertThat(FrameKind.valueOf(names[code - 1]).code()).isEqualTo(code);
        }
        assertThat(FrameKind.ofCode(0)).isNull();
        assertThat(FrameKind.ofCode(14)).isNull();
        assertThat(FrameKind.ofCode(-1)).isNull();
        assertThat(FrameKind.ofCode(255)).isNull();
    }

    @Test
    void limitsHaveRanges() {
        assertThat(FrameLimits.DEFAULT).isEqualTo(new FrameLimits(65_536, 262_144, 8_388_608));
        assertThatThrownBy(() -> new FrameLimits(1023, 1024, 1024)).hasMessageContaining("maxHeaderBytes");
        assertThatThrownBy(() -> new FrameLimits(1024, (16 << 20) + 1, 1024)).hasMessageContaining("maxFrameBodyBytes");
        assertThatThrownBy(() -> new FrameLimits(1024, 1024, -1)).hasMessageContaining("maxBodyBytes");
    }
}
