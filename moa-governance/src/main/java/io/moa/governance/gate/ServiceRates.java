package io.moa.governance.gate;

import io.moa.invoke.Ticker;
import java.lang.ref.WeakReference;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The rates that count all methods of one service together, at one side of one process. Methods that say the same terms share a gate; one that
 * says others has its own, or that of those who say so too. A gate is forgotten with the last method that goes by it. Safe for many threads;
 * no call comes here.
 */
public final class ServiceRates {

    private final String subject;
    private final Ticker ticker;
    private final Map<RateTerms, WeakReference<RateGate>> gates = new HashMap<>(); // guarded by this

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
     * @param before the one that it had, from where the count goes on if nobody has these terms yet; null if it had none
     */
    synchronized RateGate gate(@Nullable RateGate before, RateTerms terms) {
        WeakReference<RateGate> known = gates.get(terms);
        RateGate gate = known == null ? null : known.get();
        if (gate == null) {
            gates.values().removeIf(each -> each.get() == null);
            gate = before == null ? new RateGate(subject, terms, ticker) : before.forked(terms);
            gates.put(terms, new WeakReference<>(gate));
        }
        return gate;
    }
}
