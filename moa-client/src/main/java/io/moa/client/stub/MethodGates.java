package io.moa.client.stub;

import io.moa.annotation.EnforcedAt;
import io.moa.discovery.ServiceId;
import io.moa.governance.gate.MethodGate;
import io.moa.invoke.MethodId;
import io.moa.invoke.Ticker;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The gates of the methods that a client calls, one for each, however many stubs there are: a limit holds for the process. Stubs that say
 * different limits for one method share the gate, and the one made last decides. Safe for many threads.
 */
public final class MethodGates {

    /** So many methods have a gate of their own that is shared; far more than interfaces have. Others get one for each stub. */
    private static final int MOST = 20_000;

    private record Called(ServiceId service, MethodId method) {}

    private final Ticker ticker;
    private final Map<Called, MethodGate> gates = new ConcurrentHashMap<>();

    public MethodGates(Ticker ticker) {
        this.ticker = ticker;
    }

    /** The gate of a method. */
    MethodGate of(ServiceId service, MethodId method) {
        Called called = new Called(service, method);
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
}
