package io.moa.protocol.serialize;

import io.netty.buffer.ByteBuf;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** The guard and the library's reader behind it, with their buffers. Used by one thread at a time. */
final class HessianReader {

    private final HessianScan scan;
    private final GuardedInput input;
    private byte[] copy = {};

    HessianReader(SerializationLimits limits) {
        scan = new HessianScan(limits);
        input = new GuardedInput(limits.maxDepth());
    }

    /** Reads so many values, and nothing may be left over. */
    @Nullable
    Object[] read(ByteBuf in, HessianTypes types, int count) throws IOException {
        int length = in.readableBytes();
        byte[] bytes;
        int from;
        if (in.hasArray()) {
            bytes = in.array();
            from = in.arrayOffset() + in.readerIndex();
        } else {
            if (copy.length < length) {
                copy = new byte[length];
            }
            bytes = copy;
            from = 0;
            in.getBytes(in.readerIndex(), bytes, 0, length);
        }
        in.skipBytes(length);
        scan.check(bytes, from, from + length, count);
        input.begin(new ByteArrayInputStream(bytes, from, length), types);
        @Nullable Object[] values = new @Nullable Object[count];
        for (int i = 0; i < values.length; i++) {
            values[i] = input.readObject();
        }
        if (input.read() >= 0) {
            throw SerializationException.malformed("Bytes follow after the last value.");
        }
        input.end();
        return values;
    }
}
