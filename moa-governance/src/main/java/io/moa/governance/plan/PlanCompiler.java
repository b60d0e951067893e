package io.moa.governance.plan;

import io.moa.discovery.Instance;
import io.moa.discovery.Snapshot;
import io.moa.governance.balance.InstanceLoad;
import io.moa.governance.balance.P2cPicker;
import io.moa.invoke.Ticker;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;

/**
 * Turns snapshots of one service into plans. It remembers what this process learnt of each instance, so that a new plan
 * begins with it.
 *
 * <p>Not safe for threads: one writer compiles, rarely; the plans are for everyone.
 */
public final class PlanCompiler {

    private final RandomGenerator chance;
    private final Ticker ticker;
    private Map<String, InstanceLoad> loads = Map.of();

    /**
     * Makes a compiler.
     *
     * @param chance where the pickers draw from; must be safe for many threads
     * @param ticker the runtime's ticker
     */
    public PlanCompiler(RandomGenerator chance, Ticker ticker) {
        this.chance = chance;
        this.ticker = ticker;
    }

    /** The plan for a snapshot. What was known of instances that are gone is forgotten. */
    public Plan compile(Snapshot snapshot) {
        Map<String, InstanceLoad> kept = new HashMap<>();
        List<P2cPicker.Candidate> candidates =
                new ArrayList<>(snapshot.entries().size());
        for (Snapshot.Entry entry : snapshot.entries()) {
            Instance instance = entry.instance();
            InstanceLoad known = loads.get(instance.uuid());
            InstanceLoad load = known != null ? known : new InstanceLoad();
            kept.put(instance.uuid(), load);
            int weight = weightOf(entry);
            if (entry.usable() && weight > 0 && !instance.addresses().isEmpty()) {
                candidates.add(new P2cPicker.Candidate(instance, weight, load));
            }
        }
        loads = kept;
        return new Plan(snapshot, new P2cPicker(candidates, chance, ticker), candidates.size());
    }

    static int weightOf(Snapshot.Entry entry) {
        Integer decided = entry.operator().weight();
        return decided != null ? decided : entry.instance().weight();
    }
}
