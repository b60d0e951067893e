package io.moa.protocol.serialize;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Finds where a text stops to be plain: of ASCII, and in JSON the same as it is. Eight bytes a step, since most texts are plain to their end. */
final class JsonPlainText {

    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private static final long ONES = 0x0101010101010101L;
    private static final long SECOND_BITS = ('"' ^ ' ') * ONES;
    private static final long ABOVE_BLANKS = (' ' + 1) * ONES;
    private static final long BACKSLASHES = '\\' * ONES;
    private static final long QUESTION_MARKS = '?' * ONES;
    private static final long HIGHEST = 0x8080808080808080L;

    private static final int HIGHEST_CHAR = 0x80;

    /** Of shorter texts the copy would cost more than it saves. */
    private static final int SHORTEST = 32;

    private JsonPlainText() {}

    /** The bytes of a text between its quotes, if it is plain and not so short that Jackson would write it as fast; null otherwise. */
    static byte @Nullable [] of(String text) {
        int length = text.length();
        if (length < SHORTEST || text.charAt(0) >= HIGHEST_CHAR || text.charAt(length - 1) >= HIGHEST_CHAR) {
            return null; // texts in another script are known by their ends, and not encoded twice
        }
        byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
        if (bytes.length != length) {
            return null;
        }
        if (isPlainWithoutQuestions(bytes)) {
            return bytes;
        }
        // A '?' may stand for a character that is not of Latin 1.
        return endOf(bytes, 0, length) == length && text.equals(new String(bytes, StandardCharsets.ISO_8859_1))
                ? bytes
                : null;
    }

    private static boolean isPlainWithoutQuestions(byte[] bytes) {
        int at = 0;
        for (; at <= bytes.length - 2 * Long.BYTES; at += 2 * Long.BYTES) {
            if (((marks(bytes, at)
                                    | questions(bytes, at)
                                    | marks(bytes, at + Long.BYTES)
                                    | questions(bytes, at + Long.BYTES))
                            & HIGHEST)
                    != 0) {
                return false;
            }
        }
        while (at < bytes.length && isPlain(bytes[at]) && bytes[at] != '?') {
            at++;
        }
        return at == bytes.length;
    }

    /** As {@link #marks}, of question marks. */
    private static long questions(byte[] bytes, int at) {
        return ((long) LONGS.get(bytes, at) ^ QUESTION_MARKS) - ONES;
    }

    /** The first byte from an index on that is a quote, a backslash, a control character or not ASCII; {@code end} if there is none. */
    static int endOf(byte[] bytes, int from, int end) {
        int at = from;
        // One question for four steps, because the answer is mostly no.
        while (at <= end - 4 * Long.BYTES
                && ((marks(bytes, at)
                                        | marks(bytes, at + Long.BYTES)
                                        | marks(bytes, at + 2 * Long.BYTES)
                                        | marks(bytes, at + 3 * Long.BYTES))
                                & HIGHEST)
                        == 0) {
            at += 4 * Long.BYTES;
        }
        for (; at <= end - Long.BYTES; at += Long.BYTES) {
            long found = marks(bytes, at) & HIGHEST;
            if (found != 0) {
                return at + Long.numberOfTrailingZeros(found) / Byte.SIZE;
            }
        }
        while (at < end && isPlain(bytes[at])) {
            at++;
        }
        return at;
    }

    /** Sets the highest bit of each byte that is looked for, of eight. It may also set those of bytes above such a one, never below. */
    private static long marks(byte[] bytes, int at) {
        long eight = (long) LONGS.get(bytes, at);
        // A quote exchanged for a blank is the next one above the control characters, which stay what they are.
        return eight | ((eight ^ SECOND_BITS) - ABOVE_BLANKS) | ((eight ^ BACKSLASHES) - ONES);
    }

    private static boolean isPlain(byte value) {
        return value >= ' ' && value != '"' && value != '\\'; // what is not ASCII is negative
    }
}
