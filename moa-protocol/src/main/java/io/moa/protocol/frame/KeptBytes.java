package io.moa.protocol.frame;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;

/** Bytes that wait for somebody, such as the arguments of a call for a worker. Keeps nothing; safe for many threads. */
public final class KeptBytes {

    // Up to this size a new array costs less than taking a buffer from a pool here and giving it back on another
    // thread.
    private static final int PLAIN_ARRAY_BYTES = 1024;

    private KeptBytes() {}

    /**
     * Some bytes of a buffer, for keeping; the receiver releases them. They are a slice, but what is less than an eighth of the buffer is
     * copied: a little that waits in a queue must not keep a large buffer from being used again, or a peer that sends little could fill the memory.
     */
    public static ByteBuf of(ByteBuf buffer, int index, int length) {
        if (length == 0) {
            return Unpooled.EMPTY_BUFFER;
        }
        return isLittle(length, buffer.capacity()) ? copy(buffer, index, length) : buffer.retainedSlice(index, length);
    }

    /**
     * The same of what is a slice already.
     *
     * @param slice with a reference, which this method takes over
     * @param memory the capacity of the buffer that it is a slice of, in bytes
     */
    public static ByteBuf ofSlice(ByteBuf slice, int memory) {
        int length = slice.readableBytes();
        if (!isLittle(length, memory)) {
            return slice;
        }
        try {
            return copy(slice, slice.readerIndex(), length);
        } finally {
            slice.release();
        }
    }

    private static boolean isLittle(int length, int memory) {
        return length < memory >> 3;
    }

    private static ByteBuf copy(ByteBuf from, int index, int length) {
        if (length <= PLAIN_ARRAY_BYTES) {
            byte[] copy = new byte[length];
            from.getBytes(index, copy);
            return Unpooled.wrappedBuffer(copy);
        }
        return from.alloc().buffer(length, length).writeBytes(from, index, length);
    }
}
