package io.moa.e2e.governance;

import io.moa.annotation.Balancing;
import io.moa.annotation.CallKey;
import io.moa.annotation.CircuitBreaker;
import io.moa.annotation.ConcurrencyLimit;
import io.moa.annotation.EnforcedAt;
import io.moa.annotation.FailureMode;
import io.moa.annotation.Fallback;
import io.moa.annotation.Hedge;
import io.moa.annotation.Idempotent;
import io.moa.annotation.Importance;
import io.moa.annotation.LoadBalance;
import io.moa.annotation.MoaService;
import io.moa.annotation.NonBlocking;
import io.moa.annotation.OnFailure;
import io.moa.annotation.OneWay;
import io.moa.annotation.Quota;
import io.moa.annotation.RateLimit;
import io.moa.annotation.RateShape;
import io.moa.annotation.Retry;
import io.moa.annotation.RouteTag;
import io.moa.annotation.Timeout;
import io.moa.annotation.WarmUp;
import io.moa.annotation.ZoneChoice;
import io.moa.annotation.ZonePreference;
import io.moa.governance.policy.AnnotatedPolicy;
import io.moa.governance.policy.MethodPolicy;
import io.moa.governance.policy.PolicyKey;
import io.moa.invoke.Criticality;
import java.util.Arrays;
import java.util.List;

/**
 * A policy with an example of it: a method whose annotations say it, with what it cannot be without. Each is found by its name, so a policy
 * of the table that has no example here fails whatever goes over all of them.
 *
 * @param key which
 * @param method the method's name, which is the policy's as Java writes it: {@code rateLimitAt}
 * @param policy what the annotations say of the method
 */
record PolicyExample<T>(PolicyKey<T> key, String method, MethodPolicy policy) {

    /** A method for each policy, called as the policy is, of which nothing is said. */
    @MoaService(name = "origins.Bare")
    interface Bare {
        default void timeout() {}

        default void idempotent() {}

        default void attempts() {}

        default void retryBudget() {}

        default void onFailure() {}

        default void forks() {}

        default void hedgeAfter() {}

        default void hedgeBudget() {}

        default void loadBalance() {}

        default void hashBy(String customer) {}

        default void zone() {}

        default void routeTag() {}

        default void criticality() {}

        default void callKeys(String customer) {}

        default void serializer() {}

        default void rateLimit() {}

        default void rateBurst() {}

        default void rateLimitAt() {}

        default void rateShape() {}

        default void rateWait() {}

        default void rateWarmUp() {}

        default void ratePer() {}

        default void rateExempt() {}

        default void quota() {}

        default void quotaAt() {}

        default void quotaAway() {}

        default void concurrencyLimit() {}

        default void concurrencyLimitAt() {}

        default void breakerFailures() {}

        default void breakerCalls() {}

        default void breakerWindow() {}

        default void breakerOpen() {}

        default void breakerTrials() {}

        default void fallbackMethod() {}

        default void fallbackClass() {}

        default int fallbackValue() {
            return 0;
        }

        default void fallbackLastGood() {}

        default void oneWay() {}

        default void nonBlocking() {}

        default void warmUp() {}
    }

    /** The same, of which each method says its policy. */
    @MoaService(name = "origins.Said", serializer = "json")
    @WarmUp(millis = 30_000)
    interface Said extends Bare {
        @Override
        @Timeout(millis = 300)
        default void timeout() {}

        @Override
        @Idempotent
        default void idempotent() {}

        @Override
        @Retry(attempts = 2)
        default void attempts() {}

        @Override
        @Retry(budgetPercent = 20)
        default void retryBudget() {}

        @Override
        @OnFailure(FailureMode.FAILFAST)
        default void onFailure() {}

        @Override
        @Idempotent
        @OnFailure(value = FailureMode.FORKING, forks = 3)
        default void forks() {}

        @Override
        @Idempotent
        @Hedge(afterMillis = 20)
        default void hedgeAfter() {}

        @Override
        @Idempotent
        @Hedge(afterMillis = 20, budgetPercent = 2)
        default void hedgeBudget() {}

        @Override
        @LoadBalance(Balancing.LEAST_IN_FLIGHT)
        default void loadBalance() {}

        @Override
        @LoadBalance(value = Balancing.CONSISTENT_HASH, hashBy = "customer")
        default void hashBy(@CallKey("customer") String customer) {}

        @Override
        @ZonePreference(ZoneChoice.PREFER)
        default void zone() {}

        @Override
        @RouteTag("gray")
        default void routeTag() {}

        @Override
        @Importance(Criticality.SHEDDABLE)
        default void criticality() {}

        @Override
        default void callKeys(@CallKey("customer") String customer) {}

        @Override
        @RateLimit(perSecond = 500)
        default void rateLimit() {}

        @Override
        @RateLimit(perSecond = 500, burst = 70)
        default void rateBurst() {}

        @Override
        @RateLimit(perSecond = 500, at = EnforcedAt.CALLER)
        default void rateLimitAt() {}

        @Override
        @RateLimit(perSecond = 500, shape = RateShape.SLIDING_WINDOW)
        default void rateShape() {}

        @Override
        @RateLimit(perSecond = 500, waitMillis = 200)
        default void rateWait() {}

        @Override
        @RateLimit(perSecond = 500, warmUpMillis = 30_000)
        default void rateWarmUp() {}

        @Override
        @RateLimit(perSecond = 500, per = "caller")
        default void ratePer() {}

        @Override
        @RateLimit(
                perSecond = 500,
                exempt = {"console", "batch-*"})
        default void rateExempt() {}

        @Override
        @Quota(perSecond = 1000)
        default void quota() {}

        @Override
        @Quota(perSecond = 1000, at = EnforcedAt.CALLER)
        default void quotaAt() {}

        @Override
        @Quota(perSecond = 1000, away = 150)
        default void quotaAway() {}

        @Override
        @ConcurrencyLimit(20)
        default void concurrencyLimit() {}

        @Override
        @ConcurrencyLimit(value = 20, at = EnforcedAt.CALLER)
        default void concurrencyLimitAt() {}

        @Override
        @CircuitBreaker
        default void breakerFailures() {}

        @Override
        @CircuitBreaker(minCalls = 50)
        default void breakerCalls() {}

        @Override
        @CircuitBreaker(windowMillis = 30_000)
        default void breakerWindow() {}

        @Override
        @CircuitBreaker(openMillis = 1_000)
        default void breakerOpen() {}

        @Override
        @CircuitBreaker(trials = 5)
        default void breakerTrials() {}

        @Override
        @Fallback(method = "nothing")
        default void fallbackMethod() {}

        /** Answers for {@link #fallbackMethod}. */
        default void nothing() {}

        @Override
        @Fallback(type = Nothing.class)
        default void fallbackClass() {}

        @Override
        @Fallback("7")
        default int fallbackValue() {
            return 0;
        }

        @Override
        @Fallback(lastGoodMillis = 60_000)
        default void fallbackLastGood() {}

        @Override
        @OneWay
        default void oneWay() {}

        @Override
        @NonBlocking
        default void nonBlocking() {}
    }

    /** Says and does nothing of its own. */
    static final class Nothing implements Said {}

    /** An example of every policy in the table. */
    static List<PolicyExample<?>> all() {
        return PolicyKey.all().stream().<PolicyExample<?>>map(PolicyExample::of).toList();
    }

    private static <T> PolicyExample<T> of(PolicyKey<T> key) {
        StringBuilder name = new StringBuilder();
        for (String word : key.name().split("-", -1)) {
            name.append(name.isEmpty() ? word : Character.toUpperCase(word.charAt(0)) + word.substring(1));
        }
        String method = name.toString();
        return Arrays.stream(Said.class.getMethods())
                .filter(each -> each.getName().equals(method))
                .findFirst()
                .map(each -> new PolicyExample<>(key, method, AnnotatedPolicy.read(Said.class, each)))
                .orElseThrow(() -> new AssertionError(
                        "The policy " + key + " needs a method " + method + " in PolicyExample.Said that says it"));
    }

    /** Who enforces it. */
    PolicyKey.Side side() {
        return policy.side(key);
    }

    /** Its value, as it is said outside of Java. */
    Object plain() {
        return plain(key);
    }

    <V> Object plain(PolicyKey<V> said) {
        return said.type().plain(policy.value(said));
    }

    /** What has to be said of the method elsewhere if it is to be the same there. */
    List<PolicyKey<?>> needed() {
        return isOfService(key)
                ? List.of(key)
                : PolicyKey.all().stream()
                        .filter(each ->
                                !isOfService(each) && !policy.value(each).equals(each.defaultValue()))
                        .toList();
    }

    /** Of these an interface speaks for all of its methods. */
    private static boolean isOfService(PolicyKey<?> key) {
        return key == PolicyKey.SERIALIZER || key == PolicyKey.WARM_UP;
    }

    @Override
    public String toString() {
        return key.name();
    }
}
