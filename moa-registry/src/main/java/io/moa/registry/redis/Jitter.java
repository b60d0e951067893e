package io.moa.registry.redis;

import java.util.random.RandomGenerator;

/** Delays that differ, so that processes that were woken together do not act together. */
final class Jitter {

    private static final long FIRST_PAUSE_NANOS = 100_000_000L;
    private static final long LONGEST_PAUSE_NANOS = 3_000_000_000L;

    private Jitter() {}

    /** The delay, 20 % more or less. */
    static long around(long nanos, RandomGenerator random) {
        return (long) (nanos * (0.8 + 0.4 * random.nextDouble()));
    }

    /** The pause after so many failures in a row: anything from 100 ms to a bound that doubles, 3 s at most. */
    static long pause(int failures, RandomGenerator random) {
        long bound = Math.min(LONGEST_PAUSE_NANOS, FIRST_PAUSE_NANOS << Math.min(failures, 10));
        return FIRST_PAUSE_NANOS + (long) ((bound - FIRST_PAUSE_NANOS) * random.nextDouble());
    }
}
