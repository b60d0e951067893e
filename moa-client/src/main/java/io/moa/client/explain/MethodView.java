package io.moa.client.explain;

import io.moa.governance.policy.MethodPolicy;
import java.util.List;

/**
 * What is decided about the calls of a method. Immutable.
 *
 * @param method with its parameter types if a stub tells them, else as it was asked for
 * @param policy what is in force; each value says where it comes from and who enforces it
 * @param passedOver which rules for the method are not applied, each a sentence with the reason
 * @param source for people: who declares the method's policy
 */
public record MethodView(String method, MethodPolicy policy, List<String> passedOver, String source) {

    public MethodView {
        passedOver = List.copyOf(passedOver);
    }
}
