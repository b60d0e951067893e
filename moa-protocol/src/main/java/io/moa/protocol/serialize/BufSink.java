package io.moa.protocol.serialize;

import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * An output stream that appends to a buffer and stops at a limit. The libraries that write to it hold a buffer of their
 * own, so bytes arrive here in runs.
 */
final class BufSink extends OutputStream {

    /** Says that the limit was reached. Without a stack: it is caught by the codec a few frames above. */
    static final class Full extends IOException {
        private static final long serialVersionUID = 1L;

        Full() {
            super("The buffer is full");
        }

        @Override
        @SuppressWarnings("UnsynchronizedOverridesSynchronized")
        public Throwable fillInStackTrace() {
            return this;
        }
    }

    private @Nullable ByteBuf out;
    private long room;

    /** Directs the next writes to this buffer, at most so many bytes. */
    void open(ByteBuf out, int maxBytes) {
        this.out = out;
        this.room = room(out, maxBytes);
    }

    void shut() {
        out = null;
        room = 0;
    }

    /** How many bytes may still be appended. */
    static int room(ByteBuf out, int maxBytes) {
        return Math.min(maxBytes, out.maxWritableBytes());
    }

    @Override
    public void write(int b) throws IOException {
        take(1);
        Objects.requireNonNull(out).writeByte(b);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        take(length);
        Objects.requireNonNull(out).writeBytes(bytes, offset, length);
    }

    private void take(int bytes) throws Full {
        if (bytes > room) {
            throw new Full();
        }
        room -= bytes;
    }
}
