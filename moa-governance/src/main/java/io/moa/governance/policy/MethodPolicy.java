package io.moa.governance.policy;

import io.moa.invoke.Attributes;
import java.time.Duration;

/**
 * Everything that is decided about the calls of one method, each value with its origin. Plain data: it is made once per
 * method and read on the call path without lookup or parsing.
 *
 * @param timeout how long a caller waits, all attempts together; more than 0, at most 30 days; default 1 s; enforced at
 *     the caller
 * @param idempotent whether a call that may have run may be sent again; default false; enforced at the caller
 * @param attempts how many times a call may be sent in all; 1 to 10; default 3; those after the first are used for calls
 *     that certainly did not run, and for others only if the method is idempotent; enforced at the caller
 * @param oneWay whether the caller wants no reply; default false
 * @param nonBlocking whether the server runs the method on the event loop; default false; enforced at the server
 */
public record MethodPolicy(
        Setting<Duration> timeout,
        Setting<Boolean> idempotent,
        Setting<Integer> attempts,
        Setting<Boolean> oneWay,
        Setting<Boolean> nonBlocking) {

    /** The default of {@link #timeout()}. */
    public static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(1);

    /** The default of {@link #attempts()}. */
    public static final int DEFAULT_ATTEMPTS = 3;

    /** Nothing said: every value is its default. */
    public static final MethodPolicy DEFAULT = new MethodPolicy(
            Setting.ofDefault(DEFAULT_TIMEOUT),
            Setting.ofDefault(false),
            Setting.ofDefault(DEFAULT_ATTEMPTS),
            Setting.ofDefault(false),
            Setting.ofDefault(false));

    /** Under this key a stub hands the policy of the called method to the filters. */
    public static final Attributes.Key<MethodPolicy> KEY = new Attributes.Key<>("method policy");

    public MethodPolicy {
        Duration time = timeout.value();
        if (time.isZero() || time.isNegative() || time.compareTo(Duration.ofDays(30)) > 0) {
            throw new IllegalArgumentException(
                    "A timeout is more than 0 and at most 30 days, not " + time + ": " + timeout);
        }
        int times = attempts.value();
        if (times < 1 || times > 10) {
            throw new IllegalArgumentException("A call is attempted 1 to 10 times, not " + attempts);
        }
    }

    /** This policy with another timeout, if the origin of the new one is strong enough. */
    public MethodPolicy orTimeout(Setting<Duration> other) {
        return new MethodPolicy(timeout.or(other), idempotent, attempts, oneWay, nonBlocking);
    }

    /** This policy with another answer to "may it be sent again", if the origin of the new one is strong enough. */
    public MethodPolicy orIdempotent(Setting<Boolean> other) {
        return new MethodPolicy(timeout, idempotent.or(other), attempts, oneWay, nonBlocking);
    }

    /** This policy with another number of attempts, if the origin of the new one is strong enough. */
    public MethodPolicy orAttempts(Setting<Integer> other) {
        return new MethodPolicy(timeout, idempotent, attempts.or(other), oneWay, nonBlocking);
    }

    /** One line per value, for people. */
    public String describe() {
        return "timeout      " + timeout + "\nidempotent   " + idempotent + "\nattempts     " + attempts
                + "\none-way      " + oneWay + "\nnon-blocking " + nonBlocking;
    }
}
