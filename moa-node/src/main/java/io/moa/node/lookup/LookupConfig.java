package io.moa.node.lookup;

import java.time.Duration;

/**
 * The limits of a lookup. Immutable; begin with {@link #DEFAULT}.
 *
 * @param maxWait how long a follower's call hangs at most; 100 ms to 10 min, default 30 s
 * @param gather how long changes are gathered before followers are told; 0 to 10 s, default 20 ms
 * @param maxFollowers how many calls may hang at once; further ones are told {@code FULL}; 1 to 1,000,000, default 20,000
 * @param maxServices how many services one call may follow; more are refused; 1 to 100,000, default 5,000
 * @param maxWatched how many services all hanging calls may follow together; 1 to 100,000,000, default 1,000,000
 * @param maxCallsPerConnection how many unanswered calls one connection may have; 1 to 10,000, default 64
 * @param partInstances how many instances one answer has at most; 1 to 100,000, default 2,000
 * @param partChars how many characters the instances of one answer have, about; 1,000 to 1,000,000, default 1,000,000. An
 *     answer of one instance may have more, up to the 16 KiB that a registry takes
 */
public record LookupConfig(
        Duration maxWait,
        Duration gather,
        int maxFollowers,
        int maxServices,
        int maxWatched,
        int maxCallsPerConnection,
        int partInstances,
        int partChars) {

    /** Every value its default. */
    public static final LookupConfig DEFAULT = new LookupConfig(
            Duration.ofSeconds(30), Duration.ofMillis(20), 20_000, 5_000, 1_000_000, 64, 2_000, 1_000_000);

    public LookupConfig {
        between("maxWait", maxWait, Duration.ofMillis(100), Duration.ofMinutes(10));
        between("gather", gather, Duration.ZERO, Duration.ofSeconds(10));
        between("maxFollowers", maxFollowers, 1, 1_000_000);
        between("maxServices", maxServices, 1, 100_000);
        between("maxWatched", maxWatched, 1, 100_000_000);
        between("maxCallsPerConnection", maxCallsPerConnection, 1, 10_000);
        between("partInstances", partInstances, 1, 100_000);
        between("partChars", partChars, 1_000, 1_000_000);
    }

    private static void between(String name, Duration value, Duration min, Duration max) {
        if (value.compareTo(min) < 0 || value.compareTo(max) > 0) {
            throw new IllegalArgumentException(name + " is " + min + " to " + max + ", not " + value);
        }
    }

    private static void between(String name, int value, int min, int max) {
        if (value < min || value > max) {
            throw new IllegalArgumentException(name + " is " + min + " to " + max + ", not " + value);
        }
    }

    public LookupConfig withMaxWait(Duration value) {
        return new LookupConfig(
                value, gather, maxFollowers, maxServices, maxWatched, maxCallsPerConnection, partInstances, partChars);
    }

    public LookupConfig withGather(Duration value) {
        return new LookupConfig(
                maxWait, value, maxFollowers, maxServices, maxWatched, maxCallsPerConnection, partInstances, partChars);
    }

    public LookupConfig withMaxFollowers(int value) {
        return new LookupConfig(
                maxWait, gather, value, maxServices, maxWatched, maxCallsPerConnection, partInstances, partChars);
    }

    public LookupConfig withMaxServices(int value) {
        return new LookupConfig(
                maxWait, gather, maxFollowers, value, maxWatched, maxCallsPerConnection, partInstances, partChars);
    }

    public LookupConfig withMaxWatched(int value) {
        return new LookupConfig(
                maxWait, gather, maxFollowers, maxServices, value, maxCallsPerConnection, partInstances, partChars);
    }

    public LookupConfig withMaxCallsPerConnection(int value) {
        return new LookupConfig(
                maxWait, gather, maxFollowers, maxServices, maxWatched, value, partInstances, partChars);
    }

    public LookupConfig withPartInstances(int value) {
        return new LookupConfig(
                maxWait, gather, maxFollowers, maxServices, maxWatched, maxCallsPerConnection, value, partChars);
    }

    public LookupConfig withPartChars(int value) {
        return new LookupConfig(
                maxWait, gather, maxFollowers, maxServices, maxWatched, maxCallsPerConnection, partInstances, value);
    }
}
