package io.moa.client.stub;

import io.moa.governance.gate.GateLook;
import io.moa.governance.policy.MethodForm;
import io.moa.governance.policy.MethodPolicy;
import java.util.List;

/**
 * What is known of a method without live rules. Immutable.
 *
 * @param method with its parameter types if a stub tells them, else as it was asked for
 * @param policy what annotations, code and the release configuration say
 * @param form what the method's types make impossible, as far as a stub tells them
 * @param gates how the gates of this process would meet a call now; empty if nothing speaks against it
 * @param source for people: who says so
 */
public record DeclaredMethod(String method, MethodPolicy policy, MethodForm form, List<GateLook> gates, String source) {

    public DeclaredMethod {
        gates = List.copyOf(gates);
    }

    /** The method's name alone. */
    public String name() {
        return nameOf(method);
    }

    static String nameOf(String method) {
        int open = method.indexOf('(');
        return open < 0 ? method : method.substring(0, open);
    }
}
