package io.moa.governance.policy;

import io.moa.annotation.Balancing;
import io.moa.annotation.EnforcedAt;
import io.moa.annotation.FailureMode;
import io.moa.annotation.RateShape;
import java.lang.reflect.Method;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * Values of one policy that cannot be together, or of which one can have no effect beside the others.
 *
 * @param keys whose values they are; first that which cannot be used here, then those that are why
 * @param why what is wrong and what is expected, for people
 */
public record PolicyConflict(List<PolicyKey<?>> keys, String why) {

    /** What is said beside a rate. */
    private static final List<PolicyKey<?>> RATES = List.of(
            PolicyKey.RATE_BURST,
            PolicyKey.RATE_SHAPE,
            PolicyKey.RATE_WAIT,
            PolicyKey.RATE_WARM_UP,
            PolicyKey.RATE_PER,
            PolicyKey.RATE_EXEMPT);

    /** What one of two sides enforces, and the other one's code cannot say. */
    private static final List<PolicyKey<?>> ENFORCED = Stream.concat(
                    Stream.of(PolicyKey.RATE_LIMIT, PolicyKey.QUOTA, PolicyKey.QUOTA_AWAY, PolicyKey.CONCURRENCY_LIMIT),
                    RATES.stream())
            .toList();

    public PolicyConflict {
        keys = List.copyOf(keys);
    }

    static List<PolicyConflict> in(MethodPolicy policy) {
        List<PolicyConflict> found = new ArrayList<>();
        boolean hedged = !policy.value(PolicyKey.HEDGE_AFTER).equals(Duration.ZERO);
        FailureMode mode = policy.onFailure();
        if (hedged && !policy.isIdempotent()) {
            found.add(of(
                    "a hedged call may run twice: expected @Idempotent beside @Hedge, or no hedge",
                    PolicyKey.HEDGE_AFTER,
                    PolicyKey.IDEMPOTENT));
        }
        if (mode == FailureMode.FORKING && !policy.isIdempotent()) {
            found.add(of(
                    "on-failure forking runs a call at several instances: expected @Idempotent beside it, or another mode",
                    PolicyKey.ON_FAILURE,
                    PolicyKey.IDEMPOTENT));
        }
        if (hedged && (mode == FailureMode.FORKING || mode == FailureMode.BROADCAST)) {
            found.add(of(
                    "on-failure " + PolicyKey.ON_FAILURE.type().plain(mode)
                            + " calls several instances already: expected no hedge beside it",
                    PolicyKey.HEDGE_AFTER,
                    PolicyKey.ON_FAILURE));
        }
        if (policy.isOneWay() && (hedged || mode == FailureMode.FORKING)) {
            found.add(of(
                    "a one-way call has no answer that could come first: expected no hedge and no forking",
                    hedged ? PolicyKey.HEDGE_AFTER : PolicyKey.ON_FAILURE,
                    PolicyKey.ONE_WAY));
        }
        if (policy.value(PolicyKey.LOAD_BALANCE) == Balancing.CONSISTENT_HASH
                && policy.value(PolicyKey.HASH_BY).isEmpty()) {
            found.add(of(
                    "consistent hashing goes by a call key: expected @LoadBalance(value = CONSISTENT_HASH, hashBy = \"…\")"
                            + " and a @CallKey of that name",
                    PolicyKey.LOAD_BALANCE,
                    PolicyKey.HASH_BY));
        }
        if (!policy.value(PolicyKey.FALLBACK_METHOD).isEmpty()
                && !policy.value(PolicyKey.FALLBACK_CLASS).isEmpty()) {
            found.add(of(
                    "one of the two answers when a call has failed: expected @Fallback(method = \"…\") or @Fallback(type ="
                            + " ….class)",
                    PolicyKey.FALLBACK_METHOD,
                    PolicyKey.FALLBACK_CLASS));
        }
        return found;
    }

    /** Values that can have no effect beside others: a mistake of whoever wrote them, but nothing that harms a call. */
    static List<PolicyConflict> idle(MethodPolicy policy) {
        List<PolicyConflict> found = new ArrayList<>();
        FailureMode mode = policy.onFailure();
        String named = "on-failure " + PolicyKey.ON_FAILURE.type().plain(mode);
        boolean resends = mode == FailureMode.FAILOVER || mode == FailureMode.FAILSAFE;
        boolean hedged = policy.hedgeAfterNanos() > 0;
        if (hedged && mode == FailureMode.FAILFAST) {
            found.add(of(
                    named + " is one attempt and a hedge a second one: expected no hedge, or another mode",
                    PolicyKey.HEDGE_AFTER,
                    PolicyKey.ON_FAILURE));
        }
        if (hedged && policy.attempts() == 1) {
            found.add(of(
                    "a hedge is a second attempt: expected 2 or more attempts beside it, or no hedge",
                    PolicyKey.HEDGE_AFTER,
                    PolicyKey.ATTEMPTS));
        }
        if (hedged && policy.hedgeAfterNanos() >= policy.timeoutNanos()) {
            found.add(of(
                    "the call has ended by then: expected a hedge before the timeout, which is "
                            + PolicyKey.TIMEOUT.type().plain(policy.timeout()),
                    PolicyKey.HEDGE_AFTER,
                    PolicyKey.TIMEOUT));
        }
        if (!hedged) {
            unusedBeside(policy, PolicyKey.HEDGE_BUDGET, "there is no hedge to pay for", PolicyKey.HEDGE_AFTER, found);
        }
        if (!resends && policy.attempts() > 1 && policy.get(PolicyKey.ATTEMPTS).origin() != Origin.DEFAULT) {
            found.add(of(
                    named + " never sends a call again: expected no number of attempts, or another mode",
                    PolicyKey.ATTEMPTS,
                    PolicyKey.ON_FAILURE));
        }
        if (!resends || policy.attempts() == 1) {
            PolicyKey<?> why = resends ? PolicyKey.ATTEMPTS : PolicyKey.ON_FAILURE;
            unusedBeside(policy, PolicyKey.RETRY_BUDGET, "no call is sent again", why, found);
        }
        if (mode != FailureMode.FORKING) {
            unusedBeside(policy, PolicyKey.FORKS, named + " does not fork", PolicyKey.ON_FAILURE, found);
        }
        for (PolicyKey<String> other : List.of(PolicyKey.FALLBACK_METHOD, PolicyKey.FALLBACK_CLASS)) {
            if (!policy.value(other).isEmpty()) {
                String why = other + " answers before it";
                unusedBeside(policy, PolicyKey.FALLBACK_LAST_GOOD, why, other, found);
                unusedBeside(policy, PolicyKey.FALLBACK_VALUE, why, other, found);
            }
        }
        balancing(policy, found);
        limits(policy, found);
        return found;
    }

    private static void balancing(MethodPolicy policy, List<PolicyConflict> found) {
        String key = policy.hashBy();
        if (policy.onFailure() == FailureMode.BROADCAST) {
            unusedBeside(
                    policy,
                    PolicyKey.LOAD_BALANCE,
                    "on-failure broadcast calls everybody",
                    PolicyKey.ON_FAILURE,
                    found);
        }
        if (policy.balancing() != Balancing.CONSISTENT_HASH) {
            unusedBeside(
                    policy,
                    PolicyKey.HASH_BY,
                    "only load-balance consistent-hash goes by a key",
                    PolicyKey.LOAD_BALANCE,
                    found);
        } else if (!key.isEmpty()
                && !policy.value(PolicyKey.CALL_KEYS).containsKey(key)
                && !mayBeSetByAFilter(policy, PolicyKey.HASH_BY)) {
            found.add(of(
                    "no call has a key " + key + " to hash: expected @CallKey(\"" + key
                            + "\") on a parameter, or one of "
                            + new TreeSet<>(policy.value(PolicyKey.CALL_KEYS).keySet()),
                    PolicyKey.HASH_BY,
                    PolicyKey.CALL_KEYS));
        }
    }

    /** A caller whose own code names the key may have a filter that sets it, if the arguments give none at all. */
    private static boolean mayBeSetByAFilter(MethodPolicy policy, PolicyKey<String> names) {
        return policy.get(names).origin() == Origin.CODE
                && policy.value(PolicyKey.CALL_KEYS).isEmpty();
    }

    private static void limits(MethodPolicy policy, List<PolicyConflict> found) {
        if (policy.value(PolicyKey.RATE_LIMIT) == 0) {
            for (PolicyKey<?> key : RATES) {
                unusedBeside(policy, key, "there is no limit", PolicyKey.RATE_LIMIT, found);
            }
        } else {
            RateShape shape = policy.value(PolicyKey.RATE_SHAPE);
            if (shape != RateShape.TOKEN_BUCKET) {
                String named = "rate-shape " + PolicyKey.RATE_SHAPE.type().plain(shape);
                unusedBeside(policy, PolicyKey.RATE_BURST, named + " lets no burst pass", PolicyKey.RATE_SHAPE, found);
            }
            countedKey(policy, found);
        }
        if (policy.value(PolicyKey.QUOTA) == 0) {
            unusedBeside(policy, PolicyKey.QUOTA_AWAY, "there is no quota", PolicyKey.QUOTA, found);
        }
        if (policy.value(PolicyKey.BREAKER_FAILURES) == 0) {
            for (PolicyKey<?> key : List.of(
                    PolicyKey.BREAKER_CALLS,
                    PolicyKey.BREAKER_WINDOW,
                    PolicyKey.BREAKER_OPEN,
                    PolicyKey.BREAKER_TRIALS)) {
                unusedBeside(policy, key, "there is no breaker", PolicyKey.BREAKER_FAILURES, found);
            }
        }
    }

    /** A limit for each value of a key that no call has limits nothing. */
    private static void countedKey(MethodPolicy policy, List<PolicyConflict> found) {
        String per = policy.value(PolicyKey.RATE_PER);
        String key = per.startsWith("key:") ? per.substring("key:".length()) : "";
        if (!key.isEmpty()
                && !policy.value(PolicyKey.CALL_KEYS).containsKey(key)
                && !mayBeSetByAFilter(policy, PolicyKey.RATE_PER)) {
            found.add(of(
                    "it is said for each value of the call key " + key
                            + ", which no call has, so none would be limited: expected @CallKey(\"" + key
                            + "\") on a parameter, or another rate-per",
                    PolicyKey.RATE_LIMIT,
                    PolicyKey.RATE_PER,
                    PolicyKey.CALL_KEYS));
        }
    }

    private static <T> void unusedBeside(
            MethodPolicy policy, PolicyKey<T> key, String why, PolicyKey<?> cause, List<PolicyConflict> found) {
        T value = policy.value(key);
        if (!value.equals(key.defaultValue())) {
            found.add(of(
                    key.type().plain(value) + " has no effect, as " + why + ": expected no " + key + ", or another "
                            + cause,
                    key,
                    cause));
        }
    }

    /** Limits that the code of one side says, and that the other side is to enforce, which never hears of them. */
    static List<PolicyConflict> elsewhere(MethodPolicy policy, EnforcedAt here) {
        List<PolicyConflict> found = new ArrayList<>();
        for (PolicyKey<?> limit : ENFORCED) {
            PolicyKey<EnforcedAt> at = Objects.requireNonNull(limit.sideSaidBy());
            if (policy.get(limit).origin() == Origin.CODE && policy.value(at) != here) {
                found.add(of(
                        "the " + at.type().plain(policy.value(at))
                                + " enforces it, and does not hear what the code of the "
                                + at.type().plain(here) + " says: expected " + at + " "
                                + at.type().plain(here)
                                + " beside it, or " + (here == EnforcedAt.CALLER ? "ExportConfig" : "StubConfig")
                                + " to say it",
                        limit,
                        at));
            }
        }
        return found;
    }

    /** A method's form that its values cannot go with. */
    static List<PolicyConflict> withForm(MethodPolicy policy, Method method) {
        return policy.isOneWay() && (method.getReturnType() != void.class || method.getExceptionTypes().length > 0)
                ? List.of(of(
                        "no reply ever comes, so the method must return void and declare no exception; expected: @OneWay void "
                                + method.getName() + "(...)",
                        PolicyKey.ONE_WAY))
                : List.of();
    }

    private static PolicyConflict of(String why, PolicyKey<?>... keys) {
        return new PolicyConflict(List.of(keys), why);
    }

    @Override
    public String toString() {
        return String.join(" and ", keys.stream().map(PolicyKey::name).toList()) + ": " + why;
    }
}
