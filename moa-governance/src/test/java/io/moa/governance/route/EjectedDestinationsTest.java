package io.moa.governance.route;

import static io.moa.governance.route.RoutedStock.NOWHERE;
import static io.moa.governance.route.RoutedStock.call;
import static io.moa.governance.route.RoutedStock.instance;
import static io.moa.governance.route.RoutedStock.names;
import static io.moa.governance.route.RoutedStock.rule;
import static io.moa.governance.route.RoutedStock.share;
import static io.moa.governance.route.RoutedStock.table;
import static io.moa.governance.route.RoutedStock.tagged;
import static io.moa.governance.route.RoutedStock.to;
import static org.assertj.core.api.Assertions.assertThat;

import io.moa.discovery.Instance;
import io.moa.governance.balance.Candidate;
import io.moa.governance.balance.CandidateSet;
import io.moa.governance.outlier.Ejections;
import io.moa.governance.outlier.Outcome;
import io.moa.governance.outlier.OutlierConfig;
import io.moa.governance.rule.RandomRules;
import io.moa.invoke.Baggage;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Rules that lead to those who are ejected. */
class EjectedDestinationsTest {

    private final RoutedStock stock = new RoutedStock();

    /** A tree of which some are ejected, for a second. */
    private RouteTree treeWithEjected(Map<String, ?> rules, Set<String> ejected, Instance... instances) {
        Ejections own = new Ejections(OutlierConfig.DEFAULT, new Random(1), Ejections.SILENT);
        CandidateSet set = stock.set(List.of(instances), own);
        own.usable(set.candidates().stream().map(each -> each.load().standing()).toList());
        for (Candidate each : set.candidates()) {
            if (ejected.contains(each.instance().uuid())) {
                each.load()
                        .standing()
                        .end(
                                Outcome.UNREACHABLE,
                                stock.ticker().nanos(),
                                stock.ticker().nanos());
                assertThat(each.load().standing().isInService()).isFalse();
            }
        }
        return new RouteTree(table(NOWHERE, rules), set, stock.chance());
    }

    @Test
    void whereAllAreEjectedIsAsGoodAsNobodyUntilTheyAreTriedAgain() {
        RouteTree lane = treeWithEjected(Map.of(), Set.of("gray"), instance("gray", "tag", "gray"), instance("plain"));
        assertThat(names(lane.route(tagged("gray")))).containsExactly("plain");
        assertThat(names(lane.route(tagged(null)))).containsExactly("plain");
        assertThat(lane.explain(tagged("gray")).describe())
                .contains("builtin.lane: passed over, nobody whom it may call and who is not ejected is at");
        stock.ticker().advance(Duration.ofMillis(1_200));
        assertThat(names(lane.route(tagged("gray")))).as("one must try").containsExactly("gray");

        RouteTree shared = treeWithEjected(
                Map.of("a", rule("to", List.of(share("uuid", "a", 50), share("uuid", "b", 50)))),
                Set.of("a"),
                instance("a"),
                instance("b"),
                instance("c"));
        for (int i = 0; i < 100; i++) {
            assertThat(names(shared.route(call())))
                    .as("its share goes to the next")
                    .containsExactly("b");
        }

        RouteTree narrow = treeWithEjected(
                Map.of("a", rule("to", to("uuid", "a"))), Set.of("a"), instance("a"), instance("b"), instance("c"));
        assertThat(names(narrow.route(call()))).containsExactlyInAnyOrder("a", "b", "c");
    }

    @Test
    void rulesThatKeepCallsApartDoSoAlsoWhenAllAreEjected() {
        RouteTree refuses = treeWithEjected(
                Map.of("a", rule("to", to("uuid", "a"), "otherwise", "refuse")),
                Set.of("a"),
                instance("a"),
                instance("b"));
        assertThat(names(refuses.route(call()))).containsExactly("a");

        RouteTree lane = treeWithEjected(Map.of(), Set.of("plain"), instance("gray", "tag", "gray"), instance("plain"));
        assertThat(names(lane.route(tagged(null))))
                .as("nobody tries something with all calls")
                .containsExactly("plain");

        RouteTree test =
                treeWithEjected(Map.of(), Set.of("drill"), instance("drill", "load-test", "true"), instance("plain"));
        assertThat(names(test.route(RandomRules.call("count")
                        .baggage(Baggage.EMPTY.withLoadTest(true))
                        .build())))
                .as("a load test does not come to all when it has broken its own")
                .containsExactly("drill");
    }

    @Test
    void whereNobodyIsInServiceAnywhereRulesHoldAsEver() {
        RouteTree tree =
                treeWithEjected(Map.of("a", rule("to", to("uuid", "*a"))), Set.of("xa"), instance("xa"), instance("b"));
        assertThat(names(tree.route(call()))).containsExactlyInAnyOrder("xa", "b");
        RouteTree all = treeWithEjected(
                Map.of("one", rule("to", to("label.v", "1"), "priority", 2), "two", rule("to", to("uuid", "xa"))),
                Set.of("xa", "ya"),
                instance("xa", "v", "1"),
                instance("ya", "v", "1"),
                instance("b", "v", "2"),
                instance("c", "v", "2"));
        assertThat(names(all.route(call()))).as("both rules are passed over").hasSize(4);
    }
}
