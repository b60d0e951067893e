package io.moa.client.stub;

import io.moa.annotation.EnforcedAt;
import io.moa.discovery.ServiceId;
import io.moa.governance.gate.MethodGate;
import io.moa.governance.gate.ServiceRates;
import io.moa.governance.observe.Observation;
import io.moa.governance.policy.MethodPolicy;
import io.moa.governance.policy.PolicyKey;
import io.moa.governance.quota.QuotaRounds;
import io.moa.invoke.MethodId;
import io.moa.invoke.Ticker;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/**
 * The gates of the methods that a client calls, one for each, however many stubs there are: a limit holds for the client. Stubs that declare
 * different limits for one method count by themselves, each group of those that agree; else one would lift another one's limit. Rules that
 * limit hold for all of them alike, so what was counted stays whatever rules say. Safe for many threads.
 */
public final class MethodGates {

    /**
     * So many gates are kept although no stub is held that goes by them, as one of the same declarations may be made again: far more than
     * interfaces have methods.
     */
    private static final int ROOM = 20_000;

    /** What is declared of limits, without live rules. */
    private static final List<PolicyKey<?>> LIMITS = PolicyKey.all().stream()
            .filter(PolicyKey::isLimit)
            .<PolicyKey<?>>map(each -> each)
            .toList();

    private record Called(ServiceId service, MethodId method, List<?> limits) {}

    private final Ticker ticker;
    private final QuotaRounds quotas;
    private final Observation observation;
    private final Map<Called, MethodGate> gates = new HashMap<>(); // guarded by this
    private final Map<ServiceId, ServiceRates> rates = new HashMap<>(); // guarded by this
    private int roomUpTo = ROOM; // guarded by this

    /**
     * None yet.
     *
     * @param quotas where they ask for their shares of quotas
     * @param observation is told what they refuse
     */
    public MethodGates(Ticker ticker, QuotaRounds quotas, Observation observation) {
        this.ticker = ticker;
        this.observation = observation;
        this.quotas = quotas;
    }

    /** A gate that nobody shares. */
    MethodGate alone(ServiceId service, MethodId method) {
        return gate(service, method, new ServiceRates(service.toString(), ticker));
    }

    private MethodGate gate(ServiceId service, MethodId method, ServiceRates shared) {
        return new MethodGate(EnforcedAt.CALLER, ticker, quotas, observation.gates(), service, method, shared);
    }

    /**
     * The gate of a method.
     *
     * @param declared what a stub declares of it, without live rules
     * @param held the gates of the stubs that somebody holds; asked when there is no room
     */
    MethodGate of(ServiceId service, MethodId method, MethodPolicy declared, Supplier<Set<MethodGate>> held) {
        Called called =
                new Called(service, method, LIMITS.stream().map(declared::value).toList());
        boolean full;
        synchronized (this) {
            full = gates.size() >= roomUpTo && !gates.containsKey(called);
        }
        Set<MethodGate> living = full ? held.get() : Set.of(); // not under the lock, as it takes another one
        synchronized (this) {
            if (full) {
                gates.values().retainAll(living);
                roomUpTo = Math.max(ROOM, 2 * gates.size());
            }
            return gates.computeIfAbsent(
                    called,
                    unused -> gate(
                            service,
                            method,
                            rates.computeIfAbsent(service, any -> new ServiceRates(service.toString(), ticker))));
        }
    }
}
