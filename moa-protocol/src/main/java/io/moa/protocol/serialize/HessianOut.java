package io.moa.protocol.serialize;

import io.netty.buffer.ByteBuf;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Writes Hessian 2 into a buffer, always in the shortest form. A buffer with an array is written in place; any other gets
 * runs of bytes from a small array, since writing it byte by byte costs more than the copy.
 *
 * <p>Used by one thread at a time; after a failed write it must not be used again.
 */
final class HessianOut {

    private static final int RUN = 8192;
    private static final int CHUNK_CHARS = 0x8000;
    private static final int CHUNK_BYTES = 0xffff;
    private static final byte[] NOTHING = {};

    private final int maxDepth;
    private final Identities refs = new Identities();
    private final Identities classes = new Identities();
    private final Identities typeNames = new Identities();
    private final byte[] run = new byte[RUN];

    private @Nullable ByteBuf out;
    private @Nullable HessianTypes types;
    private int room;
    private int left;
    private boolean inPlace;
    /** Where the next byte goes, within a window of this array that began at {@code start}. */
    private byte[] bytes = NOTHING;

    private int start;
    private int at;
    private int end;
    private int depth;

    HessianOut(int maxDepth) {
        this.maxDepth = maxDepth;
    }

    /** Starts on a body of at most so many bytes. */
    void begin(ByteBuf buffer, int maxBytes, HessianTypes allowed) {
        out = buffer;
        types = allowed;
        room = BufSink.room(buffer, maxBytes);
        left = room;
        depth = 0;
        window(buffer);
    }

    /** Hands over what is still in the window, and lets go of what was written. */
    void finish() {
        handOver(Objects.requireNonNull(out));
        out = null;
        types = null;
        bytes = NOTHING;
        refs.clear();
        classes.clear();
        typeNames.clear();
    }

    private void window(ByteBuf buffer) {
        inPlace = buffer.hasArray() && buffer.writableBytes() > 0;
        if (inPlace) {
            bytes = buffer.array();
            start = buffer.arrayOffset() + buffer.writerIndex();
            end = start + Math.min(left, buffer.writableBytes());
        } else {
            bytes = run;
            start = 0;
            end = Math.min(left, RUN);
        }
        at = start;
    }

    private void handOver(ByteBuf buffer) {
        int written = at - start;
        left -= written;
        if (inPlace) {
            buffer.writerIndex(buffer.writerIndex() + written);
        } else {
            buffer.writeBytes(bytes, start, written);
        }
    }

    /** Makes room for so many bytes, which are few. */
    private void need(int count) {
        if (end - at < count) {
            more(count);
        }
    }

    private void more(int count) {
        ByteBuf buffer = Objects.requireNonNull(out);
        handOver(buffer);
        if (left < count) {
            throw SerializationException.tooLarge(room);
        }
        if (inPlace) {
            buffer.ensureWritable(Math.min(left, RUN));
        }
        window(buffer);
    }

    // ---- plain values

    void writeObject(@Nullable Object value) {
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
        } else if (value instanceof byte[] binary) {
            writeBytes(binary);
        } else {
            write(Objects.requireNonNull(types).ofClass(value.getClass()), value);
        }
    }

    /** Writes a value whose type is known to be this one. */
    void write(HessianType type, Object value) {
        if (++depth > maxDepth) {
            throw HessianScan.tooDeep(maxDepth);
        }
        type.write(value, this);
        depth--;
    }

    HessianTypes types() {
        return Objects.requireNonNull(types);
    }

    void writeNull() {
        need(1);
        bytes[at++] = 'N';
    }

    void writeBoolean(boolean flag) {
        need(1);
        bytes[at++] = (byte) (flag ? 'T' : 'F');
    }

    void writeInt(int value) {
        if (value >= -0x10 && value <= 0x2f) {
            need(1);
            bytes[at++] = (byte) (0x90 + value);
        } else if (value >= -0x800 && value <= 0x7ff) {
            need(2);
            putShort(0xc800 + value);
        } else if (value >= -0x40000 && value <= 0x3ffff) {
            need(3);
            bytes[at++] = (byte) (0xd4 + (value >> 16));
            putShort(value);
        } else {
            putCoded('I', value);
        }
    }

    void writeLong(long value) {
        if (value >= -0x08 && value <= 0x0f) {
            need(1);
            bytes[at++] = (byte) (0xe0 + value);
        } else if (value >= -0x800 && value <= 0x7ff) {
            need(2);
            putShort((int) (0xf800 + value));
        } else if (value >= -0x40000 && value <= 0x3ffff) {
            need(3);
            bytes[at++] = (byte) (0x3c + (value >> 16));
            putShort((int) value);
        } else if (value == (int) value) {
            putCoded(0x59, (int) value);
        } else {
            putCoded('L', value);
        }
    }

    void writeDouble(double value) {
        int whole = (int) value;
        if (whole == value) {
            if (whole == 0 && Double.doubleToRawLongBits(value) != 0) {
                // -0.0 equals 0.0 and must not become it.
                putCoded('D', Double.doubleToRawLongBits(value));
                return;
            }
            if (whole == 0 || whole == 1) {
                need(1);
                bytes[at++] = (byte) (0x5b + whole);
                return;
            }
            if (whole == (byte) whole) {
                need(2);
                bytes[at++] = 0x5d;
                bytes[at++] = (byte) whole;
                return;
            }
            if (whole == (short) whole) {
                need(3);
                bytes[at++] = 0x5e;
                putShort(whole);
                return;
            }
        }
        int mills = (int) (value * 1000);
        if (0.001 * mills == value && value != 0) {
            putCoded(0x5f, mills);
        } else {
            putCoded('D', Double.doubleToRawLongBits(value));
        }
    }

    void writeDate(long epochMillis) {
        long minutes = epochMillis / 60_000;
        if (minutes * 60_000 == epochMillis && minutes == (int) minutes) {
            putCoded(0x4b, (int) minutes);
        } else {
            putCoded(0x4a, epochMillis);
        }
    }

    private void putShort(int value) {
        bytes[at] = (byte) (value >> 8);
        bytes[at + 1] = (byte) value;
        at += 2;
    }

    private void putCoded(int code, int value) {
        need(5);
        bytes[at] = (byte) code;
        Letters.INTS.set(bytes, at + 1, value);
        at += 5;
    }

    private void putCoded(int code, long value) {
        need(9);
        bytes[at] = (byte) code;
        Letters.BIG_ENDIAN_LONGS.set(bytes, at + 1, value);
        at += 9;
    }

    // ---- texts and bytes

    void writeString(String text) {
        int from = 0;
        int length = text.length();
        while (length - from > CHUNK_CHARS) {
            // Both halves of a pair into one chunk, for readers that decode each by itself.
            int chunk = Character.isHighSurrogate(text.charAt(from + CHUNK_CHARS - 1)) ? CHUNK_CHARS - 1 : CHUNK_CHARS;
            need(3);
            bytes[at++] = 'R';
            putShort(chunk);
            letters(text, from, from + chunk);
            from += chunk;
        }
        int last = length - from;
        need(last < 0x20 ? 1 : last < 0x400 ? 2 : 3);
        if (last < 0x20) {
            bytes[at++] = (byte) last;
        } else if (last < 0x400) {
            putShort(0x3000 + last);
        } else {
            bytes[at++] = 'S';
            putShort(last);
        }
        letters(text, from, length);
    }

    private void letters(String text, int from, int to) {
        int i = from;
        while (i < to) {
            byte[] into = bytes;
            int j = at;
            int plain = Math.min(to, i + (end - j));
            char letter = 0;
            while (i < plain && (letter = text.charAt(i)) < 0x80) {
                into[j++] = (byte) letter;
                i++;
            }
            if (i == to) {
                at = j;
                return;
            }
            for (int last = end - 3; i < to && j <= last; i++) {
                j = Letters.put(into, j, text.charAt(i));
            }
            at = j;
            if (i < to) {
                letter = text.charAt(i);
                need(letter < 0x80 ? 1 : letter < 0x800 ? 2 : 3);
                at = Letters.put(bytes, at, letter);
                i++;
            }
        }
    }

    void writeBytes(byte[] binary) {
        int from = 0;
        int length = binary.length;
        while (length - from > CHUNK_BYTES) {
            need(3);
            bytes[at++] = 'A';
            putShort(CHUNK_BYTES);
            put(binary, from, CHUNK_BYTES);
            from += CHUNK_BYTES;
        }
        int last = length - from;
        need(last < 0x10 ? 1 : last < 0x400 ? 2 : 3);
        if (last < 0x10) {
            bytes[at++] = (byte) (0x20 + last);
        } else if (last < 0x400) {
            putShort(0x3400 + last);
        } else {
            bytes[at++] = 'B';
            putShort(last);
        }
        put(binary, from, last);
    }

    private void put(byte[] source, int from, int length) {
        int i = from;
        int to = from + length;
        while (true) {
            int part = Math.min(to - i, end - at);
            System.arraycopy(source, i, bytes, at, part);
            at += part;
            i += part;
            if (i == to) {
                return;
            }
            more(1);
        }
    }

    // ---- objects, lists and maps

    /** Writes a reference if the value has come before; else it takes the next number. */
    boolean addRef(Object value) {
        int ref = refs.add(value);
        if (ref < 0) {
            return false;
        }
        need(1);
        bytes[at++] = 'Q';
        writeInt(ref);
        return true;
    }

    /** Takes the next number for a list or map that is made for the wire alone. */
    void skipRef() {
        refs.skip();
    }

    /** Starts an object; describes its class the first time. The fields follow in the order of the description. */
    void beginObject(HessianType type) {
        int number = classes.add(type);
        if (number < 0) {
            number = classes.size() - 1;
            byte[] description = type.description();
            put(description, 0, description.length);
        }
        if (number < 0x10) {
            need(1);
            bytes[at++] = (byte) (0x60 + number);
        } else {
            need(1);
            bytes[at++] = 'O';
            writeInt(number);
        }
    }

    /** Starts a list; null for one without a type. */
    void beginList(int length, @Nullable HessianType type) {
        need(1);
        if (type == null) {
            bytes[at++] = (byte) (length < 8 ? 0x78 + length : 'X');
        } else {
            bytes[at++] = (byte) (length < 8 ? 0x70 + length : 'V');
            writeType(type);
        }
        if (length >= 8) {
            writeInt(length);
        }
    }

    /** Starts a map, which {@link #endMap} ends; null for one without a type. */
    void beginMap(@Nullable HessianType type) {
        need(1);
        bytes[at++] = (byte) (type == null ? 'H' : 'M');
        if (type != null) {
            writeType(type);
        }
    }

    void endMap() {
        need(1);
        bytes[at++] = 'Z';
    }

    private void writeType(HessianType type) {
        int number = typeNames.add(type);
        if (number < 0) {
            byte[] name = type.nameBytes();
            put(name, 0, name.length);
        } else {
            writeInt(number);
        }
    }

    // ---- bytes made once

    /** A short text with its length. */
    static byte[] text(String text) {
        byte[] letters = Letters.encoded(text);
        int length = text.length();
        int header = length < 0x20 ? 1 : length < 0x400 ? 2 : 3;
        byte[] bytes = new byte[header + letters.length];
        if (header == 1) {
            bytes[0] = (byte) length;
        } else {
            bytes[0] = (byte) (header == 3 ? 'S' : 0x30 + (length >> 8));
            bytes[1] = (byte) (header == 3 ? length >> 8 : length);
            bytes[header - 1] = (byte) length;
        }
        System.arraycopy(letters, 0, bytes, header, letters.length);
        return bytes;
    }

    /** The description of a class: its name and those of its fields. */
    static byte[] description(String name, String[] fields) {
        ByteBuf buffer = io.netty.buffer.Unpooled.buffer();
        buffer.writeByte('C').writeBytes(text(name));
        HessianDirect.write(fields.length, buffer);
        for (String field : fields) {
            buffer.writeBytes(text(field));
        }
        byte[] bytes = new byte[buffer.readableBytes()];
        buffer.readBytes(bytes);
        return bytes;
    }
}
