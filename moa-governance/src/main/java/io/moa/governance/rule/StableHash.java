package io.moa.governance.rule;

/**
 * Which of a hundred a value is: the same in every process and every release, so that the calls of one customer are in or out
 * everywhere, and whoever is in at ten percent is in at twenty.
 *
 * <p>Sources: FNV-1a (G. Fowler, L. C. Noll, K.-P. Vo) over the characters; the last mixing step of MurmurHash3 (A. Appleby), because
 * FNV's high bits differ little for short texts.
 */
final class StableHash {

    /** Percentages are exact to a hundredth. */
    static final int WHOLE = 10_000;

    private static final long BASIS = 0xcbf29ce484222325L;
    private static final long PRIME = 0x100000001b3L;

    private StableHash() {}

    /**
     * Where a rule begins, so that two rules, and two uses in one rule, do not choose the same ones.
     *
     * @param use such as {@code when}
     */
    static long seed(String rule, String use) {
        return mixed(over(over(BASIS, rule), '/' + use));
    }

    /** A value's place among {@code bound} places. */
    static int place(long seed, String value, int bound) {
        return (int) Long.remainderUnsigned(mixed(over(seed, value)), bound);
    }

    private static long over(long hash, String text) {
        long next = hash;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            next = (next ^ (c & 0xff)) * PRIME;
            next = (next ^ (c >>> 8)) * PRIME;
        }
        return next;
    }

    private static long mixed(long hash) {
        long h = hash;
        h = (h ^ (h >>> 33)) * 0xff51afd7ed558ccdL;
        h = (h ^ (h >>> 33)) * 0xc4ceb9fe1a85ec53L;
        return h ^ (h >>> 33);
    }
}
