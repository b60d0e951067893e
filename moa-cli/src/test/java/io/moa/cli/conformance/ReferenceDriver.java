package io.moa.cli.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedInputStream;
import java.io.BufferedReader;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A driver of an SDK, as short as one can be, that passes; an argument names a fault that it has. */
final class ReferenceDriver {

    private final JsonMapper json = ConformanceCases.JSON;
    private final String fault;
    private List<String> addresses = new ArrayList<>();
    private final Map<String, Socket> open = new HashMap<>();
    private int turn;

    private ReferenceDriver(String fault) {
        this.fault = fault;
    }

    public static void main(String[] args) throws IOException {
        new ReferenceDriver(args.length > 0 ? args[0] : "").run();
    }

    private void run() throws IOException {
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            JsonNode order = json.readTree(line);
            ObjectNode answer =
                    json.createObjectNode().put("id", order.get("id").asInt());
            obey(order, answer);
            out.println(answer);
        }
    }

    private void obey(JsonNode order, ObjectNode answer) throws IOException {
        switch (order.get("do").asText()) {
            case "hello" -> {
                answer.put("name", "the reference");
                answer.putArray("levels").add("calls").add("exact").add("large").add("failover");
            }
            case "use" -> {
                addresses = new ArrayList<>();
                order.get("addresses").forEach(each -> addresses.add(each.asText()));
            }
            case "call" ->
                answer.set(
                        "reply",
                        call(order.get("request"), order.path("idempotent").asBoolean()));
            case "many" -> {
                var replies = answer.putArray("replies");
                for (JsonNode each : order.get("requests")) {
                    replies.add(call(each, false));
                }
            }
            case "length" ->
                answer.put(
                        "length",
                        call(order.get("request"), true).get("result").asText().length());
            case "send" -> {
                ObjectNode request = order.get("request").deepCopy();
                request.putArray("args").add("y".repeat(order.get("chars").asInt()));
                answer.put("length", call(request, true).get("result").asText().length());
            }
            default -> answer.put("failed", "an order that is not known");
        }
    }

    private JsonNode call(JsonNode request, boolean idempotent) throws IOException {
        for (int attempt = 0; ; attempt++) {
            String address = addresses.get(Math.floorMod(turn++, addresses.size()));
            boolean sent = false;
            try {
                Socket socket = connect(address);
                sent = true;
                byte[] body = request.toString().getBytes(StandardCharsets.UTF_8);
                socket.getOutputStream()
                        .write(("*2\r\n$3\r\nGET\r\n$" + body.length + "\r\n").getBytes(StandardCharsets.US_ASCII));
                socket.getOutputStream().write(body);
                socket.getOutputStream().write('\r');
                socket.getOutputStream().write('\n');
                return json.readTree(reply(socket.getInputStream()));
            } catch (IOException broken) {
                Socket gone = open.remove(address);
                if (gone != null) {
                    gone.close();
                }
                boolean again = !sent || idempotent || fault.equals("repeats");
                if (!again || attempt == 5) {
                    ObjectNode reply = json.createObjectNode();
                    reply.putObject("error")
                            .put("status", "UNAVAILABLE")
                            .put("executed", sent ? "unknown" : "no")
                            .put("message", String.valueOf(broken.getMessage()));
                    return reply;
                }
            }
        }
    }

    private Socket connect(String address) throws IOException {
        Socket known = open.get(address);
        if (known != null) {
            return known;
        }
        Socket socket = new Socket();
        int colon = address.lastIndexOf(':');
        socket.connect(
                new InetSocketAddress(address.substring(0, colon), Integer.parseInt(address.substring(colon + 1))),
                10_000);
        socket.setSoTimeout(60_000);
        open.put(address, socket);
        return socket;
    }

    private static byte[] reply(InputStream raw) throws IOException {
        InputStream in = raw instanceof BufferedInputStream ? raw : raw;
        StringBuilder line = new StringBuilder();
        for (int b = in.read(); b != '\n'; b = in.read()) {
            if (b < 0) {
                throw new EOFException("the connection ended");
            }
            line.append((char) b);
        }
        int length = Integer.parseInt(line.substring(1).strip());
        byte[] body = in.readNBytes(length);
        in.readNBytes(2);
        return body;
    }
}
