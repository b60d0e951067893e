package io.moa.protocol.serialize;

/** Codes of values that take the same number of bytes each time: numbers, truth values and null. */
final class Scalars {

    static final int INT = 0x10;
    static final int LONG = 0x20;
    static final int DOUBLE = 0x40;
    private static final int NUMBER = INT | LONG | DOUBLE;
    private static final int SIZE = 0x0f;

    private static final byte[] KINDS = new byte[256];

    static {
        put(0x38, 0x3f, LONG | 3);
        put('N', 'N', 1);
        put('T', 'T', 1);
        put('F', 'F', 1);
        put('I', 'I', INT | 5);
        put('L', 'L', LONG | 9);
        put(0x59, 0x59, LONG | 5);
        put('D', 'D', DOUBLE | 9);
        put(0x5b, 0x5c, DOUBLE | 1);
        put(0x5d, 0x5d, DOUBLE | 2);
        put(0x5e, 0x5e, DOUBLE | 3);
        put(0x5f, 0x5f, DOUBLE | 5);
        put(0x80, 0xbf, INT | 1);
        put(0xc0, 0xcf, INT | 2);
        put(0xd0, 0xd7, INT | 3);
        put(0xd8, 0xef, LONG | 1);
        put(0xf0, 0xff, LONG | 2);
    }

    private Scalars() {}

    private static void put(int from, int to, int kind) {
        for (int i = from; i <= to; i++) {
            KINDS[i] = (byte) kind;
        }
    }

    /** What a code stands for; 0 if its values are not of one size. */
    static int kind(byte code) {
        return KINDS[code & 0xff];
    }

    /** How many bytes the value takes, its code included. */
    static int size(int kind) {
        return kind & SIZE;
    }

    static boolean isNumber(int kind) {
        return (kind & NUMBER) != 0;
    }
}
