package io.moa.e2e.resp;

import static io.moa.e2e.resp.RespClient.command;
import static io.moa.e2e.resp.RespStage.call;
import static org.assertj.core.api.Assertions.assertThat;

import io.moa.server.resp.RespConfig;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * RELIABILITY S11 and S12, over sockets: who has not said the password runs nothing, and is closed for what is too much. What it makes the server keep
 * is measured in the test of the same name beside the transport.
 */
@Timeout(300)
class BeforeThePasswordTest {

    private static final String TAKE = command("GET", call("take", "[\"top\"]"));

    private final RespStage stage = new RespStage(RespConfig.DEFAULT.withPassword("default", "secret"));

    @AfterEach
    void whoSaysThePasswordIsServed() throws IOException {
        assertThat(stage.executed).hasValue(0);
        try (RespClient decent = stage.client()) {
            assertThat(decent.ask("AUTH", "secret")).isEqualTo("+OK");
            assertThat(decent.ask("GET", call("take", "[\"top\"]"))).isEqualTo("{\"result\":3}");
        }
        stage.close();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "*11;| a command has at most 10 arguments here, not 11",
                "*2;$4;AUTH;$16385;| an argument has at most 16384 bytes here, not 16385",
                "*1000000;| a command has at most 10 arguments here, not 1000000",
                "*1;*1;*1;*1;| arguments are bulk strings, which begin with '$', not with '*'",
                "*10;*10;| arguments are bulk strings, which begin with '$', not with '*'",
                "*2147483647;| a command has at most 10 arguments here, not 2147483647",
                "*2;$4;AUTH;$2147483647;| an argument has at most 16384 bytes here, not 2147483647",
                "*1;$-1;| the length of an argument is 0 to 2147483647, not -1",
            })
    void bombsAreToldAndClosed(String bomb, String why) throws IOException {
        try (RespClient stranger = stage.client()) {
            stranger.raw(bomb.replace(";", "\r\n"));
            stranger.tryRaw(TAKE.getBytes(StandardCharsets.UTF_8));
            assertThat(stranger.rest()).isEqualTo("-ERR Protocol error: " + why + "\r\n");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET",
                "MGET",
                "MOA.LIST",
                "MOA.DESCRIBE",
                "MOA.HEALTH",
                "INFO",
                "COMMAND",
                "CLIENT",
                "CONFIG",
                "PING",
                "ECHO",
                "RESET",
                "SELECT",
                "SET",
                "EVAL",
                "DEBUG",
                "HELLO"
            })
    void nothingElseIsAnswered(String word) throws IOException {
        try (RespClient stranger = stage.client()) {
            assertThat(stranger.ask(word)).startsWith("-NOAUTH ");
            assertThat(stranger.ask("GET", call("take", "[\"top\"]"))).startsWith("-NOAUTH ");
        }
    }

    @Test
    void whoResetsItsConnectionIsAStrangerAgain() throws IOException {
        try (RespClient pooled = stage.client()) {
            assertThat(pooled.ask("AUTH", "billing", "secret")).isEqualTo("+OK");
            assertThat(pooled.ask("RESET")).isEqualTo("+RESET");
            assertThat(pooled.ask("GET", call("take", "[\"top\"]"))).startsWith("-NOAUTH ");
            pooled.raw("*11\r\n");
            assertThat(pooled.rest())
                    .isEqualTo("-ERR Protocol error: a command has at most 10 arguments here, not 11\r\n");
        }
    }

    @Test
    void threeWrongPasswordsClose() throws IOException {
        try (RespClient stranger = stage.client()) {
            stranger.raw(command("AUTH", "wrong").repeat(3) + command("AUTH", "secret") + TAKE);
            assertThat(stranger.rest()).matches("(-WRONGPASS [^\r\n]*\r\n){3}");
        }
        try (RespClient stranger = stage.client()) {
            stranger.raw(
                    command("HELLO", "3", "AUTH", "default", "wrong").repeat(2) + command("AUTH", "a", "other") + TAKE);
            assertThat(stranger.rest()).matches("(-WRONGPASS [^\r\n]*\r\n){3}");
        }
    }

    /** As many refusals as the system keeps for a client that takes none, and 64 KiB more. */
    @Test
    void whoTakesNoRefusalIsClosed() throws IOException {
        byte[] many = command("GET", "").repeat(1_000).getBytes(StandardCharsets.US_ASCII);
        try (RespClient stranger =
                new RespClient(java.net.InetAddress.getLoopbackAddress(), stage.server.port(), 8 * 1024)) {
            int sent = 0;
            while (stranger.tryRaw(many)) { // patient times of the server: nothing else closes
                sent++;
                assertThat(sent).as("thousands of commands").isLessThan(1_000_000);
            }
            assertThat(sent).isPositive();
        }
    }
}
