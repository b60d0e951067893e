package io.moa.log;

import java.time.Duration;

/**
 * Which calls a {@link CallLog} tells of, and how many. Immutable.
 *
 * @param failures whether of calls that failed; default true. What a method declares is an answer, and a call that its caller withdrew is
 *     not waited for: neither is a failure
 * @param slowAfter of calls that took longer, in whatever way they ended; more than 0, up to 1 h; default 1 s, or 0 for none
 * @param linesPerSecond so many lines a second for each service at most; 1 to 1,000; default 10. The next line says how many were left out
 */
public record CallLogConfig(boolean failures, Duration slowAfter, int linesPerSecond) {

    /** Failures, and calls of more than a second; ten lines a second for each service. */
    public static final CallLogConfig DEFAULT = new CallLogConfig(true, Duration.ofSeconds(1), 10);

    public CallLogConfig {
        if (slowAfter.isNegative() || slowAfter.compareTo(Duration.ofHours(1)) > 0) {
            throw new IllegalArgumentException("slowAfter is 0 to 1 h, not " + slowAfter);
        }
        if (linesPerSecond < 1 || linesPerSecond > 1_000) {
            throw new IllegalArgumentException("linesPerSecond is 1 to 1000, not " + linesPerSecond);
        }
    }

    public CallLogConfig withFailures(boolean value) {
        return new CallLogConfig(value, slowAfter, linesPerSecond);
    }

    public CallLogConfig withSlowAfter(Duration value) {
        return new CallLogConfig(failures, value, linesPerSecond);
    }

    public CallLogConfig withLinesPerSecond(int value) {
        return new CallLogConfig(failures, slowAfter, value);
    }
}
