package io.moa.server.health;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What is sent to the health endpoint: the connection ends after a bounded number of steps, with one whole answer of HTTP or, if
 * the client gave up early, with none; and it is the same answer however the bytes were cut. The first byte of an input chooses
 * the length of the pieces.
 */
class HealthFuzzTest {

    private static final Health HEALTH = new Health() {
        @Override
        public Answer live() {
            return Answer.YES;
        }

        @Override
        public Answer ready() {
            return Answer.unless(List.of("a \"reason\" \\ with\ncontrol"));
        }

        @Override
        public Answer startup() {
            throw new IllegalStateException("not told");
        }
    };

    private static final Pattern ANSWER = Pattern.compile(
            "HTTP/1\\.1 ([0-9]{3}) [A-Za-z ]+\r\n(?:[A-Za-z-]+: [^\r\n]+\r\n)*?Content-Length: ([0-9]+)\r\n"
                    + "(?:[A-Za-z-]+: [^\r\n]+\r\n)*\r\n((?s:.*))");

    @FuzzTest
    void health(byte[] input) throws IOException {
        if (input.length == 0) {
            return;
        }
        byte[] sent = Arrays.copyOfRange(input, 1, input.length);
        byte[] answered = answered(sent, 1 + (input[0] & 0xFF));
        if (!Arrays.equals(answered, answered(sent, Integer.MAX_VALUE))) {
            throw new AssertionError("Another answer when the bytes are cut otherwise");
        }
        if (answered.length > 0) {
            whole(new String(answered, StandardCharsets.UTF_8), new String(sent, StandardCharsets.ISO_8859_1));
        }
    }

    private static byte[] answered(byte[] sent, int piece) throws IOException {
        try (ChoppedChannel channel = new ChoppedChannel(sent, piece)) {
            HealthConnection connection = new HealthConnection(channel, new HealthReplies(HEALTH, () -> 0), 0);
            int steps = 0;
            while (connection.step() != 0) {
                if (++steps > sent.length + 4_096) {
                    throw new AssertionError("It does not end");
                }
            }
            byte[] answered = channel.answered();
            if (answered.length > 0 != channel.isShut()) {
                throw new AssertionError("An answer without an end, or an end without an answer");
            }
            return answered;
        }
    }

    private static void whole(String answer, String sent) {
        Matcher parts = ANSWER.matcher(answer);
        if (!parts.matches()) {
            throw new AssertionError("No answer of HTTP: " + answer);
        }
        int told = Integer.parseInt(parts.group(2));
        String body = parts.group(3);
        boolean head = body.isEmpty() && sent.stripLeading().startsWith("HEAD");
        if (!head && body.getBytes(StandardCharsets.UTF_8).length != told) {
            throw new AssertionError("Of " + told + " bytes came " + body.length());
        }
        if (!head && body.chars().anyMatch(c -> c < ' ' && c != '\n')) {
            throw new AssertionError("Unfit for a log: " + body);
        }
    }
}
