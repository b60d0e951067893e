package io.moa.governance.policy;

import io.moa.annotation.Balancing;
import io.moa.annotation.FailureMode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Values of one policy that cannot be together.
 *
 * @param keys whose values they are
 * @param why what is wrong and what is expected, for people
 */
public record PolicyConflict(List<PolicyKey<?>> keys, String why) {

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
                    PolicyKey.ONE_WAY,
                    hedged ? PolicyKey.HEDGE_AFTER : PolicyKey.ON_FAILURE));
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

    private static PolicyConflict of(String why, PolicyKey<?>... keys) {
        return new PolicyConflict(List.of(keys), why);
    }

    @Override
    public String toString() {
        return String.join(" and ", keys.stream().map(PolicyKey::name).toList()) + ": " + why;
    }
}
