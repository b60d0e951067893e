package io.moa.protocol.serialize;

import io.netty.buffer.ByteBuf;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Writes the plain values of Hessian 2, numbers, texts and bytes, into a buffer, always in the shortest form. A buffer with
 * an array is written in place; any other gets runs of bytes from a small array, since writing it byte by byte costs more
 * than the copy. Used by one thread at a time.
 */
abstract class HessianRuns {

    private static final int RUN = 8192;
    private static final int CHUNK_CHARS = 0x8000;
    private static final int CHUNK_BYTES = 0xffff;
    private static final byte[] NOTHING = {};

    private final byte[] run = new byte[RUN];

    private @Nullable ByteBuf out;
    private int room;
    private int left;
    private boolean inPlace;
    /** Where the next byte goes, within a window of this array that began at {@code start}. */
    byte[] bytes = NOTHING;

    int at;
    private int start;
    private int end;

    /** Starts on a body of at most so many bytes. */
    final void open(ByteBuf buffer, int maxBytes) {
        out = buffer;
        room = BufSink.room(buffer, maxBytes);
        left = room;
        window(buffer);
    }

    /** Hands over what is still in the window. */
    final void shut() {
        handOver(Objects.requireNonNull(out));
        out = null;
        bytes = NOTHING;
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
    final void need(int count) {
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

    final void writeNull() {
        need(1);
        bytes[at++] = 'N';
    }

    final void writeBoolean(boolean flag) {
        need(1);
        bytes[at++] = (byte) (flag ? 'T' : 'F');
    }

    final void writeInt(int value) {
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

    final void writeLong(long value) {
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

    final void writeDouble(double value) {
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

    final void writeDate(long epochMillis) {
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

    final void writeString(String text) {
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

    final void writeBytes(byte[] binary) {
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

    final void put(byte[] source, int from, int length) {
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
}
