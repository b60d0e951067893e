package io.moa.e2e.resp;

import static io.moa.e2e.resp.RespClient.command;
import static io.moa.e2e.resp.RespStage.call;
import static org.assertj.core.api.Assertions.assertThat;

import io.moa.discovery.ServiceId;
import io.moa.protocol.frame.FrameKind;
import io.moa.protocol.frame.Frames;
import io.moa.protocol.frame.Hello;
import io.moa.protocol.frame.Prefix;
import io.moa.server.resp.RespConfig;
import io.moa.testkit.FirstPackets;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** RELIABILITY F11: what clients of other protocols say at a port where RESP is spoken, too, runs nothing and ends the connection. */
@Timeout(300)
class FirstPacketsTest {

    private static final byte[] TAKE = command("GET", call("take", "[\"top\"]")).getBytes(StandardCharsets.UTF_8);

    private final RespStage stage = new RespStage(RespConfig.DEFAULT);

    @AfterEach
    void nothingRanAndADecentClientIsServed() throws IOException {
        assertThat(stage.executed).hasValue(0);
        assertThat(stage.serves()).isTrue();
        assertThat(stage.executed).hasValue(1);
        stage.close();
    }

    private static Map<String, byte[]> packets() {
        Map<String, byte[]> packets = FirstPackets.all();
        assertThat(packets.remove(FirstPackets.RESP)).isNotNull(); // below
        assertThat(packets).hasSizeGreaterThanOrEqualTo(60);
        for (int first = 0; first < 256; first++) { // one byte is enough to know
            if (first != '*' && first != Prefix.MAGIC >> 8) {
                packets.put("the byte " + first, new byte[] {(byte) first});
            }
        }
        packets.put("half of what begins a frame", new byte[] {(byte) (Prefix.MAGIC >> 8), 'm'});
        return packets;
    }

    @Test
    void otherProtocolsAreClosedByTheirFirstPacket() throws IOException {
        for (Map.Entry<String, byte[]> packet : packets().entrySet()) {
            try (RespClient stranger = stage.client()) {
                stranger.tryRaw(packet.getValue());
                assertThat(stranger.rest())
                        .as("the answer to %s", packet.getKey())
                        .isEmpty();
            }
        }
    }

    @Test
    void aCommandBehindAnotherProtocolIsNotRun() throws IOException {
        for (Map.Entry<String, byte[]> packet : packets().entrySet()) {
            try (RespClient stranger = stage.client()) {
                stranger.tryRaw(joined(packet.getValue(), TAKE)); // in one piece, as a browser's body would come
                stranger.tryRaw(TAKE); // and in another
                assertThat(stranger.rest())
                        .as("the answer to %s", packet.getKey())
                        .isEmpty();
            }
        }
    }

    @Test
    void whatComesInSinglePiecesIsNoOtherProtocolEither() throws IOException {
        for (String first : List.of("P", "\r", "\n", "\u0000", " ", "$", "\u0016")) {
            try (RespClient stranger = stage.client()) {
                stranger.tryRaw(first.getBytes(StandardCharsets.US_ASCII));
                stranger.tryRaw(TAKE);
                assertThat(stranger.rest()).isEmpty();
            }
        }
    }

    @Test
    void otherProtocolsBehindACommandAreToldSoAndClosed() throws IOException {
        for (Map.Entry<String, byte[]> packet : packets().entrySet()) {
            try (RespClient stranger = stage.client()) {
                stranger.tryRaw(
                        joined(command("PING").getBytes(StandardCharsets.US_ASCII), joined(packet.getValue(), TAKE)));
                assertThat(stranger.rest())
                        .as("the answer to %s", packet.getKey())
                        .startsWith("+PONG\r\n-ERR Protocol error: ")
                        .endsWith("\r\n")
                        .hasSizeLessThan(200);
            }
        }
    }

    @Test
    void aGetOfRedisIsACallThatIsNone() throws IOException {
        try (RespClient redis = stage.client()) {
            redis.raw(FirstPackets.all().get(FirstPackets.RESP));
            assertThat(redis.answer()).contains("\"status\":\"INVALID_ARGUMENT\",\"executed\":\"no\"");
            assertThat(redis.ask("PING")).isEqualTo("+PONG");
        }
    }

    @Test
    void theTwoProtocolsOfThePortDoNotMix() throws IOException {
        byte[] hello = hello();
        try (RespClient both = stage.client()) {
            both.tryRaw(joined(Arrays.copyOf(hello, 1), TAKE));
            assertThat(both.rest()).as("MOA's first byte, then RESP").isEmpty();
        }
        try (RespClient both = stage.client()) {
            both.tryRaw(joined(hello, TAKE));
            assertThat(both.rest())
                    .as("a welcome, if it has left before the rest came")
                    .hasSizeLessThan(1_000);
        }
        try (RespClient both = stage.client()) {
            both.tryRaw(joined(joined(command("PING").getBytes(StandardCharsets.US_ASCII), hello), TAKE));
            assertThat(both.rest())
                    .isEqualTo("+PONG\r\n-ERR Protocol error: a command begins with '*', not with the byte 215\r\n");
        }
        try (RespClient both = stage.client()) {
            both.tryRaw(joined("*1\r\n$4\r\n".getBytes(StandardCharsets.US_ASCII), joined(hello, TAKE)));
            assertThat(both.rest()).startsWith("-ERR Protocol error: an argument is not as long as it says");
        }
    }

    private static byte[] hello() {
        ByteBuf out = Unpooled.buffer();
        Frames.message(
                out,
                FrameKind.HELLO,
                new Hello(
                        "raw",
                        "raw-uuid",
                        1,
                        1,
                        0,
                        64 << 10,
                        64 << 20,
                        1 << 20,
                        new byte[0],
                        "",
                        "",
                        List.of(ServiceId.of("shop.Stock"))));
        return ByteBufUtil.getBytes(out);
    }

    private static byte[] joined(byte[] first, byte[] second) {
        byte[] both = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        return both;
    }
}
