package io.moa.protocol.serialize;

import com.caucho.hessian.io.Hessian2Input;
import com.caucho.hessian.io.HessianProtocolException;
import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/**
 * The library's reader behind MOA's guard. It asks {@link HessianTypes} for every type, limits depth, and never turns a
 * read object into text: the library's own messages do, which is how CVE-2021-43297 ran code.
 *
 * <p>The only subclass and the only place that constructs the library's reader. Used by one thread at a time.
 */
final class GuardedInput extends Hessian2Input {

    /** Stands in the table of references for a record that is still being read. */
    static final Object UNFINISHED = new Object();

    private final int maxDepth;
    private int depth;
    private int skipping;
    private int unknownSkipped;

    GuardedInput(int maxDepth) {
        this.maxDepth = maxDepth;
    }

    /** Reads a value of any allowed type. */
    @Override
    public @Nullable Object readObject() throws IOException {
        if (++depth > maxDepth + 1) {
            throw tooDeep(maxDepth);
        }
        Object value = super.readObject();
        depth--;
        if (value == UNFINISHED) {
            throw SerializationException.malformed("A record contains itself, which no record can.");
        }
        if (value instanceof SkippedObject skipped && skipping == 0) {
            throw skipped.refusal();
        }
        return value;
    }

    /**
     * Reads and drops the value of a field that this side does not have. A class that is not allowed does no harm here: it
     * is neither loaded nor created, so that a peer may add a field of a type that we never heard of.
     */
    void skipObject() throws IOException {
        skipping++;
        readObject();
        skipping--;
    }

    boolean isSkipping() {
        return skipping > 0;
    }

    /** How many objects of unknown classes were skipped so far. */
    int unknownSkipped() {
        return unknownSkipped;
    }

    void countUnknown() {
        unknownSkipped++;
    }

    /**
     * An int, without a box where the bytes hold one. Anything else is read as a value and fitted, so that a long that does
     * not fit is an error and not a smaller number.
     */
    int readExactInt() throws IOException {
        int tag = read();
        if (tag >= 0x80 && tag <= 0xbf) {
            return tag - 0x90;
        }
        if (tag >= 0xc0 && tag <= 0xcf) {
            return ((tag - 0xc8) << 8) + read();
        }
        if (tag >= 0xd0 && tag <= 0xd7) {
            int high = (tag - 0xd4) << 16;
            return high + (read() << 8) + read();
        }
        if (tag == 'I') {
            return readRawInt();
        }
        if (tag >= 0) {
            unread();
        }
        return (Integer) Fit.required(readObject(), int.class);
    }

    /** A long, under the same rule as {@link #readExactInt}. */
    long readExactLong() throws IOException {
        int tag = read();
        if (tag >= 0xd8 && tag <= 0xef) {
            return tag - 0xe0L;
        }
        if (tag >= 0xf0) {
            return ((tag - 0xf8L) << 8) + read();
        }
        if (tag >= 0x38 && tag <= 0x3f) {
            long high = (tag - 0x3cL) << 16;
            return high + (read() << 8L) + read();
        }
        if (tag == 0x59) {
            return readRawInt();
        }
        if (tag == 'L') {
            return ((long) readRawInt() << 32) | (readRawInt() & 0xffffffffL);
        }
        if (tag >= 0) {
            unread();
        }
        return (Long) Fit.required(readObject(), long.class);
    }

    double readExactDouble() throws IOException {
        int tag = read();
        if (tag == 'D') {
            return Double.longBitsToDouble(((long) readRawInt() << 32) | (readRawInt() & 0xffffffffL));
        }
        if (tag >= 0) {
            unread();
        }
        return (Double) Fit.required(readObject(), double.class);
    }

    boolean readExactBoolean() throws IOException {
        int tag = read();
        if (tag == 'T') {
            return true;
        }
        if (tag == 'F') {
            return false;
        }
        if (tag >= 0) {
            unread();
        }
        return (Boolean) Fit.required(readObject(), boolean.class);
    }

    private int readRawInt() throws IOException {
        return (read() << 24) | (read() << 16) | (read() << 8) | read();
    }

    /** Starts on a body. After a failed read this reader must not be used again: its buffer may hold left-over bytes. */
    void begin(InputStream body, HessianTypes types) {
        init(body);
        setSerializerFactory(types);
        depth = 0;
        skipping = 0;
        unknownSkipped = 0;
    }

    /** Lets go of what was read. */
    void end() {
        init(InputStream.nullInputStream());
    }

    @Override
    protected IOException expect(String expect, int ch) {
        return new HessianProtocolException("expected " + expect + ", found code " + ch);
    }

    @Override
    protected IOException error(String message) {
        return new HessianProtocolException(message);
    }

    @Override
    public Object resolveRemote(String type, String url) {
        throw SerializationException.malformed("A body names a remote object; remote objects are not carried.");
    }

    static SerializationException tooDeep(int maxDepth) {
        return SerializationException.overLimit("Values nest deeper than the limit maxDepth, " + maxDepth
                + ": flatten the structure or raise the limit.");
    }
}
