package io.moa.governance.route;

import static io.moa.governance.route.RoutedStock.NOWHERE;
import static io.moa.governance.route.RoutedStock.call;
import static io.moa.governance.route.RoutedStock.instance;
import static io.moa.governance.route.RoutedStock.names;
import static io.moa.governance.route.RoutedStock.rule;
import static io.moa.governance.route.RoutedStock.to;
import static org.assertj.core.api.Assertions.assertThat;

import io.moa.testkit.Shows;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Rules of which a copy goes along. */
class MirrorsTest {

    private final RoutedStock stock = new RoutedStock();

    @Test
    @Shows("route mirror")
    void aCopyGoesToWhomTheMirrorNamesAlsoIfCallsDoNot() {
        RouteTree tree = stock.tree(
                NOWHERE,
                Map.of(
                        "a",
                        rule(
                                "to", to("label.tag", Map.of("present", false)),
                                "mirror", Map.of("where", Map.of("label.tag", "shadow"), "percent", 25)),
                        "b",
                        rule(
                                "to",
                                List.of(Map.of("where", Map.of())),
                                "mirror",
                                Map.of("where", Map.of(), "percent", 100)),
                        "c",
                        rule(
                                "to",
                                to("uuid", "nobody"),
                                "mirror",
                                Map.of("where", Map.of(), "percent", 100),
                                "priority",
                                1)),
                instance("a"),
                instance("shadow", "tag", "shadow"));
        int copies = 0;
        for (int i = 0; i < 4_000; i++) {
            Route.To route = (Route.To) tree.route(call());
            assertThat(names(route)).containsExactly("a");
            Set<String> mirror = names(route.mirror());
            copies += mirror.equals(Set.of("shadow")) ? 1 : 0;
            assertThat(mirror)
                    .as("else the next rule's; a rule that is passed over copies nothing")
                    .isNotEmpty();
        }
        assertThat(copies).isBetween(1_000 - 110, 1_000 + 110);
    }

    @Test
    void aMirrorWhereNobodyIsIsNone() {
        RouteTree tree = stock.tree(
                NOWHERE,
                Map.of(
                        "a",
                        rule(
                                "to", List.of(Map.of("where", Map.of())),
                                "mirror", Map.of("where", Map.of("label.tag", "shadow"), "percent", 100))),
                instance("a"));
        assertThat(((Route.To) tree.route(call())).mirror()).isNull();
    }

    @Test
    void withoutAnyCandidateEachRuleThatMatchesIsToldAndTheCopyBelongsToItsOwn() {
        RouteTree tree = stock.tree(
                NOWHERE,
                Map.of(
                        "a",
                        rule(
                                "to", List.of(Map.of("where", Map.of())),
                                "mirror", Map.of("where", Map.of("label.tag", "shadow"), "percent", 100)),
                        "b",
                        rule("to", to("label.tag", "gray"), "otherwise", "refuse")));
        RouteExplanation told = tree.explain(call());
        assertThat(told.route()).isEqualTo(tree.route(call()));
        String nobody = "passed over, it matches, but there is no candidate that it could leave";
        assertThat(told.steps())
                .extracting(RouteStep::toString)
                .contains("a (revision 1): " + nobody + "; nobody is there for a copy", "b (revision 1): " + nobody)
                .contains("builtin.no-load-test: " + nobody);
    }
}
