package io.moa.governance.rule;

import io.moa.governance.policy.MethodPolicy;
import java.util.List;

/**
 * A method's policy with the rules that are in force. Immutable.
 *
 * @param policy what holds; each value that a rule changed says which
 * @param passedOver which rules for the method were not applied, each a sentence with the reason
 */
public record AppliedPolicy(MethodPolicy policy, List<String> passedOver) {

    public AppliedPolicy {
        passedOver = List.copyOf(passedOver);
    }
}
