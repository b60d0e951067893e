package io.moa.resilience4j;

import io.github.resilience4j.bulkhead.Bulkhead;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.ratelimiter.RateLimiter;
import io.moa.invoke.Gate;

/**
 * Gates from the breakers, rate limiters and bulkheads of resilience4j that a project already has, perhaps in use elsewhere at the same time.
 * They refuse where those would make a thread wait, because a gate never blocks.
 *
 * <p>Each of the three libraries is needed only by those who call its method. Safe for many threads.
 */
public final class Resilience4jGates {

    private Resilience4jGates() {}

    /**
     * A gate that refuses while a breaker does. A permit that ends as not used gives its place back; a failed one counts as a {@link
     * FailedCall}. The breaker opens, closes and stays half-open as it does elsewhere: give it a {@code maxWaitDurationInHalfOpenState}
     * if calls may be lost.
     *
     * @throws IllegalArgumentException if the breaker is configured to ignore a {@link FailedCall} or to take it for a success
     */
    public static Gate of(CircuitBreaker breaker) {
        return new CircuitBreakerGate(breaker);
    }

    /**
     * A gate that refuses when a rate limiter has no permission at once, whatever its {@code timeoutDuration}. A permission that was
     * taken stays taken, also if the call is not made: the library has no way to give one back.
     *
     * @throws IllegalArgumentException if the limiter is one that can only wait: one with a {@code timeoutDuration} that cannot reserve
     */
    public static Gate of(RateLimiter limiter) {
        return new RateLimiterGate(limiter);
    }

    /**
     * A gate that refuses while a bulkhead is full. Its place is given back however the permit ends. It also refuses while {@code
     * maxWaitDuration} is not 0, which the bulkhead's configuration may become later.
     *
     * @throws IllegalArgumentException if {@code maxWaitDuration} is not 0: such a bulkhead makes its callers' threads wait
     */
    public static Gate of(Bulkhead bulkhead) {
        return new BulkheadGate(bulkhead);
    }
}
