package io.moa.agent;

import io.moa.invoke.Scheduler;
import io.moa.invoke.Ticker;
import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;

/**
 * Knows whether this process has just stood still: stopped, suspended, or collecting garbage for long. What it reads then has lain in its sockets for
 * nobody knows how long, and its callers may have withdrawn it behind, and made it elsewhere. Safe for many threads.
 */
final class Standstill {

    private static final long BEAT_NANOS = Duration.ofMillis(50).toNanos();

    /** A beat that comes so late was held up. */
    private static final long LATE_NANOS = Duration.ofMillis(200).toNanos();

    /** For so long after it what was read is held, so that all that lay behind it is read too. */
    static final long HOLD_NANOS = Duration.ofMillis(50).toNanos();

    private final Ticker ticker;
    private final Scheduler scheduler;
    private volatile long beatNanos;
    private volatile long wokeNanos;
    private volatile boolean woke;
    private volatile boolean closed;

    /** One that does not watch yet. */
    Standstill(Ticker ticker, Scheduler scheduler) {
        this.ticker = ticker;
        this.scheduler = scheduler;
        this.beatNanos = ticker.nanos();
    }

    /** Watches from now on. */
    void begin() {
        beat();
    }

    private void beat() {
        long now = ticker.nanos();
        note(now);
        beatNanos = now;
        if (!closed) {
            try {
                scheduler.schedule(this::beat, BEAT_NANOS);
            } catch (RejectedExecutionException runtimeClosed) {
                closed = true;
            }
        }
    }

    private void note(long now) {
        if (now - beatNanos > LATE_NANOS) {
            wokeNanos = now;
            woke = true;
        }
    }

    /** Whether what is read at this moment may be old. */
    boolean isOver(long nowNanos) {
        if (nowNanos - beatNanos > LATE_NANOS) {
            return true; // the beat has not come yet
        }
        if (!woke) {
            return false;
        }
        if (nowNanos - wokeNanos < HOLD_NANOS) {
            return true;
        }
        woke = false;
        return false;
    }

    void close() {
        closed = true;
    }
}
