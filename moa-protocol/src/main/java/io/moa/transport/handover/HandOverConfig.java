package io.moa.transport.handover;

import java.time.Duration;

/**
 * How long the steps of a hand-over may take, and how much of it is under way at a time. Immutable.
 *
 * @param stepTimeout for each answer of the other process in the handshake, and for passing the descriptors on; 10 ms to 10 min,
 *     default 5 s
 * @param readyTimeout how long the other process may take to be ready, which includes that it warms up; the offering process serves
 *     meanwhile; 10 ms to 1 h, default 2 min
 * @param commitTimeout from the moment when the first connection rests until the other process has taken all; clients wait so
 *     long at most; 10 ms to 1 min, default 1 s
 * @param lateLimit how long the replies of calls in flight are passed on; 10 ms to 1 day, default 5 min
 * @param descriptorsUnderWay how many descriptors are passed before the first is acknowledged; 1 to 250, default 64
 * @param maxMessageBytes the largest message accepted from the other process, such as the state of one connection with what it has not
 *     sent; 64 KiB to 2,000 MiB, default 256 MiB
 */
public record HandOverConfig(
        Duration stepTimeout,
        Duration readyTimeout,
        Duration commitTimeout,
        Duration lateLimit,
        int descriptorsUnderWay,
        int maxMessageBytes) {

    /** Every value its default. */
    public static final HandOverConfig DEFAULT = new HandOverConfig(
            Duration.ofSeconds(5), Duration.ofMinutes(2), Duration.ofSeconds(1), Duration.ofMinutes(5), 64, 256 << 20);

    public HandOverConfig {
        between("stepTimeout", stepTimeout, Duration.ofMinutes(10));
        between("readyTimeout", readyTimeout, Duration.ofHours(1));
        between("commitTimeout", commitTimeout, Duration.ofMinutes(1));
        between("lateLimit", lateLimit, Duration.ofDays(1));
        between("descriptorsUnderWay", descriptorsUnderWay, 1, 250);
        between("maxMessageBytes", maxMessageBytes, 64 << 10, 2_000 << 20);
    }

    private static void between(String name, Duration value, Duration max) {
        if (value.compareTo(Duration.ofMillis(10)) < 0 || value.compareTo(max) > 0) {
            throw new IllegalArgumentException(name + " is PT0.01S to " + max + ", not " + value);
        }
    }

    private static void between(String name, int value, int min, int max) {
        if (value < min || value > max) {
            throw new IllegalArgumentException(name + " is " + min + " to " + max + ", not " + value);
        }
    }

    /** A copy with another limit for each step. */
    public HandOverConfig withStepTimeout(Duration value) {
        return new HandOverConfig(value, readyTimeout, commitTimeout, lateLimit, descriptorsUnderWay, maxMessageBytes);
    }

    /** A copy with another limit for getting ready. */
    public HandOverConfig withReadyTimeout(Duration value) {
        return new HandOverConfig(stepTimeout, value, commitTimeout, lateLimit, descriptorsUnderWay, maxMessageBytes);
    }

    /** A copy with another limit for the time in which nobody serves. */
    public HandOverConfig withCommitTimeout(Duration value) {
        return new HandOverConfig(stepTimeout, readyTimeout, value, lateLimit, descriptorsUnderWay, maxMessageBytes);
    }

    /** A copy with another limit for late replies. */
    public HandOverConfig withLateLimit(Duration value) {
        return new HandOverConfig(
                stepTimeout, readyTimeout, commitTimeout, value, descriptorsUnderWay, maxMessageBytes);
    }
}
