package io.moa.governance.rule;

import io.moa.governance.policy.MethodPolicy;
import io.moa.governance.policy.PolicyKey;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * A method's policy with the rules that are in force. Immutable.
 *
 * @param policy what holds; each value that a rule changed says which
 * @param passedOver which rules for the method were not applied, with the reason
 */
public record AppliedPolicy(MethodPolicy policy, List<PassedOver> passedOver) {

    public AppliedPolicy {
        passedOver = List.copyOf(passedOver);
    }

    /** The ids of those rules which are not applied and say something of one of these policies. */
    public Set<String> withheld(Collection<? extends PolicyKey<?>> of) {
        Set<String> ids = new TreeSet<>();
        for (PassedOver each : passedOver) {
            if (of.stream().anyMatch(each.rule().set()::containsKey)) {
                ids.add(each.rule().id());
            }
        }
        return ids;
    }

    /** Why rules are not applied, a sentence each. */
    public List<String> reasons() {
        return passedOver.stream().map(PassedOver::why).toList();
    }
}
