package io.moa.testkit.topology;

import java.time.Duration;
import java.util.Random;

/**
 * One stream of chance, drawn from the seed and a name: whoever is added to a topology draws from a stream of his own and
 * changes nothing for the others.
 */
final class Chance extends Random {

    private static final long serialVersionUID = 1L;

    private Chance(long seed) {
        super(seed);
    }

    static Chance of(long seed, String name) {
        // The numbers only spread: neighbouring seeds and similar names must not begin alike.
        return new Chance((seed * 0x9E3779B97F4A7C15L) ^ (name.hashCode() * 0xC2B2AE3D27D4EB4FL));
    }

    /** A duration between two, both included, in nanoseconds. */
    long between(Duration least, Duration most) {
        long from = least.toNanos();
        return from + nextLong(most.toNanos() - from + 1);
    }
}
