package io.moa.registry.redis;

import java.util.random.RandomGenerator;

/** Delays that differ, so that processes that were woken together do not act together. */
final class Jitter {

    private static final long FIRST_PAUSE_NANOS = 100_000_000L;
    private static final long LONGEST_PAUSE_NANOS = 2_500_000_000L;

    private Jitter() {}

    /** The delay, 20 % more or less. */
    static long around(long nanos, RandomGenerator random) {
        return (long) (nanos * (0.8 + 0.4 * random.nextDouble()));
    }

    /** A delay that leaves room before a bound: 75 to 95 % of it. */
    static long before(long nanos, RandomGenerator random) {
        return (long) (nanos * (0.75 + 0.2 * random.nextDouble()));
    }

    /** The pause after so many failures in a row: anything from 100 ms to a bound that doubles, 2.5 s at most. */
    static long pause(int failures, RandomGenerator random) {
        long bound = Math.min(LONGEST_PAUSE_NANOS, FIRST_PAUSE_NANOS << Math.min(failures, 10));
        return FIRST_PAUSE_NANOS + (long) ((bound - FIRST_PAUSE_NANOS) * random.nextDouble());
    }
}
