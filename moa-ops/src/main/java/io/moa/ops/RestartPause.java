package io.moa.ops;

/** How long an agent that has died stays away: 1 s, twice as long each time up to a minute, and 1 s again after it has run for a minute. */
final class RestartPause {

    private static final long FIRST_NANOS = 1_000_000_000;
    private static final long LONGEST_NANOS = 60 * FIRST_NANOS;
    private static final long HEALTHY_NANOS = 60 * FIRST_NANOS;

    private long next = FIRST_NANOS;

    /** The pause after one that ran for so long. */
    long after(long ranNanos) {
        if (ranNanos >= HEALTHY_NANOS) {
            next = FIRST_NANOS;
        }
        long now = next;
        next = Math.min(LONGEST_NANOS, next * 2);
        return now;
    }

    void reset() {
        next = FIRST_NANOS;
    }
}
