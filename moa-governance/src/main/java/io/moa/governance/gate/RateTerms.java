package io.moa.governance.gate;

import io.moa.annotation.RateShape;
import io.moa.governance.policy.MethodPolicy;
import io.moa.governance.policy.PolicyKey;
import java.time.Duration;
import java.util.List;

/**
 * What is said of a rate. Immutable.
 *
 * @param perSecond calls in a second; 1 to 10,000,000
 * @param burst calls at once after a pause; 0 for as many as in a tenth of a second, at least one. For {@link RateShape#TOKEN_BUCKET} alone
 * @param shape how they lie in time
 * @param mostWait so long a call may wait for its turn; 0 for not at all
 * @param warmUp so long the rate grows from a third to the whole; 0 for a rate that is whole at once
 * @param per which calls are counted together: {@code method}, {@code service}, {@code caller}, or {@code key:} and the name of a call key
 * @param exempt calling applications that are neither counted nor limited, each with at most one {@code *}
 */
public record RateTerms(
        int perSecond,
        int burst,
        RateShape shape,
        Duration mostWait,
        Duration warmUp,
        String per,
        List<String> exempt) {

    private static final String METHOD = "method";
    private static final String SERVICE = "service";
    private static final String CALLER = "caller";
    private static final String KEY = "key:";
    private static final int MOST = 10_000_000;

    public RateTerms {
        if (perSecond < 1 || perSecond > MOST || burst < 0 || burst > MOST) {
            throw new IllegalArgumentException("A rate limit is 1 to 10,000,000 calls in a second, with a burst of 0 to"
                    + " 10,000,000, not " + perSecond + " with " + burst);
        }
        if (mostWait.isNegative() || warmUp.isNegative()) {
            throw new IllegalArgumentException(
                    "Wait and warm-up of a rate are 0 or more, not " + mostWait + " and " + warmUp);
        }
        if (!per.equals(METHOD) && !per.equals(SERVICE) && !per.equals(CALLER) && !per.startsWith(KEY)) {
            throw new IllegalArgumentException(
                    "A rate counts together by method, service, caller, or key: and a name, not by " + per);
        }
        exempt = List.copyOf(exempt);
    }

    /** Of a bucket of tokens for all calls of a method, of which none waits. */
    public static RateTerms bucket(int perSecond, int burst) {
        return new RateTerms(perSecond, burst, RateShape.TOKEN_BUCKET, Duration.ZERO, Duration.ZERO, METHOD, List.of());
    }

    /**
     * Those of a policy.
     *
     * @throws IllegalArgumentException if it limits no rate
     */
    public static RateTerms of(MethodPolicy policy) {
        return new RateTerms(
                policy.value(PolicyKey.RATE_LIMIT),
                policy.value(PolicyKey.RATE_BURST),
                policy.value(PolicyKey.RATE_SHAPE),
                policy.value(PolicyKey.RATE_WAIT),
                policy.value(PolicyKey.RATE_WARM_UP),
                policy.value(PolicyKey.RATE_PER),
                policy.value(PolicyKey.RATE_EXEMPT));
    }

    /** These with another shape. */
    public RateTerms shaped(RateShape other) {
        return new RateTerms(perSecond, burst, other, mostWait, warmUp, per, exempt);
    }

    /** These with a wait of up to so long. */
    public RateTerms waiting(Duration atMost) {
        return new RateTerms(perSecond, burst, shape, atMost, warmUp, per, exempt);
    }

    /** These with a warm-up. */
    public RateTerms warming(Duration time) {
        return new RateTerms(perSecond, burst, shape, mostWait, time, per, exempt);
    }

    /** These, counted by something else. */
    public RateTerms per(String what) {
        return new RateTerms(perSecond, burst, shape, mostWait, warmUp, what, exempt);
    }

    /** These without some callers. */
    public RateTerms exempting(List<String> callers) {
        return new RateTerms(perSecond, burst, shape, mostWait, warmUp, per, callers);
    }

    /** Whether all methods of a service are counted together. */
    boolean isOfService() {
        return per.equals(SERVICE);
    }

    /** Whether each calling application is counted by itself. */
    boolean isOfCaller() {
        return per.equals(CALLER);
    }

    /** By which call key calls are told apart; empty if by none. */
    String key() {
        return per.startsWith(KEY) ? per.substring(KEY.length()) : "";
    }

    /** Whether what was counted under these terms can be counted on under others. */
    boolean countsLike(RateTerms other) {
        return shape.equals(other.shape) && per.equals(other.per) && warmUp.isZero() == other.warmUp.isZero();
    }

    /** For people: {@code 10 calls in a second, 1 at once, for each caller}. */
    String inWords() {
        String rate = perSecond == 1 ? "1 call in " : perSecond + " calls in ";
        String shaped =
                switch (shape) {
                    case TOKEN_BUCKET -> rate + "a second, " + Rate.of(this).atOnce() + " at once";
                    case SLIDING_WINDOW -> rate + "any second";
                    case PACING -> rate + "a second, evenly spaced";
                };
        String whose =
                isOfCaller() ? ", for each caller" : key().isEmpty() ? "" : ", for each value of the key " + key();
        return shaped + whose;
    }
}
