package io.moa.protocol.serialize;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Finds where a text stops to be plain: of ASCII, and in JSON the same as it is. Eight bytes a step, since most texts are plain to their end. */
final class JsonPlainText {

    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private static final long ONES = 0x0101010101010101L;
    private static final long BLANKS = 0x20 * ONES;
    private static final long QUOTES = '"' * ONES;
    private static final long BACKSLASHES = '\\' * ONES;
    private static final long HIGHEST = 0x8080808080808080L;

    private JsonPlainText() {}

    /** The first byte from an index on that is a quote, a backslash, a control character or not ASCII; {@code end} if there is none. */
    static int endOf(byte[] bytes, int from, int end) {
        int at = from;
        for (; at <= end - Long.BYTES; at += Long.BYTES) {
            long eight = (long) LONGS.get(bytes, at);
            // Each term sets the highest bit of a byte that is looked for. It may also set those of bytes above that
            // one, never below.
            long found =
                    (eight | (eight - BLANKS) | ((eight ^ QUOTES) - ONES) | ((eight ^ BACKSLASHES) - ONES)) & HIGHEST;
            if (found != 0) {
                return at + Long.numberOfTrailingZeros(found) / Byte.SIZE;
            }
        }
        while (at < end && isPlain(bytes[at])) {
            at++;
        }
        return at;
    }

    private static boolean isPlain(byte value) {
        return value >= ' ' && value != '"' && value != '\\'; // what is not ASCII is negative
    }
}
