package io.moa.protocol.serialize;

import com.caucho.hessian.io.Hessian2Output;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The library's writer, with MOA's types, a limit on depth, and the doubles it gets wrong put right. Used by one thread at
 * a time.
 */
final class GuardedOutput extends Hessian2Output {

    private final OutputStream sink;
    private final int maxDepth;
    private int depth;
    private @Nullable HessianTypes types;

    GuardedOutput(OutputStream sink, int maxDepth) {
        super(sink);
        this.sink = sink;
        this.maxDepth = maxDepth;
    }

    void begin(HessianTypes types) {
        init(sink);
        this.types = types;
        depth = 0;
    }

    @Override
    public void writeObject(@Nullable Object value) throws IOException {
        if (value == null) {
            writeNull();
        } else if (value instanceof String text) {
            writeString(text);
        } else if (value instanceof Integer number) {
            writeInt(number);
        } else if (value instanceof Long number) {
            writeLong(number);
        } else if (value instanceof Boolean flag) {
            writeBoolean(flag);
        } else if (value instanceof Double number) {
            writeDouble(number);
        } else if (value instanceof byte[] bytes) {
            writeBytes(bytes);
        } else {
            if (++depth > maxDepth) {
                throw GuardedInput.tooDeep(maxDepth);
            }
            Objects.requireNonNull(types).ofClass(value.getClass()).write(value, this);
            depth--;
        }
    }

    /** Starts an object; writes the names of its fields the first time. */
    void beginObject(String name, String[] fields) throws IOException {
        if (writeObjectBegin(name) == -1) {
            writeClassFieldLength(fields.length);
            for (String field : fields) {
                writeString(field);
            }
            writeObjectBegin(name);
        }
    }

    @Override
    public void writeDouble(double value) throws IOException {
        if (value == 0 && Double.doubleToRawLongBits(value) != 0) {
            // The library writes -0.0 as 0.0. It has no way to write a code of our choice, so its buffer is emptied
            // first.
            flushBuffer();
            sink.write(HessianWire.NEGATIVE_ZERO, 0, HessianWire.NEGATIVE_ZERO.length);
        } else {
            super.writeDouble(value);
        }
    }
}
