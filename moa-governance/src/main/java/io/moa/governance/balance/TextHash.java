package io.moa.governance.balance;

/**
 * Hashes that are the same in every process: callers agree by them where a key belongs. Not made against somebody who wants collisions.
 *
 * <p>Sources: the loop over the characters is FNV-1a with 64 bits (G. Fowler, L. C. Noll, K.-P. Vo), here over UTF-16 units; the finish,
 * which spreads a change of any bit over all of them, is {@code fmix64} of MurmurHash3 (A. Appleby, public domain).
 */
public final class TextHash {

    private static final long START = 0xcbf29ce484222325L;
    private static final long PRIME = 0x100000001b3L;

    private TextHash() {}

    /** The hash of a text; allocates nothing. */
    public static long of(String text) {
        long hash = START;
        for (int i = 0; i < text.length(); i++) {
            hash = (hash ^ text.charAt(i)) * PRIME;
        }
        return mix(hash);
    }

    /** Spreads a change of any bit over all bits; one to one. */
    public static long mix(long value) {
        long mixed = (value ^ (value >>> 33)) * 0xff51afd7ed558ccdL;
        mixed = (mixed ^ (mixed >>> 33)) * 0xc4ceb9fe1a85ec53L;
        return mixed ^ (mixed >>> 33);
    }

    /** A hash as a fraction of one: more than 0 and less than 1. */
    static double fraction(long hash) {
        return ((hash >>> 11) + 0.5) * 0x1p-53;
    }
}
