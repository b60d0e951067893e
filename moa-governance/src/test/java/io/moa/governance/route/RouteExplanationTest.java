package io.moa.governance.route;

import static io.moa.governance.route.RoutedStock.NOWHERE;
import static io.moa.governance.route.RoutedStock.call;
import static io.moa.governance.route.RoutedStock.customer;
import static io.moa.governance.route.RoutedStock.instance;
import static io.moa.governance.route.RoutedStock.rule;
import static io.moa.governance.route.RoutedStock.share;
import static io.moa.governance.route.RoutedStock.to;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What is told of the way of a call. */
class RouteExplanationTest {

    private final RoutedStock stock = new RoutedStock();

    @Test
    void anExplanationSaysWhatWasAskedAndWhatTheCallSays() {
        RouteTree tree = stock.tree(
                NOWHERE,
                Map.of(
                        "a",
                                rule(
                                        "to",
                                        to("label.tag", "gray"),
                                        "when",
                                        Map.of("key.customer", Map.of("from", 1, "to", 9))),
                        "b",
                                rule(
                                        "to",
                                        List.of(share("uuid", "a", 50), share("uuid", "x", 50)),
                                        "sticky",
                                        "key.customer")),
                instance("a"),
                instance("b"));
        RouteExplanation told = tree.explain(call());
        assertThat(told.describe())
                .contains("builtin.environment: idle, this process has no label environment to compare with")
                .contains("builtin.lane: not matched, it asks for tag \"*\", and the call does not say")
                .contains("builtin.no-lane: led, to {\"label.tag\": {\"present\": false}}")
                .contains(
                        "a (revision 1): not known, it asks for key.customer {\"from\": 1, \"to\": 9}, and the call does not say")
                .contains("; 1 of 2 candidates are left")
                .contains("weight 100");
        assertThat(tree.explain(customer("10")).describe())
                .contains(
                        "a (revision 1): not matched, it asks for key.customer {\"from\": 1, \"to\": 9}, and the call says \"10\"");
        assertThat(tree.explain(customer("9")).describe())
                .contains("a (revision 1): passed over, nobody is at {\"label.tag\": \"gray\"}");
    }
}
