package io.moa.invoke;

import java.time.Duration;

/**
 * The moment after which nobody waits for the call any more, on this process's {@link Ticker}. On the wire it travels as
 * remaining time, never as a timestamp, because clocks differ between hosts and elapsed time does not.
 *
 * <p>Immutable. A deadline can be brought forward, never put off: {@link #earlier} is the only way to combine two.
 */
public final class Deadline {

    /** No limit. Only calls without a client deadline and tests use it: stubs always set one. */
    public static final Deadline NONE = new Deadline(Long.MAX_VALUE, true);

    /** Longer timeouts are cut to this: 30 days. It keeps sums of nanoseconds far from overflow. */
    public static final Duration MAX = Duration.ofDays(30);

    private final long atNanos;
    private final boolean none;

    private Deadline(long atNanos, boolean none) {
        this.atNanos = atNanos;
        this.none = none;
    }

    /** The deadline {@code remainingNanos} after {@code nowNanos}; a negative remainder is already expired. */
    public static Deadline after(long remainingNanos, long nowNanos) {
        return new Deadline(nowNanos + Math.min(remainingNanos, MAX_NANOS), false);
    }

    /** The deadline one {@code timeout} from now. */
    public static Deadline after(Duration timeout, Ticker ticker) {
        return after(timeout.compareTo(MAX) >= 0 ? MAX_NANOS : timeout.toNanos(), ticker.nanos());
    }

    private static final long MAX_NANOS = MAX.toNanos();

    public boolean isNone() {
        return none;
    }

    /** Nanoseconds left at {@code nowNanos}, 0 or less when it has passed; {@link Long#MAX_VALUE} without a limit. */
    public long remainingNanos(long nowNanos) {
        return none ? Long.MAX_VALUE : atNanos - nowNanos;
    }

    public boolean expired(long nowNanos) {
        return !none && atNanos - nowNanos <= 0;
    }

    /** The one of the two that comes first. */
    public Deadline earlier(Deadline other) {
        if (other.none) {
            return this;
        }
        return none || other.atNanos - atNanos < 0 ? other : this;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Deadline that && that.atNanos == atNanos && that.none == none;
    }

    @Override
    public int hashCode() {
        return Long.hashCode(atNanos);
    }

    @Override
    public String toString() {
        return none ? "Deadline.NONE" : "Deadline[atNanos=" + atNanos + "]";
    }
}
