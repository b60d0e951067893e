package io.moa.protocol.resp;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;

/**
 * Writes answers, as RESP2 or RESP3 where they differ. What stands in lines, such as an error's text, is cleaned of what would end the line and
 * cut; everything else says its length before, so that no value becomes protocol. Keeps nothing.
 */
public final class RespWriter {

    /** The longest text of an error, in characters. */
    public static final int MAX_ERROR_CHARS = 256;

    private static final int ZEROS = 0x30303030;
    private static final int CRLF = '\r' << 8 | '\n';

    private RespWriter() {}

    /** A word, such as {@code OK}: ASCII, of our own. */
    public static void simple(ByteBuf out, String word) {
        out.writeByte('+');
        ByteBufUtil.writeAscii(out, word);
        out.writeShort(CRLF);
    }

    /**
     * An error.
     *
     * @param code its first word, which clients go by, such as {@code ERR} or {@code NOAUTH}
     * @param text for people; characters that are not printable are replaced, and what is beyond {@value #MAX_ERROR_CHARS} is left out
     */
    public static void error(ByteBuf out, String code, String text) {
        out.writeByte('-');
        ByteBufUtil.writeAscii(out, code);
        out.writeByte(' ');
        StringBuilder line = new StringBuilder(Math.min(text.length(), MAX_ERROR_CHARS));
        for (int i = 0; i < text.length() && line.length() < MAX_ERROR_CHARS; ) {
            int character = text.codePointAt(i);
            i += Character.charCount(character);
            line.appendCodePoint(isShown(character) ? character : ' ');
        }
        ByteBufUtil.writeUtf8(out, line);
        out.writeShort(CRLF);
    }

    private static boolean isShown(int character) {
        return switch (Character.getType(character)) {
            case Character.CONTROL,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.SURROGATE,
                    Character.FORMAT,
                    Character.UNASSIGNED -> false;
            default -> true;
        };
    }

    /** A number. */
    public static void integer(ByteBuf out, long value) {
        line(out, ':', value);
    }

    /** A text, in UTF-8. */
    public static void bulk(ByteBuf out, CharSequence text) {
        bulkHeader(out, ByteBufUtil.utf8Bytes(text));
        ByteBufUtil.writeUtf8(out, text);
        bulkEnd(out);
    }

    /** What stands before the bytes of a bulk; {@link #bulkEnd} stands behind them. */
    public static void bulkHeader(ByteBuf out, int bytes) {
        line(out, '$', bytes);
    }

    /** What stands behind the bytes of a bulk. */
    public static void bulkEnd(ByteBuf out) {
        out.writeShort(CRLF);
    }

    /** Nothing. */
    public static void nothing(ByteBuf out, int version) {
        if (version >= 3) {
            out.writeByte('_');
            out.writeShort(CRLF);
        } else {
            line(out, '$', -1);
        }
    }

    /** What stands before so many values. */
    public static void array(ByteBuf out, int size) {
        line(out, '*', size);
    }

    /** What stands before so many names, each with its value behind it; in RESP2 an array of both. */
    public static void map(ByteBuf out, int size, int version) {
        if (version >= 3) {
            line(out, '%', size);
        } else {
            line(out, '*', 2L * size);
        }
    }

    private static void line(ByteBuf out, char type, long number) {
        out.writeByte(type);
        digits(out, number);
        out.writeShort(CRLF);
    }

    private static void digits(ByteBuf out, long number) {
        if (number < 0) {
            if (number == Long.MIN_VALUE) {
                ByteBufUtil.writeAscii(out, Long.toString(number));
                return;
            }
            out.writeByte('-');
            digits(out, -number);
            return;
        }
        if (number < 10_000) {
            few(out, (int) number);
            return;
        }
        digits(out, number / 10_000);
        out.writeInt(fourDigits((int) (number % 10_000)));
    }

    private static void few(ByteBuf out, int number) {
        int digits = fourDigits(number);
        if (number >= 1_000) {
            out.writeInt(digits);
        } else if (number >= 100) {
            out.writeMedium(digits);
        } else if (number >= 10) {
            out.writeShort(digits);
        } else {
            out.writeByte(digits);
        }
    }

    private static int fourDigits(int number) {
        return ZEROS + ((number / 1_000) << 24) + ((number / 100 % 10) << 16) + ((number / 10 % 10) << 8) + number % 10;
    }
}
