package io.moa.server.health;

import io.moa.internal.UntrustedText;
import io.moa.invoke.Ticker;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What is answered to the head of a request, to the byte; each answer is the last one of its connection. No I/O. */
final class HealthReplies {

    private static final Logger LOG = LoggerFactory.getLogger(HealthReplies.class);
    private static final Pattern REQUEST = Pattern.compile("[\r\n]*(\\S+) (\\S+) HTTP/1\\.[01]\r?\n");
    private static final Map<Integer, String> WORDS = Map.of(
            200, "OK",
            400, "Bad Request",
            404, "Not Found",
            405, "Method Not Allowed",
            431, "Request Header Fields Too Large",
            500, "Internal Server Error",
            503, "Service Unavailable");

    private final Health health;
    private final Ticker ticker;
    private final OnceAMinute failure = new OnceAMinute();

    /**
     * The answers of a process.
     *
     * @param ticker by which one failure of its own code is told in a minute
     */
    HealthReplies(Health health, Ticker ticker) {
        this.health = health;
        this.ticker = ticker;
    }

    /** To a head that is longer than is read. */
    byte[] tooLong() {
        return reply(
                431,
                "{\"error\":\"the head of a request has at most " + HealthConnection.HEAD_BYTES + " bytes here\"}",
                true);
    }

    /**
     * To the head of a request. Only its first line is looked at: no header changes what is answered.
     *
     * @param head at most {@value HealthConnection#HEAD_BYTES} characters, one for each byte
     */
    byte[] to(String head) {
        Matcher request = REQUEST.matcher(head);
        String path;
        try {
            path = request.lookingAt() ? new URI(request.group(2)).getPath() : null;
        } catch (URISyntaxException e) {
            path = null;
        }
        if (path == null) {
            return reply(400, "{\"error\":\"this is no request of HTTP/1.0 or HTTP/1.1\"}", true);
        }
        String method = request.group(1);
        boolean body = !method.equals("HEAD");
        if (body && !method.equals("GET")) {
            return reply(405, "{\"error\":\"only GET and HEAD are answered here\"}", true);
        }
        try {
            return switch (path) {
                case "/live" -> reply("live", health.live(), body);
                case "/ready" -> reply("ready", health.ready(), body);
                case "/startup" -> reply("started", health.startup(), body);
                default -> reply(404, "{\"error\":\"there are /live, /ready and /startup\"}", body);
            };
        } catch (RuntimeException e) {
            if (failure.isDue(ticker.nanos())) { // whoever asks decides how often
                LOG.error("The health of this process cannot be told at {}; said at most once a minute", path, e);
            }
            return reply(500, "{\"error\":\"asking for it failed; the log of the process says why\"}", body);
        }
    }

    private static byte[] reply(String what, Health.Answer answer, boolean body) {
        StringBuilder json = new StringBuilder(100);
        json.append("{\"").append(what).append("\":").append(answer.good()).append(",\"reasons\":[");
        for (int i = 0; i < answer.reasons().size(); i++) {
            json.append(i == 0 ? "\"" : ",\"")
                    .append(escaped(answer.reasons().get(i)))
                    .append('"');
        }
        return reply(answer.good() ? 200 : 503, json.append("]}").toString(), body);
    }

    private static String escaped(String text) {
        StringBuilder safe = new StringBuilder(text.length() + 8);
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                safe.append('\\').append(c);
            } else {
                safe.append(c);
            }
        }
        return UntrustedText.escaped(safe.toString()); // all that JSON forbids, and what a terminal would obey
    }

    /** The length is told to {@code HEAD} too, as the answer to {@code GET} would have it. */
    private static byte[] reply(int code, String json, boolean body) {
        String text = json + "\n";
        String head = "HTTP/1.1 " + code + " " + WORDS.get(code) + "\r\n"
                + "Content-Type: application/json; charset=utf-8\r\n"
                + "Content-Length: " + text.getBytes(StandardCharsets.UTF_8).length + "\r\n"
                + "Cache-Control: no-store\r\n"
                + (code == 405 ? "Allow: GET, HEAD\r\n" : "")
                + "Connection: close\r\n" // a probe asks once; nothing is kept open for it
                + "\r\n";
        return (body ? head + text : head).getBytes(StandardCharsets.UTF_8);
    }
}
