package io.moa.governance.route;

import static io.moa.governance.route.RoutedStock.NOWHERE;
import static io.moa.governance.route.RoutedStock.call;
import static io.moa.governance.route.RoutedStock.customer;
import static io.moa.governance.route.RoutedStock.instance;
import static io.moa.governance.route.RoutedStock.names;
import static io.moa.governance.route.RoutedStock.rule;
import static io.moa.governance.route.RoutedStock.share;
import static org.assertj.core.api.Assertions.assertThat;

import io.moa.testkit.Shows;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Rules of several destinations, of which one is chosen for each call. */
class SharesTest {

    private final RoutedStock stock = new RoutedStock();

    @Test
    void sharesAreDrawnByLot() {
        RouteTree tree = stock.tree(
                NOWHERE,
                Map.of(
                        "a",
                        rule(
                                "to",
                                List.of(
                                        share("uuid", "a", 90),
                                        share("uuid", "b", 9),
                                        share("uuid", "c", 1),
                                        share("uuid", "d", 0)))),
                instance("a"),
                instance("b"),
                instance("c"),
                instance("d"));
        Map<String, Integer> counts = new TreeMap<>();
        int calls = 40_000;
        for (int i = 0; i < calls; i++) {
            counts.merge(names(tree.route(call())).iterator().next(), 1, Integer::sum);
        }
        Map.of("a", 0.9, "b", 0.09, "c", 0.01).forEach((uuid, share) -> {
            double sigma = Math.sqrt(calls * share * (1 - share));
            assertThat((double) counts.get(uuid))
                    .as(uuid)
                    .isBetween(calls * share - 4 * sigma, calls * share + 4 * sigma);
        });
        assertThat(counts).doesNotContainKey("d");
    }

    @Test
    void theShareOfADestinationWhereNobodyIsGoesToTheNext() {
        RouteTree tree = stock.tree(
                NOWHERE,
                Map.of(
                        "a",
                        rule("to", List.of(share("uuid", "gone", 50), share("uuid", "b", 50)), "otherwise", "refuse")),
                instance("a"),
                instance("b"));
        for (int i = 0; i < 200; i++) {
            assertThat(names(tree.route(call()))).containsExactly("b");
        }
    }

    @Test
    @Shows("route sticky")
    void aStickyChoiceGoesByTheValueAndIsByLotWithoutOne() {
        RouteTree tree = stock.tree(
                NOWHERE,
                Map.of(
                        "a",
                        rule("to", List.of(share("uuid", "a", 30), share("uuid", "b", 70)), "sticky", "key.customer")),
                instance("a"),
                instance("b"));
        int first = 0;
        for (int i = 0; i < 10_000; i++) {
            Set<String> chosen = names(tree.route(customer("c" + i)));
            assertThat(names(tree.route(customer("c" + i)))).isEqualTo(chosen);
            first += chosen.contains("a") ? 1 : 0;
        }
        assertThat(first).isBetween(3_000 - 184, 3_000 + 184); // 4 sigma
        Set<String> seen = new HashSet<>();
        for (int i = 0; i < 100; i++) {
            seen.addAll(names(tree.route(call())));
        }
        assertThat(seen).containsExactlyInAnyOrder("a", "b");
    }

    /** The same hash for both would send all of the ten percent to the first destination. */
    @Test
    void aStickyChoiceAmongAPercentageIsStillAChoice() {
        RouteTree tree = stock.tree(
                NOWHERE,
                Map.of(
                        "a",
                        rule(
                                "when", Map.of("key.customer", Map.of("percent", 10)),
                                "to", List.of(share("uuid", "a", 5_000), share("uuid", "b", 5_000)),
                                "sticky", "key.customer")),
                instance("a"),
                instance("b"));
        Map<Set<String>, Integer> counts = new HashMap<>();
        for (int i = 0; i < 20_000; i++) {
            counts.merge(names(tree.route(customer("c" + i))), 1, Integer::sum);
        }
        assertThat(counts.get(Set.of("a"))).isBetween(1_000 - 124, 1_000 + 124);
        assertThat(counts.get(Set.of("b"))).isBetween(1_000 - 124, 1_000 + 124);
    }
}
