package io.moa.governance.observe;

/**
 * Classes of how long calls took, four for each doubling, from 16 µs to 64 s: a class is a quarter wide at most, which is what a percentile may be
 * wrong by. All that is shorter is one class, and all that is longer another.
 */
final class TookBuckets {

    private static final int LOWEST = 14; // 2^14 ns are 16 µs
    private static final int HIGHEST = 35;

    /** How many there are. */
    static final int COUNT = 1 + 4 * (HIGHEST - LOWEST + 1);

    private TookBuckets() {}

    /** The class of a time. */
    static int of(long nanos) {
        int doublings = Long.SIZE - 1 - Long.numberOfLeadingZeros(Math.max(1, nanos));
        if (doublings < LOWEST) {
            return 0;
        }
        if (doublings > HIGHEST) {
            return COUNT - 1;
        }
        int quarter = (int) (nanos >>> (doublings - 2)) & 3;
        return 1 + 4 * (doublings - LOWEST) + quarter;
    }

    /** No time of the class is longer. */
    static long longest(int bucket) {
        if (bucket == COUNT - 1) {
            return Long.MAX_VALUE;
        }
        if (bucket == 0) {
            return (1L << LOWEST) - 1;
        }
        int doublings = LOWEST + (bucket - 1) / 4;
        int quarter = (bucket - 1) % 4;
        return ((5L + quarter) << (doublings - 2)) - 1;
    }
}
