package io.moa.protocol.resp;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class RespWriterTest {

    private static String written(Consumer<ByteBuf> writing) {
        ByteBuf out = Unpooled.buffer();
        try {
            writing.accept(out);
            return out.toString(StandardCharsets.UTF_8);
        } finally {
            out.release();
        }
    }

    @Test
    void writesEachKind() {
        assertThat(written(out -> RespWriter.simple(out, "OK"))).isEqualTo("+OK\r\n");
        assertThat(written(out -> RespWriter.integer(out, 0))).isEqualTo(":0\r\n");
        assertThat(written(out -> RespWriter.integer(out, -1_020))).isEqualTo(":-1020\r\n");
        assertThat(written(out -> RespWriter.integer(out, Long.MAX_VALUE))).isEqualTo(":9223372036854775807\r\n");
        assertThat(written(out -> RespWriter.integer(out, Long.MIN_VALUE))).isEqualTo(":-9223372036854775808\r\n");
        assertThat(written(out -> RespWriter.bulk(out, "grün €"))).isEqualTo("$9\r\ngrün €\r\n");
        assertThat(written(out -> RespWriter.array(out, 3))).isEqualTo("*3\r\n");
    }

    @Test
    void writesNumbersOfEachLength() {
        for (long digits = 1, most = 9; digits < 19; digits++, most = 10 * most + 9) {
            for (long number : new long[] {most, most + 1, most - 1, most / 2, most / 9 * 8 + 7}) {
                assertThat(written(out -> RespWriter.integer(out, number))).isEqualTo(":" + number + "\r\n");
            }
        }
    }

    @Test
    void whatDiffersFollowsTheVersion() {
        assertThat(written(out -> RespWriter.nothing(out, 2))).isEqualTo("$-1\r\n");
        assertThat(written(out -> RespWriter.nothing(out, 3))).isEqualTo("_\r\n");
        assertThat(written(out -> RespWriter.map(out, 3, 2))).isEqualTo("*6\r\n");
        assertThat(written(out -> RespWriter.map(out, 3, 3))).isEqualTo("%3\r\n");
    }

    @Test
    void anErrorIsOneLineWhateverItsText() {
        assertThat(written(out -> RespWriter.error(out, "ERR", "a\r\n+OK\r\n\u0000\u2028\u202Eb")))
                .isEqualTo("-ERR a  +OK     b\r\n");
        String longest = written(out -> RespWriter.error(out, "ERR", "é".repeat(10_000)));
        assertThat(longest).hasSize("-ERR ".length() + RespWriter.MAX_ERROR_CHARS + 2);
        assertThat(written(out -> RespWriter.error(out, "ERR", "😀\uD83D"))).isEqualTo("-ERR 😀 \r\n");
    }
}
