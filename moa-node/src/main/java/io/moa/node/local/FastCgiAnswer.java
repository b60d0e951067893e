package io.moa.node.local;

import io.moa.invoke.Executed;
import io.moa.invoke.Status;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** One answer over FastCGI: the records of its output put together, with the headers of CGI taken off. */
final class FastCgiAnswer implements Dialect.Reader {

    private static final int MAX_HEADER_BYTES = 64 * 1024;
    private static final int MAX_TOLD_BYTES = 512;
    private static final int COMPLETE = 0;
    private static final int CANNOT_MULTIPLEX = 1;
    private static final int OVERLOADED = 2;

    private final boolean check;
    private final int maxBytes;
    private final ByteBuf output = Unpooled.buffer(1_024);
    private final StringBuilder told = new StringBuilder(); // what it wrote to its error stream, the beginning
    private boolean closed;

    FastCgiAnswer(boolean check, int maxBytes) {
        this.check = check;
        this.maxBytes = maxBytes;
    }

    @Override
    public @Nullable ByteBuf read(ByteBuf in) throws LocalProcessException {
        while (in.readableBytes() >= FastCgiDialect.HEADER_BYTES) {
            int at = in.readerIndex();
            int version = in.getUnsignedByte(at);
            int type = in.getUnsignedByte(at + 1);
            int content = in.getUnsignedShort(at + 4);
            int padding = in.getUnsignedByte(at + 6);
            if (version != 1) {
                throw new LocalProcessException(Status.INTERNAL, Executed.MAYBE, "does not answer in FastCGI");
            }
            if (in.readableBytes() < FastCgiDialect.HEADER_BYTES + content + padding) {
                return null;
            }
            int from = at + FastCgiDialect.HEADER_BYTES;
            in.readerIndex(from + content + padding);
            switch (type) {
                case FastCgiDialect.STDOUT -> {
                    if (output.readableBytes() + content > maxBytes + MAX_HEADER_BYTES) {
                        throw new LocalProcessException(
                                Status.TOO_LARGE, Executed.YES, "answered more than the limit, " + maxBytes + " bytes");
                    }
                    output.writeBytes(in, from, content);
                }
                case FastCgiDialect.STDERR -> {
                    int more = Math.min(content, MAX_TOLD_BYTES - told.length());
                    if (more > 0) {
                        told.append(in.toString(from, more, StandardCharsets.UTF_8));
                    }
                }
                case FastCgiDialect.END_REQUEST -> {
                    return answer(content >= 5 ? in.getUnsignedByte(from + 4) : COMPLETE);
                }
                default -> {} // what is not known is passed over
            }
        }
        return null;
    }

    private ByteBuf answer(int end) throws LocalProcessException {
        if (end == OVERLOADED || end == CANNOT_MULTIPLEX) {
            throw new LocalProcessException(Status.OVERLOADED, Executed.NO, "has no process for another request");
        }
        if (end != COMPLETE) {
            throw new LocalProcessException(Status.INTERNAL, Executed.NO, "does not take requests as a responder");
        }
        int status = headers();
        ByteBuf body = output.retainedSlice();
        return check
                ? HttpStatus.checked(status, body, false, told.toString())
                : HttpStatus.answer(status, body, told.toString());
    }

    /** Reads the headers away; the status that they say. */
    private int headers() throws LocalProcessException {
        int status = 200;
        while (true) {
            int end = output.indexOf(
                    output.readerIndex(),
                    Math.min(output.writerIndex(), output.readerIndex() + MAX_HEADER_BYTES),
                    (byte) '\n');
            if (end < 0) {
                throw new LocalProcessException(Status.INTERNAL, Executed.MAYBE, "answered without the headers of CGI");
            }
            String line = output.toString(output.readerIndex(), end - output.readerIndex(), StandardCharsets.ISO_8859_1)
                    .strip();
            output.readerIndex(end + 1);
            if (line.isEmpty()) {
                return status;
            }
            if (line.regionMatches(true, 0, "Status:", 0, 7)) {
                status = status(line.substring(7).strip());
            }
        }
    }

    private static int status(String text) throws LocalProcessException {
        try {
            return Integer.parseInt(text.substring(0, Math.min(3, text.length())));
        } catch (NumberFormatException e) {
            throw new LocalProcessException(
                    Status.INTERNAL, Executed.MAYBE, "answered with a status that is no number");
        }
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            output.release();
        }
    }
}
