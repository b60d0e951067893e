package io.moa.governance.balance;

import static io.moa.annotation.Balancing.WEIGHTED_ROUND_ROBIN;
import static io.moa.governance.balance.PlannedService.equal;
import static io.moa.governance.balance.PlannedService.instance;
import static org.assertj.core.api.Assertions.assertThat;

import io.moa.discovery.Instance;
import io.moa.governance.plan.Plan;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

class RoundRobinTest {

    private final PlannedService service = new PlannedService(42);

    private String next(Plan plan) {
        return service.picked(plan, service.call(WEIGHTED_ROUND_ROBIN));
    }

    private List<String> next(Plan plan, int count) {
        List<String> picked = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            picked.add(next(plan));
        }
        return picked;
    }

    @Test
    void equalOnesAreCalledInTurn() {
        Plan plan = service.plan(equal(7));
        List<String> round = next(plan, 7);
        assertThat(round).doesNotHaveDuplicates();
        for (int i = 0; i < 100; i++) {
            assertThat(next(plan, 7)).isEqualTo(round);
        }
    }

    @Test
    void whoeverLooksSeesWhoseTurnItIsAndTakesNone() {
        Plan plan = service.plan(instance("a", 500), instance("b", 100), instance("c", 300));
        for (int i = 0; i < 200; i++) {
            Candidate seen = plan.candidates().look(service.call(WEIGHTED_ROUND_ROBIN));
            assertThat(seen).isEqualTo(plan.candidates().look(service.call(WEIGHTED_ROUND_ROBIN)));
            assertThat(seen.load().inFlight()).isZero();
            assertThat(next(plan)).isEqualTo(seen.instance().uuid());
        }
    }

    @Test
    void aThousandEqualOnesAreCalledInTurn() {
        Plan plan = service.plan(equal(1_000));
        List<String> round = next(plan, 1_000);
        assertThat(round).doesNotHaveDuplicates();
        assertThat(next(plan, 1_000)).isEqualTo(round);
    }

    /** Of weights 5, 1, 1 the light ones are not called one after the other at the end of each round. */
    @Test
    void nobodyIsEverMoreThanOneTurnAheadOfItsShareOrBehindIt() {
        Plan plan = service.plan(instance("a", 500), instance("b", 100), instance("c", 100));
        Map<String, Integer> picks = new HashMap<>();
        for (int i = 1; i <= 7_000; i++) {
            picks.merge(next(plan), 1, Integer::sum);
            assertThat(picks.getOrDefault("a", 0)).isBetween((int) (i * 5 / 7.0 - 1.5), (int) (i * 5 / 7.0 + 2));
            assertThat(picks.getOrDefault("b", 0)).isBetween((int) (i / 7.0 - 1), (int) (i / 7.0 + 2));
        }
    }

    @Test
    void thePositionOutlivesThePlan() {
        List<String> round = next(service.plan(equal(7)), 7);
        for (int i = 0; i < 70; i++) {
            assertThat(next(service.plan(equal(7)))).isEqualTo(round.get(i % 7));
        }
    }

    @Test
    void nobodyBeginsAnewWhenWeightsChangeWithEachPlan() {
        Map<String, Integer> picks = new HashMap<>();
        for (int i = 0; i < 7_000; i++) { // "c" is a different one each time, and always a hundred on average
            Plan plan = service.plan(instance("a", 300), instance("b", 300), instance("c", 50 + i % 101));
            picks.merge(next(plan), 1, Integer::sum);
        }
        assertThat(picks.get("a")).isBetween(2_940, 3_060);
        assertThat(picks.get("b")).isBetween(2_940, 3_060);
        assertThat(picks.get("c")).isBetween(960, 1_040);
    }

    @Test
    void aNewcomerIsGivenItsShareFromTheBeginningAndNoMore() {
        int early = 0;
        for (int seed = 0; seed < 200; seed++) {
            PlannedService fresh = new PlannedService(seed);
            Plan before = fresh.plan(equal(4));
            for (int i = 0; i < 1_002; i++) {
                fresh.picked(before, fresh.call(WEIGHTED_ROUND_ROBIN));
            }
            List<Instance> more = new ArrayList<>(equal(4));
            more.add(0, instance("new", 100));
            Plan after = fresh.plan(more);
            Map<String, Integer> picks = fresh.picks(after, WEIGHTED_ROUND_ROBIN, 10);
            assertThat(picks.get("new")).isBetween(1, 3);
            early += fresh.picks(fresh.plan(more), WEIGHTED_ROUND_ROBIN, 1).getOrDefault("new", 0);
        }
        assertThat(early).isBetween(20, 60); // a fifth of 200
    }

    @Test
    void whoBecomesHeavierHasNoTurnsToMakeUpFor() {
        Plan light = service.plan(instance("a", 100), instance("b", 100), instance("c", 1));
        next(light, 1_000);
        List<String> picked = next(service.plan(instance("a", 100), instance("b", 100), instance("c", 100)), 9);
        assertThat(picked).filteredOn("c"::equals).hasSizeBetween(2, 4);
        assertThat(picked.subList(0, 4)).filteredOn("c"::equals).hasSizeBetween(0, 2);
    }

    @Test
    void whoWasEjectedHasNoTurnsToMakeUpFor() {
        Plan plan = service.plan(equal(4));
        service.fail(plan, WEIGHTED_ROUND_ROBIN, "i2");
        assertThat(next(plan, 999)).doesNotContain("i2");
        service.advance(Duration.ofMillis(1_101));
        assertThat(next(plan, 40)).filteredOn("i2"::equals).hasSizeBetween(9, 11);
    }

    @Test
    void callersBeginWithDifferentOnes() {
        Map<String, Integer> firsts = new HashMap<>();
        Set<List<String>> rounds = new HashSet<>();
        for (int seed = 0; seed < 400; seed++) {
            PlannedService fresh = new PlannedService(seed);
            Plan plan = fresh.plan(equal(4));
            List<String> round = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                round.add(fresh.picked(plan, fresh.call(WEIGHTED_ROUND_ROBIN)));
            }
            firsts.merge(round.get(0), 1, Integer::sum);
            rounds.add(round);
        }
        assertThat(firsts.values()).allSatisfy(count -> assertThat(count).isBetween(65, 135));
        assertThat(rounds).as("all orders of four").hasSize(24);
    }

    @Test
    void manyThreadsShareOneRound() throws Exception {
        Plan plan = service.plan(equal(5));
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            List<Future<Map<String, Integer>>> done = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                done.add(threads.submit(() -> {
                    Map<String, Integer> picks = new HashMap<>();
                    for (int call = 0; call < 5_000; call++) {
                        picks.merge(
                                service.picked(
                                        plan, service.call(PlannedService.policy(WEIGHTED_ROUND_ROBIN), "whoever")),
                                1,
                                Integer::sum);
                    }
                    return picks;
                }));
            }
            Map<String, Integer> sum = new HashMap<>();
            for (Future<Map<String, Integer>> each : done) {
                each.get().forEach((uuid, count) -> sum.merge(uuid, count, Integer::sum));
            }
            assertThat(sum.values()).containsOnly(4_000);
        } finally {
            threads.shutdownNow();
        }
    }
}
