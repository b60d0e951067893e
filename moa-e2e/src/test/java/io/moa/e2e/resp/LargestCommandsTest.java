package io.moa.e2e.resp;

import static io.moa.e2e.resp.RespClient.command;
import static io.moa.e2e.resp.RespStage.call;
import static org.assertj.core.api.Assertions.assertThat;

import io.moa.server.resp.RespConfig;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collections;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What one that may call may send at once: 1,024 arguments, and 8 MiB, to the last byte. */
@Timeout(300)
class LargestCommandsTest {

    private static final int LARGEST = 8 << 20;
    private static final String TAKE = call("take", "[\"top\"]");

    private final RespStage stage = new RespStage(RespConfig.DEFAULT);

    @AfterEach
    void close() {
        stage.close();
    }

    private static String mget(int arguments) {
        String[] words = new String[arguments];
        Arrays.fill(words, TAKE);
        words[0] = "MGET";
        return command(words);
    }

    @Test
    void aThousandAndTwentyFourArgumentsWork() throws IOException {
        try (RespClient client = stage.client()) {
            client.raw(mget(1_024));
            assertThat(client.answer())
                    .isEqualTo(Collections.nCopies(1_023, "{\"result\":3}").toString());
            assertThat(client.ask("PING")).isEqualTo("+PONG");
        }
        assertThat(stage.executed).hasValue(1_023);
    }

    @Test
    void oneMoreIsRefusedAndNothingOfItRuns() throws IOException {
        try (RespClient client = stage.client()) {
            client.tryRaw(mget(1_025).getBytes(StandardCharsets.UTF_8));
            assertThat(client.rest())
                    .isEqualTo("-ERR Protocol error: a command has at most 1024 arguments here, not 1025\r\n");
        }
        assertThat(stage.executed).hasValue(0);
        assertThat(stage.serves()).isTrue();
    }

    /** A request of so many bytes, of which most are blanks. */
    private static String request(int bytes) {
        return TAKE.substring(0, 1) + " ".repeat(bytes - TAKE.length()) + TAKE.substring(1);
    }

    @Test
    void eightMebibytesWork() throws IOException {
        try (RespClient client = stage.client()) {
            assertThat(client.ask("GET", request(LARGEST))).isEqualTo("{\"result\":3}");
            String text = "y".repeat(LARGEST);
            assertThat(client.ask("ECHO", text).equals(text)).isTrue();
            assertThat(client.ask("MGET", request(LARGEST / 2), request(LARGEST / 2)))
                    .isEqualTo("[{\"result\":3}, {\"result\":3}]");
        }
        assertThat(stage.executed).hasValue(3);
    }

    @Test
    void oneByteMoreIsRefusedAndDoesNotRun() throws IOException {
        try (RespClient client = stage.client()) {
            client.raw(command("GET", request(LARGEST + 1)).substring(0, 1_000)); // it is not waited for
            assertThat(client.rest())
                    .isEqualTo("-ERR Protocol error: an argument has at most 8388608 bytes here, not 8388609\r\n");
        }
        try (RespClient client = stage.client()) {
            String both = command("MGET", request(LARGEST), request(LARGEST));
            client.raw(both.substring(0, both.length() - LARGEST));
            assertThat(client.rest()).startsWith("-ERR Protocol error: a command has at most ");
        }
        assertThat(stage.executed).hasValue(0);
        assertThat(stage.serves()).isTrue();
    }
}
