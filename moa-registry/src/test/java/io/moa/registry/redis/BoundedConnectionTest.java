package io.moa.registry.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.moa.discovery.Address;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Before a peer that answers what no Redis does. */
class BoundedConnectionTest {

    private static @Nullable Object answerTo(String bytes) throws IOException {
        RedisConfig config = RedisConfig.standalone("127.0.0.1", 1).build();
        try (ServerSocket peer = new ServerSocket(0, 5, InetAddress.getByName("127.0.0.1"))) {
            Thread answering = new Thread(() -> {
                try (Socket socket = peer.accept()) {
                    // The first is the answer to the name that a connection gives itself.
                    socket.getOutputStream().write(("+OK\r\n" + bytes).getBytes(StandardCharsets.UTF_8));
                    socket.getInputStream().transferTo(java.io.OutputStream.nullOutputStream());
                } catch (IOException e) {
                    // the other end sees it too
                }
            });
            answering.start();
            try (RedisConnection connection =
                    RedisConnection.open(config, new Address.Tcp("127.0.0.1", peer.getLocalPort()))) {
                return connection.call("PING");
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"0, 0", "-1, -1", "1000, 1000", "9223372036854775807, 9223372036854775807", "007, 7"})
    void aNumberIsRead(String text, long number) throws Exception {
        assertThat(answerTo(":" + text + "\r\n")).isEqualTo(number);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "-",
                "--1",
                "1-",
                "+1",
                " 1",
                "1x",
                "9223372036854775808",
                "9999999999999999999",
                "00000000000000000001",
                "123456789012345678901234567890"
            })
    void whatIsNoNumberEndsTheConnectionAndIsTold(String text) {
        assertThatThrownBy(() -> answerTo(":" + text + "\r\n"))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("Redis answered with a number that is none");
        assertThatThrownBy(() -> answerTo("$" + text + "\r\n"))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("Redis answered with a number that is none");
    }

    @Test
    void whatIsOfTheWrongKindIsNamedAlsoWhereOneLogIsRead() throws Exception {
        try (RedisProcess redis = RedisProcess.open();
                RedisConnection connection = RedisConnection.open(
                        redis.config().build(), redis.config().build().nodes().get(0))) {
            connection.call("SET", "one", "x");
            assertThatThrownBy(() -> connection.call("XREAD", "COUNT", 5, "STREAMS", "one", "0-0"))
                    .hasMessageContaining("WRONGTYPE")
                    .hasMessageContaining(": one, under which MOA keeps something else");
            assertThatThrownBy(() -> connection.call("XREAD", "COUNT", 5, "STREAMS", "one", "two", "0-0", "0-0"))
                    .as("of two it cannot be said which")
                    .hasMessageContaining("WRONGTYPE")
                    .hasMessageNotContaining("under which");
        }
    }

    @Test
    void aNumberEndsItsLine() {
        assertThatThrownBy(() -> answerTo(":1\rx"))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("does not end with CR LF");
    }
}
