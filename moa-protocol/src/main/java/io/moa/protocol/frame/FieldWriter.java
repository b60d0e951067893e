package io.moa.protocol.frame;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import java.util.Map;

/**
 * Writes single fields of a Protobuf message, in the order in which they are called. A value that is Protobuf's default
 * writes nothing. Stateless.
 */
final class FieldWriter {

    static final int VARINT = 0;
    static final int FIXED64 = 1;
    static final int BYTES = 2;
    static final int FIXED32 = 5;

    private FieldWriter() {}

    static void number(ByteBuf out, int field, long value) {
        if (value != 0) {
            varint(out, field << 3 | VARINT);
            varint(out, value);
        }
    }

    static void bool(ByteBuf out, int field, boolean value) {
        if (value) {
            varint(out, field << 3 | VARINT);
            out.writeByte(1);
        }
    }

    /** A lone surrogate, which UTF-8 cannot carry, is written as a question mark. */
    static void string(ByteBuf out, int field, String value) {
        if (!value.isEmpty()) {
            element(out, field, value);
        }
    }

    /** As {@link #string}, but written even if empty: a member of a list, or of a map. */
    static void element(ByteBuf out, int field, String value) {
        int length = ByteBufUtil.utf8Bytes(value);
        message(out, field, length);
        ByteBufUtil.reserveAndWriteUtf8(out, value, length);
    }

    static void bytes(ByteBuf out, int field, byte[] value) {
        if (value.length > 0) {
            message(out, field, value.length);
            out.writeBytes(value);
        }
    }

    /** The head of a nested message of which {@code length} bytes follow. */
    static void message(ByteBuf out, int field, int length) {
        varint(out, field << 3 | BYTES);
        varint(out, length);
    }

    /** A map of texts; {@code what} names it in the message of the exception. */
    static void map(ByteBuf out, int field, Map<String, String> map, String what) {
        if (map.isEmpty()) {
            return;
        }
        if (map.size() > CallHeader.MAX_MAP_ENTRIES) {
            throw new HeaderException("The " + what + " of a call have " + map.size() + " entries; the limit is "
                    + CallHeader.MAX_MAP_ENTRIES);
        }
        for (Map.Entry<String, String> entry : map.entrySet()) {
            message(out, field, elementLength(entry.getKey()) + elementLength(entry.getValue()));
            element(out, 1, entry.getKey());
            element(out, 2, entry.getValue());
        }
    }

    /** Bytes that {@link #element} writes for a field whose number is below 16. */
    static int elementLength(String value) {
        int length = ByteBufUtil.utf8Bytes(value);
        return 1 + varintLength(length) + length;
    }

    /** Bytes that {@link #string} writes for a field whose number is below 16. */
    static int stringLength(String value) {
        return value.isEmpty() ? 0 : elementLength(value);
    }

    /** Bytes that {@link #bytes} writes for a field whose number is below 16. */
    static int bytesLength(byte[] value) {
        return value.length == 0 ? 0 : 1 + varintLength(value.length) + value.length;
    }

    /** Bytes that {@link #number} writes for a field whose number is below 16. */
    static int numberLength(long value) {
        return value == 0 ? 0 : 1 + varintLength(value);
    }

    static int varintLength(long value) {
        return (70 - Long.numberOfLeadingZeros(value | 1)) / 7;
    }

    static void varint(ByteBuf out, long value) {
        long rest = value;
        while ((rest & ~0x7FL) != 0) {
            out.writeByte((int) ((rest & 0x7F) | 0x80));
            rest >>>= 7;
        }
        out.writeByte((int) rest);
    }
}
