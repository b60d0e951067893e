package io.moa.client.cluster;

import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;

/**
 * When a client that has just found somebody dead to whom it was connected connects to somebody it never tried before, or tries
 * somebody again who failed often: at a moment of its own in every {@link #PERIOD_NANOS}. Servers that crashed together come back
 * together, and all of their clients hear of it at once; a server that has just begun must not greet all of them at once, too. A
 * client that has lost nobody lately does not wait: one that has just started, and finds some of a list dead, is no part of a
 * crowd. Safe for many threads.
 */
final class ConnectSpread {

    /** How far clients spread. */
    static final long PERIOD_NANOS = TimeUnit.MILLISECONDS.toNanos(2_000);

    /** How long after somebody was found dead. */
    static final long MEMORY_NANOS = TimeUnit.SECONDS.toNanos(10);

    /** How long a moment is: who finds somebody dead in it tries the next one at once. */
    static final long LENGTH_NANOS = TimeUnit.MILLISECONDS.toNanos(150);

    private final long moment;
    private volatile long lostAtNanos;
    private volatile boolean lost;

    ConnectSpread(RandomGenerator chance) {
        moment = chance.nextLong(PERIOD_NANOS);
    }

    /** Somebody to whom this client was connected cannot be connected to any more. */
    void lost(long nowNanos) {
        lostAtNanos = nowNanos;
        lost = true;
    }

    /** How long to wait; 0 for not at all. */
    long pauseNanos(long nowNanos) {
        if (!lost || nowNanos - lostAtNanos >= MEMORY_NANOS) {
            return 0;
        }
        return Math.floorMod(nowNanos - moment, PERIOD_NANOS) < LENGTH_NANOS ? 0 : untilMoment(nowNanos);
    }

    /** How long it is from a time to the next moment of this client; less than {@link #PERIOD_NANOS}. */
    long untilMoment(long nanos) {
        return Math.floorMod(moment - nanos, PERIOD_NANOS);
    }
}
