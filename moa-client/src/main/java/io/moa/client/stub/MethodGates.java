package io.moa.client.stub;

import io.moa.annotation.EnforcedAt;
import io.moa.discovery.ServiceId;
import io.moa.governance.gate.MethodGate;
import io.moa.governance.policy.MethodPolicy;
import io.moa.governance.policy.PolicyKey;
import io.moa.invoke.MethodId;
import io.moa.invoke.Ticker;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The gates of the methods that a client calls, one for each, however many stubs there are: a limit holds for the process. Stubs that declare
 * different limits for one method count by themselves, each group of those that agree, and so do those of a group for which a live rule that
 * limits is passed over; else one would lift another one's limit. Values of rules may change: what was counted stays. Safe for many threads.
 */
public final class MethodGates {

    /** So many methods have a gate of their own that is shared; far more than interfaces have. Others get one for each stub. */
    private static final int MOST = 20_000;

    /** What a gate goes by. */
    static final List<PolicyKey<?>> LIMITS = List.of(
            PolicyKey.BREAKER_FAILURES,
            PolicyKey.BREAKER_CALLS,
            PolicyKey.BREAKER_WINDOW,
            PolicyKey.BREAKER_OPEN,
            PolicyKey.BREAKER_TRIALS,
            PolicyKey.CONCURRENCY_LIMIT,
            PolicyKey.CONCURRENCY_LIMIT_AT,
            PolicyKey.RATE_LIMIT,
            PolicyKey.RATE_BURST,
            PolicyKey.RATE_LIMIT_AT);

    /**
     * Whose calls are counted together.
     *
     * @param limits what is declared, without live rules
     * @param withheld the ids of the rules that limit others of the same declarations, and are passed over for these
     */
    private record Called(ServiceId service, MethodId method, List<Object> limits, Set<String> withheld) {}

    private final Ticker ticker;
    private final Map<Called, MethodGate> gates = new ConcurrentHashMap<>();

    public MethodGates(Ticker ticker) {
        this.ticker = ticker;
    }

    /**
     * The gate of a method.
     *
     * @param declared what a stub declares of it, without live rules
     * @param withheld the ids of the live rules that limit, and are passed over for that stub
     */
    MethodGate of(ServiceId service, MethodId method, MethodPolicy declared, Set<String> withheld) {
        List<Object> limits = new ArrayList<>();
        LIMITS.forEach(key -> limits.add(declared.value(key)));
        Called called = new Called(service, method, limits, withheld);
        MethodGate known = gates.get(called);
        if (known != null) {
            return known;
        }
        MethodGate made = new MethodGate(service + " " + method.name(), EnforcedAt.CALLER, ticker);
        if (gates.size() >= MOST) {
            return made;
        }
        MethodGate other = gates.putIfAbsent(called, made);
        return other == null ? made : other;
    }

    /** Lets go of the gates of those for whom rules are passed over, but for these. */
    void retain(Set<MethodGate> used) {
        gates.entrySet().removeIf(each -> !each.getKey().withheld().isEmpty() && !used.contains(each.getValue()));
    }
}
