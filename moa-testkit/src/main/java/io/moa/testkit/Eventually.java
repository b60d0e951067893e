package io.moa.testkit;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * Waits for something that other threads bring about: up to a limit, no longer than needed, and with a message that shows
 * what was there when the time was up.
 *
 * <p>The limit is not a figure to be measured but the patience of the test: generous, for a slow machine must not fail a
 * right program, and never reached when the program is right. The condition is asked at once, then ever less often, at
 * least every 5 ms. What it throws comes out at once.
 *
 * <p>Immutable; safe for many threads.
 */
public final class Eventually {

    private static final int SPINS = 200;
    private static final long FIRST_PAUSE_NANOS = 20_000;
    private static final long LONGEST_PAUSE_NANOS = 5_000_000;

    private final Duration limit;

    private Eventually(Duration limit) {
        this.limit = limit;
    }

    /**
     * Waits that take up to this long each.
     *
     * @throws IllegalArgumentException if the limit is not positive
     */
    public static Eventually within(Duration limit) {
        if (limit.isZero() || limit.isNegative()) {
            throw new IllegalArgumentException("Waiting needs some time, not " + limit);
        }
        return new Eventually(limit);
    }

    /** How long each wait takes at most. */
    public Duration limit() {
        return limit;
    }

    /**
     * Waits until the condition holds.
     *
     * @param message what was expected and what is there, asked only when the time is up
     * @throws AssertionError with the message if the condition did not hold in time, or if the thread was interrupted
     */
    public void until(BooleanSupplier condition, Supplier<String> message) {
        long start = System.nanoTime();
        long pause = FIRST_PAUSE_NANOS;
        for (int round = 0; !condition.getAsBoolean(); round++) {
            if (Thread.currentThread().isInterrupted()) {
                throw new AssertionError("Interrupted while waiting: " + message.get());
            }
            if (System.nanoTime() - start >= limit.toNanos()) {
                // Perhaps it was this thread that had no processor for so long: the last word is the condition's.
                if (condition.getAsBoolean()) {
                    return;
                }
                throw new AssertionError("Not within " + limit.toMillis() + " ms: " + message.get());
            }
            if (round < SPINS) {
                Thread.onSpinWait();
            } else {
                LockSupport.parkNanos(pause);
                pause = Math.min(LONGEST_PAUSE_NANOS, pause * 2);
            }
        }
    }

    /**
     * Waits until a value is as expected.
     *
     * @param expected in words, for the message: "three entries"
     * @return the value that was as expected
     * @throws AssertionError that shows the last value, if none was as expected in time
     */
    public <T> T value(Supplier<T> value, Predicate<? super T> condition, String expected) {
        Latest<T> latest = new Latest<>(value, condition);
        until(latest, () -> "expected " + expected + ", last value: " + latest.value);
        return latest.value;
    }

    /** Remembers what it asked last, so that the message shows what failed and not what came after. */
    private static final class Latest<T> implements BooleanSupplier {
        private final Supplier<T> source;
        private final Predicate<? super T> condition;
        T value;

        Latest(Supplier<T> source, Predicate<? super T> condition) {
            this.source = source;
            this.condition = condition;
            this.value = source.get();
        }

        @Override
        public boolean getAsBoolean() {
            value = source.get();
            return condition.test(value);
        }
    }

    @Override
    public String toString() {
        return "Eventually[within " + limit + "]";
    }
}
