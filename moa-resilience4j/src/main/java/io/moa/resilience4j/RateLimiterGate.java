package io.moa.resilience4j;

import io.github.resilience4j.ratelimiter.RateLimiter;
import io.github.resilience4j.ratelimiter.RateLimiterConfig;
import io.github.resilience4j.ratelimiter.internal.SemaphoreBasedRateLimiter;
import io.moa.invoke.Admission;
import io.moa.invoke.Gate;
import io.moa.invoke.Invocation;
import io.moa.invoke.Permit;
import io.moa.invoke.Status;

/** Takes a permission of a rate limiter if there is one at once. */
final class RateLimiterGate implements Gate {

    private final RateLimiter limiter;

    RateLimiterGate(RateLimiter limiter) {
        if (limiter instanceof SemaphoreBasedRateLimiter && waits(limiter)) {
            throw new IllegalArgumentException("RateLimiter " + limiter.getName() + " makes threads wait for up to "
                    + limiter.getRateLimiterConfig().getTimeoutDuration()
                    + ", which a gate must not; set its timeoutDuration to 0");
        }
        this.limiter = limiter;
    }

    private static boolean waits(RateLimiter limiter) {
        return !limiter.getRateLimiterConfig().getTimeoutDuration().isZero();
    }

    @Override
    public Admission admit(Invocation call) {
        return taken() ? Permit.FREE : refused();
    }

    private boolean taken() {
        if (!waits(limiter)) {
            return limiter.acquirePermission();
        }
        if (limiter instanceof SemaphoreBasedRateLimiter) {
            return false; // its timeout was changed since, and it can do nothing but wait
        }
        // To reserve takes a permission of a later period if there is none, and that could not be given back. If
        // another thread took the
        // last one between the two steps, one of a later period is lost: fewer calls than may come, never more.
        return limiter.getMetrics().getAvailablePermissions() > 0 && limiter.reservePermission() == 0;
    }

    private Admission.Rejected refused() {
        RateLimiterConfig config = limiter.getRateLimiterConfig();
        return new Admission.Rejected(
                Status.REJECTED,
                "RateLimiter " + limiter.getName() + " lets " + config.getLimitForPeriod() + " calls pass in "
                        + config.getLimitRefreshPeriod(),
                config.getLimitRefreshPeriod().toMillis() + 1); // by then a new period has begun
    }

    @Override
    public String toString() {
        return "RateLimiter " + limiter.getName();
    }
}
