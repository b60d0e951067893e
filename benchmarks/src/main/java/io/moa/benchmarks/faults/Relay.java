package io.moa.benchmarks.faults;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A port in front of another one that can be cut off: while it is, bytes that arrive vanish and nobody hears of it, as when a
 * network drops packets. What was under way when it heals is lost, and its connections end. Safe for many threads.
 */
final class Relay implements Closeable {

    private final ServerSocket listener;
    private final int target;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private volatile boolean cut;
    private volatile Set<Socket> before = Set.of();

    /** A relay to a port of this host, at a free port. */
    Relay(int target) throws IOException {
        this.target = target;
        this.listener = new ServerSocket(0, 256, InetAddress.getLoopbackAddress());
        begin(this::accept);
    }

    int port() {
        return listener.getLocalPort();
    }

    /** From now on nothing passes. */
    void cut() {
        before = Set.copyOf(open);
        cut = true;
    }

    /** Whether each connection that was there at the cut has been closed, by whoever made it. */
    boolean ended() {
        return before.stream().noneMatch(open::contains);
    }

    /** From now on everything passes again; connections that lost bytes end. */
    void heal() throws IOException {
        for (Socket socket : open) {
            socket.close();
        }
        cut = false;
    }

    private void accept() {
        try {
            while (true) {
                Socket near = listener.accept();
                open.add(near);
                Socket far = new Socket();
                open.add(far);
                far.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), target), 1_000);
                begin(() -> copy(near, far));
                begin(() -> copy(far, near));
            }
        } catch (IOException e) {
            if (!listener.isClosed()) {
                begin(this::accept); // the target was away; who connected finds out by its timeout
            }
        }
    }

    private void copy(Socket from, Socket to) {
        try (from;
                to) {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            byte[] bytes = new byte[8 << 10];
            for (int read = in.read(bytes); read >= 0; read = in.read(bytes)) {
                if (!cut) {
                    out.write(bytes, 0, read);
                }
            }
        } catch (IOException e) {
            // one of the two has gone, and so goes the other
        } finally {
            open.remove(from);
            open.remove(to);
        }
    }

    private static void begin(Runnable work) {
        Thread thread = new Thread(work, "relay");
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() throws IOException {
        listener.close();
        for (Socket socket : open) {
            socket.close();
        }
    }
}
