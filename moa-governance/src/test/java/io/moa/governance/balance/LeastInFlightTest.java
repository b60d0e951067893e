package io.moa.governance.balance;

import static io.moa.annotation.Balancing.LEAST_IN_FLIGHT;
import static io.moa.governance.balance.PlannedService.equal;
import static io.moa.governance.balance.PlannedService.instance;
import static org.assertj.core.api.Assertions.assertThat;

import io.moa.governance.plan.Plan;
import io.moa.invoke.Lease;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LeastInFlightTest {

    private final PlannedService service = new PlannedService(42);

    private Lease next(Plan plan) {
        return plan.pick(service.call(LEAST_IN_FLIGHT));
    }

    private int[] inFlight(Plan plan) {
        return plan.candidates().candidates().stream()
                .mapToInt(each -> each.load().inFlight())
                .toArray();
    }

    @Test
    void theFewestOfAllAreFound() {
        Plan plan = service.plan(equal(LeastInFlightChooser.LOOKED_AT));
        List<Lease> held = new ArrayList<>();
        for (int i = 0; i < LeastInFlightChooser.LOOKED_AT * 5; i++) {
            held.add(next(plan));
        }
        assertThat(inFlight(plan)).containsOnly(5);
        service.end(held.get(123));
        assertThat(next(plan).instance()).isEqualTo(held.get(123).instance());
    }

    @Test
    void fewestMeansByWeight() {
        Plan plan = service.plan(instance("a", 100), instance("b", 300), instance("c", 200));
        for (int i = 0; i < 600; i++) {
            next(plan);
        }
        assertThat(inFlight(plan)).containsExactly(100, 300, 200);
    }

    @Test
    void amongEqualsTheLotDecidesByWeightAlsoWhereTheFirstDrawnIsNone() {
        Plan plan = service.plan(instance("busy", 10_000), instance("a", 100), instance("b", 300));
        Lease held = next(plan);
        while (!held.instance().uuid().equals("busy")) {
            service.end(held);
            held = next(plan);
        }
        Map<String, Integer> picks = service.picks(plan, LEAST_IN_FLIGHT, 8_000);
        assertThat(picks).containsOnlyKeys("a", "b");
        assertThat(picks.get("a")).isBetween(1_850, 2_150);
    }

    @Test
    void ofAThousandNobodyHasManyMoreThanTheOthers() {
        Plan plan = service.plan(equal(1_000));
        for (int i = 0; i < 10_000; i++) {
            next(plan);
        }
        Map<Integer, Integer> histogram = new HashMap<>();
        for (int count : inFlight(plan)) {
            histogram.merge(count, 1, Integer::sum);
        }
        assertThat(histogram.keySet())
                .as("by lot alone there would be some with 20")
                .allMatch(count -> count <= 12);
    }
}
