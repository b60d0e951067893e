package io.moa.e2e.resp;

import static io.moa.e2e.resp.RespStage.call;
import static org.assertj.core.api.Assertions.assertThat;

import io.moa.server.resp.RespConfig;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** RELIABILITY F7, by RESP: JSON that is too deep, too long or names things twice is answered with an error, and the connection lives. */
@Timeout(300)
class HostileJsonTest {

    private static final int MIB = 1 << 20;

    private final RespStage stage = new RespStage(RespConfig.DEFAULT);

    @AfterEach
    void close() {
        stage.close();
    }

    private static Map<String, String> hostile() {
        Map<String, String> all = new LinkedHashMap<>();
        String fields = "{\"service\":\"shop.Stock\",\"method\":\"take\",";
        for (Map.Entry<String, String> value : Map.of(
                        "100,000 arrays",
                        "[".repeat(100_000),
                        "100,000 arrays that close",
                        "[".repeat(100_000) + "]".repeat(100_000),
                        "100,000 objects",
                        "{\"a\":".repeat(100_000),
                        "a number of a million digits",
                        "9".repeat(1_000_000),
                        "a fraction of a million digits",
                        "0." + "9".repeat(1_000_000),
                        "an exponent of a million digits",
                        "1e" + "9".repeat(1_000_000),
                        "a million tokens",
                        "[" + "1,".repeat(1_000_000) + "1]",
                        "a name of 5 MiB",
                        "{\"" + "k".repeat(5 * MIB) + "\":1}",
                        "half a text",
                        "\"abc",
                        "a name twice",
                        "{\"a\":\"b\",\"a\":\"c\"}")
                .entrySet()) {
            all.put(value.getKey() + " alone", value.getValue());
            all.put(value.getKey() + " as the only argument of take", call("take", "[" + value.getValue() + "]"));
            all.put(value.getKey() + " as a number", call("number", "[" + value.getValue() + "]"));
            all.put(value.getKey() + " as fields", call("fields", "[" + value.getValue() + "]"));
            all.put(value.getKey() + " by name", call("fields", "{\"fields\":" + value.getValue() + "}"));
            all.put(value.getKey() + " as args", call("take", value.getValue()));
            all.put(value.getKey() + " as another field", fields + "\"timeoutMs\":" + value.getValue() + "}");
            all.put(value.getKey() + " as attachments", fields + "\"attachments\":" + value.getValue() + "}");
            all.put(value.getKey() + " behind the request", call("take", "[\"top\"]") + value.getValue());
        }
        String five = "\"" + "x".repeat(5 * MIB) + "\"";
        all.put("5 MiB as an argument", call("take", "[" + five + "]"));
        all.put("5 MiB as a named argument", call("take", "{\"item\":" + five + "}"));
        all.put("5 MiB as a value of a map", call("fields", "[{\"a\":" + five + "}]"));
        all.put("4 MiB and 1", call("take", "[\"" + "x".repeat(4 * MIB + 1) + "\"]"));
        all.put("5 MiB as a service", "{\"service\":" + five + ",\"method\":\"take\"}");
        all.put("5 MiB as a method", "{\"service\":\"shop.Stock\",\"method\":" + five + "}");
        all.put("5 MiB as a caller", fields + "\"caller\":" + five + "}");
        all.put("5 MiB as an attachment", fields + "\"attachments\":{\"a\":" + five + "}}");
        all.put("the service twice", fields + "\"service\":\"shop.Stock\",\"args\":[\"top\"]}");
        all.put("args twice", fields + "\"args\":[\"top\"],\"args\":[\"top\"]}");
        all.put("an argument twice", call("take", "{\"item\":\"a\",\"item\":\"b\"}"));
        all.put("too many arguments", call("take", "[" + "\"a\",".repeat(50_000) + "\"a\"]"));
        all.put("nothing", "");
        all.put("UTF-16", "\u0000{\u0000}");
        return all;
    }

    @Test
    void isAnsweredWithAnErrorRunsNothingAndTheConnectionLives() throws IOException {
        try (RespClient client = stage.client()) {
            for (Map.Entry<String, String> request : hostile().entrySet()) {
                String answer = client.ask("GET", request.getValue());
                assertThat(answer)
                        .as(request.getKey())
                        .startsWith("{\"error\":{\"status\":\"")
                        .contains("\"executed\":\"no\"")
                        .hasSizeLessThan(5_000);
                assertThat(client.ask("PING")).as("after %s", request.getKey()).isEqualTo("+PONG");
            }
        }
        assertThat(stage.executed).hasValue(0);
        assertThat(stage.serves()).isTrue();
    }

    @Test
    void isAnErrorOfItsOwnAmongOthers() throws IOException {
        String good = call("take", "[\"top\"]");
        try (RespClient client = stage.client()) {
            String answers = client.ask(
                    "MGET", good, "[".repeat(100_000), good, call("number", "[" + "9".repeat(1_000_000) + "]"), good);
            assertThat(answers)
                    .matches(
                            "\\[\\{\"result\":3}, \\{\"error\":.*}}, \\{\"result\":3}, \\{\"error\":.*}}, \\{\"result\":3}]");
        }
        assertThat(stage.executed).hasValue(3);
    }

    @Test
    void aTextOfNearlyFourMebibytesAndTheLargestNumberAreFine() throws IOException {
        try (RespClient client = stage.client()) {
            int length = 4 * MIB - 1024;
            assertThat(client.ask("GET", call("take", "[\"" + "x".repeat(length) + "\"]")))
                    .isEqualTo("{\"result\":" + length + "}");
            assertThat(client.ask("GET", call("take", "{\"item\":\"" + "x".repeat(4 * MIB) + "\"}")))
                    .isEqualTo("{\"result\":" + 4 * MIB + "}");
            assertThat(client.ask("GET", call("large", "[" + length + "]")))
                    .hasSize(length + "{\"result\":\"\"}".length());
            assertThat(client.ask("GET", call("number", "[" + "9".repeat(100) + "]")))
                    .isEqualTo("{\"result\":" + "9".repeat(100) + "}");
        }
        assertThat(stage.executed).hasValue(4);
    }
}
