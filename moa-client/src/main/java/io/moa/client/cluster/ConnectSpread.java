package io.moa.client.cluster;

import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;

/**
 * When a client that has just found somebody dead connects to somebody it never tried before, or tries somebody again who failed
 * often: at a moment of its own in every {@link #PERIOD_NANOS}. Servers that crashed together come back together, and all of
 * their clients hear of it at once; a server that has just begun must not greet all of them at once, too. A client that has
 * seen no failure lately does not wait. Safe for many threads.
 */
final class ConnectSpread {

    /** How far clients spread. */
    static final long PERIOD_NANOS = TimeUnit.MILLISECONDS.toNanos(2_000);

    /** How long after a connect that failed. */
    static final long MEMORY_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final long moment;
    private volatile long failedAtNanos;
    private volatile boolean failed;

    ConnectSpread(RandomGenerator chance) {
        moment = chance.nextLong(PERIOD_NANOS);
    }

    /** A connect has failed. */
    void failed(long nowNanos) {
        failedAtNanos = nowNanos;
        failed = true;
    }

    /** How long to wait; 0 for not at all. */
    long pauseNanos(long nowNanos) {
        if (!failed || nowNanos - failedAtNanos >= MEMORY_NANOS) {
            return 0;
        }
        return untilMoment(nowNanos);
    }

    /** How long it is from a time to the next moment of this client; less than {@link #PERIOD_NANOS}. */
    long untilMoment(long nanos) {
        return Math.floorMod(moment - nanos, PERIOD_NANOS);
    }
}
