package io.moa.e2e.resp;

import static io.moa.e2e.resp.RespStage.call;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import io.moa.server.resp.RespConfig;
import java.io.IOException;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** RELIABILITY S14: whatever a text says that comes back, it is never an answer of its own: the next answer is that to the next command. */
@Timeout(300)
class ErrorTextsTest {

    private static final int ROUNDS = 1_000;

    /** Of what hostile texts are made. */
    private static final String[] PARTS = {
        "\r\n", "\r", "\n", "+OK", "+PONG", "-ERR no", "$3\r\nfoo", "$-1", "*1\r\n$4\r\nPING", "*0", ":1", "_", "%1",
                "\u0000", "\u2028", "\u0085",
        "\uD800", "\uDC00", "\uFFFE", "\u202E", "\t", " ", "\"", "\\", "\\r\\n", "}", "{\"result\":1}", "x", "ü", "漢",
                "\uD83D\uDE00", "\u001b[31m",
        "GET", "AUTH", "'"
    };

    private final Random chance = new Random(14);
    private final RespStage stage = new RespStage(RespConfig.DEFAULT);

    @AfterEach
    void aDecentClientIsServed() throws IOException {
        assertThat(stage.serves()).isTrue();
        stage.close();
    }

    private String hostile() {
        StringBuilder text = new StringBuilder();
        for (int i = chance.nextInt(chance.nextInt(10) == 0 ? 200 : 12); i >= 0; i--) {
            text.append(PARTS[chance.nextInt(PARTS.length)]);
        }
        return text.toString();
    }

    private static String json(String text) {
        return new String(JsonStringEncoder.getInstance().quoteAsString(text));
    }

    private static void isOneAnswer(RespClient client, String answer, String asked) throws IOException {
        assertThat(answer.lines()).as("the answer to %s", asked).hasSizeLessThanOrEqualTo(1);
        assertThat(client.ask("PING"))
                .as("what follows the answer to %s", asked)
                .isEqualTo("+PONG");
    }

    @Test
    void whatServicesThrow() throws IOException {
        try (RespClient client = stage.client()) {
            for (int i = 0; i < ROUNDS; i++) {
                String text = hostile().replaceAll("\\p{Cs}", "?"); // half a pair is no JSON that a client could send
                String answer = client.ask("GET", call("fail", "[\"" + json(text) + "\"]"));
                assertThat(answer).startsWith("{\"error\":{\"status\":\"APPLICATION\",\"executed\":\"yes\"");
                isOneAnswer(client, answer, text);
            }
        }
        assertThat(stage.executed).hasValue(ROUNDS);
    }

    @Test
    void namesOfCommandsServicesMethodsAndFields() throws IOException {
        try (RespClient client = stage.client()) {
            for (int i = 0; i < ROUNDS; i++) {
                String text = hostile();
                String answer = client.ask("x" + text, text);
                assertThat(answer).startsWith("-ERR unknown command");
                isOneAnswer(client, answer, text);
                for (String request : new String[] {
                    "{\"service\":\"" + json(text) + "\",\"method\":\"take\"}",
                    "{\"service\":\"shop.Stock\",\"method\":\"" + json(text) + "\"}",
                    "{\"service\":\"shop.Stock\",\"method\":\"take\",\"args\":{\"x" + json(text) + "\":1}}",
                    "{\"service\":\"shop.Stock\",\"method\":\"take\",\"x" + json(text) + "\":1}",
                    "{\"service\":\"shop.Stock\",\"method\":\"number\",\"args\":[\"" + json(text) + "x\"]}",
                    text + "x",
                }) {
                    answer = client.ask("GET", request);
                    assertThat(answer).startsWith("{\"error\":{").contains("\"executed\":\"no\"");
                    isOneAnswer(client, answer, request);
                }
            }
        }
        assertThat(stage.executed).hasValue(0);
    }

    @Test
    void whatConnectionsAreAskedAndTold() throws IOException {
        try (RespClient client = stage.client()) {
            for (int i = 0; i < ROUNDS; i++) {
                String text = hostile();
                String named = client.ask("CLIENT", "SETNAME", text);
                isOneAnswer(client, named, text);
                assertThat(client.ask("CLIENT", "GETNAME").contains("\n")).isFalse();
                for (String[] command : new String[][] {
                    {"CLIENT", text},
                    {"HELLO", text},
                    {"HELLO", "3", text},
                    {"HELLO", "2", "SETNAME", text + "\n"},
                    {"AUTH", text},
                    {"AUTH", text, text},
                    {"SELECT", text},
                    {"CONFIG", text},
                    {"MOA.DESCRIBE", text},
                    {"MOA.DESCRIBE", text, text},
                    {"MOA." + text},
                    {text, text}
                }) {
                    String answer = client.ask(command);
                    assertThat(answer)
                            .as("the answer to %s", String.join(" ", command))
                            .startsWith("-");
                    isOneAnswer(client, answer, text);
                }
                // What is said back says how long it is.
                assertThat(client.ask("ECHO", "<" + text.replaceAll("\\p{Cs}", "?") + ">"))
                        .isEqualTo("<" + text.replaceAll("\\p{Cs}", "?") + ">");
                assertThat(client.ask("PING")).isEqualTo("+PONG");
            }
        }
        assertThat(stage.executed).hasValue(0);
    }
}
