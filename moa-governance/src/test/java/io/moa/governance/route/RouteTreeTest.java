package io.moa.governance.route;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.moa.discovery.Address;
import io.moa.discovery.Instance;
import io.moa.discovery.ServiceId;
import io.moa.governance.balance.Candidate;
import io.moa.governance.balance.CandidateSet;
import io.moa.governance.balance.InstanceLoad;
import io.moa.governance.outlier.Ejections;
import io.moa.governance.outlier.Outcome;
import io.moa.governance.outlier.OutlierConfig;
import io.moa.governance.outlier.OwnPause;
import io.moa.governance.rule.LocalProcess;
import io.moa.governance.rule.NaiveRules;
import io.moa.governance.rule.RandomRules;
import io.moa.governance.rule.RouteTable;
import io.moa.governance.rule.RoutedRule;
import io.moa.governance.rule.RuleBook;
import io.moa.invoke.Baggage;
import io.moa.invoke.Caller;
import io.moa.invoke.Invocation;
import io.moa.testkit.FakeTicker;
import io.moa.testkit.Shows;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class RouteTreeTest {

    private static final LocalProcess NOWHERE = new LocalProcess("self", "web", Map.of());

    private final FakeTicker ticker = new FakeTicker();
    private final Ejections ejections = new Ejections(OutlierConfig.DEFAULT, new Random(1), Ejections.SILENT);
    private final OwnPause pause = new OwnPause(ticker.nanos());
    private final RandomGenerator chance = new Random(7);

    private CandidateSet set(List<Instance> instances) {
        return set(instances, ejections);
    }

    private CandidateSet set(List<Instance> instances, Ejections ejections) {
        List<List<Candidate>> tiers = List.of(new ArrayList<>(), new ArrayList<>());
        for (Instance each : instances) {
            InstanceLoad load = new InstanceLoad(ejections.newcomer(each), pause);
            tiers.get(tiers.get(0).size() % 5 == 4 ? 1 : 0).add(new Candidate(each, 100, load, false));
        }
        return new CandidateSet(tiers, chance, ticker);
    }

    private CandidateSet set(Instance... instances) {
        return set(List.of(instances));
    }

    private RouteTree tree(LocalProcess process, Map<String, ?> rules, Instance... instances) {
        return new RouteTree(table(process, rules), set(instances), chance);
    }

    private static RouteTable table(LocalProcess process, Map<String, ?> rules) {
        RuleBook book = RuleBook.none(process).next(1, rules);
        assertThat(book.bad()).isEmpty();
        return book.routes(RandomRules.SERVICE);
    }

    private static Instance instance(String uuid, String... labels) {
        Instance.Builder instance =
                Instance.builder(uuid, "stock").addresses(List.of(new Address.Tcp("10.1.0." + uuid.length(), 9000)));
        for (int i = 0; i < labels.length; i += 2) {
            instance.label(labels[i], labels[i + 1]);
        }
        return instance.build();
    }

    private static Map<String, Object> rule(Object... fields) {
        Map<String, Object> rule = new LinkedHashMap<>();
        rule.put("kind", "route");
        rule.put("service", "shop.Stock");
        for (int i = 0; i < fields.length; i += 2) {
            rule.put((String) fields[i], fields[i + 1]);
        }
        return rule;
    }

    private static List<Map<String, Object>> to(String trait, Object matcher) {
        return List.of(Map.of("where", Map.of(trait, matcher)));
    }

    private static Map<String, Object> share(String trait, Object matcher, int share) {
        return Map.of("where", Map.of(trait, matcher), "share", share);
    }

    private static Invocation call() {
        return RandomRules.call("count").build();
    }

    private static Invocation tagged(@Nullable String tag) {
        return RandomRules.call("count").baggage(Baggage.EMPTY.withTag(tag)).build();
    }

    private static Invocation customer(String id) {
        return RandomRules.call("count").callKeys(Map.of("customer", id)).build();
    }

    private static Set<String> names(CandidateSet set) {
        return set.candidates().stream().map(each -> each.instance().uuid()).collect(Collectors.toSet());
    }

    private static Set<String> names(Route route) {
        return names(((Route.To) route).candidates());
    }

    @Test
    void withoutRulesACallMayGoToAll() {
        RouteTree tree = new RouteTree(RouteTable.NONE, set(instance("a"), instance("b")), chance);
        assertThat(names(tree.route(call()))).containsExactlyInAnyOrder("a", "b");
    }

    @Test
    @Shows({"rule route", "route narrow"})
    void rulesNarrowOneAfterTheOther() {
        RouteTree tree = tree(
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
        RouteTree tree = tree(
                NOWHERE,
                Map.of("a", rule("to", to("label.zone", "north")), "b", rule("to", to("label.zone", "east"))),
                instance("east", "zone", "east"),
                instance("west", "zone", "west"));
        assertThat(names(tree.route(call()))).containsExactly("east");
    }

    @Test
    @Shows("route otherwise")
    void orItRefusesIfItSaysSo() {
        RouteTree tree = tree(
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
        RouteTree tree = tree(NOWHERE, Map.of("a", rule("to", to("label.zone", "north"), "otherwise", "refuse")));
        assertThat(names(tree.route(call()))).isEmpty();
        RouteTree denied = tree(NOWHERE, Map.of("a", rule("deny", "closed")));
        assertThat(denied.route(call())).as("a deny needs nobody").isInstanceOf(Route.Denied.class);
        RouteTree answered = tree(NOWHERE, Map.of("a", rule("answer", 7)));
        assertThat(answered.route(call())).as("nor does an answer").isInstanceOf(Route.Answered.class);
    }

    @Test
    @Shows({"route deny", "route answer"})
    void aCallIsDeniedOrAnsweredByTheFirstRuleThatMatches() {
        RouteTree tree = tree(
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
    void sharesAreDrawnByLot() {
        RouteTree tree = tree(
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
        RouteTree tree = tree(
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

    /** A tree of which some are ejected, for a second. */
    private RouteTree treeWithEjected(Map<String, ?> rules, Set<String> ejected, Instance... instances) {
        Ejections own = new Ejections(OutlierConfig.DEFAULT, new Random(1), Ejections.SILENT);
        CandidateSet set = set(List.of(instances), own);
        own.usable(set.candidates().stream().map(each -> each.load().standing()).toList());
        for (Candidate each : set.candidates()) {
            if (ejected.contains(each.instance().uuid())) {
                each.load().standing().end(Outcome.UNREACHABLE, ticker.nanos(), ticker.nanos());
                assertThat(each.load().standing().isInService()).isFalse();
            }
        }
        return new RouteTree(table(NOWHERE, rules), set, chance);
    }

    @Test
    void whereAllAreEjectedIsAsGoodAsNobodyUntilTheyAreTriedAgain() {
        RouteTree lane = treeWithEjected(Map.of(), Set.of("gray"), instance("gray", "tag", "gray"), instance("plain"));
        assertThat(names(lane.route(tagged("gray")))).containsExactly("plain");
        assertThat(names(lane.route(tagged(null)))).containsExactly("plain");
        assertThat(lane.explain(tagged("gray")).describe())
                .contains("builtin.lane: passed over, nobody whom it may call and who is not ejected is at");
        ticker.advance(Duration.ofMillis(1_200));
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

    @Test
    @Shows("route sticky")
    void aStickyChoiceGoesByTheValueAndIsByLotWithoutOne() {
        RouteTree tree = tree(
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
        RouteTree tree = tree(
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

    @Test
    @Shows("route mirror")
    void aCopyGoesToWhomTheMirrorNamesAlsoIfCallsDoNot() {
        RouteTree tree = tree(
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
        RouteTree tree = tree(
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
        RouteTree tree = tree(
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

    @Test
    void callsStayInTheirEnvironment() {
        Instance[] all = {
            instance("prod", "environment", "production"), instance("test", "environment", "test"), instance("any")
        };
        LocalProcess test = new LocalProcess("self", "web", Map.of("environment", "test"));
        assertThat(names(tree(test, Map.of(), all).route(call()))).containsExactlyInAnyOrder("test", "any");
        assertThat(names(tree(NOWHERE, Map.of(), all).route(call()))).hasSize(3);
        assertThat(tree(test, Map.of(), all[0]).route(call()))
                .isInstanceOfSatisfying(
                        Route.Nobody.class,
                        nobody -> assertThat(nobody.rule().rule().id()).isEqualTo("builtin.environment"));
    }

    @Test
    void callsPreferTheirUnit() {
        Instance[] all = {instance("one", "unit", "1"), instance("two", "unit", "2"), instance("any")};
        LocalProcess one = new LocalProcess("self", "web", Map.of("unit", "1"));
        assertThat(names(tree(one, Map.of(), all).route(call()))).containsExactlyInAnyOrder("one", "any");
        assertThat(names(tree(one, Map.of(), all[1]).route(call()))).containsExactly("two");
        assertThat(names(tree(NOWHERE, Map.of(), all).route(call()))).hasSize(3);
    }

    @Test
    void callsWithATagGoToItsLaneOrToThoseWithoutOneOrToAll() {
        Instance gray = instance("gray", "tag", "gray");
        Instance blue = instance("blue", "tag", "blue");
        Instance base = instance("base");
        RouteTree tree = tree(NOWHERE, Map.of(), gray, blue, base);
        assertThat(names(tree.route(tagged("gray")))).containsExactly("gray");
        assertThat(names(tree.route(tagged("green")))).containsExactly("base");
        assertThat(names(tree.route(tagged(null)))).containsExactly("base");
        assertThat(names(tree.route(tagged("")))).as("an empty tag is none").containsExactly("base");
        RouteTree lanes = tree(NOWHERE, Map.of(), gray, blue);
        assertThat(names(lanes.route(tagged(null)))).containsExactlyInAnyOrder("gray", "blue");
        assertThat(names(lanes.route(tagged("green")))).containsExactlyInAnyOrder("gray", "blue");
    }

    @Test
    void aTagIsNoPattern() {
        RouteTree tree = tree(NOWHERE, Map.of(), instance("gray", "tag", "gray"), instance("base"));
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
        RouteTree tree = tree(NOWHERE, Map.of(), test, no, base);
        assertThat(names(tree.route(load))).containsExactly("test");
        assertThat(names(tree.route(call()))).containsExactlyInAnyOrder("no", "base");
        assertThat(names(tree(NOWHERE, Map.of(), base).route(load))).containsExactly("base");
        assertThat(names(tree(NOWHERE, Map.of(), test).route(call()))).containsExactly("test");
    }

    @Test
    void aDestinationThatNamesALabelWhichTheCallerHasNotIsPassedOver() {
        Map<String, ?> rules = Map.of("a", rule("to", to("label.zone", "$caller"), "otherwise", "refuse"));
        RouteTree tree = tree(NOWHERE, rules, instance("a", "zone", "east"));
        assertThat(names(tree.route(call()))).containsExactly("a");
        assertThat(tree.explain(call()).steps().get(6).why())
                .isEqualTo("this process has no label zone to compare with");
        LocalProcess west = new LocalProcess("self", "web", Map.of("zone", "west"));
        assertThat(tree(west, rules, instance("a", "zone", "east")).route(call()))
                .isInstanceOf(Route.Nobody.class);
    }

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
            RouteTree tree = new RouteTree(table, set(instances), RouteTreeTest::isOffered, new Random(seed));
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
    private static boolean isOffered(ServiceId service) {
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

    /** The walk without a tree. It knows the order of the table and the form of the rules. */
    private record NaiveRoutes(RouteTable table, Map<String, Map<String, Object>> rules, LocalProcess process) {

        Object of(Invocation call, List<Instance> instances, Random lots) {
            List<Instance> left = instances;
            for (RoutedRule each : table.rules()) {
                String id = each.rule().id();
                Map<String, Object> plain =
                        rules.containsKey(id) ? rules.get(id) : each.rule().toPlain();
                if (!NaiveRules.matches(id, plain, call)) {
                    continue;
                }
                if (plain.containsKey("deny") || plain.containsKey("answer")) {
                    return (plain.containsKey("deny") ? "denied by " : "answered by ") + id;
                }
                if (plain.containsKey("redirect")) {
                    String target = led(id, plain, call, lots);
                    if (isOffered(ServiceId.parse(target))) {
                        return "led to " + target + " by " + id;
                    }
                    if (!target.equals(STAYS) && "refuse".equals(plain.get("otherwise"))) {
                        return "nobody by " + id;
                    }
                    continue;
                }
                if (instances.isEmpty()) {
                    continue;
                }
                List<Instance> next = narrowed(id, plain, left, call, lots);
                if (next == null) {
                    continue;
                }
                if (!next.isEmpty()) {
                    left = next;
                } else if ("refuse".equals(plain.get("otherwise"))) {
                    return "nobody by " + id;
                }
            }
            return left.stream().map(Instance::uuid).collect(Collectors.toSet());
        }

        private static final String STAYS = RandomRules.SERVICE.toString();

        /** To which service a rule leads a call, which may be the one where it is. */
        private static String led(String id, Map<String, Object> plain, Invocation call, Random lots) {
            Map<?, ?> redirect = (Map<?, ?>) plain.get("redirect");
            String target = (String) redirect.get("service");
            Object percent = redirect.get("percent");
            int hundredths = percent == null ? 10_000 : (int) (((Number) percent).doubleValue() * 100);
            String sticky = (String) plain.get("sticky");
            String value = sticky == null ? null : NaiveRules.fact(sticky, call);
            if (target.equals(STAYS)) {
                return STAYS;
            }
            int place = value != null
                    ? NaiveRules.place(id, "share", value, 10_000)
                    : hundredths == 10_000 ? 0 : lots.nextInt(10_000);
            return place < hundredths ? target : STAYS;
        }

        private @Nullable List<Instance> narrowed(
                String id, Map<String, Object> plain, List<Instance> left, Invocation call, Random lots) {
            String tag = call.baggage().tag();
            List<Map<?, ?>> to = new ArrayList<>();
            List<Integer> shares = new ArrayList<>();
            for (Object each : (List<?>) plain.get("to")) {
                Map<?, ?> destination = (Map<?, ?>) each;
                Object share = destination.get("share");
                boolean here = NaiveRules.isSaid((Map<?, ?>) destination.get("where"), process, "any");
                to.add((Map<?, ?>) destination.get("where"));
                shares.add(!here ? 0 : share == null ? 100 : ((Number) share).intValue());
            }
            int sum = shares.stream().mapToInt(Integer::intValue).sum();
            if (sum == 0) {
                return null;
            }
            int chosen = 0;
            if (to.size() > 1) {
                String sticky = (String) plain.get("sticky");
                String value = sticky == null ? null : NaiveRules.fact(sticky, call);
                int point = value == null ? lots.nextInt(sum) : NaiveRules.place(id, "share", value, sum);
                while (point >= shares.get(chosen)) {
                    point -= shares.get(chosen++);
                }
            }
            boolean asked = false;
            for (int i = 0; i < to.size(); i++) {
                int at = (chosen + i) % to.size();
                if (shares.get(at) == 0 || !NaiveRules.isSaid(to.get(at), process, tag)) {
                    continue;
                }
                asked = true;
                List<Instance> there = left.stream()
                        .filter(each -> NaiveRules.names(id, to.get(at), each, process, tag))
                        .toList();
                if (!there.isEmpty()) {
                    return there;
                }
            }
            return asked ? List.of() : null;
        }
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
            RouteTree tree = new RouteTree(table(process, rules), set(instances), RouteTreeTest::isOffered, lots);
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

    @Test
    void anExplanationSaysWhatWasAskedAndWhatTheCallSays() {
        RouteTree tree = tree(
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

    @Test
    void aTreeRemembersOnlySoMuch() {
        RouteTree tree = tree(
                NOWHERE,
                Map.of(),
                instance("gray", "tag", "gray"),
                instance("base"),
                instance("load", "load-test", "true"));
        for (int i = 0; i < 3 * RouteTree.MAX_NODES; i++) {
            assertThat(names(tree.route(tagged("tag-" + i)))).containsExactly("base");
        }
        assertThat(tree.remembered()).isEqualTo(RouteTree.MAX_NODES);
        assertThat(names(tree.route(tagged("gray")))).as("it is still right").containsExactly("gray");
        assertThat(names(tree.route(tagged(null)))).containsExactly("base");
    }

    @Test
    void aTreeOfManyMembersRemembersOnlySoMany() {
        Map<String, Map<String, Object>> rules = new TreeMap<>();
        for (int i = 0; i < 200; i++) {
            rules.put("r" + i, rule("when", Map.of("method", "m" + i), "to", to("uuid", Map.of("not", "i" + i))));
        }
        Instance[] instances = new Instance[12_000];
        for (int i = 0; i < instances.length; i++) {
            instances[i] = instance("i" + i);
        }
        RouteTree tree = tree(NOWHERE, rules, instances);
        for (int i = 0; i < 200; i++) {
            assertThat(((Route.To) tree.route(RandomRules.call("m" + i).build()))
                            .candidates()
                            .candidates())
                    .hasSize(11_999);
        }
        assertThat(tree.remembered()).isBetween(150, 165);
    }

    @Test
    void manyThreadsGrowOneTree() throws Exception {
        Map<String, Map<String, Object>> rules = new TreeMap<>();
        for (int i = 0; i < 8; i++) {
            rules.put("r" + i, rule("when", Map.of("key.k" + i, "1"), "to", to("uuid", Map.of("not", "i" + i))));
        }
        Instance[] instances = new Instance[10];
        for (int i = 0; i < instances.length; i++) {
            instances[i] = instance("i" + i, "tag", "t" + i);
        }
        RouteTree tree = tree(NOWHERE, rules, instances);
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            List<Callable<Void>> walks = new ArrayList<>();
            for (int t = 0; t < 4; t++) {
                int seed = t;
                walks.add(() -> {
                    SplittableRandom random = new SplittableRandom(seed);
                    for (int i = 0; i < 20_000; i++) {
                        Map<String, String> keys = new HashMap<>();
                        Set<String> expected = new HashSet<>();
                        int bits = random.nextInt(256);
                        for (int k = 0; k < instances.length; k++) {
                            if (k < 8 && (bits >> k & 1) == 1) {
                                keys.put("k" + k, "1");
                            } else {
                                expected.add("i" + k);
                            }
                        }
                        assertThat(names(tree.route(
                                        RandomRules.call("m").callKeys(keys).build())))
                                .isEqualTo(expected);
                    }
                    return null;
                });
            }
            for (Future<Void> each : threads.invokeAll(walks)) {
                each.get();
            }
        } finally {
            threads.shutdownNow();
        }
        assertThat(tree.remembered()).as("each way once, whoever made it").isEqualTo(255);
    }

    @Test
    void oneNodeIsMadeForOneWay() {
        RouteTree tree = tree(NOWHERE, Map.of(), instance("gray", "tag", "gray"), instance("base"));
        assertThat(tree.route(tagged("gray"))).isSameAs(tree.route(tagged("gray")));
        assertThat(tree.route(call())).isSameAs(tree.route(call()));
    }

    @Test
    void routingAllocatesNothing() {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        Map<String, Map<String, Object>> rules = new TreeMap<>();
        rules.put(
                "a",
                rule(
                        "when",
                        Map.of("method", "re*", "key.customer", Map.of("from", 1, "to", 999)),
                        "to",
                        to("host", "10.*")));
        rules.put(
                "b",
                rule(
                        "when",
                        Map.of("caller", List.of("web", "app-*", "x")),
                        "to",
                        to("label.zone", Map.of("not", "west"))));
        rules.put("c", rule("when", Map.of("attachment.region", Map.of("not", "eu")), "deny", "no"));
        rules.put("d", rule("to", List.of(share("uuid", "i*", 90), share("uuid", "*", 10)), "sticky", "key.customer"));
        rules.put("e", rule("when", Map.of("key.customer", Map.of("percent", 50)), "to", to("label.zone", "$tag")));
        RouteTree tree = new RouteTree(
                table(NOWHERE, rules),
                set(instance("i1", "zone", "east"), instance("i2", "zone", "west"), instance("i3", "tag", "gray")),
                new SplittableRandom(1));
        Invocation call = RandomRules.call("reserve")
                .caller(new Caller("app-7", "u"))
                .callKeys(Map.of("customer", "77"))
                .baggage(Baggage.EMPTY.withTag("green").withAttachment("region", "eu"))
                .build();
        int calls = 20_000;
        long least = Long.MAX_VALUE;
        for (int round = 0; round < 5; round++) { // the compiler allocates on this thread too while it learns
            long before = threads.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < calls; i++) {
                if (!(tree.route(call) instanceof Route.To)) {
                    throw new AssertionError("it goes to somebody");
                }
            }
            least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
        }
        assertThat(least).as("bytes of %s calls", calls).isLessThan(calls / 10);
    }
}
