package io.moa.node.local;

import io.moa.internal.UntrustedText;
import io.moa.invoke.Executed;
import io.moa.invoke.Status;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** {@code GET <request>}, answered with a bulk string; {@code PING}, answered with {@code PONG}. */
final class RespDialect implements Dialect {

    private static final byte[] GET = "*2\r\n$3\r\nGET\r\n$".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] PING = "*1\r\n$4\r\nPING\r\n".getBytes(StandardCharsets.US_ASCII);
    private static final int MAX_LINE_BYTES = 1_024;

    private final int maxBytes;

    /** @param maxBytes the longest answer */
    RespDialect(int maxBytes) {
        this.maxBytes = maxBytes;
    }

    @Override
    public ByteBuf question(ByteBuf json, ByteBufAllocator allocator) {
        try {
            int length = json.readableBytes();
            return allocator
                    .buffer(GET.length + 16 + length)
                    .writeBytes(GET)
                    .writeBytes((length + "\r\n").getBytes(StandardCharsets.US_ASCII))
                    .writeBytes(json)
                    .writeShort(0x0D0A);
        } finally {
            json.release();
        }
    }

    @Override
    public ByteBuf check(ByteBufAllocator allocator) {
        return Unpooled.wrappedBuffer(PING);
    }

    @Override
    public boolean keepsConnections() {
        return true;
    }

    @Override
    public Reader reader(boolean check) {
        return in -> read(in, check);
    }

    private @Nullable ByteBuf read(ByteBuf in, boolean check) throws LocalProcessException {
        int end = in.indexOf(
                in.readerIndex(), Math.min(in.writerIndex(), in.readerIndex() + MAX_LINE_BYTES), (byte) '\n');
        if (end < 0) {
            if (in.readableBytes() >= MAX_LINE_BYTES) {
                throw noAnswer("a line of more than " + MAX_LINE_BYTES + " bytes");
            }
            return null;
        }
        byte kind = in.getByte(in.readerIndex());
        String line = in.toString(in.readerIndex() + 1, Math.max(0, end - in.readerIndex() - 1), StandardCharsets.UTF_8)
                .strip();
        switch (kind) {
            case '$' -> {
                long length = length(line);
                if (length > maxBytes) {
                    throw new LocalProcessException(
                            Status.TOO_LARGE,
                            Executed.YES,
                            "answered " + length + " bytes, and the limit is " + maxBytes);
                }
                int from = end + 1;
                if (length < 0) {
                    throw noAnswer("null");
                }
                if (in.writerIndex() - from < length + 2) {
                    return null;
                }
                if (in.getShort(from + (int) length) != 0x0D0A) {
                    throw noAnswer("a bulk string of another length than it says");
                }
                ByteBuf answer = check ? Unpooled.EMPTY_BUFFER : in.retainedSlice(from, (int) length);
                in.readerIndex(from + (int) length + 2);
                return answer;
            }
            case '+' -> {
                if (!check) {
                    throw noAnswer("a status, +" + UntrustedText.shown(line, 64));
                }
                in.readerIndex(end + 1);
                return Unpooled.EMPTY_BUFFER;
            }
            case '-' ->
                throw new LocalProcessException(
                        Status.INTERNAL, Executed.MAYBE, "answered the error " + UntrustedText.shown(line, 256));
            default -> throw noAnswer("RESP of another kind, or none");
        }
    }

    private static long length(String line) throws LocalProcessException {
        try {
            return Long.parseLong(line);
        } catch (NumberFormatException e) {
            throw noAnswer("a length that is no number");
        }
    }

    private static LocalProcessException noAnswer(String what) {
        return new LocalProcessException(
                Status.INTERNAL,
                Executed.MAYBE,
                "answered GET with " + what + ", and not with a bulk string, a reply in JSON");
    }
}
