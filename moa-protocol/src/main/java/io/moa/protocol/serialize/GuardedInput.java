package io.moa.protocol.serialize;

import com.caucho.hessian.io.Hessian2Input;
import com.caucho.hessian.io.HessianProtocolException;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
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
    private final byte[] letters = new byte[1024];
    private int depth;
    private int skipping;
    private int unknownSkipped;

    GuardedInput(int maxDepth) {
        this.maxDepth = maxDepth;
    }

    /**
     * Reads a value of any allowed type. The scan has passed over the body, so a value is whole here.
     *
     * <p>Texts, bytes and ints are read here and not by the library, which goes through several calls for each byte.
     */
    @Override
    public @Nullable Object readObject() throws IOException {
        int tag = read();
        if (tag < 0) {
            throw new EOFException();
        }
        if (tag < 0x20) {
            return text(tag, true);
        }
        if (tag >= 0x80 && tag <= 0xbf) {
            return tag - 0x90;
        }
        switch (tag) {
            case 'N' -> {
                return null;
            }
            case 0x30, 0x31, 0x32, 0x33 -> {
                return text(((tag - 0x30) << 8) + read(), true);
            }
            case 'S', 'R' -> {
                return text(readRawShort(), tag == 'S');
            }
            case 'B' -> {
                return bytes(readRawShort());
            }
            default -> {
                unread();
                return readOther();
            }
        }
    }

    private @Nullable Object readOther() throws IOException {
        // The scan has the exact limit; the library takes two levels for an object whose class is described first.
        if (++depth > 2 * maxDepth) {
            throw tooDeep(maxDepth);
        }
        Object value = super.readObject();
        depth--;
        if (value == UNFINISHED) {
            throw SerializationException.malformed("A record or an unchangeable collection contains itself.");
        }
        if (value instanceof SkippedObject skipped && skipping == 0) {
            throw skipped.refusal();
        }
        return value;
    }

    private String text(int chars, boolean last) throws IOException {
        byte[] plain = letters;
        if (last && chars <= plain.length) {
            for (int i = 0; i < chars; i++) {
                int lead = read();
                if (lead >= 0x80) {
                    StringBuilder text = new StringBuilder(chars);
                    for (int j = 0; j < i; j++) {
                        text.append((char) plain[j]);
                    }
                    text.append(letter(lead));
                    return letters(text, chars - i - 1).toString();
                }
                plain[i] = (byte) lead;
            }
            return new String(plain, 0, chars, StandardCharsets.ISO_8859_1);
        }
        StringBuilder text = letters(new StringBuilder(chars), chars);
        boolean more = !last;
        while (more) {
            int tag = read();
            more = tag == 'R';
            int length = tag == 'R' || tag == 'S' ? readRawShort() : tag < 0x20 ? tag : ((tag - 0x30) << 8) + read();
            letters(text, length);
        }
        return text.toString();
    }

    private StringBuilder letters(StringBuilder text, int chars) throws IOException {
        for (int i = 0; i < chars; i++) {
            text.append(letter(read()));
        }
        return text;
    }

    private char letter(int lead) throws IOException {
        if (lead < 0x80) {
            return (char) lead;
        }
        if ((lead & 0xe0) == 0xc0) {
            return (char) (((lead & 0x1f) << 6) + (read() & 0x3f));
        }
        int middle = read() & 0x3f;
        return (char) (((lead & 0x0f) << 12) + (middle << 6) + (read() & 0x3f));
    }

    private byte[] bytes(int length) throws IOException {
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) {
            bytes[i] = (byte) read();
        }
        return bytes;
    }

    private int readRawShort() throws IOException {
        int high = read() << 8;
        return high + read();
    }

    /**
     * Reads and drops the value of a field that this side does not have. A class that is not allowed does no harm here: it
     * is neither loaded nor created, so that a peer may add a field of a type that we never heard of.
     */
    void skipObject() throws IOException {
        // What is unknown in there is no part of the object that is being read.
        int before = unknownSkipped;
        skipping++;
        readObject();
        skipping--;
        unknownSkipped = before;
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
