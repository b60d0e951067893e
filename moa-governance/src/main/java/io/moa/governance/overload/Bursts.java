package io.moa.governance.overload;

import io.moa.invoke.Criticality;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;

/**
 * Tells a burst from an overload, for each importance by itself: where nobody of it, or above it, has waited at some moment of the last second, those who wait
 * now came together by chance, and will soon have been served; where somebody always did, more come than can be served, and a longer queue would only
 * make all of them late. What matters less has no part in it, because it is never served before them: under a flood of what may be shed, few
 * critical calls still come in bursts.
 *
 * <p>Not safe for threads. Source of the moment at which nobody waits as the sign: B. Maurer, "Fail at Scale", ACM Queue 13(8), 2015.
 */
final class Bursts {

    /** Of a burst so many times as many may wait as of an overload. */
    static final int LONGER = 4;

    private static final Criticality[] IMPORTANCES = Criticality.values();
    private static final long STANDING_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final long[] emptyNanos =
            new long[IMPORTANCES.length]; // when nobody of this importance or above waited, latest

    /** None yet. */
    Bursts(long nowNanos) {
        Arrays.fill(emptyNanos, nowNanos);
    }

    /** A call is about to wait: told of each, before it does. */
    void look(FairQueue<?> queue, long nowNanos) {
        for (int i = 0; i < IMPORTANCES.length && queue.size(IMPORTANCES[i]) == 0; i++) {
            emptyNanos[i] = nowNanos;
        }
    }

    /** Whether those of this importance that wait, with those above, are a burst. */
    boolean isBurst(Criticality importance, long nowNanos) {
        return isBurst(emptyNanos[importance.ordinal()], nowNanos);
    }

    /** Whether those are a burst of whom none waited at a moment. */
    static boolean isBurst(long emptyNanos, long nowNanos) {
        return nowNanos - emptyNanos < STANDING_NANOS;
    }
}
