package io.moa.governance.route;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.moa.discovery.Instance;
import io.moa.discovery.ServiceId;
import io.moa.governance.balance.Candidate;
import io.moa.governance.balance.CandidateSet;
import io.moa.governance.balance.InstanceLoad;
import io.moa.governance.outlier.Ejections;
import io.moa.governance.outlier.OutlierConfig;
import io.moa.governance.outlier.OwnPause;
import io.moa.governance.rule.LocalProcess;
import io.moa.governance.rule.RandomRules;
import io.moa.governance.rule.RouteTable;
import io.moa.governance.rule.RuleBook;
import io.moa.invoke.Attributes;
import io.moa.invoke.Invocation;
import io.moa.testkit.FakeTicker;
import io.moa.testkit.Shows;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Rules that lead calls to another service. */
class RedirectTest {

    private static final ServiceId STOCK = RandomRules.SERVICE;
    private static final ServiceId SECOND = ServiceId.parse("shop.Stock:2");
    private static final ServiceId THIRD = ServiceId.parse("shop.Stock:3");

    private final FakeTicker ticker = new FakeTicker();
    private final Ejections ejections = new Ejections(OutlierConfig.DEFAULT, new Random(1), Ejections.SILENT);
    private final OwnPause pause = new OwnPause(ticker.nanos());
    private final Random chance = new Random(7);
    private final Map<ServiceId, List<Instance>> offered = new HashMap<>(Map.of(
            STOCK, List.of(instance("old", "environment", "production")),
            SECOND, List.of(instance("new", "environment", "test"), instance("new-gray", "tag", "gray")),
            THIRD, List.of(instance("newest"))));
    private final Map<String, Map<String, Object>> rules = new LinkedHashMap<>();

    private static Instance instance(String uuid, String... label) {
        Instance.Builder instance = Instance.builder(uuid, "stock");
        return (label.length == 0 ? instance : instance.label(label[0], label[1])).build();
    }

    private void rule(String id, ServiceId service, Object... fields) {
        Map<String, Object> rule = new LinkedHashMap<>();
        rule.put("kind", "route");
        rule.put("service", service.toString());
        for (int i = 0; i < fields.length; i += 2) {
            rule.put((String) fields[i], fields[i + 1]);
        }
        rules.put(id, rule);
    }

    private static Map<String, Object> to(ServiceId service, Object percent) {
        return Map.of("service", service.toString(), "percent", percent);
    }

    private static Map<String, Object> to(ServiceId service) {
        return Map.of("service", service.toString());
    }

    private RouteTree tree(ServiceId service, Map<String, String> labels) {
        RuleBook book = RuleBook.none(new LocalProcess("self", "web", labels)).next(1, rules);
        assertThat(book.bad()).isEmpty();
        List<Candidate> candidates = new ArrayList<>();
        for (Instance each : offered.getOrDefault(service, List.of())) {
            candidates.add(new Candidate(each, 100, new InstanceLoad(ejections.newcomer(each), pause), false));
        }
        return new RouteTree(
                book.routes(service),
                new CandidateSet(List.of(candidates), chance, ticker),
                offered::containsKey,
                chance);
    }

    private RouteTree tree(ServiceId service) {
        return tree(service, Map.of());
    }

    private static Invocation call() {
        return RandomRules.call("count").build();
    }

    private static Invocation customer(int number) {
        return RandomRules.call("count")
                .callKeys(Map.of("customer", "c" + number))
                .build();
    }

    private static boolean isLed(Route route) {
        return route instanceof Route.Redirected;
    }

    private static RouteStep step(RouteExplanation told, String rule) {
        return told.steps().stream()
                .filter(each -> each.rule().equals(rule))
                .findFirst()
                .orElseThrow();
    }

    @Test
    @Shows("route redirect")
    void aCallThatMatchesGoesOnAtTheOtherServiceAndByItsRules() {
        rule("second", STOCK, "when", Map.of("method", "count"), "redirect", to(SECOND));
        rule("test-only", SECOND, "to", List.of(Map.of("where", Map.of("label.environment", "test"))));
        rule("closed", SECOND, "when", Map.of("key.customer", "c7"), "deny", "they are being counted");
        Route route = tree(STOCK).route(call());
        assertThat(route).isInstanceOfSatisfying(Route.Redirected.class, led -> {
            assertThat(led.service()).isEqualTo(SECOND);
            assertThat(led.rule().name()).isEqualTo("rule second, revision 1");
            Invocation there = led.lead(call(), Attributes.EMPTY);
            assertThat(there.service()).isEqualTo(SECOND);
            assertThat(tree(SECOND).route(there)).isInstanceOfSatisfying(Route.To.class, to -> assertThat(
                            to.candidates().candidates())
                    .singleElement()
                    .satisfies(only -> assertThat(only.instance().uuid()).isEqualTo("new")));
            assertThat(tree(SECOND).route(led.lead(customer(7), Attributes.EMPTY)))
                    .isInstanceOf(Route.Denied.class);
        });
        assertThat(tree(STOCK).route(RandomRules.call("reserve").build())).isInstanceOf(Route.To.class);
    }

    @Test
    void noCallIsLedOnTwice() {
        rule("second", STOCK, "redirect", to(SECOND));
        rule("third", SECOND, "redirect", to(THIRD));
        rule("back", SECOND, "redirect", to(STOCK), "priority", -1);
        Route.Redirected led = (Route.Redirected) tree(STOCK).route(call());
        assertThat(tree(SECOND).route(led.lead(call(), Attributes.EMPTY))).isInstanceOf(Route.To.class);
        RouteExplanation told = tree(SECOND).explain(led.lead(call(), Attributes.EMPTY));
        assertThat(step(told, "third").outcome()).isEqualTo(RouteStep.Outcome.PASSED_OVER);
        assertThat(step(told, "third").why()).isEqualTo("the call was led here by rule second, revision 1 already");
        assertThat(step(told, "back").outcome()).isEqualTo(RouteStep.Outcome.PASSED_OVER);
        assertThat(tree(SECOND).route(call()))
                .as("a call that was made to it is led on")
                .isInstanceOfSatisfying(Route.Redirected.class, third -> assertThat(third.service())
                        .isEqualTo(THIRD));
    }

    @Test
    void aRuleForManyServicesDoesNothingForItsOwnTarget() {
        rules.put("all", Map.of("kind", "route", "service", "shop.*", "redirect", to(SECOND)));
        assertThat(isLed(tree(STOCK).route(call()))).isTrue();
        assertThat(tree(SECOND).route(call())).isInstanceOf(Route.To.class);
        RouteStep own = step(tree(SECOND).explain(call()), "all");
        assertThat(own.outcome()).isEqualTo(RouteStep.Outcome.IDLE);
        assertThat(own.why()).isEqualTo("it leads calls to shop.Stock:2, where this one is");
        assertThat(tree(SECOND).table().targets()).isEmpty();
        assertThat(tree(STOCK).table().targets()).containsExactly(SECOND);
    }

    @Test
    void onlyWhereCallsOfThisProcessMayBeLedNeedsToBeKnown() {
        rule("second", STOCK, "redirect", to(SECOND), "callers", List.of("web", "batch"));
        rule("third", STOCK, "redirect", to(THIRD), "callers", List.of("batch"));
        rule("none", STOCK, "redirect", to(ServiceId.of("shop.Depot"), 0));
        assertThat(tree(STOCK).table().targets()).containsExactly(SECOND);
    }

    @Test
    void soManyCallsAreLedAsTheRuleSays() {
        int calls = 40_000;
        for (double percent : new double[] {0, 0.25, 10, 62.5, 100}) {
            rule("some", STOCK, "redirect", to(SECOND, percent));
            RouteTree tree = tree(STOCK);
            int led = 0;
            for (int i = 0; i < calls; i++) {
                led += isLed(tree.route(call())) ? 1 : 0;
            }
            double share = percent / 100;
            double sigma = Math.sqrt(calls * share * (1 - share));
            assertThat((double) led)
                    .as("%s %%", percent)
                    .isBetween(calls * share - 4 * sigma, calls * share + 4 * sigma);
        }
    }

    @Test
    void theValueOfAStickyFactDecidesAndWhoIsLedStaysSoWhenThePercentageGrows() {
        Set<Integer> before = new HashSet<>();
        for (int percent : new int[] {10, 30, 80}) {
            rule("some", STOCK, "redirect", to(SECOND, percent), "sticky", "key.customer");
            RouteTree tree = tree(STOCK);
            Set<Integer> led = new HashSet<>();
            for (int i = 0; i < 10_000; i++) {
                boolean is = isLed(tree.route(customer(i)));
                assertThat(isLed(tree.route(customer(i)))).isEqualTo(is);
                if (is) {
                    led.add(i);
                }
            }
            double sigma = Math.sqrt(100.0 * percent * (1 - percent / 100.0));
            assertThat((double) led.size()).isBetween(100.0 * percent - 4 * sigma, 100.0 * percent + 4 * sigma);
            assertThat(led).containsAll(before);
            before = led;
            int byLot = 0;
            for (int i = 0; i < 10_000; i++) {
                byLot += isLed(tree.route(call())) ? 1 : 0;
            }
            assertThat((double) byLot).isBetween(100.0 * percent - 4 * sigma, 100.0 * percent + 4 * sigma);
        }
    }

    /** Else a retry of a call that stayed would be led with the same chance once more, and the share would be another one. */
    @Test
    void whatIsSentAgainGoesWhereItWasLedBeforeAndStaysWhereItStayed() {
        rule("some", STOCK, "redirect", to(SECOND, 50));
        rule("others", STOCK, "redirect", to(THIRD, 50), "priority", -1);
        RouteTree tree = tree(STOCK);
        Attributes again = Attributes.EMPTY.with(CandidateSet.TRIED, Set.of("any"));
        for (int i = 0; i < 200; i++) {
            Invocation led = call();
            led.ledger().ledTo(i % 2 == 0 ? SECOND : THIRD);
            assertThat(((Route.Redirected) tree.route(led)).service())
                    .isEqualTo(led.ledger().ledTo());
            assertThat(isLed(tree.route(call().withAttributes(again)))).isFalse();
        }
        rule("some", STOCK, "redirect", to(SECOND, 0));
        Invocation led = call();
        led.ledger().ledTo(SECOND);
        assertThat(isLed(tree(STOCK).route(led)))
                .as("a rule that leads no calls any more")
                .isFalse();
    }

    @Test
    void aServiceThatNobodyOffersIsPassedOver() {
        offered.remove(SECOND);
        rule("second", STOCK, "redirect", to(SECOND));
        assertThat(tree(STOCK).route(call())).isInstanceOf(Route.To.class);
        RouteStep step = step(tree(STOCK).explain(call()), "second");
        assertThat(step.outcome()).isEqualTo(RouteStep.Outcome.PASSED_OVER);
        assertThat(step.why()).isEqualTo("nobody offers shop.Stock:2");
        rule("third", STOCK, "redirect", to(THIRD), "priority", -1);
        assertThat(isLed(tree(STOCK).route(call())))
                .as("and the next rule goes on")
                .isTrue();
    }

    @Test
    void orItsCallsAreRefusedIfTheRuleSaysSo() {
        offered.remove(SECOND);
        rule("second", STOCK, "redirect", to(SECOND, 50), "otherwise", "refuse");
        RouteTree tree = tree(STOCK);
        int refused = 0;
        for (int i = 0; i < 1_000; i++) {
            if (tree.route(call()) instanceof Route.Nobody nobody) {
                assertThat(nobody.why()).isEqualTo("as it leads to shop.Stock:2, which nobody offers");
                refused++;
            }
        }
        assertThat(refused).as("those that it would have led").isBetween(500 - 64, 500 + 64);
    }

    @Test
    void aCallIsLedOnAlsoWhereNobodyIs() {
        offered.put(STOCK, List.of());
        rule("second", STOCK, "redirect", to(SECOND));
        assertThat(isLed(tree(STOCK).route(call()))).isTrue();
    }

    /** The built-in rules refuse a call where its environment has nobody; of another service it may have somebody. */
    @Test
    void whereACallIsLedIsDecidedBeforeTheBuiltInRulesChooseAmongInstances() {
        Map<String, String> test = Map.of("environment", "test");
        assertThat(tree(STOCK, test).route(call())).isInstanceOf(Route.Nobody.class);
        rule("second", STOCK, "redirect", to(SECOND));
        rule("closed", STOCK, "when", Map.of("key.customer", "c7"), "deny", "closed", "priority", 5);
        rule("late", STOCK, "deny", "late", "priority", -5);
        assertThat(isLed(tree(STOCK, test).route(call()))).isTrue();
        assertThat(tree(STOCK, test).route(customer(7)))
                .as("by the order of the users' rules")
                .isInstanceOf(Route.Denied.class);
        assertThat(ids(tree(STOCK).table()))
                .startsWith("closed", "second", "builtin.environment")
                .endsWith("late");
        rule("narrow", STOCK, "to", List.of(Map.of("where", Map.of())), "priority", 2);
        assertThat(ids(tree(STOCK).table()))
                .as("a rule that chooses instances comes first")
                .startsWith("builtin.environment")
                .endsWith("closed", "narrow", "second", "late");
    }

    private static List<String> ids(RouteTable table) {
        return table.rules().stream().map(each -> each.rule().id()).toList();
    }

    @Test
    void anExplanationTellsWhereACallIsLedAndWhyItIsNot() {
        rule("second", STOCK, "redirect", to(SECOND));
        RouteExplanation told = tree(STOCK).explain(call());
        assertThat(told.steps()).singleElement().hasToString("second (revision 1): redirected, to shop.Stock:2");
        assertThat(told.candidates()).isEmpty();
        rule("second", STOCK, "redirect", to(SECOND, 12.5), "sticky", "key.customer");
        Set<String> seen = new HashSet<>();
        for (int i = 0; i < 100; i++) {
            seen.add(step(tree(STOCK).explain(customer(i)), "second").toString());
        }
        seen.add(step(tree(STOCK).explain(call(), new Random(1)), "second").toString());
        assertThat(seen)
                .containsExactlyInAnyOrder(
                        "second (revision 1): redirected, to shop.Stock:2, 12.5 % of the calls, by the value of key.customer",
                        "second (revision 1): passed over, it leads 12.5 % of the calls, by the value of key.customer, to"
                                + " shop.Stock:2, and this call is none of them",
                        "second (revision 1): passed over, it leads 12.5 % of the calls, by lot, to shop.Stock:2, and this"
                                + " call is none of them");
    }

    @Test
    void routingACallToAnotherServiceAllocatesNothing() {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        rule("some", STOCK, "redirect", to(THIRD, 50), "sticky", "key.customer", "when", Map.of("method", "none"));
        rule("second", STOCK, "redirect", to(SECOND));
        RouteTree tree = tree(STOCK);
        Invocation call = customer(1);
        int calls = 20_000;
        long least = Long.MAX_VALUE;
        for (int round = 0; round < 5; round++) { // the compiler allocates on this thread too while it learns
            long before = threads.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < calls; i++) {
                if (!isLed(tree.route(call))) {
                    throw new AssertionError("it is led on");
                }
            }
            least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
        }
        assertThat(least).as("bytes of %s calls", calls).isLessThan(calls / 10);
    }
}
