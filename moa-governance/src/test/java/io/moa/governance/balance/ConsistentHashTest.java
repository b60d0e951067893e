package io.moa.governance.balance;

import static io.moa.annotation.Balancing.CONSISTENT_HASH;
import static io.moa.governance.balance.PlannedService.equal;
import static io.moa.governance.balance.PlannedService.instance;
import static io.moa.governance.balance.PlannedService.policy;
import static org.assertj.core.api.Assertions.assertThat;

import io.moa.discovery.Instance;
import io.moa.governance.plan.Plan;
import io.moa.governance.policy.PolicyKey;
import io.moa.invoke.Lease;
import io.moa.testkit.Shows;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ConsistentHashTest {

    private static final int KEYS = 20_000;

    private final PlannedService service = new PlannedService(42);

    private String placed(Plan plan, String key, String... tried) {
        return service.picked(plan, service.call(policy(CONSISTENT_HASH), key, tried));
    }

    private Map<String, String> placed(Plan plan) {
        Map<String, String> placed = new HashMap<>();
        for (int i = 0; i < KEYS; i++) {
            placed.put("key " + i, placed(plan, "key " + i));
        }
        return placed;
    }

    /** Who has the keys that are elsewhere now: before and after. */
    private static Map<String, Integer> moved(Map<String, String> before, Map<String, String> after) {
        Map<String, Integer> moved = new HashMap<>();
        before.forEach((key, from) -> {
            if (!from.equals(after.get(key))) {
                moved.merge(from + " to " + after.get(key), 1, Integer::sum);
            }
        });
        return moved;
    }

    private static int sum(Map<String, Integer> moved) {
        return moved.values().stream().mapToInt(Integer::intValue).sum();
    }

    @ParameterizedTest
    @ValueSource(ints = {3, 32, 33, 200})
    @Shows("hash-by")
    void aKeyIsPlacedAlikeByEveryCallerInWhateverOrderItKnowsTheInstances(int count) {
        Map<String, String> placed = placed(service.plan(equal(count)));
        PlannedService other = new PlannedService(43);
        List<Instance> shuffled = new ArrayList<>(equal(count));
        Collections.shuffle(shuffled, new Random(1));
        Plan plan = other.plan(shuffled);
        placed.forEach((key, uuid) -> assertThat(other.picked(plan, other.call(policy(CONSISTENT_HASH), key)))
                .isEqualTo(uuid));
        assertThat(new HashSet<>(placed.values())).hasSize(count);
    }

    @ParameterizedTest
    @ValueSource(ints = {4, 33, 100})
    void whenOneGoesOnlyItsKeysMoveAndToAllOthers(int count) {
        Map<String, String> before = placed(service.plan(equal(count)));
        List<Instance> fewer = new ArrayList<>(equal(count));
        fewer.remove(1);
        Map<String, Integer> moved = moved(before, placed(service.plan(fewer)));
        assertThat(moved.keySet()).allMatch(move -> move.startsWith("i1 to "));
        assertThat(sum(moved)).isBetween(KEYS / count * 7 / 10, KEYS / count * 13 / 10);
        assertThat(moved).hasSizeGreaterThan(Math.min(count - 2, 60));
    }

    @Test
    void whenOneComesItTakesItsShareAndNothingElseMoves() {
        Map<String, String> before = placed(service.plan(equal(9)));
        Map<String, Integer> moved = moved(before, placed(service.plan(equal(10))));
        assertThat(moved.keySet()).allMatch(move -> move.endsWith(" to i9"));
        assertThat(sum(moved)).isBetween(KEYS / 10 * 9 / 10, KEYS / 10 * 11 / 10);
    }

    @Test
    void whoBecomesHeavierTakesKeysAndNothingElseMoves() {
        List<Instance> all = new ArrayList<>(equal(9));
        Map<String, String> before = placed(service.plan(all));
        all.set(4, instance("i4", 200));
        Map<String, Integer> moved = moved(before, placed(service.plan(all)));
        assertThat(moved.keySet()).allMatch(move -> move.endsWith(" to i4"));
        double expected = KEYS * (2 / 10.0 - 1 / 9.0);
        assertThat((double) sum(moved)).isBetween(expected * 0.9, expected * 1.1);
    }

    @Test
    void keysMoveOnceToWhoWarmsUp() {
        List<Instance> all = new ArrayList<>(equal(4));
        Map<String, String> before = placed(service.plan(all));
        all.add(instance("new", 100).toBuilder().warmUp(Duration.ofSeconds(10)).build());
        int moves = 0;
        for (int i = 0; i <= 20; i++) {
            Map<String, String> now = placed(service.plan(all));
            Map<String, Integer> moved = moved(before, now);
            assertThat(moved.keySet()).allMatch(move -> move.endsWith(" to new"));
            moves += sum(moved);
            before = now;
            service.advance(Duration.ofMillis(500));
        }
        assertThat(moves).isBetween(KEYS / 5 * 9 / 10, KEYS / 5 * 11 / 10);
    }

    @Test
    void theSecondChoiceOfAKeyIsAlwaysTheSameAndNotTheSameForAllKeysOfAnInstance() {
        Plan plan = service.plan(equal(5));
        Map<String, String> first = new HashMap<>();
        Map<String, String> second = new HashMap<>();
        for (int i = 0; i < 2_000; i++) {
            String key = "key " + i;
            first.put(key, placed(plan, key));
            second.put(key, placed(plan, key, first.get(key)));
            assertThat(second.get(key)).isNotEqualTo(first.get(key));
            assertThat(placed(plan, key, first.get(key))).isEqualTo(second.get(key));
        }
        service.fail(plan, CONSISTENT_HASH, "i3");
        Map<String, Integer> heirs = new HashMap<>();
        first.forEach((key, uuid) -> {
            String now = placed(plan, key);
            assertThat(now).isEqualTo(uuid.equals("i3") ? second.get(key) : uuid);
            if (uuid.equals("i3")) {
                heirs.merge(now, 1, Integer::sum);
            }
        });
        assertThat(heirs).hasSize(4);
        assertThat(heirs.values()).allSatisfy(count -> assertThat(count).isBetween(65, 135));
    }

    @Test
    void aFewCallsAtOnceStayTogether() {
        Plan plan = service.plan(equal(20));
        Set<String> used = new HashSet<>();
        for (int i = 0; i < HashChooser.ALWAYS; i++) {
            used.add(plan.pick(service.call(policy(CONSISTENT_HASH), "hot"))
                    .instance()
                    .uuid());
        }
        assertThat(used).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(ints = {5, 40})
    void nobodyTakesAQuarterMoreThanItsShareOfWhatIsInFlight(int count) {
        Plan plan = service.plan(equal(count));
        for (int i = 0; i < 100 * count; i++) {
            plan.pick(service.call(policy(CONSISTENT_HASH), "hot"));
            service.ticker.advance(Duration.ofMillis(1));
        }
        int most = plan.candidates().candidates().stream()
                .mapToInt(each -> each.load().inFlight())
                .max()
                .orElseThrow();
        assertThat(most).isBetween(120, 125);
    }

    @Test
    void theShareThatBoundsIsByWeight() {
        Plan plan = service.plan(instance("light", 100), instance("heavy", 300));
        List<Lease> leases = new ArrayList<>();
        for (int i = 0; i < 400; i++) {
            leases.add(plan.pick(service.call(policy(CONSISTENT_HASH), "hot")));
        }
        assertThat(leases)
                .filteredOn(lease -> lease.instance().uuid().equals("light"))
                .hasSizeBetween(25, 125);
        assertThat(leases)
                .filteredOn(lease -> lease.instance().uuid().equals("heavy"))
                .hasSizeBetween(275, 375);
    }

    @Test
    @Shows("hash-by")
    void aCallWithoutTheKeyIsPlacedByWhoIsLessBusy() {
        Plan plan = service.plan(equal(4));
        Map<String, Integer> picks = new HashMap<>();
        for (int i = 0; i < 400; i++) {
            Lease lease = plan.pick(
                    service.call(policy(CONSISTENT_HASH).withCode(PolicyKey.HASH_BY, "article", "test"), "hot"));
            picks.merge(lease.instance().uuid(), 1, Integer::sum);
        }
        assertThat(picks.values()).allSatisfy(count -> assertThat(count).isBetween(95, 105));
    }

    /** Keys that differ in one character only, at the end or at the beginning. */
    @Test
    void hashesOfSimilarTextsAreSpread() {
        int[] slots = new int[64];
        for (int i = 0; i < 64_000; i++) {
            String text = i % 2 == 0 ? "customer-" + i : i + "-customer";
            slots[(int) (TextHash.of(text) >>> 58)]++;
        }
        for (int count : slots) {
            assertThat(count).isBetween(850, 1_150);
        }
        assertThat(TextHash.of("Aa")).isNotEqualTo(TextHash.of("BB")); // equal by String.hashCode
        assertThat(TextHash.mix(1)).as("fmix64 of MurmurHash3").isEqualTo(0xb456bcfc34c2cb2cL);
    }
}
