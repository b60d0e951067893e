package io.moa.protocol.serialize;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The plain values of Hessian 2, numbers, texts and bytes, from an array that {@link HessianScan} has passed over: every
 * value is whole, so nothing is checked here. Used by one thread at a time.
 */
abstract class HessianRaw {

    private static final int KEPT_LETTERS = 0x8000;
    private static final byte[] NOTHING = {};

    byte[] bytes = NOTHING;
    int at;
    private char[] letters = new char[64];

    /** Lets go of the body. */
    final void shut() {
        bytes = NOTHING;
        if (letters.length > KEPT_LETTERS) {
            letters = new char[64];
        }
    }

    final int shortInt(int tag) {
        if (tag < 0xc0) {
            return tag - 0x90;
        }
        if (tag < 0xd0) {
            return ((tag - 0xc8) << 8) + next();
        }
        return ((tag - 0xd4) << 16) + rawShort();
    }

    final long shortLong(int tag) {
        if (tag >= 0xf0) {
            return ((tag - 0xf8L) << 8) + next();
        }
        if (tag >= 0xd8) {
            return tag - 0xe0L;
        }
        return ((tag - 0x3cL) << 16) + rawShort();
    }

    final double anyDouble(int tag) {
        return switch (tag) {
            case 0x5b -> 0;
            case 0x5c -> 1;
            case 0x5d -> bytes[at++];
            case 0x5e -> (short) rawShort();
            case 0x5f -> 0.001 * rawInt();
            default -> Double.longBitsToDouble(rawLong());
        };
    }

    /** A whole number where the grammar wants one. */
    final int integer() {
        int tag = next();
        return tag == 'I' ? rawInt() : shortInt(tag);
    }

    final int next() {
        return bytes[at++] & 0xff;
    }

    final int rawShort() {
        int value = ((bytes[at] & 0xff) << 8) | (bytes[at + 1] & 0xff);
        at += 2;
        return value;
    }

    final int rawInt() {
        int value = (int) Letters.INTS.get(bytes, at);
        at += 4;
        return value;
    }

    final long rawLong() {
        long value = (long) Letters.BIG_ENDIAN_LONGS.get(bytes, at);
        at += 8;
        return value;
    }

    // ---- texts and bytes

    final String text(int chars) {
        byte[] body = bytes;
        int from = at;
        int last = from + chars;
        // A text that is not ASCII takes more bytes than it has chars, so this stays inside the body.
        if (Letters.endOfAscii(body, from, last) == last) {
            at = last;
            return new String(body, from, chars, StandardCharsets.ISO_8859_1);
        }
        if (letters.length < chars) {
            letters = new char[chars];
        }
        wide(letters, 0, chars);
        return new String(letters, 0, chars);
    }

    private void wide(char[] into, int from, int chars) {
        byte[] body = bytes;
        int i = at;
        for (int to = from + chars, j = from; j < to; j++) {
            into[j] = Letters.at(body, i);
            i += Letters.size(body[i]);
        }
        at = i;
    }

    /** A text in several pieces. Measured first, so that its chars are gathered once. */
    final String chunkedText() {
        int start = at;
        int total = 0;
        int tag = 'R';
        while (true) {
            int length = pieceOfText(tag);
            total += length;
            for (int i = 0; i < length; i++) {
                at += Letters.size(bytes[at]);
            }
            if (tag != 'R') {
                break;
            }
            tag = next();
        }
        if (letters.length < total) {
            letters = new char[total];
        }
        at = start;
        tag = 'R';
        int filled = 0;
        while (true) {
            int length = pieceOfText(tag);
            wide(letters, filled, length);
            filled += length;
            if (tag != 'R') {
                return new String(letters, 0, total);
            }
            tag = next();
        }
    }

    private int pieceOfText(int tag) {
        return tag < 0x20 ? tag : tag < 0x34 ? ((tag - 0x30) << 8) + next() : rawShort();
    }

    final byte[] bytes(int length) {
        byte[] value = Arrays.copyOfRange(bytes, at, at + length);
        at += length;
        return value;
    }

    final byte[] chunkedBytes() {
        int start = at;
        int total = 0;
        int tag = 'A';
        while (true) {
            int length = pieceOfBytes(tag);
            total += length;
            at += length;
            if (tag != 'A') {
                break;
            }
            tag = next();
        }
        byte[] value = new byte[total];
        at = start;
        tag = 'A';
        int filled = 0;
        while (true) {
            int length = pieceOfBytes(tag);
            System.arraycopy(bytes, at, value, filled, length);
            filled += length;
            at += length;
            if (tag != 'A') {
                return value;
            }
            tag = next();
        }
    }

    private int pieceOfBytes(int tag) {
        return tag < 0x30 ? tag - 0x20 : tag < 0x38 ? ((tag - 0x34) << 8) + next() : rawShort();
    }
}
