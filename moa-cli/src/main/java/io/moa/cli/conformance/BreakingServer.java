package io.moa.cli.conformance;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Answers what clients send when they connect, and ends the connection when a call has come. Safe for many threads. */
final class BreakingServer implements AutoCloseable {

    private static final byte[] OK = "+OK\r\n".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] UNKNOWN = "-ERR unknown command\r\n".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] PONG = "+PONG\r\n".getBytes(StandardCharsets.US_ASCII);
    private static final int MAX_BYTES = 64 * 1024;

    private final ServerSocket listening;
    private final List<String> calls = new CopyOnWriteArrayList<>();

    private BreakingServer(ServerSocket listening) {
        this.listening = listening;
    }

    static BreakingServer start() {
        try {
            BreakingServer server = new BreakingServer(new ServerSocket(0, 50, InetAddress.getLoopbackAddress()));
            Thread thread = new Thread(server::accept, "moa-conformance-breaking");
            thread.setDaemon(true);
            thread.start();
            return server;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    int port() {
        return listening.getLocalPort();
    }

    int calls() {
        return calls.size();
    }

    /** Whether a call came that holds this text. */
    boolean saw(String text) {
        return calls.stream().anyMatch(each -> each.contains('"' + text + '"'));
    }

    private void accept() {
        while (!listening.isClosed()) {
            try {
                Socket socket = listening.accept();
                Thread thread = new Thread(() -> serve(socket), "moa-conformance-breaking-connection");
                thread.setDaemon(true);
                thread.start();
            } catch (IOException closed) {
                return;
            }
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            InputStream in = socket.getInputStream();
            while (true) {
                int count = number(in, '*');
                String verb = "";
                String second = "";
                for (int i = 0; i < count; i++) {
                    int length = number(in, '$');
                    if (length < 0 || length > MAX_BYTES) {
                        return;
                    }
                    String text = new String(in.readNBytes(length), StandardCharsets.UTF_8);
                    in.readNBytes(2);
                    verb = i == 0 ? text.toUpperCase(java.util.Locale.ROOT) : verb;
                    second = i == 1 ? text : second;
                }
                switch (verb) {
                    case "GET", "MGET" -> {
                        calls.add(second);
                        return; // nobody knows whether it ran
                    }
                    case "HELLO" -> socket.getOutputStream().write(hello(second));
                    case "PING" -> socket.getOutputStream().write(PONG);
                    case "CLIENT", "SELECT", "AUTH" -> socket.getOutputStream().write(OK);
                    default -> socket.getOutputStream().write(UNKNOWN);
                }
            }
        } catch (IOException | NumberFormatException gone) {
            // whoever asked is told by the end of the connection
        }
    }

    private static byte[] hello(String version) {
        boolean third = version.equals("3");
        return ((third ? "%3" : "*6")
                        + "\r\n$6\r\nserver\r\n$3\r\nmoa\r\n$7\r\nversion\r\n$5\r\n7.2.0\r\n$5\r\nproto\r\n:"
                        + (third ? 3 : 2) + "\r\n")
                .getBytes(StandardCharsets.US_ASCII);
    }

    private static int number(InputStream in, char kind) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int b = in.read(); b != '\n'; b = in.read()) {
            if (b < 0 || line.length() > 20) {
                throw new IOException("no command");
            }
            line.append((char) b);
        }
        if (line.isEmpty() || line.charAt(0) != kind) {
            throw new IOException("no command");
        }
        return Integer.parseInt(line.substring(1).strip());
    }

    @Override
    public void close() {
        try {
            listening.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
