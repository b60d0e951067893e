package io.moa.protocol.serialize;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Texts as Hessian writes them: each char by itself in one to three bytes, halves of a pair too. */
final class Letters {

    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.nativeOrder());
    /** Ints and longs as they stand in a body. */
    static final VarHandle INTS = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);

    static final VarHandle BIG_ENDIAN_LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    private static final long HIGH_BITS = 0x8080808080808080L;

    private Letters() {}

    /** Where the first byte that is not ASCII stands; {@code to} if there is none. */
    static int endOfAscii(byte[] bytes, int from, int to) {
        int i = from;
        while (i <= to - 8 && ((long) LONGS.get(bytes, i) & HIGH_BITS) == 0) {
            i += 8;
        }
        while (i < to && bytes[i] >= 0) {
            i++;
        }
        return i;
    }

    /** The char at a place; its first byte says how many there are, see {@link #size}. */
    static char at(byte[] bytes, int at) {
        int lead = bytes[at];
        if (lead >= 0) {
            return (char) lead;
        }
        if ((lead & 0xe0) == 0xc0) {
            return (char) (((lead & 0x1f) << 6) | (bytes[at + 1] & 0x3f));
        }
        return (char) (((lead & 0x0f) << 12) | ((bytes[at + 1] & 0x3f) << 6) | (bytes[at + 2] & 0x3f));
    }

    /** How many bytes the char takes that begins with this byte; 0 if none does. */
    static int size(byte lead) {
        return lead >= 0 ? 1 : (lead & 0xe0) == 0xc0 ? 2 : (lead & 0xf0) == 0xe0 ? 3 : 0;
    }

    /** The bytes of a text, without its length. */
    static byte[] encoded(String text) {
        int size = 0;
        for (int i = 0; i < text.length(); i++) {
            size += text.charAt(i) < 0x80 ? 1 : text.charAt(i) < 0x800 ? 2 : 3;
        }
        byte[] bytes = new byte[size];
        int at = 0;
        for (int i = 0; i < text.length(); i++) {
            at = put(bytes, at, text.charAt(i));
        }
        return bytes;
    }

    /** Writes one char and says where the next one goes. There must be room for all of its bytes. */
    static int put(byte[] bytes, int at, char letter) {
        if (letter < 0x80) {
            bytes[at] = (byte) letter;
            return at + 1;
        }
        if (letter < 0x800) {
            bytes[at] = (byte) (0xc0 | (letter >> 6));
            bytes[at + 1] = (byte) (0x80 | (letter & 0x3f));
            return at + 2;
        }
        bytes[at] = (byte) (0xe0 | (letter >> 12));
        bytes[at + 1] = (byte) (0x80 | ((letter >> 6) & 0x3f));
        bytes[at + 2] = (byte) (0x80 | (letter & 0x3f));
        return at + 3;
    }

    /** The chars in these bytes, which must be whole. */
    static String decoded(byte[] bytes, int from, int to) {
        StringBuilder text = new StringBuilder(to - from);
        for (int i = from; i < to; i += size(bytes[i])) {
            text.append(at(bytes, i));
        }
        return text.toString();
    }
}
