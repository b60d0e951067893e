package io.moa.protocol.serialize;

import io.netty.buffer.ByteBuf;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** The library's writer with its buffer. Used by one thread at a time. */
final class HessianWriter {

    private final BufSink sink = new BufSink();
    private final GuardedOutput output;

    HessianWriter(SerializationLimits limits) {
        output = new GuardedOutput(sink, limits.maxDepth());
    }

    void write(@Nullable Object[] values, Class<?>[] declared, HessianTypes types, ByteBuf out, int maxBytes)
            throws IOException {
        sink.open(out, maxBytes);
        output.begin(types);
        for (int i = 0; i < values.length; i++) {
            Declared.write(values[i], declared[i], output);
        }
        output.flush();
        // The library's table of references holds the values until it is cleared.
        output.reset();
        sink.shut();
    }
}
