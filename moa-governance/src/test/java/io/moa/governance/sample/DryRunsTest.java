package io.moa.governance.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.moa.discovery.Instance;
import io.moa.discovery.ServiceId;
import io.moa.governance.balance.Candidate;
import io.moa.governance.balance.CandidateSet;
import io.moa.governance.balance.InstanceLoad;
import io.moa.governance.outlier.Ejections;
import io.moa.governance.outlier.OutlierConfig;
import io.moa.governance.outlier.OwnPause;
import io.moa.governance.policy.MethodPolicy;
import io.moa.governance.route.Lots;
import io.moa.governance.route.Route;
import io.moa.governance.route.RouteTree;
import io.moa.governance.rule.AppliedPolicy;
import io.moa.governance.rule.LocalProcess;
import io.moa.governance.rule.RandomRules;
import io.moa.governance.rule.RouteTable;
import io.moa.governance.rule.RuleBook;
import io.moa.invoke.Attributes;
import io.moa.invoke.Invocation;
import io.moa.invoke.Lease;
import io.moa.invoke.Payload;
import io.moa.invoke.Reply;
import io.moa.invoke.Ticker;
import io.moa.testkit.FakeTicker;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class DryRunsTest {

    private static final long SEED = 99;

    private final FakeTicker ticker = new FakeTicker();
    private final Ejections ejections = new Ejections(OutlierConfig.DEFAULT, new Random(1), Ejections.SILENT);
    private final OwnPause pause = new OwnPause(ticker.nanos());

    private CandidateSet set(List<Instance> instances) {
        return set(instances, null);
    }

    private CandidateSet set(List<Instance> instances, @Nullable String ownZone) {
        List<Candidate> candidates = new ArrayList<>();
        for (Instance each : instances) {
            candidates.add(new Candidate(each, 100, new InstanceLoad(ejections.newcomer(each), pause), false));
        }
        return new CandidateSet(List.of(candidates), new Random(3), ticker, ownZone);
    }

    private static final ServiceId SECOND = RandomRules.TARGETS.get(0);
    private static final ServiceId DEPOT = RandomRules.TARGETS.get(1);

    private DryRuns dryRuns(CandidateSet set) {
        RouteTree present = new RouteTree(RouteTable.NONE, set, new Random(5));
        return new DryRuns(
                service -> service.equals(RandomRules.SERVICE) ? present : null,
                service -> target(service, set.ownZone()),
                DryRunsTest::declaringNothing,
                AnswerFit.UNKNOWN,
                SEED);
    }

    /** Of a depot there is nobody. */
    private RouteTree target(ServiceId service, @Nullable String ownZone) {
        CandidateSet there = set(service.equals(DEPOT) ? List.of() : List.of(second(1), second(2)), ownZone);
        return new RouteTree(RouteTable.NONE, there, new Random(9));
    }

    private static Instance second(int number) {
        return Instance.builder("second-" + number, "stock")
                .label(Instance.ZONE, number == 1 ? "eu" : "web")
                .build();
    }

    private Replay.Stage stage(CandidateSet set) {
        return new Replay.Stage(
                service -> new RouteTree(RouteTable.NONE, set, new Random(8)),
                service -> target(service, set.ownZone()),
                DryRunsTest::declaringNothing,
                AnswerFit.UNKNOWN);
    }

    private static AppliedPolicy declaringNothing(RuleBook book, Sample sample) {
        return book.applied(
                sample.service(), sample.method().name(), sample.facts().caller(), MethodPolicy.DEFAULT);
    }

    private static RuleBook book(LocalProcess process, Map<String, Map<String, Object>> rules) {
        return RuleBook.none(process).next(1, rules);
    }

    /**
     * What is said of sampled calls against what becomes of the calls themselves when the rules are read anew, with the rule among them:
     * each call that is named fares as it is said, and no other call fares otherwise. Who is picked for a call is among those who are said.
     */
    @Test
    void whatIsSaidOfSamplesIsWhatBecomesOfTheirCalls() {
        int deviating = 0;
        int same = 0;
        int copied = 0;
        int led = 0;
        int failed = 0;
        for (int seed = 0; seed < 1_000; seed++) {
            RandomRules random = new RandomRules(seed);
            LocalProcess process = random.process();
            List<Instance> instances = new ArrayList<>();
            for (int i = random.number(0, 8); i > 0; i--) {
                instances.add(random.instance(i));
            }
            CandidateSet set = set(instances, process.labels().get(Instance.ZONE));
            Map<String, Map<String, Object>> before = new TreeMap<>();
            for (int i = random.number(0, 4); i > 0; i--) {
                before.put("r" + i, random.percent(20) ? policy(random) : random.route());
            }
            String id = "r" + random.number(1, 5); // one that there is, or another one
            Map<String, Object> rule = before.containsKey(id) && random.percent(30)
                    ? null
                    : random.percent(30) ? policy(random) : random.route();
            if (rule == null && !before.containsKey(id)) {
                continue;
            }
            Map<String, Map<String, Object>> after = new TreeMap<>(before);
            if (rule == null) {
                after.remove(id);
            } else {
                after.put(id, rule);
            }
            List<Invocation> calls = new ArrayList<>();
            Samples samples = new Samples(30, new Random(seed), ticker);
            for (int i = 0; i < 30; i++) {
                calls.add(random.call());
                samples.offer(calls.get(i));
            }

            DryRun told = dryRuns(set).of(samples.all(), book(process, before), id, rule);

            Map<Sample, List<Deviation>> said = new HashMap<>();
            told.deviations().forEach(each -> said.computeIfAbsent(each.sample(), any -> new ArrayList<>())
                    .add(each));
            RouteTree now = tree(set, book(process, before));
            RouteTree then = tree(set, book(process, after));
            Replay lots = new Replay(book(process, after), stage(set), SEED);
            for (int i = 0; i < calls.size(); i++) {
                Sample sample = samples.all().get(i);
                Fate was = fate(lots, now, book(process, before), calls.get(i), i);
                Fate becomes = fate(lots, then, book(process, after), calls.get(i), i);
                Deviation due = new Deviation(sample, 1, was, becomes);
                assertThat(told.values())
                        .extracting(OtherValue::of, OtherValue::change)
                        .containsAll(Replay.differences(
                                        applied(book(process, before), sample), applied(book(process, after), sample))
                                .stream()
                                .map(change -> tuple(Sampled.of(sample), change))
                                .toList());
                if (was.equals(becomes)) {
                    same++;
                    assertThat(said.getOrDefault(sample, List.of()))
                            .as("seed %s, call %s", seed, i)
                            .doesNotContain(due);
                } else {
                    deviating++;
                    copied += becomes.copies().isEmpty() ? 0 : 1;
                    led += becomes.via().isEmpty() ? 0 : 1;
                    failed += becomes.kind() == Fate.Kind.FAILED && !set.isEmpty() ? 1 : 0;
                    assertThat(said.get(sample)).as("seed %s, call %s", seed, i).contains(due);
                }
            }
            assertThat(told.samples()).isEqualTo(30);
        }
        assertThat(deviating).as("else nothing was tried").isGreaterThan(500);
        assertThat(same).isGreaterThan(500);
        assertThat(copied).isGreaterThan(10);
        assertThat(led).isGreaterThan(100);
        assertThat(failed).as("for which nobody is in their zone").isGreaterThan(10);
    }

    /** One that often says which zone its calls stay in, or that they go to several. */
    private static Map<String, Object> policy(RandomRules random) {
        Map<String, Object> rule = random.policy();
        Map<String, Object> set = new HashMap<>(Map.of("timeout", "9s"));
        if (random.percent(60)) {
            set.put("zone", random.percent(80) ? "require" : "prefer");
        }
        if (random.percent(20)) {
            set.put("on-failure", "broadcast");
        }
        rule.put("set", set);
        return rule;
    }

    private static RouteTree tree(CandidateSet set, RuleBook book) {
        return new RouteTree(book.routes(RandomRules.SERVICE), set, service -> !service.equals(DEPOT), new Random(4));
    }

    /** What becomes of a call, as a client finds its way: by one service's rules, and by those of the service that it is led to. */
    private Fate fate(Replay lots, RouteTree tree, RuleBook book, Invocation sampled, int place) {
        Lots drawn = lots.lots(place);
        Invocation call = sampled.withAttributes(Attributes.EMPTY.with(
                MethodPolicy.KEY,
                book.apply(
                        sampled.service(),
                        sampled.method().name(),
                        sampled.caller().application(),
                        MethodPolicy.DEFAULT)));
        Route route = tree.route(call, drawn);
        String via = "";
        if (route instanceof Route.Redirected led) {
            via = "redirected to shop.Stock:2 by rule " + led.rule().rule().id();
            CandidateSet second =
                    set(List.of(second(1), second(2)), book.process().labels().get(Instance.ZONE));
            route = new RouteTree(book.routes(SECOND), second, new Random(6))
                    .route(led.lead(call, call.attributes()), drawn);
        }
        Fate fate = lots.fate(route, call, via);
        if (route instanceof Route.To to) {
            Lease picked = to.candidates().pick(call);
            assertThat(fate.kind()).isEqualTo(picked == null ? Fate.Kind.FAILED : Fate.Kind.TO);
            if (picked != null) {
                assertThat(fate.instances()).contains(picked.instance().uuid());
                picked.settle(new Reply.Value(Payload.EMPTY), ticker.nanos());
            }
        }
        return fate;
    }

    private static MethodPolicy applied(RuleBook book, Sample sample) {
        return book.apply(
                sample.service(), sample.method().name(), sample.facts().caller(), MethodPolicy.DEFAULT);
    }

    private static final LocalProcess WEB = new LocalProcess("p-1", "web", Map.of());

    private static List<Sample> samples(int count) {
        Samples samples = new Samples(count, new Random(1), Ticker.system());
        for (int i = 0; i < count; i++) {
            samples.offer(RandomRules.call("reserve")
                    .callKeys(Map.of("customer", "" + i))
                    .build());
        }
        return samples.all();
    }

    private static Map<String, Object> rule(String kind, Object... more) {
        Map<String, Object> rule = new HashMap<>(Map.of("kind", kind, "service", "shop.Stock"));
        for (int i = 0; i < more.length; i += 2) {
            rule.put((String) more[i], more[i + 1]);
        }
        return rule;
    }

    private CandidateSet five() {
        List<Instance> instances = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            instances.add(Instance.builder("i-" + i, "stock")
                    .label("version", i < 2 ? "2" : "1")
                    .build());
        }
        return set(instances);
    }

    @Test
    void aRuleThatChangesNothingSaysWhyNot() {
        Map<String, Object> elsewhere = rule("route", "deny", "no");
        elsewhere.put("service", "shop.Stok");
        Map<String, Object> nobody = rule("route", "to", List.of(Map.of("where", Map.of("label.version", "3"))));
        Map<String, Map<String, Object>> mistakes = Map.of(
                "  100 x it is for shop.Stok", elsewhere,
                "  100 x it asks for key.custmer \"1\", and the call does not say",
                        rule("route", "when", Map.of("key.custmer", "1"), "deny", "no"),
                "  100 x it asks for method \"count\", and calls say otherwise",
                        rule("route", "when", Map.of("method", "count"), "deny", "no"),
                "  100 x nobody is at {\"label.version\": \"3\"}", nobody,
                "  100 x it is for other methods or callers",
                        rule("policy", "method", "count", "set", Map.of("timeout", "5s")));
        mistakes.forEach((why, rule) -> assertThat(dryRuns(five())
                        .of(samples(100), book(WEB, Map.of()), "mistake", rule)
                        .describe())
                .isEqualTo("mistake: it would be in force here\n0 of 100 sampled calls would fare otherwise\n" + why));
    }

    @Test
    void callsThatFareAlikeAreCountedTogether() {
        Map<String, Object> canary = rule(
                "route",
                "when",
                Map.of("key.customer", Map.of("from", 0, "to", 9)),
                "to",
                List.of(Map.of("where", Map.of("label.version", "2"))));
        DryRun told = dryRuns(five()).of(samples(100), book(WEB, Map.of()), "canary", canary);
        assertThat(told.sums()).isEqualTo(Map.of("shop.Stock reserve: route: to 5 instances -> to 2 instances", 10));
        assertThat(told.describe())
                .startsWith("canary: it would be in force here\n10 of 100 sampled calls would fare otherwise\n  10 x ");
        DryRun denied = dryRuns(five())
                .of(samples(100), book(WEB, Map.of("canary", canary)), "closed", rule("route", "deny", "closed"));
        assertThat(denied.sums())
                .isEqualTo(Map.of(
                        "shop.Stock reserve: route: to 5 instances -> denied by rule closed: closed",
                        90,
                        "shop.Stock reserve: route: to 2 instances -> denied by rule closed: closed",
                        10));
    }

    /** The method is that of the service to which the call was made, also where a rule has led it elsewhere. */
    @Test
    void callsThatARuleAnswersWithWhatTheirMethodCannotReturnFail() {
        RouteTree present = new RouteTree(RouteTable.NONE, five(), new Random(5));
        DryRuns knowing = new DryRuns(
                service -> service.equals(RandomRules.SERVICE) ? present : null,
                service -> target(service, null),
                DryRunsTest::declaringNothing,
                (service, method, value) -> service.equals(RandomRules.SERVICE)
                                && method.name().equals("reserve")
                                && !(value instanceof Integer)
                        ? "expected a number"
                        : null,
                SEED);
        Map<String, Object> word = rule("route", "answer", "many");
        assertThat(knowing.of(samples(10), book(WEB, Map.of()), "x", word).sums())
                .isEqualTo(Map.of(
                        "shop.Stock reserve: route: to 5 instances -> failed, as the value of rule x does not fit the"
                                + " result of the method: expected a number",
                        10));
        assertThat(knowing.of(samples(10), book(WEB, Map.of()), "x", rule("route", "answer", 7))
                        .deviations())
                .hasSize(10)
                .allMatch(each -> each.after().kind() == Fate.Kind.ANSWERED);
        word.put("service", "shop.Stock:2");
        Map<String, Object> second = rule("route", "redirect", Map.of("service", "shop.Stock:2"));
        assertThat(knowing.of(samples(10), book(WEB, Map.of("second", second)), "x", word)
                        .deviations())
                .hasSize(10)
                .allMatch(each -> each.after().kind() == Fate.Kind.MISFIT);
    }

    @Test
    void callsThatAreLedToAnotherServiceAreToldWithTheirFateThere() {
        Map<String, Object> second =
                rule("route", "redirect", Map.of("service", "shop.Stock:2"), "otherwise", "refuse");
        Map<String, Object> closed = rule("route", "service", "shop.Stock:2", "deny", "closed");
        assertThat(dryRuns(five())
                        .of(samples(10), book(WEB, Map.of()), "second", second)
                        .sums())
                .isEqualTo(Map.of(
                        "shop.Stock reserve: route: to 5 instances -> redirected to shop.Stock:2 by rule second, to 2 instances",
                        10));
        assertThat(dryRuns(five())
                        .of(samples(10), book(WEB, Map.of("second", second)), "closed", closed)
                        .sums())
                .isEqualTo(Map.of(
                        "shop.Stock reserve: route: redirected to shop.Stock:2 by rule second, to 2 instances -> redirected"
                                + " to shop.Stock:2 by rule second, denied by rule closed: closed",
                        10));
        Map<String, Object> third =
                rule("route", "service", "shop.Stock:2", "redirect", Map.of("service", "shop.Stock:3"));
        assertThat(dryRuns(five())
                        .of(samples(10), book(WEB, Map.of("second", second)), "third", third)
                        .deviations())
                .as("no call is led on twice")
                .isEmpty();
        second.put("redirect", Map.of("service", "shop.Depot"));
        assertThat(dryRuns(five())
                        .of(samples(10), book(WEB, Map.of()), "second", second)
                        .sums())
                .isEqualTo(Map.of(
                        "shop.Stock reserve: route: to 5 instances -> refused by rule second, as it leads to shop.Depot,"
                                + " which nobody offers",
                        10));
    }

    /** Two of the east and one of the north, for calls of the east or of the south. */
    private CandidateSet zones(String own) {
        return set(
                List.of(
                        Instance.builder("e-1", "stock").label("zone", "east").build(),
                        Instance.builder("e-2", "stock").label("zone", "east").build(),
                        Instance.builder("n-1", "stock")
                                .label("zone", "north")
                                .label("version", "2")
                                .build()),
                own);
    }

    private static final Map<String, Object> STAY = rule("policy", "set", Map.of("zone", "require"));

    @Test
    void callsThatMustStayInTheirZoneAreNotToldToLeaveIt() {
        Map<String, Object> north = rule("route", "to", List.of(Map.of("where", Map.of("label.version", "2"))));
        assertThat(dryRuns(zones("east"))
                        .of(samples(10), book(WEB, Map.of("stay", STAY)), "north", north)
                        .deviations())
                .as("it is passed over")
                .isEmpty();
        assertThat(dryRuns(zones("east"))
                        .of(samples(10), book(WEB, Map.of()), "north", north)
                        .sums())
                .containsValue(10);
        Map<String, Object> copies = rule(
                "route",
                "to",
                List.of(Map.of("where", Map.of())),
                "mirror",
                Map.of("where", Map.of("label.version", "2"), "percent", 100));
        assertThat(dryRuns(zones("east"))
                        .of(samples(10), book(WEB, Map.of("stay", STAY)), "copies", copies)
                        .deviations())
                .as("a copy stays too")
                .isEmpty();
    }

    @Test
    void aRuleByWhichCallsMustStayIsToldWithWhoIsLeft() {
        assertThat(dryRuns(zones("east"))
                        .of(samples(10), book(WEB, Map.of()), "stay", STAY)
                        .sums())
                .isEqualTo(Map.of("shop.Stock reserve: route: to 3 instances -> to 2 instances", 10));
        DryRun alone = dryRuns(zones("south")).of(samples(20), book(WEB, Map.of()), "stay", STAY);
        assertThat(alone.describe()).startsWith("""
                        stay: it would be in force here
                        20 of 20 sampled calls would fare otherwise
                          20 x shop.Stock reserve: route: to 3 instances -> failed, as none of those who are left is in zone south, and zone = require allows no other
                        """);
    }

    @Test
    void aServiceThatIsOnlyInOtherZonesTakesNoCallsThatMustStay() {
        Map<String, Object> second = rule("route", "redirect", Map.of("service", "shop.Stock:2"));
        assertThat(dryRuns(zones("east"))
                        .of(samples(10), book(WEB, Map.of("stay", STAY)), "second", second)
                        .deviations())
                .flatExtracting(each -> each.after().instances())
                .doesNotContain("second-1", "second-2");
        assertThat(dryRuns(zones("east"))
                        .of(samples(10), book(WEB, Map.of()), "second", second)
                        .sums())
                .hasToString("{shop.Stock reserve: route: to 3 instances -> redirected to shop.Stock:2 by rule second,"
                        + " to 2 instances=10}");
    }

    @Test
    void callsThatGoToSeveralAtOnceGetNoCopy() {
        Map<String, Object> copies = rule(
                "route",
                "to",
                List.of(Map.of("where", Map.of())),
                "mirror",
                Map.of("where", Map.of("label.version", "2"), "percent", 100));
        assertThat(dryRuns(five())
                        .of(
                                samples(10),
                                book(WEB, Map.of("copies", copies)),
                                "all",
                                rule("policy", "set", Map.of("on-failure", "broadcast")))
                        .sums())
                .isEqualTo(
                        Map.of("shop.Stock reserve: route: to 5 instances, a copy to one of 2 -> to 5 instances", 10));
    }

    @Test
    void whereNobodyIsAtAllCallsAreToldAsFailed() {
        assertThat(dryRuns(set(List.of()))
                        .of(samples(10), book(WEB, Map.of()), "closed", rule("route", "deny", "closed"))
                        .sums())
                .isEqualTo(Map.of(
                        "shop.Stock reserve: route: failed, as no instance can be called now -> denied by rule closed: closed",
                        10));
    }

    @Test
    void aRuleThatAddsCallKeysSaysThatSamplesDoNotHaveThem() {
        assertThat(dryRuns(five())
                        .of(
                                samples(7),
                                book(WEB, Map.of()),
                                "keys",
                                rule("policy", "set", Map.of("call-keys", Map.of("item", "0"))))
                        .describe())
                .endsWith("""
                        Other values
                          7 x shop.Stock reserve: call-keys: {} -> {item=0}
                          Samples keep the call keys that they were made with: what rules do with keys that come or go is not foretold""");
    }

    @Test
    void aServiceOfWhichNothingIsKnownYetIsToldAsThat() {
        RouteTree present = new RouteTree(RouteTable.NONE, five(), new Random(5));
        DryRuns early = new DryRuns(
                service -> present, service -> null, DryRunsTest::declaringNothing, AnswerFit.UNKNOWN, SEED);
        assertThat(early.of(
                                samples(10),
                                book(WEB, Map.of()),
                                "second",
                                rule("route", "redirect", Map.of("service", "shop.Stock:2")))
                        .sums())
                .isEqualTo(Map.of(
                        "shop.Stock reserve: route: to 5 instances -> redirected to shop.Stock:2 by rule second, to nobody"
                                + " known, as no registry has answered yet who offers that",
                        10));
    }

    @Test
    void aRuleThatDrawsTakesNoLotFromOthers() {
        Map<String, Object> halves = rule(
                "route",
                "to",
                List.of(
                        Map.of("where", Map.of("label.version", "2"), "share", 1),
                        Map.of("where", Map.of("label.version", "1"), "share", 1)));
        Map<String, Object> everybody = rule(
                "route",
                "priority",
                5,
                "to",
                List.of(
                        Map.of("where", Map.of("application", "stock"), "share", 1),
                        Map.of("where", Map.of("application", "*"), "share", 1)));
        assertThat(dryRuns(five())
                        .of(samples(200), book(WEB, Map.of("halves", halves)), "everybody", everybody)
                        .deviations())
                .isEmpty();
    }

    @Test
    void sharesAreDrawnForEachCallAnew() {
        Map<String, Object> tenth = rule(
                "route",
                "to",
                List.of(
                        Map.of("where", Map.of("label.version", "2"), "share", 10),
                        Map.of("where", Map.of(), "share", 90)));
        assertThat(dryRuns(five())
                        .of(samples(1_000), book(WEB, Map.of()), "tenth", tenth)
                        .deviations())
                .hasSizeBetween(60, 140);
    }

    @Test
    void valuesThatBecomeOthersAreNamed() {
        DryRun told = dryRuns(five())
                .of(
                        samples(7),
                        book(WEB, Map.of()),
                        "hasty",
                        rule("policy", "set", Map.of("timeout", "300ms", "attempts", 3, "route-tag", "gray")));
        assertThat(told.sums()).isEmpty();
        assertThat(told.describe()).isEqualTo("""
                        hasty: it would be in force here
                        0 of 7 sampled calls would fare otherwise
                        Other values
                          7 x shop.Stock reserve: timeout: 1s -> 300ms
                          7 x shop.Stock reserve: route-tag: none -> gray""");
    }

    @Test
    void aRuleThatIsNotInForceHereSaysSo() {
        DryRun told = dryRuns(five())
                .of(
                        samples(7),
                        book(WEB, Map.of()),
                        "closed",
                        rule("route", "deny", "closed", "rollout", Map.of("labels", Map.of("zone", "east"))));
        assertThat(told.deviations()).isEmpty();
        assertThat(told.standing()).contains("not in force: it is for processes whose label zone is \"east\"");
    }

    @Test
    void whatIsNoRuleIsRefused() {
        assertThatThrownBy(() ->
                        dryRuns(five()).of(List.of(), book(WEB, Map.of()), "a", rule("route", "deny", "", "note", 7)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("deny: expected a text")
                .hasMessageContaining("note: expected a text");
        assertThatThrownBy(() -> dryRuns(five()).of(List.of(), book(WEB, Map.of()), "a", null))
                .hasMessageContaining("There is no rule a in this process");
    }
}
