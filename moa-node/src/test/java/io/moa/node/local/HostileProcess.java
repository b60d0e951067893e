package io.moa.node.local;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** A process behind a real socket that answers each connection as a test says, once something was asked. */
final class HostileProcess implements AutoCloseable {

    /** What it does on one connection, which is closed after it. */
    interface Conduct {
        void on(int number, InputStream in, OutputStream out) throws Exception;
    }

    private final ServerSocket listening;
    private final List<Socket> open = new CopyOnWriteArrayList<>();
    private final AtomicInteger connections = new AtomicInteger();

    private HostileProcess(Conduct conduct) throws IOException {
        this.listening = new ServerSocket(0, 200, InetAddress.getByName("127.0.0.1"));
        begin(() -> {
            while (true) {
                Socket socket = listening.accept();
                socket.setTcpNoDelay(true);
                open.add(socket);
                int number = connections.getAndIncrement();
                begin(() -> {
                    try (socket) {
                        conduct.on(number, socket.getInputStream(), socket.getOutputStream());
                        socket.shutdownOutput();
                        untilClosed(socket.getInputStream()); // a close before all is read could take the answer back
                    }
                });
            }
        });
    }

    private interface Task {
        void run() throws Exception;
    }

    private static void begin(Task task) {
        Thread thread = new Thread(() -> {
            try {
                task.run();
            } catch (Exception closed) {
                // the test is over, or the other side has had enough
            }
        });
        thread.setDaemon(true);
        thread.start();
    }

    static HostileProcess that(Conduct conduct) {
        try {
            return new HostileProcess(conduct);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Reads what is asked, one read of it, and answers so. */
    static HostileProcess answering(byte[] answer, int atOnce) {
        return that((number, in, out) -> {
            listen(in);
            for (int at = 0; at < answer.length; at += atOnce) {
                out.write(answer, at, Math.min(atOnce, answer.length - at));
                out.flush();
            }
        });
    }

    static void listen(InputStream in) throws IOException {
        if (in.read(new byte[65_536]) < 0) {
            throw new EOFException("nothing was asked");
        }
    }

    /** Returns when the other side has closed, also with a reset: who leaves before it has read all sends one. */
    static void untilClosed(InputStream in) {
        byte[] bytes = new byte[65_536];
        try {
            while (in.read(bytes) >= 0) {
                continue;
            }
        } catch (IOException reset) {
            // closed as well
        }
    }

    int port() {
        return listening.getLocalPort();
    }

    int connections() {
        return connections.get();
    }

    @Override
    public void close() throws IOException {
        listening.close();
        for (Socket each : open) {
            each.close();
        }
    }
}
