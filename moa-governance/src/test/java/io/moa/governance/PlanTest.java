package io.moa.governance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.moa.discovery.Address;
import io.moa.discovery.Instance;
import io.moa.discovery.Liveness;
import io.moa.discovery.OperatorState;
import io.moa.discovery.ServiceExport;
import io.moa.discovery.ServiceId;
import io.moa.discovery.Snapshot;
import io.moa.governance.balance.CandidateSet;
import io.moa.governance.outlier.Ejections;
import io.moa.governance.outlier.OutlierConfig;
import io.moa.governance.outlier.OwnPause;
import io.moa.governance.plan.Plan;
import io.moa.governance.plan.PlanCompiler;
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
import io.moa.testkit.Shows;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class PlanTest {

    private static final ServiceId SERVICE = ServiceId.of("shop.Stock");
    private static final Reply OK = new Reply.Value(Payload.EMPTY);
    private static final Reply BROKEN = Reply.failure(Status.UNAVAILABLE, Executed.MAYBE, "");

    private final FakeTicker ticker = new FakeTicker();
    private long wallMillis;
    private final Map<String, String> unreachable = new HashMap<>();
    private final OwnPause pause = new OwnPause(ticker.nanos());
    private final Ejections ejections = new Ejections(OutlierConfig.DEFAULT, new Random(42), Ejections.SILENT);
    private boolean broken;
    private final PlanCompiler compiler = compiler(42, ejections);

    /** Time passes, and this process runs all the while. */
    private void advance(Duration time) {
        for (long left = time.toNanos(); left > 0; left -= OwnPause.BEAT_NANOS) {
            ticker.advance(Duration.ofNanos(Math.min(left, OwnPause.BEAT_NANOS)));
            pause.beat(ticker.nanos());
        }
    }

    private PlanCompiler compiler(long seed, Ejections used) {
        return new PlanCompiler(new Random(seed), ticker, () -> wallMillis, this::whyNone, used, pause);
    }

    private @Nullable String whyNone(Instance instance) {
        if (broken) {
            throw new IllegalStateException("a transport of somebody else's");
        }
        return unreachable.get(instance.uuid());
    }

    @Test
    void idleInstancesShareByWeight() {
        Plan plan = plan(instance("a", 100), instance("b", 300));
        Map<String, Integer> picks = pickAndEnd(plan, 40_000);
        assertThat(picks.get("a")).isBetween(9_500, 10_500);
    }

    @Test
    void equalInstancesShareEqually() {
        Plan plan = plan(instance("a", 100), instance("b", 100), instance("c", 100), instance("d", 100));
        pickAndEnd(plan, 40_000)
                .forEach((uuid, count) -> assertThat(count).as(uuid).isBetween(9_500, 10_500));
    }

    @Test
    void busyInstanceGetsLess() {
        Plan plan = plan(instance("a", 100), instance("b", 100), instance("c", 100));
        List<Lease> held = new ArrayList<>();
        while (held.size() < 50) { // keep what a gets
            Lease lease = plan.pick(call());
            if (lease.instance().uuid().equals("a")) {
                held.add(lease);
            } else {
                lease.settle(OK, ticker.nanos());
            }
            if (held.size() >= 1) {
                break;
            }
        }
        Map<String, Integer> picks = pickAndEnd(plan, 10_000);
        assertThat(picks.getOrDefault("a", 0)).isZero(); // of two, a always has more in flight
    }

    @Test
    void failedInstanceIsAvoidedUntilItHasRestedOrAnswered() {
        Plan plan = plan(instance("a", 100), instance("b", 100));
        fail(plan, "a");
        assertThat(pickAndEnd(plan, 1_000)).doesNotContainKey("a");
        advance(Duration.ofMillis(1_101));
        assertThat(pickAndEnd(plan, 1_000)).containsKeys("a", "b");
    }

    @Test
    void knowledgeOfAnInstanceOutlivesThePlan() {
        fail(plan(instance("a", 100), instance("b", 100)), "a");
        Plan next = plan(instance("a", 100), instance("b", 100), instance("c", 100));
        assertThat(pickAndEnd(next, 1_000)).doesNotContainKey("a");
    }

    @Test
    void fartherInstancesArePickedOnlyWhenNoNearerOneIsGood() {
        Plan plan = compiler.compile(far(Map.of("far", 1, "farthest", 2), "near", "other", "far", "farthest"));
        assertThat(pickAndEnd(plan, 1_000)).containsOnlyKeys("near", "other");
        assertThat(picked(plan, "near")).isEqualTo("other");
        assertThat(picked(plan, "near", "other")).isEqualTo("far");
        assertThat(picked(plan, "near", "other", "far")).isEqualTo("farthest");
        fail(plan, "near");
        assertThat(pickAndEnd(plan, 1_000)).containsOnlyKeys("other");
        fail(plan, "other");
        assertThat(pickAndEnd(plan, 1_000)).containsOnlyKeys("far");
        advance(Duration.ofMillis(1_101));
        assertThat(pickAndEnd(plan, 1_000)).containsOnlyKeys("near", "other");
    }

    @Test
    void aNearerInstanceInDoubtComesBeforeAFartherOne() {
        Plan plan = compiler.compile(far(Map.of("far", 1), "near", "far"), Map.of("near", "missing"));
        assertThat(pickAndEnd(plan, 100)).containsOnlyKeys("near");
        fail(plan, "near");
        assertThat(pickAndEnd(plan, 100)).containsOnlyKeys("far");
    }

    @Test
    void whoseAddressALaterProcessAnnouncedIsPassedOver() {
        Plan plan = plan(at("old", "h", 5, 1_000), at("new", "h", 5, 2_000), at("beside", "h", 6, 3_000));
        assertThat(pickAndEnd(plan, 1_000)).containsOnlyKeys("new", "beside");
        assertThat(plan.passedOver()).containsOnlyKeys("old");
        assertThat(plan.usable()).isEqualTo(2);

        Plan removed = compiler.compile(new Snapshot(
                SERVICE,
                1,
                List.of(
                        new Snapshot.Entry(at("old", "h", 5, 1_000), Liveness.ONLINE, OperatorState.NONE),
                        new Snapshot.Entry(at("new", "h", 5, 2_000), Liveness.OFFLINE, OperatorState.NONE)),
                ticker.nanos(),
                "test"));
        assertThat(pickAndEnd(removed, 10))
                .as("by a wrong clock the later may be the dead one")
                .containsOnlyKeys("old");

        Plan other = plan(at("old", "h", 5, 1_000), at("new", "g", 5, 2_000)); // the loopback of another host
        assertThat(pickAndEnd(other, 1_000)).containsOnlyKeys("old", "new");
        Plan together = plan(at("one", "h", 5, 0), at("two", "h", 5, 0));
        assertThat(pickAndEnd(together, 1_000)).as("neither started later").containsOnlyKeys("one", "two");
        Plan unsaid = plan(at("old", "", 5, 1_000), at("new", "", 5, 2_000));
        assertThat(pickAndEnd(unsaid, 1_000)).containsOnlyKeys("old", "new");
    }

    @Test
    void whoCannotBeReachedFromHereIsNeverPickedAndTheReasonIsGiven() {
        unreachable.put("b", "it says no address");
        Plan plan = plan(instance("a", 100), instance("b", 100));
        assertThat(pickAndEnd(plan, 1_000)).containsOnlyKeys("a");
        assertThat(plan.usable()).isEqualTo(1);
        assertThat(plan.passedOver()).containsExactly(Map.entry("b", "not called: it says no address"));

        Plan none = plan(instance("b", 100));
        assertThat(none.pick(call())).isNull();
        assertThat(none.whyNone()).contains("1 are passed over (").contains("b is not called: it says no address)");
    }

    /** What is kept from one list to the next must never show: one who sees the list for the first time makes the same plan of it. */
    @Test
    void aListThatChangedMakesTheSamePlanAsOneThatIsNew() {
        Random random = new Random(7);
        TreeMap<String, Snapshot.Entry> listed = new TreeMap<>();
        for (int round = 0; round < 3_000; round++) {
            for (int i = random.nextInt(4); i > 0; i--) {
                String uuid = "u" + random.nextInt(12);
                if (random.nextInt(3) == 0) {
                    listed.remove(uuid);
                } else {
                    listed.put(uuid, anyEntry(uuid, random));
                }
            }
            List<Snapshot.Entry> entries = new ArrayList<>(listed.values());
            if (random.nextInt(4) == 0) {
                Collections.shuffle(entries, random);
            }
            Map<String, Integer> distances = new HashMap<>();
            Map<String, String> doubts = new HashMap<>();
            for (String uuid : listed.keySet()) {
                if (random.nextInt(5) == 0) {
                    distances.put(uuid, 1 + random.nextInt(2));
                }
                if (random.nextInt(6) == 0) {
                    doubts.put(uuid, "missing");
                }
            }
            Snapshot snapshot = new Snapshot(SERVICE, round + 1, entries, ticker.nanos(), "test", Set.of(), distances);
            Plan kept = compiler.compile(snapshot, doubts);
            Plan fresh = compiler(1, new Ejections(OutlierConfig.DEFAULT, new Random(1), Ejections.SILENT))
                    .compile(snapshot, doubts);
            assertThat(kept.usable()).isEqualTo(fresh.usable());
            assertThat(kept.last()).isEqualTo(fresh.last());
            assertThat(kept.passedOver().keySet())
                    .as("of two that started together either may be named")
                    .isEqualTo(fresh.passedOver().keySet());
            assertThat(candidates(kept)).isEqualTo(candidates(fresh));
        }
    }

    @Test
    void aListOfWhichNoPlanCouldBeMadeLeavesNothingBehind() {
        Plan before = plan(at("x", "h", 5, 1_000));
        assertThat(before.usable()).isEqualTo(1);
        broken = true;
        assertThatThrownBy(() -> plan(at("x", "h", 5, 1_000), at("y", "h", 5, 2_000)))
                .hasMessage("a transport of somebody else's");
        assertThatThrownBy(() -> plan(at("x", "h", 6, 1_000))).hasMessage("a transport of somebody else's");
        broken = false;
        Plan after = plan(at("x", "h", 5, 1_000));
        assertThat(after.passedOver()).isEmpty();
        assertThat(pickAndEnd(after, 10)).containsOnlyKeys("x");
        assertThat(pickAndEnd(plan(at("x", "h", 5, 1_000), at("y", "h", 5, 2_000)), 10))
                .containsOnlyKeys("y");
    }

    @Test
    void whoIsTheLatestAtAnAddressIsFoundAgainWhenTheLatestLeaves() {
        Plan three = plan(at("a", "h", 5, 1_000), at("b", "h", 5, 2_000), at("c", "h", 5, 3_000));
        assertThat(pickAndEnd(three, 10)).containsOnlyKeys("c");
        assertThat(pickAndEnd(plan(at("a", "h", 5, 1_000), at("b", "h", 5, 2_000)), 10))
                .containsOnlyKeys("b");
        assertThat(pickAndEnd(plan(at("a", "h", 5, 1_000)), 10)).containsOnlyKeys("a");
    }

    /** It was killed, is started again at its port, and stands twice in the list until a watcher has looked. */
    @Test
    void whoIsPassedOverTakesNoPlaceOfThoseThatMayBeEjected() {
        Instance a = at("a", "h", 1, 1_000);
        Instance b = at("b", "h", 2, 1_000);
        Instance c = at("c", "h", 3, 1_000);
        Instance d = at("d", "h", 4, 1_000);
        fail(plan(a, b, c, d), "a");
        fail(plan(a, b, c, d), "b");
        assertThat(ejections.count()).isEqualTo(2);
        plan(a, b, c, d, at("e", "h", 1, 2_000));
        assertThat(ejections.count()).as("a has a successor").isEqualTo(1);
        plan(c, d, at("e", "h", 1, 2_000));
        assertThat(ejections.count()).as("b is gone").isZero();
    }

    private static Snapshot.Entry anyEntry(String uuid, Random random) {
        Instance instance = Instance.builder(uuid, "stock")
                .host("h")
                .addresses(List.of(new Address.Tcp("127.0.0.1", 1 + random.nextInt(6))))
                .weight(random.nextInt(4) * 50)
                .startedAtEpochMillis(random.nextInt(4))
                .build();
        return new Snapshot.Entry(
                instance,
                Liveness.values()[random.nextInt(Liveness.values().length)],
                new OperatorState(random.nextInt(8) == 0, random.nextInt(6) == 0 ? 70 : null, null));
    }

    private static List<String> candidates(Plan plan) {
        return (plan.candidates())
                .candidates().stream()
                        .map(each -> each.instance() + " " + each.weight())
                        .toList();
    }

    private static Instance at(String uuid, String host, int port, long startedAt) {
        return Instance.builder(uuid, "stock")
                .host(host)
                .addresses(List.of(new Address.Tcp("127.0.0.1", port)))
                .startedAtEpochMillis(startedAt)
                .build();
    }

    private String picked(Plan plan, String... tried) {
        Lease lease = plan.pick(tried(tried));
        lease.settle(OK, ticker.nanos());
        return lease.instance().uuid();
    }

    private Snapshot far(Map<String, Integer> distances, String... uuids) {
        List<Snapshot.Entry> entries = new ArrayList<>();
        for (String uuid : uuids) {
            entries.add(new Snapshot.Entry(instance(uuid, 100), Liveness.ONLINE, OperatorState.NONE));
        }
        return new Snapshot(SERVICE, 1, entries, ticker.nanos(), "test", Set.of(), distances);
    }

    @Test
    void triedInstancesAreUsedAgainOnlyWhenNoOtherIsLeft() {
        Plan plan = plan(instance("a", 100), instance("b", 100));
        assertThat(plan.pick(tried("a")).instance().uuid()).isEqualTo("b");
        assertThat(plan.pick(tried("a", "b"))).isNotNull();
    }

    @Test
    void unusableInstancesAreNeverPickedAndTheReasonIsGiven() {
        Snapshot snapshot = new Snapshot(
                SERVICE,
                7,
                List.of(
                        new Snapshot.Entry(instance("a", 100), Liveness.OFFLINE, OperatorState.NONE),
                        new Snapshot.Entry(instance("b", 100), Liveness.ONLINE, new OperatorState(true, null, null)),
                        new Snapshot.Entry(instance("c", 0), Liveness.ONLINE, OperatorState.NONE)),
                ticker.nanos(),
                "memory");
        Plan plan = compiler.compile(snapshot);
        assertThat(plan.pick(call())).isNull();
        assertThat(plan.whyNone())
                .contains("of 3 registered instances")
                .contains("1 were taken offline by an operator")
                .contains("1 are not online")
                .contains("1 have weight 0")
                .contains("revision 7");
    }

    @Test
    void operatorsWeightReplacesTheInstancesOwn() {
        Snapshot snapshot = new Snapshot(
                SERVICE,
                1,
                List.of(new Snapshot.Entry(instance("a", 0), Liveness.ONLINE, new OperatorState(false, 50, null))),
                ticker.nanos(),
                "memory");
        assertThat(compiler.compile(snapshot).pick(call())).isNotNull();
    }

    @Test
    @Shows("warm-up")
    void theShareOfAnInstanceThatAppearsGrowsFromTheMomentItWasSeenWhateverItsClockSays() {
        plan(instance("a", 100));
        wallMillis = 3_600_000; // by its clock, b has been running for an hour
        Instance warming =
                instance("b", 100).toBuilder().warmUp(Duration.ofSeconds(10)).build();
        Plan cold = plan(instance("a", 100), warming);
        assertThat(cold.warming()).isEqualTo(1);
        assertThat(pickAndEnd(cold, 10_000).getOrDefault("b", 0)).isLessThan(300);
        advance(Duration.ofSeconds(5));
        assertThat(pickAndEnd(plan(instance("a", 100), warming), 10_000).get("b"))
                .isBetween(2_900, 3_800);
        advance(Duration.ofSeconds(5));
        Plan warm = plan(instance("a", 100), warming);
        assertThat(warm.warming()).isZero();
        assertThat(pickAndEnd(warm, 10_000).get("b")).isBetween(4_700, 5_300);
    }

    @Test
    void whoRanLongBeforeDoesNotWarmUpBecauseAnEarlierProcessDidNotKnowIt() {
        Instance old = instance("a", 100);
        Instance since =
                instance("b", 100).toBuilder().warmUp(Duration.ofSeconds(10)).build();
        wallMillis = 3_600_000;
        compiler.compileRemembered(
                new Snapshot(
                        SERVICE,
                        1,
                        List.of(new Snapshot.Entry(old, Liveness.ONLINE, OperatorState.NONE)),
                        ticker.nanos(),
                        "disk"),
                Map.of());
        assertThat(plan(old, since).warming()).isZero();
        assertThat(plan(
                                old,
                                since,
                                instance("c", 100).toBuilder()
                                        .warmUp(Duration.ofSeconds(10))
                                        .build())
                        .warming())
                .as("it appeared while this process looked")
                .isEqualTo(1);
    }

    @Test
    void anInstanceThatWasThereFirstIsAsOldAsItsClockSaysAndAtLeastAsItWasSeen() {
        wallMillis = 8_000;
        Instance warming =
                instance("b", 100).toBuilder().warmUp(Duration.ofSeconds(10)).build();
        assertThat(pickAndEnd(plan(instance("a", 100), warming), 10_000).get("b"))
                .isBetween(4_000, 4_900);
        wallMillis = -1_000_000; // a clock that was put back makes nobody younger than he was seen
        advance(Duration.ofSeconds(10));
        assertThat(plan(instance("a", 100), warming).warming()).isZero();
    }

    @Test
    void aDoubtfulInstanceIsPickedOnlyWhenNoGoodOneIsLeft() {
        List<Snapshot.Entry> entries = new ArrayList<>();
        for (String uuid : List.of("a", "b")) {
            entries.add(new Snapshot.Entry(instance(uuid, 100), Liveness.ONLINE, OperatorState.NONE));
        }
        Snapshot snapshot = new Snapshot(SERVICE, 1, entries, ticker.nanos(), "memory");
        Plan plan = compiler.compile(snapshot, Map.of("b", "missing"));
        assertThat(pickAndEnd(plan, 1_000)).containsOnlyKeys("a");
        Lease second = plan.pick(tried("a"));
        assertThat(second.instance().uuid()).isEqualTo("b");
        second.settle(OK, ticker.nanos());
        fail(plan, "a");
        assertThat(pickAndEnd(plan, 100)).as("a has just failed").containsOnlyKeys("b");
        advance(Duration.ofSeconds(2));
        assertThat(pickAndEnd(plan, 100)).containsOnlyKeys("a");
        Plan onlyDoubts = compiler.compile(snapshot, Map.of("a", "missing", "b", "missing"));
        assertThat(pickAndEnd(onlyDoubts, 1_000)).containsOnlyKeys("a", "b");
    }

    @Test
    void unknownIsNotEmpty() {
        assertThat(compiler.compile(Snapshot.unknown(SERVICE, ticker.nanos())).whyNone())
                .contains("no registry has answered yet");
        assertThat(plan().whyNone()).contains("no instance of shop.Stock is registered");
    }

    private void fail(Plan plan, String uuid) {
        while (true) {
            Lease lease = plan.pick(call());
            boolean wanted = lease.instance().uuid().equals(uuid);
            lease.settle(wanted ? BROKEN : OK, ticker.nanos());
            if (wanted) {
                return;
            }
        }
    }

    private Map<String, Integer> pickAndEnd(Plan plan, int times) {
        Map<String, Integer> picks = new HashMap<>();
        for (int i = 0; i < times; i++) {
            Lease lease = plan.pick(call());
            picks.merge(lease.instance().uuid(), 1, Integer::sum);
            lease.settle(OK, ticker.nanos());
        }
        return picks;
    }

    private Plan plan(Instance... instances) {
        List<Snapshot.Entry> entries = new ArrayList<>();
        for (Instance instance : instances) {
            entries.add(new Snapshot.Entry(instance, Liveness.ONLINE, OperatorState.NONE));
        }
        return compiler.compile(new Snapshot(SERVICE, 1, entries, ticker.nanos(), "memory"));
    }

    private static Instance instance(String uuid, int weight) {
        return new Instance(
                uuid,
                "shop",
                List.of(new Address.Tcp("127.0.0.1", 9000)),
                List.of(new ServiceExport(SERVICE, Set.of("hessian"), "")),
                weight,
                0,
                Map.of());
    }

    private Invocation call() {
        return Invocation.of(
                        SERVICE,
                        MethodId.parse("count()"),
                        Payload.EMPTY,
                        new Ledger(Phase.CLIENT_QUEUE, ticker.nanos()))
                .build();
    }

    private Invocation tried(String... uuids) {
        return call().withAttributes(Attributes.EMPTY.with(CandidateSet.TRIED, Set.of(uuids)));
    }
}
