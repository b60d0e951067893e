package io.moa.governance.balance;

import io.moa.discovery.Instance;
import io.moa.invoke.Invocation;
import io.moa.invoke.Lease;
import io.moa.invoke.Ticker;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Those of one plan whom a call may be sent to, in tiers: the most wanted first. Immutable but for what is learnt of them; safe for many
 * threads.
 */
public final class CandidateSet {

    private final List<List<Candidate>> tiers;
    private final RandomGenerator chance;
    private final Ticker ticker;
    private final TieredPicker picker;

    /**
     * A set.
     *
     * @param tiers the most wanted candidates first; each tier may be empty
     * @param chance where draws come from; must be safe for many threads
     * @param ticker tells how long ago a failure was
     */
    public CandidateSet(List<List<Candidate>> tiers, RandomGenerator chance, Ticker ticker) {
        this.tiers =
                tiers.stream().filter(tier -> !tier.isEmpty()).map(List::copyOf).toList();
        this.chance = chance;
        this.ticker = ticker;
        List<P2cPicker> pickers = new ArrayList<>(this.tiers.size());
        for (List<Candidate> tier : this.tiers) {
            pickers.add(new P2cPicker(tier, chance, ticker));
        }
        this.picker = new TieredPicker(pickers);
    }

    /** The choice for one attempt, in the way that the policy of the call says; null if the set is empty. */
    public @Nullable Lease pick(Invocation call) {
        return picker.pick(call);
    }

    public boolean isEmpty() {
        return tiers.isEmpty();
    }

    /** All of them, the most wanted first, for explanations and meters. */
    public List<Candidate> candidates() {
        return tiers.stream().flatMap(List::stream).toList();
    }

    /** Those of this set whose instances pass, in the same tiers. */
    public CandidateSet where(Predicate<Instance> wanted) {
        List<List<Candidate>> fewer = tiers.stream()
                .map(tier ->
                        tier.stream().filter(one -> wanted.test(one.instance())).toList())
                .toList();
        return new CandidateSet(fewer, chance, ticker);
    }
}
