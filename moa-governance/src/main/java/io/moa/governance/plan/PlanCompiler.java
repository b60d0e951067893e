package io.moa.governance.plan;

import io.moa.discovery.Instance;
import io.moa.discovery.Liveness;
import io.moa.discovery.Snapshot;
import io.moa.governance.balance.InstanceLoad;
import io.moa.governance.balance.P2cPicker;
import io.moa.governance.balance.TieredPicker;
import io.moa.invoke.Ticker;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Turns snapshots of one service into plans. It remembers what this process learnt of each instance, so that a new plan
 * begins with it.
 *
 * <p><b>Who is called last.</b> Those that the caller doubts, and those that a watcher cannot reach ({@link
 * Liveness#SUSPECT}) unless this process's own calls to them have succeeded lately. Those of a greater {@linkplain
 * Snapshot#distances() distance} come after all of a smaller one.
 *
 * <p><b>Who is passed over.</b> Those to whom this process cannot connect at all, such as one that only says a Unix socket of
 * another host. And those at whose address a usable process of their application listens that started later: whoever connects
 * there reaches that one, and this way it connects once.
 *
 * <p>Not safe for threads: one writer compiles, rarely; the plans are for everyone.
 */
public final class PlanCompiler {

    private final RandomGenerator chance;
    private final Ticker ticker;
    private final LongSupplier wallMillis;
    private final Function<Instance, @Nullable String> noWay;
    private final Map<String, Known> known = new HashMap<>();
    private boolean looked;
    private long compiled; // how many plans

    /** What this process learnt of an instance; outlives plans. */
    private static final class Known {
        final InstanceLoad load = new InstanceLoad();
        final long firstSeenNanos;
        final boolean appeared;
        long compiled; // the latest plan that it was in

        Known(long firstSeenNanos, boolean appeared) {
            this.firstSeenNanos = firstSeenNanos;
            this.appeared = appeared;
        }
    }

    /** Those of one distance. A near one in doubt comes before a far one without: most doubts are the registry's fault. */
    private static final class Tiers {
        final List<P2cPicker.Candidate> good = new ArrayList<>();
        final List<P2cPicker.Candidate> doubtful = new ArrayList<>();
    }

    /**
     * Makes a compiler.
     *
     * @param chance where the pickers draw from; must be safe for many threads
     * @param ticker the runtime's ticker
     * @param wallMillis this host's wall clock, in milliseconds since 1970; compared with the start that instances tell
     * @param noWay why this process cannot connect to an instance, for people, or null if it can try; asked of every usable
     *     instance for every plan, so it must be cheap
     */
    public PlanCompiler(
            RandomGenerator chance,
            Ticker ticker,
            LongSupplier wallMillis,
            Function<Instance, @Nullable String> noWay) {
        this.chance = chance;
        this.ticker = ticker;
        this.wallMillis = wallMillis;
        this.noWay = noWay;
    }

    /** The plan for a snapshot that is not doubted. What was known of instances that are gone is forgotten. */
    public Plan compile(Snapshot snapshot) {
        return compile(snapshot, Map.of());
    }

    /**
     * The plan for a snapshot. What was known of instances that are gone is forgotten.
     *
     * @param doubts the uuids of those among the entries that are to be called last, each with the reason
     */
    public Plan compile(Snapshot snapshot, Map<String, String> doubts) {
        Plan plan = compileRemembered(snapshot, doubts);
        looked = looked || !snapshot.isUnknown();
        return plan;
    }

    /**
     * As {@link #compile(Snapshot, Map)}, for what an earlier process knew: whoever is listed besides when a registry answers may have
     * run for long, and was not seen to appear.
     */
    public Plan compileRemembered(Snapshot snapshot, Map<String, String> doubts) {
        long now = ticker.nanos();
        compiled++;
        SortedMap<Integer, Tiers> byDistance = new TreeMap<>();
        int usable = 0;
        Map<String, String> last = new HashMap<>();
        Map<String, String> passedOver = new HashMap<>();
        int warming = 0;
        Successors successors = Successors.of(snapshot.entries());
        for (Snapshot.Entry entry : snapshot.entries()) {
            Instance instance = entry.instance();
            String uuid = instance.uuid();
            Known one = known.get(uuid);
            if (one == null) {
                one = new Known(now, looked);
                known.put(uuid, one);
            }
            one.compiled = compiled;
            int full = weightOf(entry);
            if (!entry.usable() || full == 0) {
                continue;
            }
            String unreachable = noWay.apply(instance);
            if (unreachable != null) {
                passedOver.put(uuid, "not called: " + unreachable);
                continue;
            }
            Instance successor = successors.successorOf(instance);
            if (successor != null) {
                passedOver.put(uuid, "not called: " + successor + ", which started later, is at its address");
                continue;
            }
            int weight = warmed(instance, full, one, now);
            if (weight < full) {
                warming++;
            }
            P2cPicker.Candidate candidate = new P2cPicker.Candidate(instance, weight, one.load);
            usable++;
            Tiers tiers = byDistance.computeIfAbsent(snapshot.distanceOf(uuid), distance -> new Tiers());
            String doubt = doubts.get(uuid);
            if (doubt != null) {
                last.put(uuid, doubt);
                tiers.doubtful.add(candidate);
            } else if (entry.liveness() == Liveness.SUSPECT && !one.load.proven(now)) {
                last.put(uuid, "a watcher cannot reach it, and no call of this process has succeeded there lately");
                tiers.doubtful.add(candidate);
            } else {
                tiers.good.add(candidate);
            }
        }
        if (known.size() > snapshot.entries().size()) {
            known.values().removeIf(one -> one.compiled != compiled);
        }
        List<P2cPicker> pickers = new ArrayList<>(2 * byDistance.size());
        for (Tiers tiers : byDistance.values()) {
            pickers.add(new P2cPicker(tiers.good, chance, ticker));
            pickers.add(new P2cPicker(tiers.doubtful, chance, ticker));
        }
        return new Plan(snapshot, new TieredPicker(pickers), usable, last, passedOver, warming);
    }

    private int warmed(Instance instance, int weight, Known one, long nowNanos) {
        if (instance.warmUpMillis() == 0) {
            return weight;
        }
        long seenFor = TimeUnit.NANOSECONDS.toMillis(nowNanos - one.firstSeenNanos);
        long age = WarmUp.ageMillis(instance, one.appeared, seenFor, wallMillis.getAsLong());
        return WarmUp.weight(weight, instance.warmUpMillis(), age);
    }

    static int weightOf(Snapshot.Entry entry) {
        Integer decided = entry.operator().weight();
        return decided != null ? decided : entry.instance().weight();
    }
}
