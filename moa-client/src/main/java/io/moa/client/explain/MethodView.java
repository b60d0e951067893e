package io.moa.client.explain;

import io.moa.governance.gate.GateLook;
import io.moa.governance.policy.MethodPolicy;
import java.util.List;

/**
 * What is decided about the calls of a method. Immutable.
 *
 * @param method with its parameter types if a stub tells them, else as it was asked for
 * @param policy what is in force; each value says where it comes from and who enforces it
 * @param passedOver which rules for the method are not applied, each a sentence with the reason
 * @param gates how the limits and the breaker of this process would meet a call now, and by what they count it; empty if nothing speaks against it
 *     and no rate is limited
 * @param faults what rules would do to the call on purpose before it is routed, a line each; empty if there are none for the service
 * @param source for people: who declares the method's policy
 */
public record MethodView(
        String method,
        MethodPolicy policy,
        List<String> passedOver,
        List<GateLook> gates,
        List<String> faults,
        String source) {

    public MethodView {
        passedOver = List.copyOf(passedOver);
        gates = List.copyOf(gates);
        faults = List.copyOf(faults);
    }

    /** This with what is done to the call on purpose. */
    MethodView with(List<String> struckBy) {
        return new MethodView(method, policy, passedOver, gates, struckBy, source);
    }

    /** This with gates of another process, where its calls are governed. */
    MethodView under(List<GateLook> others) {
        return new MethodView(method, policy, passedOver, others, faults, source);
    }

    /** Whether a gate of this process would refuse a call now, before it is routed. */
    public boolean refused() {
        return gates.stream().anyMatch(GateLook::refuses);
    }
}
