package io.moa.e2e.proxy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/** A stock that knows nothing of MOA: it answers calls in JSON over sockets, in one of three protocols. */
final class LocalStock implements AutoCloseable {

    enum Protocol {
        RESP,
        HTTP,
        FASTCGI
    }

    private static final ObjectMapper JSON = new ObjectMapper();

    private final Protocol protocol;
    private final ServerSocket listening;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    final List<JsonNode> calls = new CopyOnWriteArrayList<>();
    final AtomicInteger checks = new AtomicInteger();
    final CountDownLatch hanging = new CountDownLatch(1);
    volatile boolean ill; // answers no check, and goes on to serve

    LocalStock(Protocol protocol) throws IOException {
        this(protocol, 0);
    }

    LocalStock(Protocol protocol, int port) throws IOException {
        this.protocol = protocol;
        this.listening = new ServerSocket();
        listening.setReuseAddress(true);
        listening.bind(new java.net.InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        Thread thread = new Thread(this::accept, "stock");
        thread.setDaemon(true);
        thread.start();
    }

    int port() {
        return listening.getLocalPort();
    }

    String url() {
        return switch (protocol) {
            case RESP -> "resp://127.0.0.1:" + port();
            case HTTP -> "http://127.0.0.1:" + port() + "/moa";
            case FASTCGI -> "fastcgi://127.0.0.1:" + port() + "/srv/stock.php";
        };
    }

    private void accept() {
        while (!listening.isClosed()) {
            try {
                Socket socket = listening.accept();
                open.add(socket);
                Thread thread = new Thread(() -> serve(socket), "stock-connection");
                thread.setDaemon(true);
                thread.start();
            } catch (IOException ended) {
                return;
            }
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            DataInputStream in = new DataInputStream(new BufferedInputStream(socket.getInputStream()));
            OutputStream out = socket.getOutputStream();
            switch (protocol) {
                case RESP -> resp(in, out);
                case HTTP -> http(in, out);
                case FASTCGI -> fastCgi(in, out);
            }
        } catch (IOException gone) {
            // whoever asked is told by that
        } finally {
            open.remove(socket);
        }
    }

    /** What a shop does. */
    private String answer(String text) throws IOException {
        JsonNode call = JSON.readTree(text);
        calls.add(call);
        JsonNode args = call.get("args");
        return switch (call.get("method").asText()) {
            case "reserve" ->
                args.get(1).asInt() > 100
                        ? "{\"error\":{\"code\":\"OUT_OF_STOCK\",\"message\":\"only 100 are left\",\"fields\":{\"left\":100}}}"
                        : "{\"result\":"
                                + args.get(0).asText().length() * args.get(1).asInt() + "}";
            case "echo" -> "{\"result\":" + args.get(0) + "}";
            case "who" -> "{\"result\":\"" + call.path("caller").asText() + "\"}";
            case "hang", "slow" -> {
                try {
                    hanging.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
                yield "{\"result\":null}";
            }
            default -> "Warning: nothing of that kind";
        };
    }

    private void resp(DataInputStream in, OutputStream out) throws IOException {
        while (true) {
            int count = Integer.parseInt(line(in).substring(1));
            String[] command = new String[count];
            for (int i = 0; i < count; i++) {
                byte[] bytes = new byte[Integer.parseInt(line(in).substring(1))];
                in.readFully(bytes);
                line(in);
                command[i] = new String(bytes, StandardCharsets.UTF_8);
            }
            if (command[0].equals("PING")) {
                checks.incrementAndGet();
                out.write(ascii(ill ? "-LOADING not now\r\n" : "+PONG\r\n"));
            } else {
                byte[] reply = answer(command[1]).getBytes(StandardCharsets.UTF_8);
                out.write(ascii("$" + reply.length + "\r\n"));
                out.write(reply);
                out.write(ascii("\r\n"));
            }
        }
    }

    private void http(DataInputStream in, OutputStream out) throws IOException {
        while (true) {
            String first = line(in);
            int length = 0;
            for (String header = line(in); !header.isEmpty(); header = line(in)) {
                if (header.toLowerCase(java.util.Locale.ROOT).startsWith("content-length:")) {
                    length = Integer.parseInt(header.substring(15).strip());
                }
            }
            byte[] body = new byte[length];
            in.readFully(body);
            byte[] reply = {};
            if (first.startsWith("POST /moa ")) {
                reply = answer(new String(body, StandardCharsets.UTF_8)).getBytes(StandardCharsets.UTF_8);
            } else {
                checks.incrementAndGet();
            }
            out.write(ascii("HTTP/1.1 " + (ill && reply.length == 0 ? "503 no" : "200 OK") + "\r\ncontent-length: "
                    + reply.length + "\r\n\r\n"));
            out.write(reply);
            out.flush();
        }
    }

    private void fastCgi(DataInputStream in, OutputStream out) throws IOException {
        ByteArrayOutputStream params = new ByteArrayOutputStream();
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        while (true) {
            in.readUnsignedByte();
            int type = in.readUnsignedByte();
            in.readUnsignedShort();
            byte[] content = new byte[in.readUnsignedShort()];
            in.skipBytes(in.readUnsignedByte() + 1);
            in.readFully(content);
            if (type == 4) {
                params.write(content);
            } else if (type == 5 && content.length > 0) {
                body.write(content);
            } else if (type == 5) {
                break;
            }
        }
        boolean post = params.toString(StandardCharsets.ISO_8859_1).contains("REQUEST_METHODPOST");
        String reply = "";
        if (post) {
            reply = answer(body.toString(StandardCharsets.UTF_8));
        } else {
            checks.incrementAndGet();
        }
        byte[] all = ("Status: " + (ill && !post ? "503 no" : "200 OK") + "\r\nContent-Type: application/json\r\n\r\n"
                        + reply)
                .getBytes(StandardCharsets.UTF_8);
        record(out, 7, ascii("a notice of the language"));
        for (int at = 0; at < all.length; at += 30_000) { // in more than one record
            record(out, 6, java.util.Arrays.copyOfRange(all, at, Math.min(all.length, at + 30_000)));
        }
        record(out, 6, new byte[0]);
        record(out, 3, new byte[8]);
    }

    private static void record(OutputStream out, int type, byte[] content) throws IOException {
        out.write(new byte[] {1, (byte) type, 0, 1, (byte) (content.length >> 8), (byte) content.length, 3, 0});
        out.write(content);
        out.write(new byte[3]); // padding
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static String line(DataInputStream in) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int b = in.read(); b != '\n'; b = in.read()) {
            if (b < 0) {
                throw new EOFException();
            }
            if (b != '\r') {
                line.write(b);
            }
        }
        return line.toString(StandardCharsets.UTF_8);
    }

    /** As a process that is killed. */
    @Override
    public void close() throws IOException {
        listening.close();
        for (Socket each : open) {
            each.close();
        }
        hanging.countDown();
    }
}
