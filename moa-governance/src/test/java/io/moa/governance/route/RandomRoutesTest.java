package io.moa.governance.route;

import static io.moa.governance.route.RoutedStock.names;
import static io.moa.governance.route.RoutedStock.table;
import static org.assertj.core.api.Assertions.assertThat;

import io.moa.discovery.Instance;
import io.moa.discovery.ServiceId;
import io.moa.governance.balance.Candidate;
import io.moa.governance.rule.LocalProcess;
import io.moa.governance.rule.RandomRules;
import io.moa.governance.rule.RouteTable;
import io.moa.invoke.Invocation;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Random rules, candidates and calls: what holds of whatever becomes of them. */
class RandomRoutesTest {

    private final RoutedStock stock = new RoutedStock();

    /** Random rules, candidates and calls: what the tree says is what their form says, worked out plainly for each call. */
    @Test
    void theTreeSaysWhatTheFormSays() {
        int narrowed = 0;
        int ended = 0;
        for (int seed = 0; seed < 400; seed++) {
            RandomRules random = new RandomRules(seed);
            LocalProcess process = random.process();
            Map<String, Map<String, Object>> rules = new TreeMap<>();
            for (int i = random.number(1, 6); i > 0; i--) {
                Map<String, Object> rule = random.route();
                rule.remove("mirror"); // draws lots of its own; it has tests of its own
                rules.put("r" + i, rule);
            }
            List<Instance> instances = new ArrayList<>();
            for (int i = random.number(0, 8); i > 0; i--) {
                instances.add(random.instance(i));
            }
            RouteTable table = table(process, rules);
            RouteTree tree = new RouteTree(table, stock.set(instances), RandomRoutesTest::isOffered, new Random(seed));
            for (int i = 0; i < 25; i++) {
                Invocation call = random.call();
                RouteExplanation told = tree.explain(call, new Random(i));
                Object naive = new NaiveRoutes(table, rules, process).of(call, instances, new Random(i));
                assertThat(shape(told.route()))
                        .as(() -> rules + " " + call.baggage() + ": " + told.describe())
                        .isEqualTo(naive);
                if (told.route() instanceof Route.To to) {
                    assertThat(to.candidates().isEmpty())
                            .as("never empty by accident")
                            .isEqualTo(instances.isEmpty());
                    narrowed += names(to.candidates()).size() < instances.size() ? 1 : 0;
                } else {
                    ended++;
                }
            }
        }
        assertThat(narrowed).isGreaterThan(2_500);
        assertThat(ended).isGreaterThan(1_000);
    }

    /** Of the services to which random rules lead, this one is offered. */
    static boolean isOffered(ServiceId service) {
        return service.equals(RandomRules.TARGETS.get(0));
    }

    private static Object shape(Route route) {
        if (route instanceof Route.To to) {
            return names(to.candidates());
        }
        if (route instanceof Route.Denied denied) {
            return "denied by " + denied.rule().rule().id();
        }
        if (route instanceof Route.Redirected led) {
            return "led to " + led.service() + " by " + led.rule().rule().id();
        }
        return route instanceof Route.Nobody nobody
                ? "nobody by " + nobody.rule().rule().id()
                : "answered by " + ((Route.Answered) route).rule().rule().id();
    }

    @Test
    void whoIsPickedIsAlwaysAmongThoseThatAreExplained() {
        int picked = 0;
        for (int seed = 0; seed < 200; seed++) {
            RandomRules random = new RandomRules(1_000 + seed);
            LocalProcess process = random.process();
            Map<String, Map<String, Object>> rules = new TreeMap<>();
            for (int i = random.number(1, 5); i > 0; i--) {
                rules.put("r" + i, random.route());
            }
            List<Instance> instances = new ArrayList<>();
            for (int i = 8; i > 0; i--) {
                instances.add(random.instance(i));
            }
            Random lots = new Random();
            RouteTree tree =
                    new RouteTree(table(process, rules), stock.set(instances), RandomRoutesTest::isOffered, lots);
            for (int i = 0; i < 20; i++) {
                Invocation call = random.call();
                lots.setSeed(i);
                RouteExplanation told = tree.explain(call);
                lots.setSeed(i); // the same lots
                Route route = tree.route(call);
                assertThat(shape(route)).isEqualTo(shape(told.route()));
                assertThat(told.steps().size())
                        .isBetween(1, tree.table().rules().size());
                if (route instanceof Route.To to) {
                    picked++;
                    assertThat(told.candidates().stream().map(Candidate::instance))
                            .contains(to.candidates().pick(call).instance());
                    RouteStep last = told.steps().get(told.steps().size() - 1);
                    assertThat(told.candidates()).hasSize(last.after());
                }
                int before = instances.size();
                for (RouteStep step : told.steps()) {
                    assertThat(step.before()).isEqualTo(before);
                    before = step.after();
                    if (step.outcome() == RouteStep.Outcome.LED) {
                        assertThat(step.excluded()).hasSize(step.before() - step.after());
                    }
                }
            }
        }
        assertThat(picked).isGreaterThan(1_000);
    }
}
