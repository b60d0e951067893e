package io.moa.governance.balance;

import static io.moa.governance.balance.PlannedService.BROKEN;
import static io.moa.governance.balance.PlannedService.policy;
import static org.assertj.core.api.Assertions.assertThat;

import io.moa.annotation.Balancing;
import io.moa.annotation.ZoneChoice;
import io.moa.discovery.Instance;
import io.moa.governance.plan.Plan;
import io.moa.governance.plan.Vantage;
import io.moa.governance.policy.MethodPolicy;
import io.moa.invoke.Invocation;
import io.moa.invoke.Lease;
import io.moa.testkit.Shows;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class ZonesTest {

    private final PlannedService service = new PlannedService(42, new Vantage("caller", "north", 0));

    private static Instance in(String zone, String uuid) {
        return PlannedService.instance(uuid, 100).toBuilder()
                .label(Instance.ZONE, zone)
                .build();
    }

    private static List<Instance> tenInTheNorthAndTenInTheSouth() {
        List<Instance> all = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            all.add(in("north", "n" + i));
            all.add(in("south", "s" + i));
        }
        return all;
    }

    private Invocation call(ZoneChoice choice, int customer, String... tried) {
        return service.call(policy(Balancing.P2C, choice), "customer " + customer, tried);
    }

    private static boolean isNorth(Lease lease) {
        return lease.instance().uuid().startsWith("n");
    }

    /** The share of the own zone. */
    private double north(Plan plan, MethodPolicy policy) {
        int north = 0;
        for (int i = 0; i < 4_000; i++) {
            Lease lease = plan.pick(service.call(policy, "customer " + i));
            north += isNorth(lease) ? 1 : 0;
            service.end(lease);
        }
        return north / 4_000.0;
    }

    @Test
    @Shows("zone")
    void withoutAPreferenceZonesAreNoMatter() {
        Plan plan = service.plan(tenInTheNorthAndTenInTheSouth());
        assertThat(north(plan, policy(Balancing.P2C))).isBetween(0.47, 0.53);
    }

    @ParameterizedTest
    @EnumSource(Balancing.class)
    @Shows("zone")
    void thePreferredZoneTakesEverythingWhileItIsWell(Balancing balancing) {
        Plan plan = service.plan(tenInTheNorthAndTenInTheSouth());
        assertThat(north(plan, policy(balancing, ZoneChoice.PREFER))).isEqualTo(1);
    }

    /** Each of so many of ten fails the call that it has. */
    @ParameterizedTest
    @CsvSource({"3, 1.0", "4, 0.857", "5, 0.714"})
    void belowSevenOfTenWhatIsMissingGoesToTheOthers(int bad, double share) {
        Plan plan = service.plan(tenInTheNorthAndTenInTheSouth());
        Set<String> failed = new HashSet<>();
        while (failed.size() < bad) {
            Lease lease = plan.pick(call(ZoneChoice.REQUIRE, failed.size()));
            lease.settle(BROKEN, service.ticker.nanos());
            failed.add(lease.instance().uuid());
        }
        service.ticker.advance(Duration.ofMillis(10));
        assertThat(north(plan, policy(Balancing.P2C, ZoneChoice.PREFER))).isBetween(share - 0.02, share + 0.02);
        service.advance(Duration.ofMillis(1_101));
        north(plan, policy(Balancing.P2C, ZoneChoice.PREFER)); // the trials
        service.advance(Duration.ofMillis(10));
        assertThat(north(plan, policy(Balancing.P2C, ZoneChoice.PREFER)))
                .as("when all answer again")
                .isEqualTo(1);
    }

    @Test
    void whenNobodyInThePreferredZoneIsLeftForACallTheOthersAreCalled() {
        Plan plan = service.plan(in("north", "n"), in("south", "s"), in("", "unsaid"));
        for (int i = 0; i < 100; i++) {
            assertThat(service.picked(plan, call(ZoneChoice.PREFER, i, "n"))).isIn("s", "unsaid");
        }
    }

    @Test
    void aFarInstanceOfThePreferredZoneComesBeforeANearOneOfAnother() {
        Plan plan = service.plan(List.of(in("south", "near"), in("north", "nfar")), Map.of("nfar", 1));
        assertThat(north(plan, policy(Balancing.P2C, ZoneChoice.PREFER))).isEqualTo(1);
    }

    @Test
    @Shows("zone")
    void aRequiredZoneIsNeverLeft() {
        Plan plan = service.plan(in("north", "n"), in("south", "s"));
        for (int i = 0; i < 100; i++) {
            Lease lease = plan.pick(call(ZoneChoice.REQUIRE, i, "n"));
            assertThat(lease.instance().uuid()).isEqualTo("n");
            lease.settle(BROKEN, service.ticker.nanos());
        }
    }

    @Test
    void whereNobodyIsInTheRequiredZoneTheCallFailsAndSaysWhy() {
        Plan plan = service.plan(in("south", "s1"), in("south", "s2"));
        Invocation call = call(ZoneChoice.REQUIRE, 0);
        assertThat(plan.pick(call)).isNull();
        assertThat(plan.whyNone(call))
                .isEqualTo(
                        "none of the 2 usable instances of shop.Stock is in zone north, where this process is, and the"
                                + " policy zone = require (code: test) allows no other; start one there, or say zone = prefer");
        assertThat(service.plan().whyNone(call)).contains("no instance of shop.Stock is registered");
        assertThat(plan.pick(call(ZoneChoice.PREFER, 0))).isNotNull();
    }

    @Test
    void whereNoInstanceSaysAZoneOrTheCallerKnowsNoneItHasNoEffect() {
        Plan silent = service.plan(PlannedService.equal(3));
        assertThat(silent.pick(call(ZoneChoice.REQUIRE, 0))).isNotNull();
        PlannedService nowhere = new PlannedService(1);
        Plan plan = nowhere.plan(in("south", "s"), in("north", "n"));
        assertThat(plan.pick(nowhere.call(policy(Balancing.P2C, ZoneChoice.REQUIRE), "a")))
                .isNotNull();
    }
}
