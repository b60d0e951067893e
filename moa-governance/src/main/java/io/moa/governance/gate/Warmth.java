package io.moa.governance.gate;

/**
 * How far a rate has grown. A cold one costs three intervals for a call; in use at its full, growing pace it is whole after its warm-up time,
 * and in a pause it cools again as fast. At less than half of its pace it does not grow, for what is hardly used (a connection pool, a cache)
 * stays cold.
 *
 * <p>Source: the warming-up rate of Guava ({@code SmoothRateLimiter.SmoothWarmingUp}), with its cold factor of 3, which Sentinel has too: calls that
 * were not made in a pause are remembered, and the more of them, the longer the next call takes; of the second half it takes no longer than
 * any. Guarded by its owner's lock.
 */
final class Warmth {

    private static final double COLD = 3;

    private double unmade; // calls that could have been made in pauses
    private long busyUntil; // by the calls so far, at the pace of their time
    private boolean begun;

    /** How many intervals one call takes now, 1 to 3. */
    double cost(Rate rate, long now) {
        double left = unmadeAt(rate, now);
        double half = rate.warmUpCalls() / 2;
        // The mean of the slope over the one call that is taken off.
        return (slope(left, half) + slope(Math.max(0, left - 1), half)) / 2;
    }

    private static double slope(double left, double half) {
        return left <= half ? 1 : 1 + (COLD - 1) * (left - half) / half;
    }

    private double unmadeAt(Rate rate, long now) {
        double most = rate.warmUpCalls();
        if (!begun) {
            return most;
        }
        double since = Math.max(0, now - busyUntil) / (double) rate.interval();
        return Math.min(most, unmade + since);
    }

    /** A call is made. */
    void spend(Rate rate, long now) {
        double cost = cost(rate, now);
        unmade = Math.max(0, unmadeAt(rate, now) - 1);
        busyUntil = Math.max(busyUntil, now) + (long) (cost * rate.interval());
        begun = true;
    }

    Warmth copy() {
        Warmth copy = new Warmth();
        copy.unmade = unmade;
        copy.busyUntil = busyUntil;
        copy.begun = begun;
        return copy;
    }
}
