package io.moa.governance.balance;

import static io.moa.governance.balance.PlannedService.BROKEN;
import static io.moa.governance.balance.PlannedService.equal;
import static io.moa.governance.balance.PlannedService.instance;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.moa.annotation.Balancing;
import io.moa.discovery.Instance;
import io.moa.governance.plan.Plan;
import io.moa.governance.plan.Vantage;
import io.moa.invoke.Lease;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class SubsetTest {

    private static PlannedService caller(int number, int subset) {
        return new PlannedService(number, new Vantage("caller " + number, null, subset));
    }

    private static Set<String> called(Plan plan) {
        Set<String> called = new TreeSet<>();
        plan.candidates()
                .candidates()
                .forEach(each -> called.add(each.instance().uuid()));
        return called;
    }

    @Test
    void onlySoManyAreCalledAndTheOthersArePassedOver() {
        Plan plan = caller(1, 20).plan(equal(1_000));
        assertThat(called(plan)).hasSize(20);
        assertThat(plan.usable()).isEqualTo(20);
        assertThat(plan.passedOver()).hasSize(980);
        assertThat(plan.passedOver().values())
                .containsOnly("not called: this process calls a subset of 20, and others come first for it");
    }

    @Test
    void aServiceThatIsNotLargerIsCalledWhole() {
        assertThat(called(caller(1, 20).plan(equal(20)))).hasSize(20);
        assertThat(called(caller(1, 0).plan(equal(50)))).hasSize(50);
    }

    @Test
    void aCallerCallsTheSameOnesAfterItsPlansWereMadeAnew() {
        assertThat(called(caller(1, 20).plan(equal(1_000))))
                .isEqualTo(called(caller(1, 20).plan(equal(1_000))));
        assertThat(called(caller(1, 20).plan(equal(1_000))))
                .isNotEqualTo(called(caller(2, 20).plan(equal(1_000))));
    }

    @Test
    void whenOneGoesOneOtherComesInItsPlaceAndOnlyWhereItWasCalled() {
        int changed = 0;
        for (int number = 0; number < 300; number++) {
            PlannedService caller = caller(number, 10);
            Set<String> before = called(caller.plan(equal(100)));
            List<Instance> fewer = new ArrayList<>(equal(100));
            fewer.remove(17);
            Set<String> after = called(caller.plan(fewer));
            Set<String> stayed = new HashSet<>(before);
            stayed.retainAll(after);
            assertThat(stayed).hasSize(before.contains("i17") ? 9 : 10);
            assertThat(after).hasSize(10);
            changed += before.contains("i17") ? 1 : 0;
        }
        assertThat(changed).as("a tenth of the callers").isBetween(15, 45);
    }

    @Test
    void callersSpreadEvenlyAndSharesAreByWeight() {
        List<Instance> all = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            all.add(instance("i" + i, i < 50 ? 100 : 300));
        }
        Map<String, Integer> callers = new HashMap<>();
        double heavy = 0;
        for (int number = 0; number < 1_000; number++) {
            Plan plan = caller(number, 20).plan(all);
            called(plan).forEach(uuid -> callers.merge(uuid, 1, Integer::sum));
            List<Candidate> candidates = plan.candidates().candidates();
            double sum = candidates.stream().mapToInt(Candidate::weight).sum();
            heavy += candidates.stream()
                            .mapToInt(Candidate::weight)
                            .filter(weight -> weight == 300)
                            .sum()
                    / sum;
        }
        assertThat(callers).hasSize(100);
        assertThat(callers.values()).allSatisfy(count -> assertThat(count).isBetween(150, 250));
        assertThat(heavy / 1_000).as("and not nine tenths").isBetween(0.73, 0.77);
    }

    @Test
    void forEachThatIsEjectedOneMoreIsCalledUntilItIsBack() {
        PlannedService caller = caller(1, 10);
        Set<String> before = called(caller.plan(equal(100)));
        Plan plan = caller.plan(equal(100));
        Set<String> failed = new HashSet<>();
        while (failed.size() < 3) {
            Lease lease = plan.pick(caller.call(Balancing.P2C));
            lease.settle(BROKEN, caller.ticker.nanos());
            failed.add(lease.instance().uuid());
        }
        plan = caller.plan(equal(100));
        assertThat(called(plan)).hasSize(13).containsAll(before);
        caller.advance(Duration.ofMillis(1_101));
        assertThat(caller.picks(plan, Balancing.P2C, 1_000).keySet())
                .as("who is left out could not be tried")
                .containsAll(failed);
        assertThat(called(caller.plan(equal(100)))).isEqualTo(before);
    }

    @Test
    void whereAllAreInDoubtTwiceAsManyAreCalledAndNotAll() {
        Map<String, String> doubts = new HashMap<>();
        equal(100).forEach(each -> doubts.put(each.uuid(), "missing"));
        assertThat(called(caller(1, 10).plan(equal(100), Map.of(), doubts))).hasSize(20);
    }

    @Test
    void thoseOfEachDistanceCountByThemselves() {
        Map<String, Integer> far = new HashMap<>();
        for (int i = 50; i < 100; i++) {
            far.put("i" + i, 1);
        }
        Set<String> called = called(caller(1, 10).plan(equal(100), far));
        assertThat(called).hasSize(20);
        assertThat(called).filteredOn(far::containsKey).hasSize(10);
    }

    @Test
    void aSubsetOutOfRangeIsAnError() {
        assertThatThrownBy(() -> new Vantage("a", null, -1)).hasMessageContaining("0, for all, to 100000");
    }
}
