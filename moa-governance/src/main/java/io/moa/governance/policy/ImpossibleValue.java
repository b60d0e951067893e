package io.moa.governance.policy;

import io.moa.internal.UntrustedText;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A value of a policy that the form of a method makes impossible, and why: what a process that knows the types of a method tells one that governs its
 * calls and does not. It holds for as long as the method has this form. Immutable.
 *
 * @param key whose value
 * @param value as {@link PolicyKey#read} gives it
 * @param why for people
 */
public record ImpossibleValue(PolicyKey<?> key, Object value, String why) {

    private static final int MAX_CHARS = 1_000;

    /** What a method cannot have of a policy that {@linkplain MethodForm conflicts} with its form by single values. */
    public static List<ImpossibleValue> of(MethodPolicy policy, List<PolicyConflict> conflicts) {
        List<ImpossibleValue> values = new ArrayList<>();
        for (PolicyConflict each : conflicts) {
            if (each.keys().size() == 1) {
                PolicyKey<?> key = each.keys().get(0);
                values.add(new ImpossibleValue(key, policy.value(key), each.why()));
            }
        }
        return values;
    }

    /** The conflict of a policy that has this value; what other values it has does not matter. */
    public boolean isIn(MethodPolicy policy) {
        return policy.value(key).equals(value);
    }

    /** What is wrong with such a policy. */
    public PolicyConflict conflict() {
        return new PolicyConflict(List.of(key), why);
    }

    /** As plain values, for another process. */
    public Map<String, Object> toPlain() {
        Map<String, Object> plain = new LinkedHashMap<>();
        plain.put("key", key.name());
        plain.put("value", plainOf(key));
        plain.put("why", why);
        return plain;
    }

    @SuppressWarnings("unchecked") // the value was read by this key
    private <T> Object plainOf(PolicyKey<T> its) {
        return its.type().plain((T) value);
    }

    /**
     * Reads what {@link #toPlain} wrote.
     *
     * @return null for a key that this process does not know
     * @throws IllegalArgumentException if it has another form
     */
    public static @Nullable ImpossibleValue ofPlain(Object plain) {
        if (!(plain instanceof Map<?, ?> said)
                || !(said.get("key") instanceof String name)
                || !(said.get("why") instanceof String why)
                || said.get("value") == null) {
            throw new IllegalArgumentException("What a method cannot have is an object of key, value and why");
        }
        PolicyKey<?> key = PolicyKey.named(name);
        if (key == null) {
            return null;
        }
        return new ImpossibleValue(key, key.read(said.get("value")), UntrustedText.shownProse(why, MAX_CHARS));
    }
}
