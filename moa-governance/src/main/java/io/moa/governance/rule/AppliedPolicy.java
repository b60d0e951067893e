package io.moa.governance.rule;

import io.moa.governance.policy.MethodPolicy;
import java.util.List;

/**
 * A method's policy with the rules that are in force. Immutable.
 *
 * @param policy what holds; each value that a rule changed says which
 * @param passedOver which rules for the method were not applied, or only their limits, with the reason
 */
public record AppliedPolicy(MethodPolicy policy, List<PassedOver> passedOver) {

    public AppliedPolicy {
        passedOver = List.copyOf(passedOver);
    }

    /** Why rules are not applied, a sentence each. */
    public List<String> reasons() {
        return passedOver.stream().map(PassedOver::why).toList();
    }
}
