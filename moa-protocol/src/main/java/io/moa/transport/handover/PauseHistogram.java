package io.moa.transport.handover;

import java.util.Arrays;

/**
 * How long connections were not served, each counted once. A bucket spans an eighth of a power of two, so a quantile is at most 12.5 %
 * too high. Not safe for threads.
 */
public final class PauseHistogram {

    private static final int PER_POWER = 8;
    private static final int SHIFT = 3; // 2^3 buckets for each power of two
    private static final int BUCKETS = (Long.SIZE - SHIFT) * PER_POWER;

    private final long[] counts = new long[BUCKETS];
    private long count;
    private long maxNanos;

    /** Counts one. */
    public void record(long nanos) {
        long value = Math.max(0, nanos);
        counts[bucket(value)]++;
        count++;
        maxNanos = Math.max(maxNanos, value);
    }

    /** Counts those of another one, too. */
    public void add(PauseHistogram other) {
        for (int i = 0; i < BUCKETS; i++) {
            counts[i] += other.counts[i];
        }
        count += other.count;
        maxNanos = Math.max(maxNanos, other.maxNanos);
    }

    private static int bucket(long value) {
        if (value < PER_POWER) {
            return (int) value;
        }
        int power = Long.SIZE - 1 - Long.numberOfLeadingZeros(value);
        return (power - SHIFT) * PER_POWER + (int) (value >>> (power - SHIFT));
    }

    private static long highest(int bucket) {
        if (bucket < 2 * PER_POWER) {
            return bucket;
        }
        int shift = bucket / PER_POWER - 1;
        return ((long) (bucket % PER_POWER + PER_POWER + 1) << shift) - 1;
    }

    /** How many were counted. */
    public long count() {
        return count;
    }

    /** The longest, exactly. */
    public long maxNanos() {
        return maxNanos;
    }

    /**
     * What so large a part was not longer than; 0 if nothing was counted.
     *
     * @param part 0 to 1
     */
    public long quantileNanos(double part) {
        long wanted = (long) Math.ceil(part * count);
        long seen = 0;
        for (int i = 0; i < BUCKETS; i++) {
            seen += counts[i];
            if (seen >= wanted && seen > 0) {
                return Math.min(maxNanos, highest(i));
            }
        }
        return maxNanos;
    }

    /** Pairs of a bucket and its count, then the longest. As {@link #of} reads it. */
    public long[] toLongs() {
        long[] pairs = new long[2 * BUCKETS + 1];
        int length = 0;
        for (int i = 0; i < BUCKETS; i++) {
            if (counts[i] > 0) {
                pairs[length++] = i;
                pairs[length++] = counts[i];
            }
        }
        pairs[length++] = maxNanos;
        return Arrays.copyOf(pairs, length);
    }

    /**
     * What {@link #toLongs} wrote.
     *
     * @throws IllegalArgumentException if it is not
     */
    public static PauseHistogram of(long[] longs) {
        PauseHistogram read = new PauseHistogram();
        if (longs.length % 2 == 0) {
            throw new IllegalArgumentException("not a histogram: " + longs.length + " numbers");
        }
        for (int i = 0; i + 1 < longs.length; i += 2) {
            if (longs[i] < 0 || longs[i] >= BUCKETS || longs[i + 1] < 0) {
                throw new IllegalArgumentException("not a bucket: " + longs[i]);
            }
            read.counts[(int) longs[i]] += longs[i + 1];
            read.count += longs[i + 1];
        }
        read.maxNanos = longs[longs.length - 1];
        return read;
    }

    @Override
    public String toString() {
        return String.format(
                "%d pauses, median %.3f ms, p99 %.3f ms, longest %.3f ms",
                count, quantileNanos(0.5) / 1e6, quantileNanos(0.99) / 1e6, maxNanos / 1e6);
    }
}
