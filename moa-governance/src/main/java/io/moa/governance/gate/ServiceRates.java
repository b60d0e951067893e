package io.moa.governance.gate;

import io.moa.invoke.Ticker;
import java.util.Map;
import java.util.WeakHashMap;

/**
 * The rates that count all methods of one service together, at one side of one process. Methods that say the same terms share a gate; one that
 * says others has its own, or that of those who say so too, and goes on from what its former one had counted. A gate is forgotten with the last
 * method that goes by it. Safe for many threads; no call comes here.
 */
public final class ServiceRates {

    /** By what a method goes, or went when it was limited last. */
    private record Used(RateTerms terms, RateGate gate) {}

    private final String subject;
    private final Ticker ticker;
    private final Map<Object, Used> methods = new WeakHashMap<>(); // guarded by this

    /**
     * None yet.
     *
     * @param subject the service, for the reason given to those refused
     */
    public ServiceRates(String subject, Ticker ticker) {
        this.subject = subject;
        this.ticker = ticker;
    }

    /**
     * The gate of a method from now on.
     *
     * @param method whose; told from others by identity, and forgotten when nobody else knows it
     */
    synchronized RateGate gate(Object method, RateTerms terms) {
        Used before = methods.get(method);
        if (before != null && before.terms().equals(terms)) {
            return before.gate();
        }
        RateGate gate = null;
        for (Map.Entry<Object, Used> each : methods.entrySet()) {
            if (each.getKey() != method && each.getValue().terms().equals(terms)) {
                gate = each.getValue().gate();
            }
        }
        if (gate == null) {
            gate = before == null
                    ? new RateGate(subject, terms, ticker)
                    : before.gate().forked(terms);
        }
        methods.put(method, new Used(terms, gate));
        return gate;
    }
}
