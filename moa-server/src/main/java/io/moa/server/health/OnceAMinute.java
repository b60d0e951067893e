package io.moa.server.health;

import java.time.Duration;

/** Lets one line of the log through in a minute: what strangers can cause again and again must not fill a disk. For one thread. */
final class OnceAMinute {

    private static final long PAUSE_NANOS = Duration.ofMinutes(1).toNanos();

    private boolean told;
    private long againNanos; // only if told

    /** Whether to say it now; if so, not again for a minute. */
    boolean isDue(long nowNanos) {
        if (told && nowNanos - againNanos < 0) {
            return false;
        }
        told = true;
        againNanos = nowNanos + PAUSE_NANOS;
        return true;
    }
}
