package io.moa.governance.belief;

import java.time.Duration;

/**
 * When a client believes that an instance is gone. Immutable.
 *
 * @param shrinkPercent how many percent of a service's usable instances watchers may take off the online list within the
 *     window without being asked for proof; 1 to 100, default 20. One instance may always go, unless it is the last one
 * @param window the time in which they are counted; 1 s to 10 min, default 10 s
 * @param expiry after so long an instance that is missing, or off the online list, is dropped though probes reach it,
 *     unless there is no better one; 1 s to 1 day, default 10 min
 * @param failures so many probes in a row that fail prove that a doubted instance is gone; 1 to 10, default 2
 * @param retry the pause before a probe that failed is repeated; 100 ms to 1 min, default 1 s
 * @param reprobe the pause after a probe that succeeded; 1 s to 10 min, default 15 s
 */
public record BeliefConfig(
        int shrinkPercent, Duration window, Duration expiry, int failures, Duration retry, Duration reprobe) {

    /** Every value its default. */
    public static final BeliefConfig DEFAULT = new BeliefConfig(
            20, Duration.ofSeconds(10), Duration.ofMinutes(10), 2, Duration.ofSeconds(1), Duration.ofSeconds(15));

    public BeliefConfig {
        range("shrinkPercent", shrinkPercent, 1, 100);
        range("failures", failures, 1, 10);
        range("window", window, Duration.ofSeconds(1), Duration.ofMinutes(10));
        range("expiry", expiry, Duration.ofSeconds(1), Duration.ofDays(1));
        range("retry", retry, Duration.ofMillis(100), Duration.ofMinutes(1));
        range("reprobe", reprobe, Duration.ofSeconds(1), Duration.ofMinutes(10));
    }

    public BeliefConfig withShrinkPercent(int value) {
        return new BeliefConfig(value, window, expiry, failures, retry, reprobe);
    }

    public BeliefConfig withWindow(Duration value) {
        return new BeliefConfig(shrinkPercent, value, expiry, failures, retry, reprobe);
    }

    public BeliefConfig withExpiry(Duration value) {
        return new BeliefConfig(shrinkPercent, window, value, failures, retry, reprobe);
    }

    public BeliefConfig withFailures(int value) {
        return new BeliefConfig(shrinkPercent, window, expiry, value, retry, reprobe);
    }

    public BeliefConfig withRetry(Duration value) {
        return new BeliefConfig(shrinkPercent, window, expiry, failures, value, reprobe);
    }

    public BeliefConfig withReprobe(Duration value) {
        return new BeliefConfig(shrinkPercent, window, expiry, failures, retry, value);
    }

    private static void range(String name, int value, int least, int most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(name + " is " + least + " to " + most + ", not " + value);
        }
    }

    private static void range(String name, Duration value, Duration least, Duration most) {
        if (value.compareTo(least) < 0 || value.compareTo(most) > 0) {
            throw new IllegalArgumentException(name + " is " + least + " to " + most + ", not " + value);
        }
    }
}
