package io.moa.ops;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Asks an operations agent. Safe for many threads. */
public final class OpsClient implements InstanceDoor {

    private static final int MAX_ANSWER = 4 << 20;
    private static final long REQUEST_MILLIS = 15_000;
    private static final long POLL_MILLIS = 200;

    private static final ScheduledExecutorService CUTTER = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "moa-ops-client");
        thread.setDaemon(true);
        return thread;
    });

    private final OpsAddress at;
    private final TokenFile token;

    public OpsClient(OpsAddress at, TokenFile token) {
        this.at = at;
        this.token = token;
    }

    @Override
    public JsonNode status() throws OpsException {
        return ask("GET", "/v1/status", null);
    }

    public JsonNode history() throws OpsException {
        return ask("GET", "/v1/history", null);
    }

    @Override
    public String install(String version, String from, String sha256, String by)
            throws OpsException, InterruptedException {
        return change(
                "install",
                Map.of("version", version, "from", from, "sha256", sha256, "by", by),
                Duration.ofMinutes(11));
    }

    @Override
    public String upgrade(String version, boolean again, String by) throws OpsException, InterruptedException {
        return change("upgrade", Map.of("version", version, "again", again, "by", by), Duration.ofMinutes(10));
    }

    @Override
    public String rollback(String by) throws OpsException, InterruptedException {
        return change("rollback", Map.of("by", by), Duration.ofMinutes(10));
    }

    /** Begins it, and waits until it has ended. */
    private String change(String what, Map<String, Object> said, Duration patience)
            throws OpsException, InterruptedException {
        ObjectNode body = Json.MAPPER.valueToTree(said);
        long number = ask("POST", "/v1/" + what, body).path("change").asLong();
        long until = System.nanoTime() + patience.toNanos();
        while (System.nanoTime() - until < 0) {
            for (JsonNode each : history().path("changes")) {
                String outcome = each.path("outcome").asText();
                if (each.path("number").asLong() == number && !outcome.equals(Change.RUNNING)) {
                    String told = each.path("told").asText();
                    if (outcome.equals(Change.DONE)) {
                        return told;
                    }
                    throw new OpsException(422, told);
                }
            }
            TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
        }
        throw new OpsException(
                504,
                "Change " + number + " has not ended within " + patience.toMinutes() + " min; the history tells of it");
    }

    private JsonNode ask(String method, String path, @Nullable ObjectNode body) throws OpsException {
        byte[] bytes = body == null ? new byte[0] : body.toString().getBytes(StandardCharsets.UTF_8);
        String head = method + " " + path + " HTTP/1.1\r\nHost: moa-ops\r\nAuthorization: " + token.bearer()
                + "\r\nContent-Type: application/json\r\nContent-Length: " + bytes.length
                + "\r\nConnection: close\r\n\r\n";
        HttpMessage answer;
        try (SocketChannel open = open()) {
            var end = CUTTER.schedule(() -> cut(open), REQUEST_MILLIS, TimeUnit.MILLISECONDS);
            try {
                open.connect(at.resolved());
                write(open, head.getBytes(StandardCharsets.US_ASCII));
                write(open, bytes);
                answer = HttpMessage.read(new BufferedInputStream(Channels.newInputStream(open)), MAX_ANSWER);
            } finally {
                end.cancel(false);
            }
            JsonNode told = Json.MAPPER.readTree(answer.body());
            String status = answer.first().size() > 1 ? answer.first().get(1) : "";
            if (!status.equals("200")) {
                throw new OpsException(
                        status.matches("[1-5][0-9]{2}") ? Integer.parseInt(status) : 502,
                        at + " says: " + told.path("error").asText("nothing that is understood"));
            }
            return told;
        } catch (IOException e) {
            throw new OpsException(503, "The operations agent at " + at + " does not answer: " + e, e);
        }
    }

    private SocketChannel open() throws IOException {
        return at.isUnix() ? SocketChannel.open(java.net.StandardProtocolFamily.UNIX) : SocketChannel.open();
    }

    private static void cut(SocketChannel open) {
        try {
            open.close();
        } catch (IOException e) {
            return; // it is over all the same
        }
    }

    private static void write(SocketChannel open, byte[] bytes) throws IOException {
        ByteBuffer left = ByteBuffer.wrap(bytes);
        while (left.hasRemaining()) {
            open.write(left);
        }
    }

    @Override
    public String toString() {
        return at.toString();
    }
}
