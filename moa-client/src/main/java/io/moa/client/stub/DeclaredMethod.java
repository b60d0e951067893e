package io.moa.client.stub;

import io.moa.client.mesh.Announcement;
import io.moa.governance.gate.GateLook;
import io.moa.governance.policy.MethodForm;
import io.moa.governance.policy.MethodPolicy;
import io.moa.invoke.Invocation;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a method without live rules. Immutable.
 *
 * @param method with its parameter types if a stub tells them, else as it was asked for
 * @param policy what annotations, code and the release configuration say
 * @param form what the method's types make impossible, as far as a stub tells them
 * @param gates how the gates of this process would meet a call now; says nothing if nothing is limited
 * @param source for people: who says so
 * @param announcement what agents are told of it; null if no stub tells
 */
public record DeclaredMethod(
        String method,
        MethodPolicy policy,
        MethodForm form,
        Function<Invocation, List<GateLook>> gates,
        String source,
        @Nullable Announcement announcement) {

    /** The method's name alone. */
    public String name() {
        return nameOf(method);
    }

    static String nameOf(String method) {
        int open = method.indexOf('(');
        return open < 0 ? method : method.substring(0, open);
    }
}
