package io.moa.governance.balance;

import io.moa.invoke.Invocation;
import io.moa.invoke.Lease;
import io.moa.invoke.Picker;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Picks among the good candidates, and among the doubtful ones only when no good one is left: there is none, the call has
 * tried them all, or those that chance offers have just failed. Safe for many threads.
 */
public final class TieredPicker implements Picker {

    private final P2cPicker first;
    private final P2cPicker last;

    /**
     * Makes a picker of two tiers.
     *
     * @param first the good candidates; may be empty
     * @param last the doubtful ones; may be empty
     */
    public TieredPicker(P2cPicker first, P2cPicker last) {
        this.first = first;
        this.last = last;
    }

    /** Among whom it picks, the good ones first, for explanations and meters. */
    public List<P2cPicker.Candidate> candidates() {
        List<P2cPicker.Candidate> all = new ArrayList<>(first.candidates());
        all.addAll(last.candidates());
        return all;
    }

    /** The doubtful ones. */
    public List<P2cPicker.Candidate> doubtful() {
        return last.candidates();
    }

    @Override
    public @Nullable Lease pick(Invocation call) {
        if (last.isEmpty()) {
            return first.pick(call);
        }
        if (first.isEmpty()) {
            return last.pick(call);
        }
        Set<String> tried = call.attributes().get(P2cPicker.TRIED);
        int choice = first.choose(tried);
        if (first.isGood(choice, tried)) {
            return first.lease(choice);
        }
        int doubtful = last.choose(tried);
        return last.isGood(doubtful, tried) ? last.lease(doubtful) : first.lease(choice);
    }
}
