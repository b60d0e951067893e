package io.moa.governance.quota;

import java.time.Duration;

/**
 * How a process takes part in quotas. Immutable.
 *
 * @param period how often it asks for its shares; 50 ms to 1 s, default 100 ms. A quota that nobody asked for of late is asked of every tenth
 *     time
 * @param awayAfter after how long without an answer the registry counts as away; 300 ms to 1 min, default 1 s
 */
public record QuotaConfig(Duration period, Duration awayAfter) {

    public static final QuotaConfig DEFAULT = new QuotaConfig(Duration.ofMillis(100), Duration.ofSeconds(1));

    public QuotaConfig {
        within("The period in which shares of quotas are asked for", period, 50, 1_000);
        within("The time after which the registry of quotas counts as away", awayAfter, 300, 60_000);
    }

    private static void within(String what, Duration value, long atLeastMillis, long atMostMillis) {
        if (value.compareTo(Duration.ofMillis(atLeastMillis)) < 0
                || value.compareTo(Duration.ofMillis(atMostMillis)) > 0) {
            throw new IllegalArgumentException(
                    what + " is " + atLeastMillis + " ms to " + atMostMillis + " ms, not " + value.toMillis() + " ms");
        }
    }

    public QuotaConfig withPeriod(Duration value) {
        return new QuotaConfig(value, awayAfter);
    }

    public QuotaConfig withAwayAfter(Duration value) {
        return new QuotaConfig(period, value);
    }
}
