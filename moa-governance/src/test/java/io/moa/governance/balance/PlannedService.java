package io.moa.governance.balance;

import io.moa.annotation.Balancing;
import io.moa.annotation.ZoneChoice;
import io.moa.discovery.Instance;
import io.moa.discovery.Liveness;
import io.moa.discovery.OperatorState;
import io.moa.discovery.ServiceId;
import io.moa.discovery.Snapshot;
import io.moa.governance.outlier.Ejections;
import io.moa.governance.outlier.OutlierConfig;
import io.moa.governance.outlier.OwnPause;
import io.moa.governance.plan.Plan;
import io.moa.governance.plan.PlanCompiler;
import io.moa.governance.plan.Vantage;
import io.moa.governance.policy.MethodPolicy;
import io.moa.governance.policy.PolicyKey;
import io.moa.invoke.Attributes;
import io.moa.invoke.Executed;
import io.moa.invoke.Invocation;
import io.moa.invoke.Lease;
import io.moa.invoke.Ledger;
import io.moa.invoke.MethodId;
import io.moa.invoke.Payload;
import io.moa.invoke.Phase;
import io.moa.invoke.Reply;
import io.moa.invoke.Status;
import io.moa.testkit.FakeTicker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/** A service as one caller's compiler plans it, on fake time and seeded chance; it is called under any policy. */
final class PlannedService {

    static final Reply OK = new Reply.Value(Payload.EMPTY);
    static final Reply BROKEN = Reply.failure(Status.UNAVAILABLE, Executed.MAYBE, "the connection broke");

    private static final ServiceId SERVICE = ServiceId.of("shop.Stock");
    private static final MethodId METHOD = MethodId.parse("count()");

    final FakeTicker ticker = new FakeTicker();
    final OwnPause pause = new OwnPause(ticker.nanos());
    final PlanCompiler compiler;
    private int keys;

    PlannedService(long seed) {
        this(seed, OutlierConfig.DEFAULT);
    }

    PlannedService(long seed, OutlierConfig outliers) {
        this(seed, outliers, Vantage.ANYWHERE);
    }

    PlannedService(long seed, Vantage vantage) {
        this(seed, OutlierConfig.DEFAULT, vantage);
    }

    private PlannedService(long seed, OutlierConfig outliers, Vantage vantage) {
        Random chance = new Random(seed);
        this.compiler = new PlanCompiler(
                chance,
                ticker,
                () -> 0,
                instance -> null,
                new Ejections(outliers, chance, Ejections.SILENT),
                pause,
                vantage);
    }

    /** Nobody is ever ejected: what fails is only suspect. */
    static PlannedService withoutEjections(long seed) {
        return new PlannedService(
                seed,
                new OutlierConfig(
                        OutlierConfig.DEFAULT.consecutive(),
                        OutlierConfig.DEFAULT.failurePercent(),
                        OutlierConfig.DEFAULT.base(),
                        OutlierConfig.DEFAULT.longest(),
                        OutlierConfig.DEFAULT.calm(),
                        0));
    }

    static Instance instance(String uuid, int weight) {
        return Instance.builder(uuid, "stock").weight(weight).build();
    }

    static List<Instance> equal(int count) {
        List<Instance> all = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            all.add(instance("i" + i, 100));
        }
        return all;
    }

    Plan plan(Instance... instances) {
        return plan(List.of(instances));
    }

    Plan plan(List<Instance> instances) {
        return plan(instances, Map.of());
    }

    Plan plan(List<Instance> instances, Map<String, Integer> distances) {
        return plan(instances, distances, Map.of());
    }

    Plan plan(List<Instance> instances, Map<String, Integer> distances, Map<String, String> doubts) {
        List<Snapshot.Entry> entries = new ArrayList<>();
        for (Instance instance : instances) {
            entries.add(new Snapshot.Entry(instance, Liveness.ONLINE, OperatorState.NONE));
        }
        return compiler.compile(new Snapshot(SERVICE, 1, entries, ticker.nanos(), "test", Set.of(), distances), doubts);
    }

    static MethodPolicy policy(Balancing balancing) {
        return MethodPolicy.DEFAULT
                .withCode(PolicyKey.IDEMPOTENT, true, "test")
                .withCode(PolicyKey.LOAD_BALANCE, balancing, "test")
                .withCode(PolicyKey.HASH_BY, "customer", "test");
    }

    static MethodPolicy policy(Balancing balancing, ZoneChoice zone) {
        return policy(balancing).withCode(PolicyKey.ZONE, zone, "test");
    }

    /** A call for a customer of its own. */
    Invocation call(Balancing balancing, String... tried) {
        return call(policy(balancing), "customer " + keys++, tried);
    }

    Invocation call(MethodPolicy policy, String customer, String... tried) {
        Attributes attributes = Attributes.EMPTY.with(MethodPolicy.KEY, policy);
        return Invocation.of(SERVICE, METHOD, Payload.EMPTY, new Ledger(Phase.CLIENT_QUEUE, ticker.nanos()))
                .callKeys(Map.of("customer", customer))
                .attributes(tried.length == 0 ? attributes : attributes.with(CandidateSet.TRIED, Set.of(tried)))
                .build();
    }

    void end(Lease lease) {
        lease.settle(OK, ticker.nanos());
    }

    /** Whom a call is given that ends at once. */
    String picked(Plan plan, Invocation call) {
        Lease lease = plan.pick(call);
        end(lease);
        return lease.instance().uuid();
    }

    /** Whom so many calls are given of which each ends before the next begins. */
    Map<String, Integer> picks(Plan plan, Balancing balancing, int times) {
        Map<String, Integer> picks = new HashMap<>();
        for (int i = 0; i < times; i++) {
            picks.merge(picked(plan, call(balancing)), 1, Integer::sum);
        }
        return picks;
    }

    /** Calls until this one has been given a call, which fails; the others answer. */
    void fail(Plan plan, Balancing balancing, String uuid) {
        while (true) {
            Lease lease = plan.pick(call(balancing));
            boolean wanted = lease.instance().uuid().equals(uuid);
            lease.settle(wanted ? BROKEN : OK, ticker.nanos());
            if (wanted) {
                return;
            }
        }
    }

    /** Time passes, and this process runs all the while. */
    void advance(Duration time) {
        for (long left = time.toNanos(); left > 0; left -= OwnPause.BEAT_NANOS) {
            ticker.advance(Duration.ofNanos(Math.min(left, OwnPause.BEAT_NANOS)));
            pause.beat(ticker.nanos());
        }
    }
}
