package io.moa.governance.plan;

import io.moa.discovery.Instance;
import io.moa.discovery.Liveness;
import io.moa.discovery.Snapshot;
import io.moa.governance.balance.Candidate;
import io.moa.governance.balance.CandidateSet;
import io.moa.governance.balance.InstanceLoad;
import io.moa.governance.balance.TextHash;
import io.moa.governance.outlier.Ejections;
import io.moa.governance.outlier.OwnPause;
import io.moa.governance.outlier.Standing;
import io.moa.governance.route.Elsewhere;
import io.moa.governance.route.RouteTree;
import io.moa.governance.rule.RouteTable;
import io.moa.invoke.Ticker;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
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
 * <p>And, of a caller that calls only some instances of a service, those that are not in its {@link Subset}.
 *
 * <p>Not safe for threads: one writer compiles, rarely; the plans are for everyone.
 */
public final class PlanCompiler {

    private final RandomGenerator chance;
    private final Ticker ticker;
    private final LongSupplier wallMillis;
    private final Function<Instance, @Nullable String> noWay;
    private final Ejections ejections;
    private final OwnPause pause;
    private final Vantage vantage;
    private final long callerHash;
    private final String notInSubset; // for people
    private final Map<String, Member> known = new HashMap<>();
    private final Successors successors = new Successors();
    private Member[] members = {}; // of the latest list, in its order
    private RouteTable routes = RouteTable.NONE;
    private Elsewhere elsewhere = Elsewhere.NOBODY;
    private boolean looked;
    private long compiled; // how many plans

    /** Those of one distance. A near one in doubt comes before a far one without: most doubts are the registry's fault. */
    private static final class Tiers {
        final List<Candidate> good = new ArrayList<>();
        final List<Candidate> doubtful = new ArrayList<>();
    }

    /** A compiler for a caller that knows no zone and calls all instances. */
    public PlanCompiler(
            RandomGenerator chance,
            Ticker ticker,
            LongSupplier wallMillis,
            Function<Instance, @Nullable String> noWay,
            Ejections ejections,
            OwnPause pause) {
        this(chance, ticker, wallMillis, noWay, ejections, pause, Vantage.ANYWHERE);
    }

    /**
     * Makes a compiler.
     *
     * @param chance where the pickers draw from; must be safe for many threads
     * @param ticker the runtime's ticker
     * @param wallMillis this host's wall clock, in milliseconds since 1970; compared with the start that instances tell
     * @param noWay why this process cannot connect to an instance, for people, or null if it can try; asked once of what an instance
     *     says, and again when it says something else
     * @param ejections who of the service is ejected
     * @param pause when this process stood still
     * @param vantage where the caller stands
     */
    public PlanCompiler(
            RandomGenerator chance,
            Ticker ticker,
            LongSupplier wallMillis,
            Function<Instance, @Nullable String> noWay,
            Ejections ejections,
            OwnPause pause,
            Vantage vantage) {
        this.chance = chance;
        this.ticker = ticker;
        this.wallMillis = wallMillis;
        this.noWay = noWay;
        this.ejections = ejections;
        this.pause = pause;
        this.vantage = vantage;
        this.callerHash = TextHash.of(vantage.uuid());
        this.notInSubset =
                "not called: this process calls a subset of " + vantage.subset() + ", and others come first for it";
    }

    /**
     * The rules of the plans to come; before it is said, there are none. For the plan in force there is {@link Plan#with}.
     *
     * @param others the services to which these rules may lead calls
     */
    public void routes(RouteTable rules, Elsewhere others) {
        routes = rules;
        elsewhere = others;
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
        long wall = wallMillis.getAsLong();
        List<Snapshot.Entry> entries = snapshot.entries();
        take(entries, now);
        SortedMap<Integer, Tiers> byDistance = new TreeMap<>();
        int usable = 0;
        List<Standing> standings = new ArrayList<>();
        Map<String, String> last = new HashMap<>();
        Map<String, String> passedOver = new HashMap<>();
        int warming = 0;
        Set<Member> leftOut = leftOut(snapshot, doubts, now);
        for (int i = 0; i < members.length; i++) {
            Member one = members[i];
            int full = one.fullWeight();
            if (full == 0) {
                one.load.standing().leave();
                continue;
            }
            Snapshot.Entry entry = entries.get(i);
            Instance instance = entry.instance();
            String uuid = instance.uuid();
            String why = leftOut.contains(one) ? notInSubset : one.passedOver(instance);
            if (why != null) {
                passedOver.put(uuid, why);
                one.load.standing().leave();
                continue;
            }
            int weight = one.weight(instance, now, wall);
            if (weight < full) {
                warming++;
            }
            Candidate candidate = one.candidate(weight);
            usable++;
            one.load.standing().enter(instance);
            standings.add(one.load.standing());
            Tiers tiers = byDistance.computeIfAbsent(snapshot.distanceOf(uuid), distance -> new Tiers());
            String doubt = doubt(one, entry, doubts, now);
            if (doubt != null) {
                last.put(uuid, doubt);
                tiers.doubtful.add(candidate);
            } else {
                tiers.good.add(candidate);
            }
        }
        ejections.usable(standings);
        List<List<Candidate>> tiers = new ArrayList<>(2 * byDistance.size());
        for (Tiers each : byDistance.values()) {
            tiers.add(each.good);
            tiers.add(each.doubtful);
        }
        CandidateSet candidates = new CandidateSet(tiers, chance, ticker, vantage.zone());
        return new Plan(
                snapshot,
                candidates,
                usable,
                last,
                passedOver,
                warming,
                new RouteTree(routes, candidates, elsewhere, chance));
    }

    /** Why an instance is called last, for people; null if it is not. */
    private static @Nullable String doubt(Member one, Snapshot.Entry entry, Map<String, String> doubts, long now) {
        String doubt = doubts.get(entry.instance().uuid());
        if (doubt == null && entry.liveness() == Liveness.SUSPECT && !one.load.proven(now)) {
            return "a watcher cannot reach it, and no call of this process has succeeded there lately";
        }
        return doubt;
    }

    /** Who could be called and is not because this caller calls only some. */
    private Set<Member> leftOut(Snapshot snapshot, Map<String, String> doubts, long now) {
        if (vantage.subset() == 0 || vantage.subset() >= members.length) {
            return Set.of();
        }
        Subset subset = new Subset(vantage.subset());
        for (int i = 0; i < members.length; i++) {
            Snapshot.Entry entry = snapshot.entries().get(i);
            if (members[i].fullWeight() > 0 && members[i].passedOver(entry.instance()) == null) {
                boolean well =
                        members[i].load.standing().isInService() && doubt(members[i], entry, doubts, now) == null;
                subset.add(members[i], snapshot.distanceOf(entry.instance().uuid()), well);
            }
        }
        return subset.leftOut();
    }

    /**
     * Finds the members of a list. Most of a long one stands where it stood before, so its places are followed, and only who is not where
     * he is expected is looked up by name.
     */
    private void take(List<Snapshot.Entry> entries, long now) {
        compiled++;
        Member[] before = members;
        Member[] found = new Member[entries.size()];
        int expected = 0;
        for (int i = 0; i < found.length; i++) {
            Snapshot.Entry entry = entries.get(i);
            Member one =
                    expected < before.length && before[expected].has(entry) ? before[expected] : member(entry, now);
            expected = one.position < 0 ? expected : one.position + 1;
            one.compiled = compiled;
            found[i] = one;
        }
        for (Member one : before) {
            if (one.compiled != compiled) {
                one.end(successors);
                known.remove(one.uuid());
            }
        }
        if (known.size() > found.length) { // those of a list of which no plan could be made
            known.values().removeIf(one -> {
                if (one.compiled != compiled) {
                    one.end(successors);
                }
                return one.compiled != compiled;
            });
        }
        for (int i = 0; i < found.length; i++) {
            found[i].position = i;
        }
        members = found;
    }

    private Member member(Snapshot.Entry entry, long now) {
        Member one = known.get(entry.instance().uuid());
        if (one == null) {
            InstanceLoad load = new InstanceLoad(ejections.newcomer(entry.instance()), pause);
            String uuid = entry.instance().uuid();
            one = new Member(uuid, TextHash.mix(callerHash ^ TextHash.of(uuid)), load, now, looked);
            one.take(entry, successors, noWay);
            known.put(one.uuid(), one);
        } else if (!one.has(entry)) {
            one.take(entry, successors, noWay);
        }
        return one;
    }

    static int weightOf(Snapshot.Entry entry) {
        Integer decided = entry.operator().weight();
        return decided != null ? decided : entry.instance().weight();
    }
}
