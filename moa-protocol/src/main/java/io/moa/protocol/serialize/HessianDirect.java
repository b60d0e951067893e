package io.moa.protocol.serialize;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Hessian 2 of the plainest values, null, texts, bytes and the common numbers, straight between value and buffer. Most
 * keys, flags and blobs that services exchange are one of these, and then none of the library's objects is touched.
 *
 * <p>The bytes are valid Hessian 2 in both directions: what is written here the library reads, and the other way round.
 */
final class HessianDirect {

    /** Not a plain value: the whole body goes the long way. */
    static final Object NOT_PLAIN = new Object();

    private static final int CHUNK_CHARS = 0x8000;
    private static final int CHUNK_BYTES = 0xffff;
    private static final int MAX_HEADER = 9;

    private HessianDirect() {}

    // ---- writing

    /** An upper bound of the bytes that the value takes, or -1 if it is not plain. */
    static long bound(@Nullable Object value) {
        if (value instanceof String text) {
            int length = text.length();
            for (int i = 0; i < length; i++) {
                if (Character.isSurrogate(text.charAt(i))) {
                    // Hessian writes each half by itself, which is not UTF-8.
                    return -1;
                }
            }
            return 3L * length + 3L * (length / CHUNK_CHARS + 1);
        }
        if (value instanceof byte[] bytes) {
            return bytes.length + 3L * (bytes.length / CHUNK_BYTES + 1);
        }
        if (value == null
                || value instanceof Integer
                || value instanceof Long
                || value instanceof Boolean
                || value instanceof Double) {
            return MAX_HEADER;
        }
        return -1;
    }

    /** Writes a value whose {@link #bound} is not -1. */
    static void write(@Nullable Object value, ByteBuf out) {
        if (value == null) {
            out.writeByte('N');
        } else if (value instanceof String text) {
            writeText(text, out);
        } else if (value instanceof byte[] bytes) {
            writeBytes(bytes, out);
        } else if (value instanceof Integer number) {
            writeInt(number, out);
        } else if (value instanceof Long number) {
            writeLong(number, out);
        } else if (value instanceof Boolean flag) {
            out.writeByte(flag ? 'T' : 'F');
        } else {
            writeDouble((Double) value, out);
        }
    }

    private static void writeText(String text, ByteBuf out) {
        int from = 0;
        int left = text.length();
        while (left > CHUNK_CHARS) {
            out.writeByte('R').writeShort(CHUNK_CHARS);
            ByteBufUtil.writeUtf8(out, text, from, from + CHUNK_CHARS);
            from += CHUNK_CHARS;
            left -= CHUNK_CHARS;
        }
        if (left <= 31) {
            out.writeByte(left);
        } else if (left <= 1023) {
            out.writeShort(0x3000 + left);
        } else {
            out.writeByte('S').writeShort(left);
        }
        ByteBufUtil.writeUtf8(out, text, from, from + left);
    }

    private static void writeBytes(byte[] bytes, ByteBuf out) {
        int from = 0;
        int left = bytes.length;
        while (left > CHUNK_BYTES) {
            out.writeByte('A').writeShort(CHUNK_BYTES).writeBytes(bytes, from, CHUNK_BYTES);
            from += CHUNK_BYTES;
            left -= CHUNK_BYTES;
        }
        if (left <= 15) {
            out.writeByte(0x20 + left);
        } else if (left <= 1023) {
            out.writeShort(0x3400 + left);
        } else {
            out.writeByte('B').writeShort(left);
        }
        out.writeBytes(bytes, from, left);
    }

    private static void writeInt(int value, ByteBuf out) {
        if (value >= -0x10 && value <= 0x2f) {
            out.writeByte(0x90 + value);
        } else if (value >= -0x800 && value <= 0x7ff) {
            out.writeShort(0xc800 + value);
        } else if (value >= -0x40000 && value <= 0x3ffff) {
            out.writeMedium(0xd40000 + value);
        } else {
            out.writeByte('I').writeInt(value);
        }
    }

    private static void writeLong(long value, ByteBuf out) {
        if (value >= -0x08 && value <= 0x0f) {
            out.writeByte((int) (0xe0 + value));
        } else if (value >= -0x800 && value <= 0x7ff) {
            out.writeShort((int) (0xf800 + value));
        } else if (value >= -0x40000 && value <= 0x3ffff) {
            out.writeMedium((int) (0x3c0000 + value));
        } else if (value == (int) value) {
            out.writeByte(0x59).writeInt((int) value);
        } else {
            out.writeByte('L').writeLong(value);
        }
    }

    private static void writeDouble(double value, ByteBuf out) {
        // -0.0 equals 0.0 and must not become it.
        if (value == 0 && Double.doubleToRawLongBits(value) == 0) {
            out.writeByte(0x5b);
        } else if (value == 1) {
            out.writeByte(0x5c);
        } else {
            out.writeByte('D').writeDouble(value);
        }
    }

    // ---- reading

    /**
     * Reads one value if it is plain.
     *
     * @return the value, or {@link #NOT_PLAIN}, then with an undefined reader index
     * @throws SerializationException if the value is cut short
     */
    static @Nullable Object read(ByteBuf in) {
        if (!in.isReadable()) {
            return NOT_PLAIN;
        }
        int tag = in.readUnsignedByte();
        try {
            if (tag < 0x20) {
                return readText(tag, in);
            }
            if (tag < 0x30) {
                return readBytes(tag - 0x20, in);
            }
            if (tag < 0x34) {
                return readText(((tag - 0x30) << 8) + in.readUnsignedByte(), in);
            }
            if (tag < 0x38) {
                return readBytes(((tag - 0x34) << 8) + in.readUnsignedByte(), in);
            }
            if (tag < 0x40) {
                return ((tag - 0x3cL) << 16) + in.readUnsignedShort();
            }
            if (tag >= 0xf0) {
                return ((tag - 0xf8L) << 8) + in.readUnsignedByte();
            }
            if (tag >= 0xd8) {
                return tag - 0xe0L;
            }
            if (tag >= 0xd0) {
                return ((tag - 0xd4) << 16) + in.readUnsignedShort();
            }
            if (tag >= 0xc0) {
                return ((tag - 0xc8) << 8) + in.readUnsignedByte();
            }
            if (tag >= 0x80) {
                return tag - 0x90;
            }
            return switch (tag) {
                case 'N' -> null;
                case 'T' -> true;
                case 'F' -> false;
                case 'I' -> in.readInt();
                case 0x59 -> (long) in.readInt();
                case 'L' -> in.readLong();
                case 0x5b -> 0.0;
                case 0x5c -> 1.0;
                case 'D' -> in.readDouble();
                case 'S' -> readText(in.readUnsignedShort(), in);
                case 'B' -> readBytes(in.readUnsignedShort(), in);
                case 'A' -> readChunks(in);
                default -> NOT_PLAIN;
            };
        } catch (IndexOutOfBoundsException e) {
            throw SerializationException.malformed("The body is cut short.");
        }
    }

    private static Object readText(int chars, ByteBuf in) {
        // Decoding does not check this by itself, and would read what stands behind the body.
        if (chars > in.readableBytes()) {
            throw new IndexOutOfBoundsException();
        }
        // Decoded as if each byte were a character; if one is not ASCII, the long way reads it.
        String text = in.toString(in.readerIndex(), chars, StandardCharsets.ISO_8859_1);
        for (int i = 0; i < chars; i++) {
            if (text.charAt(i) >= 0x80) {
                return NOT_PLAIN;
            }
        }
        in.skipBytes(chars);
        return text;
    }

    private static byte[] readBytes(int length, ByteBuf in) {
        if (length > in.readableBytes()) {
            throw new IndexOutOfBoundsException();
        }
        byte[] bytes = new byte[length];
        in.readBytes(bytes);
        return bytes;
    }

    /** Binary data in several chunks, the first of which is not the last. Measured first, then copied once. */
    private static Object readChunks(ByteBuf in) {
        int start = in.readerIndex();
        int total = chunks(in, start, null);
        if (total < 0) {
            return NOT_PLAIN;
        }
        byte[] bytes = new byte[total];
        chunks(in, start, bytes);
        return bytes;
    }

    /** Walks the chunks from the first one's length on; -1 if they do not go on as they should. */
    private static int chunks(ByteBuf in, int start, byte @Nullable [] into) {
        in.readerIndex(start);
        int total = 0;
        int tag = 'A';
        while (true) {
            int length;
            if (tag == 'A' || tag == 'B') {
                length = in.readUnsignedShort();
            } else if (tag >= 0x20 && tag < 0x30) {
                length = tag - 0x20;
            } else if (tag >= 0x34 && tag < 0x38) {
                length = ((tag - 0x34) << 8) + in.readUnsignedByte();
            } else {
                return -1;
            }
            if (into == null) {
                in.skipBytes(length);
            } else {
                in.readBytes(into, total, length);
            }
            total += length;
            if (tag != 'A') {
                return total;
            }
            tag = in.readUnsignedByte();
        }
    }
}
