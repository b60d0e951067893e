package io.moa.testkit;

import io.moa.invoke.Ticker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Time that a test moves. It stands still until told to advance, and it remembers how it was moved.
 *
 * <p>It begins below zero unless told otherwise, because a {@link Ticker} may: code that takes 0 for "never", or compares
 * two values without subtracting, is found by the first test that crosses zero.
 *
 * <p>Safe for many threads.
 */
public final class FakeTicker implements Ticker {

    /** Where a ticker begins that was given no start. */
    public static final long DEFAULT_START_NANOS = -Duration.ofSeconds(7).toNanos();

    private final long startNanos;
    private final List<Long> advances = new ArrayList<>(); // guarded by itself
    private volatile long nanos;

    /** A ticker that stands at {@link #DEFAULT_START_NANOS}. */
    public FakeTicker() {
        this(DEFAULT_START_NANOS);
    }

    /**
     * A ticker that stands at a chosen value.
     *
     * @param startNanos any value; one near {@link Long#MAX_VALUE} tries the overflow
     */
    public FakeTicker(long startNanos) {
        this.startNanos = startNanos;
        this.nanos = startNanos;
    }

    @Override
    public long nanos() {
        return nanos;
    }

    /** How far this ticker was moved since it was made, in nanoseconds. */
    public long elapsedNanos() {
        return nanos - startNanos;
    }

    /**
     * Moves time forward.
     *
     * @return this
     * @throws IllegalArgumentException if the duration is negative: a ticker never decreases
     */
    public FakeTicker advance(Duration duration) {
        return advanceNanos(duration.toNanos());
    }

    /**
     * Moves time forward.
     *
     * @return this
     * @throws IllegalArgumentException if the number is negative: a ticker never decreases
     */
    public FakeTicker advanceNanos(long byNanos) {
        if (byNanos < 0) {
            throw new IllegalArgumentException("A ticker never decreases; it cannot advance by " + byNanos + " ns");
        }
        synchronized (advances) {
            nanos += byNanos;
            advances.add(byNanos);
        }
        return this;
    }

    /** Moves time forward to a moment; does nothing if that has passed already. */
    void advanceTo(long momentNanos) {
        synchronized (advances) {
            long byNanos = momentNanos - nanos;
            if (byNanos > 0) {
                nanos = momentNanos;
                advances.add(byNanos);
            }
        }
    }

    /** Every step by which time was moved, in nanoseconds, oldest first. A copy. */
    public List<Long> advances() {
        synchronized (advances) {
            return List.copyOf(advances);
        }
    }

    @Override
    public String toString() {
        return "FakeTicker[" + Duration.ofNanos(elapsedNanos()) + " after its start]";
    }
}
