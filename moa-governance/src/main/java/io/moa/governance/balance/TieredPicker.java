package io.moa.governance.balance;

import io.moa.invoke.Invocation;
import io.moa.invoke.Lease;
import io.moa.invoke.Picker;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Picks in the first tier that has somebody good, and in a later one only when there is nobody good before: the tier is
 * empty, the call has tried all of it, or those looked at have just failed. If nobody is good anywhere, it picks in the first
 * tier that is not empty. Safe for many threads.
 */
public final class TieredPicker implements Picker {

    private final P2cPicker[] tiers;

    /**
     * Makes a picker.
     *
     * @param tiers the most wanted candidates first; each tier may be empty
     */
    public TieredPicker(List<P2cPicker> tiers) {
        this.tiers = tiers.stream().filter(tier -> !tier.isEmpty()).toArray(P2cPicker[]::new);
    }

    /** Among whom it picks, the most wanted first, for explanations and meters. */
    public List<Candidate> candidates() {
        List<Candidate> all = new ArrayList<>();
        for (P2cPicker tier : tiers) {
            all.addAll(tier.candidates());
        }
        return all;
    }

    @Override
    public @Nullable Lease pick(Invocation call) {
        if (tiers.length == 0) {
            return null;
        }
        if (tiers.length == 1) {
            return tiers[0].pick(call);
        }
        Set<String> tried = call.attributes().get(P2cPicker.TRIED);
        long now = tiers[0].ticker().nanos();
        int first = tiers[0].chooseGood(tried, now);
        if (first >= 0) {
            return tiers[0].lease(first, now);
        }
        for (int i = 1; i < tiers.length; i++) {
            int later = tiers[i].chooseGood(tried, now);
            if (later >= 0) {
                return tiers[i].lease(later, now);
            }
        }
        return tiers[0].lease(tiers[0].choose(tried, now), now);
    }
}
