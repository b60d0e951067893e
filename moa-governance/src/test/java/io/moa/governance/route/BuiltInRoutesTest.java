package io.moa.governance.route;

import static io.moa.governance.route.RoutedStock.NOWHERE;
import static io.moa.governance.route.RoutedStock.call;
import static io.moa.governance.route.RoutedStock.instance;
import static io.moa.governance.route.RoutedStock.names;
import static io.moa.governance.route.RoutedStock.tagged;
import static org.assertj.core.api.Assertions.assertThat;

import io.moa.discovery.Instance;
import io.moa.governance.rule.LocalProcess;
import io.moa.governance.rule.RandomRules;
import io.moa.invoke.Baggage;
import io.moa.invoke.Invocation;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What holds without any rule of users: environments, units, lanes and load tests. */
class BuiltInRoutesTest {

    private final RoutedStock stock = new RoutedStock();

    @Test
    void callsStayInTheirEnvironment() {
        Instance[] all = {
            instance("prod", "environment", "production"), instance("test", "environment", "test"), instance("any")
        };
        LocalProcess test = new LocalProcess("self", "web", Map.of("environment", "test"));
        assertThat(names(stock.tree(test, Map.of(), all).route(call()))).containsExactlyInAnyOrder("test", "any");
        assertThat(names(stock.tree(NOWHERE, Map.of(), all).route(call()))).hasSize(3);
        assertThat(stock.tree(test, Map.of(), all[0]).route(call()))
                .isInstanceOfSatisfying(
                        Route.Nobody.class,
                        nobody -> assertThat(nobody.rule().rule().id()).isEqualTo("builtin.environment"));
    }

    @Test
    void callsPreferTheirUnit() {
        Instance[] all = {instance("one", "unit", "1"), instance("two", "unit", "2"), instance("any")};
        LocalProcess one = new LocalProcess("self", "web", Map.of("unit", "1"));
        assertThat(names(stock.tree(one, Map.of(), all).route(call()))).containsExactlyInAnyOrder("one", "any");
        assertThat(names(stock.tree(one, Map.of(), all[1]).route(call()))).containsExactly("two");
        assertThat(names(stock.tree(NOWHERE, Map.of(), all).route(call()))).hasSize(3);
    }

    @Test
    void callsWithATagGoToItsLaneOrToThoseWithoutOneOrToAll() {
        Instance gray = instance("gray", "tag", "gray");
        Instance blue = instance("blue", "tag", "blue");
        Instance base = instance("base");
        RouteTree tree = stock.tree(NOWHERE, Map.of(), gray, blue, base);
        assertThat(names(tree.route(tagged("gray")))).containsExactly("gray");
        assertThat(names(tree.route(tagged("green")))).containsExactly("base");
        assertThat(names(tree.route(tagged(null)))).containsExactly("base");
        assertThat(names(tree.route(tagged("")))).as("an empty tag is none").containsExactly("base");
        RouteTree lanes = stock.tree(NOWHERE, Map.of(), gray, blue);
        assertThat(names(lanes.route(tagged(null)))).containsExactlyInAnyOrder("gray", "blue");
        assertThat(names(lanes.route(tagged("green")))).containsExactlyInAnyOrder("gray", "blue");
    }

    @Test
    void aTagIsNoPattern() {
        RouteTree tree = stock.tree(NOWHERE, Map.of(), instance("gray", "tag", "gray"), instance("base"));
        assertThat(names(tree.route(tagged("*")))).containsExactly("base");
        assertThat(names(tree.route(tagged("g*")))).containsExactly("base");
    }

    @Test
    void loadTestsGoToThoseThatAreThereForThemAndOtherCallsDoNot() {
        Instance test = instance("test", "load-test", "true");
        Instance no = instance("no", "load-test", "false");
        Instance base = instance("base");
        Invocation load = RandomRules.call("count")
                .baggage(Baggage.EMPTY.withLoadTest(true))
                .build();
        RouteTree tree = stock.tree(NOWHERE, Map.of(), test, no, base);
        assertThat(names(tree.route(load))).containsExactly("test");
        assertThat(names(tree.route(call()))).containsExactlyInAnyOrder("no", "base");
        assertThat(names(stock.tree(NOWHERE, Map.of(), base).route(load))).containsExactly("base");
        assertThat(names(stock.tree(NOWHERE, Map.of(), test).route(call()))).containsExactly("test");
    }
}
