package io.moa.governance.balance;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * How long calls to one instance take: an average that follows a slower call at once and a faster one slowly, and forgets with time,
 * so that one who was slow is tried again. Value and moment stand in one word, so that any thread reads both together.
 *
 * <p>Source: the peak-sensitive moving average of Finagle's load balancer, described in its user's guide; the weight of the past
 * falls with the time since the latest call, not with the number of calls.
 *
 * <p>Safe for many threads, without locks.
 */
public final class PeakEwma {

    /** After so long without a call a third of the value is left: 2 s. */
    static final long DECAY_NANOS = 2_000_000_000L;

    /** The clock within the word: 2^20 ns, about a millisecond, in 32 bits, which wrap after 52 days. */
    private static final int TICK_SHIFT = 20;

    private static final double DECAY_TICKS = (double) DECAY_NANOS / (1 << TICK_SHIFT);

    /** Above the bits of a float that is 0 or more and finite; no call was seen yet. */
    private static final long NOTHING = -1L;

    private static final VarHandle WORD;

    static {
        try {
            WORD = MethodHandles.lookup().findVarHandle(PeakEwma.class, "word", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private volatile long word = NOTHING; // value in the upper half, the moment in the lower

    /**
     * A call took so long.
     *
     * @param tookNanos 0 or more
     * @param nowNanos on the ticker that all further times come from
     */
    public void took(long tookNanos, long nowNanos) {
        float sample = Math.max(0, tookNanos);
        int now = tick(nowNanos);
        long before;
        float next;
        do {
            before = word;
            if (before == NOTHING) {
                next = sample;
            } else {
                float value = value(before);
                double past = past(before, now);
                // The slower one counts at once. Many calls in one tick count as if each came a moment later.
                next = sample >= value ? sample : (float) (value * past + sample * (1 - past));
            }
        } while (!WORD.compareAndSet(this, before, pack(next, now)));
    }

    /**
     * A call had not ended after so long, when it was withdrawn. It may have taken any time more, so it can only make the average longer.
     *
     * @param tookNanos 0 or more
     */
    public void tookAtLeast(long tookNanos, long nowNanos) {
        if (tookNanos > nanos(nowNanos)) {
            took(tookNanos, nowNanos);
        }
    }

    /** Forgets everything. */
    public void reset() {
        word = NOTHING;
    }

    /** The average now, in nanoseconds; negative if no call was seen yet. */
    public double nanos(long nowNanos) {
        long at = word;
        return at == NOTHING ? -1 : value(at) * past(at, tick(nowNanos));
    }

    /** What the average cannot be more than now; as {@link #nanos}, and cheaper. */
    double mostNanos() {
        long at = word;
        return at == NOTHING ? -1 : value(at);
    }

    /** The weight of what was known at that moment: 1 now, falling to 0. */
    private static double past(long word, int now) {
        int ticks = Math.max(0, now - (int) word); // a late thread may bring an earlier time
        return ticks == 0 ? SAME_TICK : Math.exp(-ticks / DECAY_TICKS);
    }

    private static final double SAME_TICK = Math.exp(-0.1 / DECAY_TICKS);

    private static int tick(long nanos) {
        return (int) (nanos >> TICK_SHIFT);
    }

    private static float value(long word) {
        return Float.intBitsToFloat((int) (word >>> 32));
    }

    private static long pack(float value, int tick) {
        return (long) Float.floatToRawIntBits(value) << 32 | (tick & 0xFFFF_FFFFL);
    }

    @Override
    public String toString() {
        long at = word;
        return at == NOTHING ? "PeakEwma[no call yet]" : "PeakEwma[" + Math.round(value(at) / 1e3) + " us]";
    }
}
