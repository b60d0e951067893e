package io.moa.governance.sample;

import io.moa.governance.policy.MethodPolicy;
import io.moa.governance.policy.PolicyKey;

/**
 * A value of a method's policy that becomes another one. Immutable.
 *
 * @param policy its name
 * @param before as people write it
 * @param after as people write it
 */
public record ValueChange(String policy, String before, String after) {

    static ValueChange of(PolicyKey<?> key, MethodPolicy before, MethodPolicy after) {
        return new ValueChange(key.name(), text(before, key), text(after, key));
    }

    private static <T> String text(MethodPolicy policy, PolicyKey<T> key) {
        String text = String.valueOf(key.type().plain(policy.value(key)));
        return text.isEmpty() ? "none" : text;
    }

    /** For people. */
    @Override
    public String toString() {
        return policy + ": " + before + " -> " + after;
    }
}
