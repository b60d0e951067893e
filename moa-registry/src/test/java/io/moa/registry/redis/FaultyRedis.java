package io.moa.registry.redis;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Stands before a real Redis, and answers in its place when it is told to: the same error to each command, or an error to who
 * connects, as a Redis does that has enough clients.
 */
final class FaultyRedis implements AutoCloseable {

    private final ServerSocket listener;
    private final int behind;
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private final AtomicInteger refused = new AtomicInteger();
    private volatile @Nullable String answer;
    private volatile @Nullable String greeting;

    FaultyRedis(int behind) throws IOException {
        this.behind = behind;
        this.listener = new ServerSocket(0, 50, InetAddress.getByName("127.0.0.1"));
        thread(this::accept);
    }

    int port() {
        return listener.getLocalPort();
    }

    /** Answers this to each command on each connection, also on those that are open; null to let Redis answer. */
    void answer(@Nullable String error) {
        answer = error;
    }

    /** Says this to who connects and closes; ends the connections that are open. Null to let everybody in. */
    void greet(@Nullable String error) {
        greeting = error;
        if (error != null) {
            sockets.forEach(FaultyRedis::close);
        }
    }

    /** How often it answered in Redis's place. */
    int refused() {
        return refused.get();
    }

    private static void thread(Runnable work) {
        Thread thread = new Thread(work, "faulty-redis");
        thread.setDaemon(true);
        thread.start();
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Socket client = listener.accept();
                sockets.add(client);
                String error = greeting;
                if (error != null) {
                    refuse(client, error);
                    client.close();
                    continue;
                }
                Socket server = new Socket(InetAddress.getByName("127.0.0.1"), behind);
                sockets.add(server);
                thread(() -> forth(client, server));
                thread(() -> back(server, client));
            } catch (IOException e) {
                // the next one
            }
        }
    }

    private void refuse(Socket client, String error) throws IOException {
        refused.incrementAndGet();
        client.getOutputStream().write(("-" + error + "\r\n").getBytes(StandardCharsets.UTF_8));
        client.getOutputStream().flush();
    }

    private void forth(Socket client, Socket server) {
        byte[] buffer = new byte[64 * 1024];
        try (client;
                server) {
            InputStream in = client.getInputStream();
            OutputStream out = server.getOutputStream();
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                String error = answer;
                if (error == null) {
                    out.write(buffer, 0, n);
                    out.flush();
                    continue;
                }
                // Each command begins with a line *n; what is refused here is short enough to come in one piece.
                String text = new String(buffer, 0, n, StandardCharsets.ISO_8859_1);
                for (int at = text.indexOf('*'); at >= 0; at = text.indexOf("\n*", at + 1)) {
                    refuse(client, error);
                }
            }
        } catch (IOException e) {
            // the connection is over
        }
    }

    private static void back(Socket server, Socket client) {
        try (client;
                server) {
            server.getInputStream().transferTo(client.getOutputStream());
        } catch (IOException e) {
            // the connection is over
        }
    }

    private static void close(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            // it is over either way
        }
    }

    @Override
    public void close() throws IOException {
        listener.close();
        sockets.forEach(FaultyRedis::close);
    }
}
