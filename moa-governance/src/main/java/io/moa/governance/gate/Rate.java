package io.moa.governance.gate;

import io.moa.annotation.RateShape;

/**
 * What follows from the terms of a limit, worked out once. Times are in {@linkplain #PARTS parts} of a nanosecond. Immutable.
 *
 * @param perSecond calls in a second
 * @param atOnce calls at once after a pause
 * @param interval between two calls of a whole rate
 * @param mostWait so long a call may wait for its turn
 * @param warmUpCalls how many calls could have been made, by the whole rate, in a pause after which it is cold; 0 for a rate that is never cold
 */
record Rate(int perSecond, int atOnce, long interval, long mostWait, double warmUpCalls) {

    /** So many make a nanosecond, so that ten million calls in a second are still told apart. */
    static final int PARTS = 64;

    static final long SECOND = 1_000_000_000L * PARTS;

    static Rate of(RateTerms terms) {
        int perSecond = terms.perSecond();
        int atOnce = terms.shape() != RateShape.TOKEN_BUCKET
                ? 1
                : terms.burst() > 0 ? terms.burst() : Math.max(1, perSecond / 10);
        return new Rate(
                perSecond,
                atOnce,
                Math.round((double) SECOND / perSecond),
                terms.mostWait().toNanos() * PARTS,
                terms.warmUp().toNanos() / 1e9 * perSecond);
    }

    /** So much earlier than evenly spaced a call may come. */
    long ahead() {
        return interval * (atOnce - 1L);
    }

    /** So long it takes at most until a bucket, or a second, is free again. */
    long emptyFor() {
        return Math.max(SECOND, interval * atOnce);
    }

    /** After so long without a call nothing of what was counted matters any more. */
    long idleAfter() {
        long cold = (long) (warmUpCalls * interval);
        return Math.max(SECOND, 3 * interval * atOnce) + mostWait + cold;
    }
}
