package io.moa.transport.netty;

import static io.moa.transport.netty.OneService.CALL;
import static io.moa.transport.netty.OneService.command;
import static org.assertj.core.api.Assertions.assertThat;

import io.moa.invoke.Payload;
import io.moa.invoke.Reply;
import io.moa.testkit.LeakCheck;
import io.moa.transport.TransportConfig;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** RELIABILITY S11, of RESP: who has not said the password makes the server keep little, in whatever pieces it comes. */
@ExtendWith(LeakCheck.class)
@Timeout(120)
class BeforeThePasswordTest {

    private static final int MOST_BYTES = 100_000;

    private static final Map<String, String> BOMBS = Map.of(
            "eleven arguments", "*11\r\n" + "$1\r\na\r\n".repeat(11),
            "an argument of 16,385 bytes", "*2\r\n$4\r\nAUTH\r\n$16385\r\n" + "x".repeat(16_385) + "\r\n",
            "a million arguments", "*1000000\r\n" + "$1\r\na\r\n".repeat(100_000),
            "as many as a number says", "*2147483647\r\n" + "$0\r\n\r\n".repeat(100_000),
            "as many bytes as a number says", "*2\r\n$4\r\nAUTH\r\n$2147483647\r\n" + "x".repeat(1_000_000),
            "arrays in arrays", "*1\r\n".repeat(100_000),
            "arrays in an array", "*10\r\n" + "*10\r\n".repeat(100_000),
            "ten large arguments", "*10\r\n" + ("$16384\r\n" + "x".repeat(16_384) + "\r\n").repeat(10),
            "a number without an end", "*" + "1".repeat(100_000),
            "a length without an end", "*2\r\n$" + "1".repeat(100_000));

    private final AtomicInteger calls = new AtomicInteger();
    private final EmbeddedPeer server = new EmbeddedPeer(TransportConfig.DEFAULT, call -> {
        calls.incrementAndGet();
        return CompletableFuture.completedFuture(new Reply.Value(Payload.EMPTY));
    });

    static Stream<Map.Entry<String, String>> bombs() {
        return BOMBS.entrySet().stream();
    }

    @ParameterizedTest
    @MethodSource("bombs")
    void aBombIsToldAndClosed(Map.Entry<String, String> bomb) {
        byte[] all = (bomb.getValue() + command("GET", CALL)).getBytes(StandardCharsets.US_ASCII);
        for (int pieces : new int[] {1, 7, 1_448, 65_536}) {
            RespEnd channel = server.accept(new OneService("secret"));
            long most = 0;
            for (int at = 0; at < all.length && channel.isOpen(); at += pieces) {
                channel.hears(java.util.Arrays.copyOfRange(all, at, Math.min(all.length, at + pieces)));
                most = Math.max(most, server.usedBytes());
            }
            assertThat(channel.taken()).startsWith("-ERR Protocol error: ").endsWith("\r\n");
            assertThat(channel.isOpen()).isFalse();
            assertThat(most).as("bytes kept").isLessThanOrEqualTo(MOST_BYTES);
            channel.ends(server);
        }
        assertThat(calls).hasValue(0);
    }

    @Test
    void halfACommandKeepsLittleAndAThousandOfThemAThousandTimesThat() {
        RespEnd[] strangers = new RespEnd[1_000];
        String half = "*2\r\n$4\r\nAUTH\r\n$16384\r\n" + "x".repeat(16_383);
        for (int i = 0; i < strangers.length; i++) {
            strangers[i] = server.accept(new OneService("secret"));
            strangers[i].hears(half);
        }
        assertThat(server.usedBytes()).isLessThanOrEqualTo((long) strangers.length * MOST_BYTES / 2);
        for (RespEnd each : strangers) {
            each.close();
            each.runPendingTasks();
        }
        strangers[0].ends(server);
    }

    @Test
    void theLargestThatIsAllowedIsReadAndRefused() {
        RespEnd channel = server.accept(new OneService("secret"));
        channel.hears(command("GET", "x".repeat(16_384)) + "*10\r\n" + "$1\r\na\r\n".repeat(10));
        assertThat(channel.taken())
                .isEqualTo("-NOAUTH Authentication required: AUTH <password>, or AUTH <user> <password>\r\n".repeat(2));
        channel.hears(command("AUTH", "secret") + command("MGET", CALL.repeat(1_000)) + command("GET", CALL));
        assertThat(channel.taken()).startsWith("+OK\r\n*1\r\n").endsWith("{\"result\":null}\r\n");
        assertThat(calls).hasValue(1);
        channel.ends(server);
    }
}
