package io.moa.benchmarks.mesh;

import io.moa.discovery.Address;
import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.BiConsumer;

/** A connection of a client of Redis that sends without waiting, and reads answers in their order. One thread sends. */
final class RespCaller implements Closeable {

    /** What was asked, and when. */
    record Asked(int number, long nanos) {}

    private final SocketChannel channel;
    private final Queue<Asked> waiting = new ConcurrentLinkedQueue<>();
    private final int readEveryMillis;
    private volatile boolean closed;

    /**
     * Connects.
     *
     * @param token said first; empty for none
     * @param readEveryMillis between two reads of up to 8 KiB; 0 to read at once
     * @param answered is told of each answer, null if it ended before
     */
    RespCaller(Address address, String token, int readEveryMillis, BiConsumer<Asked, byte[]> answered)
            throws IOException {
        SocketAddress where = address instanceof Address.Unix unix
                ? UnixDomainSocketAddress.of(unix.path())
                : new InetSocketAddress(((Address.Tcp) address).host(), ((Address.Tcp) address).port());
        this.channel = SocketChannel.open(where);
        this.readEveryMillis = readEveryMillis;
        waiting.add(new Asked(-1, 0));
        if (token.isEmpty()) {
            write("PING"); // who says nothing is not kept for long
        } else {
            write("AUTH", token);
        }
        Thread reader = new Thread(() -> read(answered), "resp-reader");
        reader.setDaemon(true);
        reader.start();
    }

    void call(int number, String method, String argument) throws IOException {
        call(
                number,
                "{\"service\":\"upgrades.Ran\",\"method\":\"" + method + "\",\"args\":[" + argument
                        + "],\"timeoutMs\":30000}");
    }

    void call(int number, String request) throws IOException {
        waiting.add(new Asked(number, System.nanoTime()));
        write("GET", request);
    }

    private void write(String... words) throws IOException {
        StringBuilder text = new StringBuilder("*" + words.length + "\r\n");
        for (String word : words) {
            text.append('$').append(word.length()).append("\r\n").append(word).append("\r\n");
        }
        ByteBuffer bytes = ByteBuffer.wrap(text.toString().getBytes(StandardCharsets.US_ASCII));
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    /** How many answers are waited for. */
    int waiting() {
        return waiting.size();
    }

    private void read(BiConsumer<Asked, byte[]> answered) {
        try {
            InputStream in = new BufferedInputStream(new Slow(), 8 << 10);
            while (true) {
                byte[] answer = answer(in);
                Asked asked = waiting.poll();
                if (asked != null && asked.number() >= 0) {
                    answered.accept(asked, answer);
                }
            }
        } catch (IOException e) {
            if (!closed) {
                for (Asked asked = waiting.poll(); asked != null; asked = waiting.poll()) {
                    answered.accept(asked, new byte[0]);
                }
            }
        }
    }

    private static byte[] answer(InputStream in) throws IOException {
        String line = line(in);
        if (!line.startsWith("$")) {
            return line.getBytes(StandardCharsets.US_ASCII);
        }
        byte[] body = in.readNBytes(Integer.parseInt(line.substring(1)));
        line(in);
        return body;
    }

    private static String line(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int each = in.read(); each != '\n'; each = in.read()) {
            if (each < 0) {
                throw new EOFException();
            }
            if (each != '\r') {
                line.append((char) each);
            }
        }
        return line.toString();
    }

    @Override
    public void close() throws IOException {
        closed = true;
        channel.close();
    }

    /** Whoever reads slowly. */
    private final class Slow extends InputStream {
        private final InputStream in = Channels.newInputStream(channel);

        @Override
        public int read() throws IOException {
            throw new UnsupportedOperationException("it is buffered");
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            if (readEveryMillis > 0) {
                try {
                    Thread.sleep(readEveryMillis);
                } catch (InterruptedException e) {
                    throw new IOException(e);
                }
            }
            return in.read(bytes, offset, Math.min(length, 8 << 10));
        }
    }
}
