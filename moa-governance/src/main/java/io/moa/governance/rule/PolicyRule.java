package io.moa.governance.rule;

import io.moa.governance.policy.MethodPolicy;
import io.moa.governance.policy.Origin;
import io.moa.governance.policy.PolicyKey;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Sets values for methods of a service. It holds for methods, not for calls: what it says is worked out once for each method.
 * Immutable.
 *
 * @param method the methods that it is for; null for all
 * @param set the values, as the table of policies takes them
 */
public record PolicyRule(
        String id,
        Matcher service,
        @Nullable Matcher method,
        @Nullable Matcher callers,
        Map<PolicyKey<?>, Object> set,
        Rollout rollout,
        boolean enabled,
        String note)
        implements Rule {

    public PolicyRule {
        set = Map.copyOf(set);
    }

    /** Whether it is for a method when this application calls it. */
    public boolean isFor(String called, String caller) {
        return (method == null || method.matches(called))
                && (callers == null || callers.matches(caller.isEmpty() ? null : caller));
    }

    /** How particular it is: of two rules the one with the greater number wins. */
    int particularity() {
        int byMethod = method == null ? 0 : method instanceof Matcher.Same ? 2 : 1;
        int byService = service instanceof Matcher.Same ? 1 : 0;
        return 4 * byMethod + 2 * byService + (callers == null ? 0 : 1);
    }

    /** A policy with the value of this rule for a key that it sets. */
    MethodPolicy over(MethodPolicy policy, PolicyKey<?> key, String version) {
        Object value = key == PolicyKey.CALL_KEYS ? callKeys(policy) : set.get(key);
        return value == null ? policy : policy.withPlain(key, value, Origin.LIVE_RULE, "rule " + id + ", " + version);
    }

    /** The keys of this rule beside those that are declared: other rules may go by those. */
    private @Nullable Object callKeys(MethodPolicy declared) {
        if (!(set.get(PolicyKey.CALL_KEYS) instanceof Map<?, ?> mine)) {
            return null;
        }
        Map<Object, Object> all = new TreeMap<>(declared.value(PolicyKey.CALL_KEYS));
        all.putAll(mine);
        return all;
    }

    @Override
    public Map<String, Object> toPlain() {
        Map<String, Object> plain = new LinkedHashMap<>();
        plain.put("kind", "policy");
        plain.put("service", service.toPlain());
        if (method != null) {
            plain.put("method", method.toPlain());
        }
        Map<String, Object> values = new TreeMap<>();
        set.forEach((key, value) -> values.put(key.name(), value));
        plain.put("set", values);
        RulePlain.putCommon(plain, this);
        return plain;
    }
}
