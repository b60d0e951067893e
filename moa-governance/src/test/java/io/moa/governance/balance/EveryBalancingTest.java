package io.moa.governance.balance;

import static io.moa.governance.balance.PlannedService.BROKEN;
import static io.moa.governance.balance.PlannedService.OK;
import static io.moa.governance.balance.PlannedService.equal;
import static io.moa.governance.balance.PlannedService.instance;
import static org.assertj.core.api.Assertions.assertThat;

import io.moa.annotation.Balancing;
import io.moa.discovery.Instance;
import io.moa.governance.outlier.OutlierConfig;
import io.moa.governance.plan.Plan;
import io.moa.governance.policy.MethodPolicy;
import io.moa.governance.policy.PolicyKey;
import io.moa.invoke.Lease;
import io.moa.testkit.Shows;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IntSummaryStatistics;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What holds however one of several instances is chosen. */
class EveryBalancingTest {

    private enum Busy {
        NO,
        YES,
        BUT_THE_NEW_ONE
    }

    private final PlannedService service = new PlannedService(42);

    /** Each way is told from the others by whom it gives the calls of one customer, and how it shares those that nobody answers. */
    @ParameterizedTest
    @EnumSource(Balancing.class)
    @Shows("load-balance")
    void aMethodIsBalancedAsItSays(Balancing balancing) {
        MethodPolicy policy = balancing == Balancing.P2C
                ? MethodPolicy.DEFAULT // it is the default
                : PlannedService.policy(balancing);
        Plan plan = service.plan(equal(50));
        Set<String> called = new HashSet<>();
        for (int i = 0; i < 50; i++) {
            called.add(service.picked(plan, service.call(policy, "one customer")));
        }
        switch (balancing) {
            case CONSISTENT_HASH -> assertThat(called).hasSize(1);
            case WEIGHTED_ROUND_ROBIN -> assertThat(called).hasSize(50);
            default -> assertThat(called).hasSizeBetween(24, 40); // 32 by lot
        }
        for (int i = 0; i < 4_000; i++) {
            plan.pick(service.call(policy, "customer " + i));
        }
        IntSummaryStatistics inFlight = plan.candidates().candidates().stream()
                .mapToInt(each -> each.load().inFlight())
                .summaryStatistics();
        int apart = inFlight.getMax() - inFlight.getMin();
        switch (balancing) {
            case LEAST_IN_FLIGHT, WEIGHTED_ROUND_ROBIN -> assertThat(apart).isZero();
            case P2C -> assertThat(apart).isBetween(1, 8);
            default -> assertThat(apart).isGreaterThan(8);
        }
    }

    @ParameterizedTest
    @EnumSource(Balancing.class)
    void ofNobodyNobodyIsPicked(Balancing balancing) {
        assertThat(service.plan().pick(service.call(balancing))).isNull();
    }

    @ParameterizedTest
    @EnumSource(Balancing.class)
    void theOnlyOneIsPickedWhateverSpeaksAgainstIt(Balancing balancing) {
        Plan plan = service.plan(instance("a", 100));
        service.fail(plan, balancing, "a");
        assertThat(service.picked(plan, service.call(balancing, "a"))).isEqualTo("a");
    }

    @ParameterizedTest
    @EnumSource(Balancing.class)
    void aLeaseIsInFlightUntilItIsSettled(Balancing balancing) {
        Plan plan = service.plan(equal(3));
        List<Lease> leases = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            leases.add(plan.pick(service.call(balancing)));
        }
        assertThat(inFlight(plan)).isEqualTo(30);
        leases.forEach(service::end);
        assertThat(inFlight(plan)).isZero();
    }

    private static int inFlight(Plan plan) {
        return plan.candidates().candidates().stream()
                .mapToInt(each -> each.load().inFlight())
                .sum();
    }

    @ParameterizedTest
    @EnumSource(Balancing.class)
    void idleInstancesShareByWeight(Balancing balancing) {
        Plan plan = service.plan(instance("a", 100), instance("b", 300));
        assertThat(service.picks(plan, balancing, 40_000).get("a")).isBetween(9_500, 10_500);
        Plan small = service.plan(instance("a", 1), instance("b", 3));
        assertThat(service.picks(small, balancing, 40_000).get("a")).isBetween(9_500, 10_500);
    }

    @ParameterizedTest
    @EnumSource(Balancing.class)
    void aThousandEqualInstancesShareEqually(Balancing balancing) {
        Map<String, Integer> picks = service.picks(service.plan(equal(1_000)), balancing, 200_000);
        assertThat(picks).hasSize(1_000);
        // 200 each; a slot of 65,536 is the grain of consistent hashing, so there are 65 for each, give or take eight
        int most = balancing == Balancing.CONSISTENT_HASH ? 320 : 280;
        assertThat(picks.values()).allSatisfy(count -> assertThat(count).isBetween(400 - most, most));
    }

    @ParameterizedTest
    @EnumSource(Balancing.class)
    void aChangeOfWeightsHoldsFromTheNextCallOn(Balancing balancing) {
        Plan before = service.plan(instance("a", 100), instance("b", 100), instance("c", 100));
        service.picks(before, balancing, 10_001);
        Plan after = service.plan(instance("a", 100), instance("b", 400), instance("c", 500));
        Map<String, Integer> picks = service.picks(after, balancing, 20_000);
        assertThat(picks.get("a")).isBetween(1_700, 2_300);
        assertThat(picks.get("b")).isBetween(7_500, 8_500);
    }

    @ParameterizedTest
    @EnumSource(Balancing.class)
    void aCallThatMayNotRunTwiceTriesASecondLaterThanOneThatMay(Balancing balancing) {
        MethodPolicy once = PlannedService.policy(balancing).withCode(PolicyKey.IDEMPOTENT, false, "test");
        Plan plan = service.plan(equal(4));
        service.fail(plan, balancing, "i2");
        service.ticker.advance(OutlierConfig.DEFAULT.base().multipliedBy(3).dividedBy(2));
        for (int i = 0; i < 200; i++) {
            assertThat(service.picked(plan, service.call(once, "customer " + i)))
                    .isNotEqualTo("i2");
        }
        service.ticker.advance(Duration.ofSeconds(1));
        Set<String> called = new HashSet<>();
        for (int i = 0; i < 200; i++) {
            called.add(service.picked(plan, service.call(once, "customer " + i)));
        }
        assertThat(called).as("nobody else has tried").contains("i2");
    }

    @ParameterizedTest
    @EnumSource(Balancing.class)
    void whomTheCallHasTriedComesLast(Balancing balancing) {
        Plan plan = service.plan(equal(5));
        for (int i = 0; i < 200; i++) {
            assertThat(service.picked(plan, service.call(balancing, "i0", "i1", "i3", "i4")))
                    .isEqualTo("i2");
        }
        assertThat(plan.pick(service.call(balancing, "i0", "i1", "i2", "i3", "i4")))
                .isNotNull();
    }

    @ParameterizedTest
    @EnumSource(Balancing.class)
    void whoHasJustFailedIsPassedByUntilItHasRested(Balancing balancing) {
        PlannedService calm = PlannedService.withoutEjections(42);
        Plan plan = calm.plan(equal(3));
        calm.fail(plan, balancing, "i1");
        assertThat(calm.picks(plan, balancing, 1_000)).containsOnlyKeys("i0", "i2");
        calm.advance(Duration.ofMillis(1_001));
        assertThat(calm.picks(plan, balancing, 1_000)).containsOnlyKeys("i0", "i1", "i2");
    }

    @ParameterizedTest
    @EnumSource(Balancing.class)
    void whatIsKnownOfAnInstanceOutlivesThePlan(Balancing balancing) {
        service.fail(service.plan(equal(3)), balancing, "i1");
        assertThat(service.picks(service.plan(equal(4)), balancing, 1_000)).containsOnlyKeys("i0", "i2", "i3");
    }

    @ParameterizedTest
    @EnumSource(Balancing.class)
    void whoWasEjectedIsTriedByOneCallAndHasItsShareAgainWhenThatIsAnswered(Balancing balancing) {
        Plan plan = service.plan(equal(4));
        service.fail(plan, balancing, "i1");
        assertThat(service.picks(plan, balancing, 400)).containsOnlyKeys("i0", "i2", "i3");
        service.advance(Duration.ofMillis(1_101)); // the longest that a first ejection takes
        List<Lease> held = new ArrayList<>();
        List<Lease> trials = new ArrayList<>();
        for (int i = 0; i < 400; i++) {
            Lease lease = plan.pick(service.call(balancing));
            if (lease.instance().uuid().equals("i1")) {
                trials.add(lease);
            } else if (balancing == Balancing.CONSISTENT_HASH) {
                service.end(lease); // or the bound would send them elsewhere
            } else {
                held.add(lease);
            }
        }
        assertThat(trials).hasSize(1);
        held.forEach(service::end);
        service.end(trials.get(0));
        assertThat(service.picks(plan, balancing, 4_000).get("i1")).isBetween(850, 1_150);
    }

    /** It has more in flight than anybody, none of which ends, and would lose every comparison. */
    @ParameterizedTest
    @EnumSource(Balancing.class)
    void whoWasEjectedIsTriedThoughCallsHangThere(Balancing balancing) {
        Plan plan = service.plan(equal(4));
        List<Lease> hanging = new ArrayList<>();
        while (hanging.size() < 10) {
            Lease lease = plan.pick(service.call(balancing, "i0", "i2", "i3"));
            assertThat(lease.instance().uuid()).isEqualTo("i1");
            hanging.add(lease);
        }
        hanging.get(0).settle(BROKEN, service.ticker.nanos());
        service.advance(Duration.ofMillis(1_101));
        assertThat(service.picks(plan, balancing, 400)).containsKey("i1");
    }

    @ParameterizedTest
    @EnumSource(Balancing.class)
    void whoStaysBadIsNotTriedTwiceInARow(Balancing balancing) {
        Plan plan = service.plan(equal(4));
        service.fail(plan, balancing, "i1");
        service.advance(Duration.ofMillis(1_101));
        service.fail(plan, balancing, "i1");
        service.advance(Duration.ofMillis(1_101)); // the second ejection takes two seconds
        assertThat(service.picks(plan, balancing, 400)).doesNotContainKey("i1");
    }

    @ParameterizedTest
    @EnumSource(Balancing.class)
    void theOnlyGoodOneOfManyIsFound(Balancing balancing) {
        PlannedService calm = PlannedService.withoutEjections(42);
        Plan plan = calm.plan(equal(60));
        Map<String, Integer> failed = new HashMap<>();
        while (failed.size() < 59) {
            Lease lease = plan.pick(calm.call(balancing));
            if (lease.instance().uuid().equals("i30")) {
                calm.end(lease);
            } else {
                lease.settle(BROKEN, calm.ticker.nanos());
                failed.merge(lease.instance().uuid(), 1, Integer::sum);
            }
        }
        assertThat(calm.picks(plan, balancing, 500)).containsOnlyKeys("i30");
    }

    @ParameterizedTest
    @EnumSource(Balancing.class)
    void whoIsHeavyAndBadDoesNotHideALightOneThatIsGood(Balancing balancing) {
        Plan plan = service.plan(instance("heavy", 10_000), instance("light", 1), instance("lighter", 1));
        service.fail(plan, balancing, "heavy");
        assertThat(service.picks(plan, balancing, 300)).doesNotContainKey("heavy");
    }

    @ParameterizedTest
    @EnumSource(Balancing.class)
    void whereAllAreBadTheOneIsCalledAgainstWhomLeastSpeaks(Balancing balancing) {
        Plan plan = service.plan(equal(4));
        List<Lease> open = new ArrayList<>();
        Map<String, Integer> given = new HashMap<>();
        while (given.size() < 4) { // two of them are ejected, no more may be
            Lease lease = plan.pick(service.call(balancing));
            open.add(lease);
            given.merge(lease.instance().uuid(), 1, Integer::sum);
        }
        open.forEach(lease -> lease.settle(BROKEN, service.ticker.nanos()));
        List<String> ejected = plan.candidates().candidates().stream()
                .filter(each -> each.load().standing().isAvoided(service.ticker.nanos()))
                .map(each -> each.instance().uuid())
                .toList();
        assertThat(ejected).hasSize(2);
        for (int i = 0; i < 100; i++) {
            Lease lease = plan.pick(service.call(balancing));
            assertThat(ejected).doesNotContain(lease.instance().uuid());
            lease.settle(BROKEN, service.ticker.nanos());
        }
    }

    @ParameterizedTest
    @EnumSource(Balancing.class)
    void aLaterTierIsCalledOnlyWhenNobodyIsGoodBefore(Balancing balancing) {
        List<Instance> all = List.of(instance("near", 100), instance("other", 100), instance("far", 100));
        Plan plan = service.plan(all, Map.of("far", 1));
        assertThat(service.picks(plan, balancing, 1_000)).containsOnlyKeys("near", "other");
        assertThat(service.picked(plan, service.call(balancing, "near"))).isEqualTo("other");
        assertThat(service.picked(plan, service.call(balancing, "near", "other")))
                .isEqualTo("far");
        service.fail(plan, balancing, "near");
        assertThat(service.picks(plan, balancing, 200)).containsOnlyKeys("other");
        service.fail(plan, balancing, "other");
        assertThat(service.picks(plan, balancing, 200)).containsOnlyKeys("far");
        service.advance(Duration.ofMillis(1_101));
        assertThat(service.picks(plan, balancing, 200)).containsOnlyKeys("near", "other");
    }

    @ParameterizedTest
    @EnumSource(Balancing.class)
    void beingBusyIsNoReasonToCallALaterTier(Balancing balancing) {
        List<Instance> all = List.of(instance("near", 100), instance("other", 100), instance("far", 100));
        Plan plan = service.plan(all, Map.of("far", 1));
        for (int i = 0; i < 500; i++) {
            assertThat(plan.pick(service.call(balancing)).instance().uuid()).isNotEqualTo("far");
        }
    }

    /**
     * Idle callers, busy ones whose calls take very different times, and ones where the new instance is so fast that it is always idle while
     * the others are busy. Weights change four times a second, as a client does it.
     */
    @ParameterizedTest
    @EnumSource(Balancing.class)
    void whoWarmsUpNeverGetsMoreThanItsShare(Balancing balancing) {
        for (Busy busy : Busy.values()) {
            PlannedService fresh = new PlannedService(7);
            Traffic traffic = new Traffic(fresh, balancing, busy);
            List<Instance> all = new ArrayList<>(equal(5));
            assertThat(traffic.shareOf("new", fresh.plan(all))).isZero();
            all.add(
                    2,
                    instance("new", 100).toBuilder()
                            .warmUp(Duration.ofSeconds(20))
                            .build());
            double given = 0;
            double share = 0;
            for (int step = 0; step < 80; step++) {
                Plan plan = fresh.plan(all);
                int weight = plan.candidates().candidates().stream()
                        .filter(each -> each.instance().uuid().equals("new"))
                        .mapToInt(Candidate::weight)
                        .sum();
                double now = traffic.shareOf("new", plan);
                double fair = weight / (500.0 + weight);
                assertThat(now)
                        .as("at weight %d, busy: %s", weight, busy)
                        .isLessThan(fair + 4 * Math.sqrt(fair / 1_000) + 0.002);
                given += now;
                share += fair;
                fresh.advance(Duration.ofMillis(250));
            }
            assertThat(given / share).as("busy: %s", busy).isLessThan(1.06);
            assertThat(given / share).as("and it gets calls at all").isGreaterThan(0.3);
        }
    }

    /** Calls of a caller that is more or less busy. */
    private static final class Traffic {
        private static final int CALLS = 1_000;

        private final PlannedService service;
        private final Balancing balancing;
        private final Busy busy;
        private final Random chance = new Random(8);
        private final Deque<Lease> open = new ArrayDeque<>();

        Traffic(PlannedService service, Balancing balancing, Busy busy) {
            this.service = service;
            this.balancing = balancing;
            this.busy = busy;
        }

        /** What of a thousand calls an instance is given; 0 to 1. */
        double shareOf(String uuid, Plan plan) {
            int given = 0;
            for (int i = 0; i < CALLS; i++) {
                Lease lease = plan.pick(service.call(balancing));
                boolean wanted = lease.instance().uuid().equals(uuid);
                given += wanted ? 1 : 0;
                if (wanted && busy == Busy.BUT_THE_NEW_ONE) {
                    service.end(lease);
                } else if (chance.nextBoolean()) {
                    open.addLast(lease);
                } else {
                    open.addFirst(lease);
                }
                while (open.size() >= (busy == Busy.NO ? 1 : 60)) {
                    service.end(open.removeFirst());
                }
            }
            return given / (double) CALLS;
        }
    }

    /** Only two of forty are good, so proposals are mostly refused. */
    @ParameterizedTest
    @EnumSource(Balancing.class)
    void whoWarmsUpStandsInForNobody(Balancing balancing) {
        PlannedService calm = PlannedService.withoutEjections(42);
        List<Instance> all = new ArrayList<>(equal(40));
        Plan before = calm.plan(all);
        Map<String, Integer> failed = new HashMap<>();
        while (failed.size() < 38) {
            Lease lease = before.pick(calm.call(balancing));
            boolean good = List.of("i10", "i30").contains(lease.instance().uuid());
            lease.settle(good ? OK : BROKEN, calm.ticker.nanos());
            if (!good) {
                failed.merge(lease.instance().uuid(), 1, Integer::sum);
            }
        }
        all.add(
                20,
                instance("new", 100).toBuilder().warmUp(Duration.ofMinutes(10)).build());
        Map<String, Integer> picks = calm.picks(calm.plan(all), balancing, 1_000);
        assertThat(picks).containsKeys("i10", "i30");
        assertThat(picks.getOrDefault("new", 0)).as("one of two hundred").isLessThan(20);
    }

    @ParameterizedTest
    @EnumSource(Balancing.class)
    void neighboursOfWhoIsEjectedShareItsCalls(Balancing balancing) {
        Plan plan = service.plan(equal(5));
        service.fail(plan, balancing, "i2");
        Map<String, Integer> picks = service.picks(plan, balancing, 8_000);
        assertThat(picks).doesNotContainKey("i2");
        assertThat(picks.values()).allSatisfy(count -> assertThat(count).isBetween(1_700, 2_300));
    }
}
