package io.moa.protocol.frame;

import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * Reads one Protobuf message, field by field, out of a range of a buffer. It never looks outside the range, never
 * descends by itself, and refuses groups, so its work is at most the length of the range.
 *
 * <p>One thread, one pass:
 *
 * <pre>{@code
 * FieldReader in = new FieldReader(buffer, index, length, "Closing");
 * while (in.next()) {
 *     switch (in.field()) {
 *         case 1 -> reason = in.string(4096);
 *         default -> {} // unknown: next() has skipped it
 *     }
 * }
 * }</pre>
 */
final class FieldReader {

    private static final int GROUP_START = 3;
    private static final int GROUP_END = 4;
    private static final int MAX_FIELD = (1 << 29) - 1;
    private static final long NOT_ASCII = 0x8080_8080_8080_8080L;

    private final ByteBuf in;
    private final int end;
    private final String name;
    private int at;

    private int field;
    private int wireType;
    private long number;
    private int valueIndex;
    private int valueLength;

    /** @param name what is being read, for the messages of exceptions */
    FieldReader(ByteBuf in, int index, int length, String name) {
        if (index < 0 || length < 0 || index > in.writerIndex() - length) {
            throw new IndexOutOfBoundsException(length + " bytes at " + index + " are not within " + in);
        }
        this.in = in;
        this.at = index;
        this.end = index + length;
        this.name = name;
    }

    /**
     * Goes to the next field.
     *
     * @return false at the end of the message
     * @throws HeaderException if the bytes are no field
     */
    boolean next() {
        if (at >= end) {
            return false;
        }
        long tag = varint();
        long fieldNumber = tag >>> 3;
        if (fieldNumber == 0 || fieldNumber > MAX_FIELD) {
            throw new HeaderException(
                    name + " has a field with the impossible number " + Long.toUnsignedString(fieldNumber));
        }
        field = (int) fieldNumber;
        wireType = (int) tag & 7;
        switch (wireType) {
            case FieldWriter.VARINT -> number = varint();
            case FieldWriter.FIXED64 -> take(8);
            case FieldWriter.BYTES -> {
                long length = varint();
                if (length < 0 || length > end - at) {
                    throw new HeaderException("Field " + field + " of " + name + " says it has "
                            + Long.toUnsignedString(length) + " bytes, and " + (end - at) + " are left");
                }
                take((int) length);
            }
            case FieldWriter.FIXED32 -> take(4);
            case GROUP_START, GROUP_END ->
                throw new HeaderException("Field " + field + " of " + name + " is a group; groups are not accepted");
            default ->
                throw new HeaderException("Field " + field + " of " + name + " has the unknown wire type " + wireType);
        }
        return true;
    }

    /** The number of the field that {@link #next} found. */
    int field() {
        return field;
    }

    /** Its value as a number of 64 bits. */
    long uint64() {
        expect(FieldWriter.VARINT);
        return number;
    }

    /** Its value as a number of 0 to 2^31 - 1. Our fields are none larger, so more is a mistake and not a number. */
    int int31() {
        expect(FieldWriter.VARINT);
        if (number < 0 || number > Integer.MAX_VALUE) {
            throw new HeaderException("Field " + field + " of " + name + " is " + Long.toUnsignedString(number)
                    + "; at most 2147483647 is accepted");
        }
        return (int) number;
    }

    /** Its value as a number of 0 to 2^63 - 1, for sizes and times, which must not come out negative. */
    long int63() {
        expect(FieldWriter.VARINT);
        if (number < 0) {
            throw new HeaderException("Field " + field + " of " + name + " is " + Long.toUnsignedString(number)
                    + "; at most 9223372036854775807 is accepted");
        }
        return number;
    }

    boolean bool() {
        expect(FieldWriter.VARINT);
        return number != 0;
    }

    /** Where the bytes of its value begin: a string, bytes or a nested message. */
    int valueIndex() {
        expect(FieldWriter.BYTES);
        return valueIndex;
    }

    int valueLength() {
        expect(FieldWriter.BYTES);
        return valueLength;
    }

    byte[] bytes(int maxLength) {
        expectAtMost(maxLength);
        byte[] bytes = new byte[valueLength];
        in.getBytes(valueIndex, bytes);
        return bytes;
    }

    /** Its value as text of at most {@code maxLength} bytes. */
    String string(int maxLength) {
        expectAtMost(maxLength);
        if (valueLength == 0) {
            return "";
        }
        if (isAscii()) {
            return in.toString(valueIndex, valueLength, StandardCharsets.US_ASCII);
        }
        byte[] bytes = new byte[valueLength];
        in.getBytes(valueIndex, bytes);
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new HeaderException("Field " + field + " of " + name + " is not valid UTF-8");
        }
    }

    /**
     * A name that will appear in logs: as {@link #string}, without control characters. That is what the wire accepts, the same on each side
     * whatever Unicode its Java knows, and is asked of every call; how a name is shown is for {@link io.moa.internal.UntrustedText} to say.
     *
     * @throws HeaderException if there is one
     */
    String word(int maxLength) {
        String word = string(maxLength);
        for (int i = 0; i < word.length(); i++) {
            if (Character.isISOControl(word.charAt(i))) {
                throw new HeaderException("Field " + field + " of " + name + " contains a control character");
            }
        }
        return word;
    }

    /**
     * Adds its value, an entry of a map of texts.
     *
     * @param charsBefore how many characters the map has so far
     * @return how many it has now
     */
    int entry(Map<String, String> map, int charsBefore, int maxChars) {
        FieldReader entry = new FieldReader(in, valueIndex(), valueLength(), name);
        String key = "";
        String value = "";
        while (entry.next()) {
            switch (entry.field) {
                case 1 -> key = entry.string(Integer.MAX_VALUE);
                case 2 -> value = entry.string(Integer.MAX_VALUE);
                default -> {} // as everywhere, unknown fields are nobody's business
            }
        }
        int chars = charsBefore + key.length() + value.length();
        if (chars > maxChars) {
            throw new HeaderException(
                    "Field " + field + " of " + name + " has more than " + maxChars + " characters in its entries");
        }
        map.put(key, value);
        return chars;
    }

    private boolean isAscii() {
        int i = valueIndex;
        int stop = valueIndex + valueLength;
        for (; i <= stop - 8; i += 8) {
            if ((in.getLong(i) & NOT_ASCII) != 0) {
                return false;
            }
        }
        for (; i < stop; i++) {
            if (in.getByte(i) < 0) {
                return false;
            }
        }
        return true;
    }

    private void expect(int expected) {
        if (wireType != expected) {
            throw new HeaderException(
                    "Field " + field + " of " + name + " has wire type " + wireType + " instead of " + expected);
        }
    }

    private void expectAtMost(int maxLength) {
        expect(FieldWriter.BYTES);
        if (valueLength > maxLength) {
            throw new HeaderException(
                    "Field " + field + " of " + name + " has " + valueLength + " bytes; the limit is " + maxLength);
        }
    }

    private void take(int length) {
        if (length > end - at) {
            throw cutOff();
        }
        valueIndex = at;
        valueLength = length;
        at += length;
    }

    private long varint() {
        long value = 0;
        for (int shift = 0; shift < 64; shift += 7) {
            if (at >= end) {
                throw cutOff();
            }
            byte b = in.getByte(at++);
            value |= (b & 0x7FL) << shift;
            if (b >= 0) {
                if (shift == 63 && b > 1) {
                    break;
                }
                return value;
            }
        }
        throw new HeaderException(name + " has a number of more than 64 bits");
    }

    private HeaderException cutOff() {
        return new HeaderException(name + " ends in the middle of a field");
    }
}
