package io.moa.registry.redis;

import java.io.IOException;
import java.util.random.RandomGenerator;

/** A chore, and how it fares: after a failure it pauses, and no other chore with it. Used by the link's thread. */
final class ChoreSlot {

    private final Chore chore;
    private int failures;
    private long pauseUntil;
    private boolean paused;

    ChoreSlot(Chore chore) {
        this.chore = chore;
    }

    Chore chore() {
        return chore;
    }

    boolean is(Chore other) {
        return chore == other;
    }

    /** Nanoseconds until it is to be run; {@link Long#MAX_VALUE} for not at all. */
    long dueIn(long now) {
        long wanted = chore.dueIn(now);
        return paused && wanted != Long.MAX_VALUE ? Math.max(wanted, pauseUntil - now) : wanted;
    }

    void run(RedisConnection connection, long now) throws IOException {
        chore.run(connection, now);
        failures = 0;
        paused = false;
    }

    /** Lets it wait after a failure. */
    void pause(long now, RandomGenerator random) {
        failures++;
        paused = true;
        pauseUntil = now + Jitter.pause(failures, random);
    }

    /** There is a new connection: what failed on the old one need not fail here. */
    void connected(long now) {
        paused = false;
        chore.connected(now);
    }
}
