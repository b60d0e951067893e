package io.moa.server.health;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * One client of {@link HealthEndpoint}: a head is read, an answer is written, then what still comes is thrown away until the
 * client has closed. Without the last step the system would reset the connection over bytes that nobody has read, and the
 * client might lose its answer. Never waits. Used by one thread.
 */
final class HealthConnection {

    /** How long the head of a request is at most, in bytes. */
    static final int HEAD_BYTES = 4_096;

    /** How many bytes after an answer are thrown away before the connection is cut. */
    private static final int LEFTOVER_BYTES = 65_536;

    private final SocketChannel channel;
    private final HealthReplies replies;
    private final long untilNanos;
    private final ByteBuffer in = ByteBuffer.allocate(HEAD_BYTES);
    private int looked; // how many bytes of the head were looked at
    private boolean begun; // whether there was more than empty lines
    private int lineEnds; // how many there were one after the other
    private @Nullable ByteBuffer answer; // from when the head is whole
    private int leftover;

    /**
     * A client that was just accepted.
     *
     * @param untilNanos when it is cut, however far it is
     */
    HealthConnection(SocketChannel channel, HealthReplies replies, long untilNanos) {
        this.channel = channel;
        this.replies = replies;
        this.untilNanos = untilNanos;
    }

    SocketChannel channel() {
        return channel;
    }

    long untilNanos() {
        return untilNanos;
    }

    /**
     * Does what can be done now.
     *
     * @return what to wait for, as {@link SelectionKey} tells it; 0 if this is over
     * @throws IOException if the client has broken off
     */
    int step() throws IOException {
        ByteBuffer out = answer;
        if (out == null) {
            out = read();
            if (out == null) {
                return channel.isOpen() ? SelectionKey.OP_READ : 0;
            }
            answer = out;
        }
        if (out.hasRemaining()) {
            channel.write(out);
            if (out.hasRemaining()) {
                return SelectionKey.OP_WRITE;
            }
            channel.shutdownOutput();
        }
        return throwAway();
    }

    /** The answer, once the head is whole or cannot become so; null as long as it is not, or if the client has closed. */
    private @Nullable ByteBuffer read() throws IOException {
        int count = channel.read(in);
        if (isWhole()) {
            return ByteBuffer.wrap(replies.to(new String(in.array(), 0, looked, StandardCharsets.ISO_8859_1)));
        }
        if (!in.hasRemaining()) {
            return ByteBuffer.wrap(replies.tooLong());
        }
        if (count < 0) {
            channel.close();
        }
        return null;
    }

    /** A head ends with an empty line; empty lines before it are no part of it. */
    private boolean isWhole() {
        while (looked < in.position()) {
            byte next = in.get(looked++);
            if (next == '\n') {
                lineEnds++;
                if (begun && lineEnds == 2) {
                    return true;
                }
            } else if (next != '\r') {
                begun = true;
                lineEnds = 0;
            }
        }
        return false;
    }

    private int throwAway() throws IOException {
        in.clear();
        int count = channel.read(in);
        leftover += Math.max(0, count);
        return count < 0 || leftover > LEFTOVER_BYTES ? 0 : SelectionKey.OP_READ;
    }
}
