package io.moa.governance.route;

import static io.moa.governance.route.RoutedStock.NOWHERE;
import static io.moa.governance.route.RoutedStock.call;
import static io.moa.governance.route.RoutedStock.instance;
import static io.moa.governance.route.RoutedStock.names;
import static io.moa.governance.route.RoutedStock.rule;
import static io.moa.governance.route.RoutedStock.to;
import static org.assertj.core.api.Assertions.assertThat;

import io.moa.governance.rule.LocalProcess;
import io.moa.governance.rule.RandomRules;
import io.moa.governance.rule.RouteTable;
import io.moa.invoke.Caller;
import io.moa.invoke.Invocation;
import io.moa.testkit.Shows;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Rules that leave some of the candidates, and those that end the call. */
class NarrowingTest {

    private final RoutedStock stock = new RoutedStock();

    @Test
    void withoutRulesACallMayGoToAll() {
        RouteTree tree = new RouteTree(RouteTable.NONE, stock.set(instance("a"), instance("b")), stock.chance());
        assertThat(names(tree.route(call()))).containsExactlyInAnyOrder("a", "b");
    }

    @Test
    @Shows({"rule route", "route narrow"})
    void rulesNarrowOneAfterTheOther() {
        RouteTree tree = stock.tree(
                NOWHERE,
                Map.of(
                        "a", rule("to", to("label.zone", "east"), "priority", 2),
                        "b", rule("to", to("label.disk", "fast"), "when", Map.of("method", "count"), "priority", 1)),
                instance("east-fast", "zone", "east", "disk", "fast"),
                instance("east-slow", "zone", "east"),
                instance("west-fast", "zone", "west", "disk", "fast"));
        assertThat(names(tree.route(call()))).containsExactly("east-fast");
        assertThat(names(tree.route(RandomRules.call("reserve").build())))
                .containsExactlyInAnyOrder("east-fast", "east-slow");
    }

    @Test
    void aRuleThatWouldLeaveNobodyIsPassedOver() {
        RouteTree tree = stock.tree(
                NOWHERE,
                Map.of("a", rule("to", to("label.zone", "north")), "b", rule("to", to("label.zone", "east"))),
                instance("east", "zone", "east"),
                instance("west", "zone", "west"));
        assertThat(names(tree.route(call()))).containsExactly("east");
    }

    @Test
    @Shows("route otherwise")
    void orItRefusesIfItSaysSo() {
        RouteTree tree = stock.tree(
                NOWHERE,
                Map.of("a", rule("to", to("label.zone", "north"), "otherwise", "refuse")),
                instance("east", "zone", "east"));
        assertThat(tree.route(call())).isInstanceOfSatisfying(Route.Nobody.class, nobody -> {
            assertThat(nobody.rule().rule().id()).isEqualTo("a");
            assertThat(nobody.before()).isEqualTo(1);
        });
    }

    @Test
    void withNobodyAtAllNobodyIsRefusedForThat() {
        RouteTree tree = stock.tree(NOWHERE, Map.of("a", rule("to", to("label.zone", "north"), "otherwise", "refuse")));
        assertThat(names(tree.route(call()))).isEmpty();
        RouteTree denied = stock.tree(NOWHERE, Map.of("a", rule("deny", "closed")));
        assertThat(denied.route(call())).as("a deny needs nobody").isInstanceOf(Route.Denied.class);
        RouteTree answered = stock.tree(NOWHERE, Map.of("a", rule("answer", 7)));
        assertThat(answered.route(call())).as("nor does an answer").isInstanceOf(Route.Answered.class);
    }

    @Test
    @Shows({"route deny", "route answer"})
    void aCallIsDeniedOrAnsweredByTheFirstRuleThatMatches() {
        RouteTree tree = stock.tree(
                NOWHERE,
                Map.of(
                        "a", rule("deny", "not from there", "callers", List.of("old-*")),
                        "b", rule("answer", Map.of("left", 0), "when", Map.of("method", "count"))),
                instance("a"));
        Invocation old =
                RandomRules.call("count").caller(new Caller("old-web", "")).build();
        assertThat(tree.route(old)).isInstanceOfSatisfying(Route.Denied.class, denied -> {
            assertThat(denied.rule().name()).isEqualTo("rule a, revision 1");
            assertThat(denied.reason()).isEqualTo("not from there");
        });
        assertThat(tree.route(call()))
                .isInstanceOfSatisfying(Route.Answered.class, answered -> assertThat(answered.value())
                        .isEqualTo(Map.of("left", 0)));
        assertThat(names(tree.route(RandomRules.call("reserve").build()))).containsExactly("a");
    }

    @Test
    void aDestinationThatNamesALabelWhichTheCallerHasNotIsPassedOver() {
        Map<String, ?> rules = Map.of("a", rule("to", to("label.zone", "$caller"), "otherwise", "refuse"));
        RouteTree tree = stock.tree(NOWHERE, rules, instance("a", "zone", "east"));
        assertThat(names(tree.route(call()))).containsExactly("a");
        assertThat(tree.explain(call()).steps().get(6).why())
                .isEqualTo("this process has no label zone to compare with");
        LocalProcess west = new LocalProcess("self", "web", Map.of("zone", "west"));
        assertThat(stock.tree(west, rules, instance("a", "zone", "east")).route(call()))
                .isInstanceOf(Route.Nobody.class);
    }
}
