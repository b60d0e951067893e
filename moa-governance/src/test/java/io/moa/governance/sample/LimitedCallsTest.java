package io.moa.governance.sample;

import static org.assertj.core.api.Assertions.assertThat;

import io.moa.annotation.EnforcedAt;
import io.moa.discovery.Instance;
import io.moa.discovery.ServiceId;
import io.moa.governance.balance.Candidate;
import io.moa.governance.balance.CandidateSet;
import io.moa.governance.balance.InstanceLoad;
import io.moa.governance.gate.GateFilter;
import io.moa.governance.gate.MethodGate;
import io.moa.governance.gate.ServiceRates;
import io.moa.governance.outlier.Ejections;
import io.moa.governance.outlier.OutlierConfig;
import io.moa.governance.outlier.OwnPause;
import io.moa.governance.policy.MethodPolicy;
import io.moa.governance.policy.PolicyKey;
import io.moa.governance.route.Route;
import io.moa.governance.route.RouteTree;
import io.moa.governance.rule.AppliedPolicy;
import io.moa.governance.rule.LocalProcess;
import io.moa.governance.rule.PassedOver;
import io.moa.governance.rule.PolicyRule;
import io.moa.governance.rule.RandomRules;
import io.moa.governance.rule.RouteTable;
import io.moa.governance.rule.RuleBook;
import io.moa.invoke.Attributes;
import io.moa.invoke.Executed;
import io.moa.invoke.Invocation;
import io.moa.invoke.MethodId;
import io.moa.invoke.Payload;
import io.moa.invoke.Reply;
import io.moa.invoke.Status;
import io.moa.testkit.FakeScheduler;
import io.moa.testkit.FakeTicker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What a dry run says of limits and breakers, against what those do. */
class LimitedCallsTest {

    private static final long SEED = 77;
    private static final LocalProcess WEB = new LocalProcess("p-1", "web", Map.of());

    private final CandidateSet stock = stock();

    private static CandidateSet stock() {
        FakeTicker ticker = new FakeTicker();
        Ejections ejections = new Ejections(OutlierConfig.DEFAULT, new Random(1), Ejections.SILENT);
        List<Candidate> candidates = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            Instance each = new RandomRules(i).instance(i);
            candidates.add(new Candidate(
                    each, 100, new InstanceLoad(ejections.newcomer(each), new OwnPause(ticker.nanos())), false));
        }
        return new CandidateSet(List.of(candidates), new Random(3), ticker);
    }

    private static AppliedPolicy applied(RuleBook book, Sample sample) {
        return book.applied(
                sample.service(), sample.method().name(), sample.facts().caller(), MethodPolicy.DEFAULT);
    }

    /** The other services, which nobody offers. */
    private static RouteTree nobody(ServiceId service) {
        return new RouteTree(
                RouteTable.NONE, new CandidateSet(List.of(), new Random(3), new FakeTicker()), new Random(9));
    }

    private DryRuns dryRuns() {
        RouteTree present = new RouteTree(RouteTable.NONE, stock, new Random(5));
        return new DryRuns(
                service -> present, LimitedCallsTest::nobody, LimitedCallsTest::applied, AnswerFit.UNKNOWN, SEED);
    }

    private static RuleBook book(Map<String, ?> rules) {
        return RuleBook.none(WEB).next(1, rules);
    }

    /** A call of a sample, made once more. */
    private record Made(long atNanos, int sample, Ending ending) {}

    private record Due(long atNanos, CompletableFuture<Reply> end, Reply reply) {}

    /** What became of each call of each sample, as its caller would be told; in the order of their times. */
    private final class Remade {
        private final FakeTicker ticker = new FakeTicker(Long.MIN_VALUE / 2);
        private final Map<Sampled, MethodGate> gates = new HashMap<>();
        private final List<Due> due = new ArrayList<>();
        private final RuleBook book;
        private final RouteTree tree;
        private final List<Sample> samples;

        Remade(RuleBook book, List<Sample> samples) {
            this.book = book;
            this.samples = samples;
            this.tree = new RouteTree(book.routes(RandomRules.SERVICE), stock, new Random(4));
        }

        Route route(int sample) {
            Replay lots = new Replay(
                    book,
                    new Replay.Stage(
                            service -> tree, LimitedCallsTest::nobody, LimitedCallsTest::applied, AnswerFit.UNKNOWN),
                    SEED);
            return tree.route(call(sample), lots.lots(sample));
        }

        private Invocation call(int sample) {
            Sample one = samples.get(sample);
            Attributes decided =
                    Attributes.EMPTY.with(MethodPolicy.KEY, applied(book, one).policy());
            return one.facts().toCall(one.service(), one.method(), "", decided, 0);
        }

        List<String> all(List<Made> calls) {
            List<String> told = new ArrayList<>();
            for (Made each : calls) {
                endUntil(each.atNanos());
                told.add(one(each));
            }
            return told;
        }

        private void endUntil(long nanos) {
            while (true) {
                Due next = due.stream()
                        .filter(each -> each.atNanos() <= nanos)
                        .min(Comparator.comparingLong(Due::atNanos))
                        .orElse(null);
                if (next == null) {
                    ticker.advanceNanos(nanos - ticker.nanos());
                    return;
                }
                due.remove(next);
                ticker.advanceNanos(Math.max(0, next.atNanos() - ticker.nanos()));
                next.end().complete(next.reply());
            }
        }

        private String one(Made made) {
            Sample sample = samples.get(made.sample());
            MethodGate gate = gates.computeIfAbsent(Sampled.of(sample), any -> {
                MethodGate fresh = new MethodGate("it", EnforcedAt.CALLER, ticker, new ServiceRates("it", ticker));
                fresh.govern(applied(book, sample).policy());
                return fresh;
            });
            Route route = route(made.sample());
            CompletableFuture<Reply> provider = new CompletableFuture<>();
            if (route instanceof Route.To) {
                switch (made.ending().kind()) {
                    case SUCCESS -> due.add(due(made, provider, new Reply.Value(Payload.EMPTY)));
                    case FAILURE -> due.add(due(made, provider, failure(Status.UNAVAILABLE, "gone")));
                    case NOT_USED -> due.add(due(made, provider, failure(Status.OVERLOADED, "no room")));
                    case RUNNING -> {}
                    case REFUSED -> throw new IllegalStateException("somebody else's ending is to be taken");
                }
            } else if (route instanceof Route.Nobody) {
                provider.complete(failure(Status.UNAVAILABLE, "nobody"));
            } else {
                provider.complete(
                        route instanceof Route.Denied
                                ? failure(Status.REJECTED, "denied")
                                : new Reply.Value(Payload.EMPTY));
            }
            CompletableFuture<Reply> reply = new GateFilter(any -> gate, new FakeScheduler(ticker), ticker)
                    .apply(call(made.sample()), any -> provider);
            if (reply.isDone() && !provider.isDone()) {
                due.removeIf(each -> each.end() == provider);
            }
            return limit(reply.getNow(null), route, made.sample());
        }

        private Due due(Made made, CompletableFuture<Reply> provider, Reply reply) {
            return new Due(made.atNanos() + made.ending().afterNanos(), provider, reply);
        }

        private static Reply failure(Status status, String why) {
            return Reply.failure(status, Executed.NO, why);
        }

        private String limit(Reply reply, Route route, int sample) {
            String why = reply instanceof Reply.Failure failure ? failure.message() : "";
            if (why.contains(" is open since ")) {
                return "breaker-failures";
            }
            if (why.contains("calls in flight")) {
                return "concurrency-limit";
            }
            if (why.contains("is limited to")) {
                return "rate-limit";
            }
            return new Replay(
                            book,
                            new Replay.Stage(
                                    service -> tree,
                                    LimitedCallsTest::nobody,
                                    LimitedCallsTest::applied,
                                    AnswerFit.UNKNOWN),
                            SEED)
                    .fate(route, call(sample), "")
                    .toString();
        }
    }

    /** The calls for which samples stand, by their times; each ends as a sample says, that of its own or one before or after it. */
    private static List<Made> made(List<Sample> samples, Remade now) {
        Map<Sampled, List<Integer>> groups = new LinkedHashMap<>();
        for (int i = 0; i < samples.size(); i++) {
            groups.computeIfAbsent(Sampled.of(samples.get(i)), any -> new ArrayList<>())
                    .add(i);
        }
        long second = samples.get(1).beganNanos();
        List<Made> made = new ArrayList<>();
        groups.forEach((of, places) -> {
            Pace pace = new Pace(
                    places.stream().map(samples::get).toList(),
                    samples.get(0).beganNanos() * 2 - second,
                    samples.get(samples.size() - 1).beganNanos());
            List<Ending> endings = new ArrayList<>();
            for (int i = 0; i < places.size(); i++) {
                endings.add(ending(samples, places, i, now));
            }
            List<Integer> row = new ArrayList<>(); // those that take turns, of the same method
            for (int i = 0; i < places.size(); i++) {
                Sample sample = samples.get(places.get(i));
                if (sample.calls() == 1 || row.indexOf(i) < 0) {
                    row.clear();
                    for (int j = i; j < places.size() && row.size() < 16; j++) {
                        if (samples.get(places.get(j)).calls() == 1) {
                            break;
                        }
                        row.add(j);
                    }
                }
                for (int j = 0; j < pace.calls(i); j++) {
                    made.add(new Made(
                            pace.momentNanos(i, j),
                            places.get(i),
                            endings.get(row.isEmpty() ? i : row.get((row.indexOf(i) + j) % row.size()))));
                }
            }
        });
        made.sort(Comparator.comparingLong(Made::atNanos));
        return made;
    }

    private static Ending ending(List<Sample> samples, List<Integer> places, int place, Remade now) {
        Ending ending = null;
        for (int i = place; i >= 0 && ending == null; i--) {
            ending = own(samples, places.get(i), now);
        }
        for (int i = place; i < places.size() && ending == null; i++) {
            ending = own(samples, places.get(i), now);
        }
        return ending == null ? new Ending(Ending.Kind.SUCCESS, 0) : ending;
    }

    private static @Nullable Ending own(List<Sample> samples, int place, Remade now) {
        Ending ending = samples.get(place).ending();
        return ending.kind() == Ending.Kind.REFUSED || !(now.route(place) instanceof Route.To) ? null : ending;
    }

    private static List<Sample> samples(RandomRules random, int most) {
        List<Sample> samples = new ArrayList<>();
        long nanos = -Duration.ofSeconds(3).toNanos();
        int failing = random.number(0, 100);
        int alone = random.one(List.of(100, 80, 0));
        for (int i = 0; i < 80; i++) {
            nanos += random.percent(30) ? 0 : random.number(0, 200_000_000);
            Invocation call = random.call();
            CallFacts any = CallFacts.of(call);
            Ending.Kind kind =
                    random.percent(failing) ? Ending.Kind.FAILURE : random.one(List.of(Ending.Kind.values()));
            boolean ended = kind != Ending.Kind.RUNNING && kind != Ending.Kind.REFUSED;
            samples.add(new Sample(
                    call.service(),
                    random.percent(70) ? MethodId.of("reserve") : MethodId.of("count"),
                    new CallFacts(
                            random.percent(70) ? "web" : "x",
                            any.tag(),
                            any.loadTest(),
                            any.criticality(),
                            any.callKeys(),
                            any.attachments()),
                    nanos,
                    random.percent(alone) ? 1 : random.number(2, most),
                    kind == Ending.Kind.RUNNING && random.percent(80)
                            ? new Ending(Ending.Kind.SUCCESS, 0)
                            : new Ending(kind, ended ? random.number(0, 900_000_000) : 0)));
        }
        return samples;
    }

    private static Map<String, Object> limits(RandomRules random) {
        Map<String, Object> set = new HashMap<>();
        if (random.percent(50)) {
            set.put("rate-limit", random.number(0, 20));
            set.put("rate-limit-at", random.percent(80) ? "caller" : "provider");
            set.put("rate-burst", random.number(0, 4));
        }
        if (random.percent(50)) {
            set.put("concurrency-limit", random.number(0, 4));
            set.put("concurrency-limit-at", random.percent(80) ? "caller" : "provider");
        }
        if (set.isEmpty() || random.percent(50)) {
            set.put("breaker-failures", random.number(0, 100));
            set.put("breaker-calls", random.number(1, 6));
            set.put("breaker-window", random.number(1, 4) + "s");
            set.put("breaker-open", random.number(1, 900) + "ms");
            set.put("breaker-trials", random.number(1, 3));
        }
        Map<String, Object> rule = new HashMap<>(Map.of("kind", "policy", "service", "shop.Stock", "set", set));
        if (random.percent(30)) {
            rule.put("method", "reserve");
        }
        if (random.percent(30)) {
            rule.put("callers", List.of("web"));
            set.replaceAll(
                    (name, value) -> name.endsWith("-at") ? "caller" : value); // a provider does not ask who calls
        }
        return rule;
    }

    private static Map<String, Integer> counts(List<Sample> samples, List<Made> calls, List<String> told) {
        Map<String, Integer> counts = new TreeMap<>();
        for (int i = 0; i < told.size(); i++) {
            for (String limit : List.of("breaker-failures", "concurrency-limit", "rate-limit")) {
                counts.merge(
                        Sampled.of(samples.get(calls.get(i).sample())) + " " + limit,
                        told.get(i).equals(limit) ? 1 : 0,
                        Integer::sum);
            }
        }
        return counts;
    }

    @Test
    void whatIsSaidOfLimitsIsWhatTheGatesAndTheRoutesOfTheSameCallsDo() {
        Map<String, Integer> seen = new TreeMap<>();
        for (int seed = 0; seed < 300; seed++) {
            RandomRules random = new RandomRules(seed);
            List<Sample> samples = samples(random, 12);
            Map<String, Map<String, Object>> before = new TreeMap<>();
            for (int i = random.number(0, 3); i > 0; i--) {
                before.put("r" + i, random.percent(60) ? limits(random) : random.route());
            }
            String id = "r" + random.number(1, 4);
            boolean away = before.containsKey(id) && random.percent(40);
            Map<String, Object> rule = away ? null : random.percent(80) ? limits(random) : random.route();
            Map<String, Map<String, Object>> after = new TreeMap<>(before);
            if (rule == null) {
                after.remove(id);
            } else {
                after.put(id, rule);
            }

            DryRun told = dryRuns().of(samples, book(before), id, rule);

            Remade now = new Remade(book(before), samples);
            List<Made> calls = made(samples, now);
            List<String> are = now.all(calls);
            List<String> become = new Remade(book(after), samples).all(calls);
            Map<String, Integer> countsNow = counts(samples, calls, are);
            Map<String, Integer> countsThen = counts(samples, calls, become);
            assertThat(told.calls()).isEqualTo(calls.size());
            for (RefusalChange each : told.refusals()) {
                String of = each.of() + " " + each.policy();
                assertThat(List.of(each.before(), each.after()))
                        .as("seed %s, %s", seed, of)
                        .isEqualTo(List.of(countsNow.get(of), countsThen.get(of)));
                countsNow.remove(of);
                countsThen.remove(of);
                seen.merge(each.policy() + (each.before() < each.after() ? " more" : " less"), 1, Integer::sum);
            }
            assertThat(countsNow).as("seed %s, of which nothing is said", seed).isEqualTo(countsThen);
            long otherwise = 0;
            for (int i = 0; i < calls.size(); i++) {
                otherwise += are.get(i).equals(become.get(i)) ? 0 : 1;
            }
            if (told.deviations().stream().noneMatch(LimitedCallsTest::looksAlike)) {
                assertThat(told.otherwise()).as("seed %s", seed).isEqualTo((int) otherwise);
                seen.merge("counted", 1, Integer::sum);
            }
        }
        assertThat(seen.values())
                .as("else little was tried: %s", seen)
                .hasSize(7)
                .allMatch(each -> each > 15);
    }

    /** Among others, but as many of them: people are told the same of both. */
    private static boolean looksAlike(Deviation deviation) {
        return deviation.before().toString().equals(deviation.after().toString());
    }

    private static List<Sample> every(Duration step, int count, int calls, Ending ending) {
        List<Sample> samples = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            samples.add(new Sample(
                    RandomRules.SERVICE,
                    MethodId.of("reserve"),
                    CallFacts.ofTexts(Map.of("caller", "web")),
                    i * step.toNanos(),
                    calls,
                    ending));
        }
        return samples;
    }

    private static Map<String, Object> policy(Object... set) {
        Map<String, Object> values = new HashMap<>();
        for (int i = 0; i < set.length; i += 2) {
            values.put((String) set[i], set[i + 1]);
        }
        return Map.of("kind", "policy", "service", "shop.Stock", "set", values);
    }

    private static Ending success(Duration after) {
        return new Ending(Ending.Kind.SUCCESS, after.toNanos());
    }

    @Test
    void whoIsLimitedIsToldByMethodAndCallerAndApartFromValuesThatRefuseNobody() {
        DryRun told = dryRuns()
                .of(
                        every(Duration.ofMillis(100), 100, 1, success(Duration.ofMillis(1))),
                        book(Map.of("a", policy("rate-limit", 1_000, "rate-limit-at", "caller"))),
                        "a",
                        policy("rate-limit", 5, "rate-limit-at", "caller", "timeout", "300ms"));
        assertThat(told.describe()).startsWith("""
                        a: it would be in force here
                        50 of 100 sampled calls would fare otherwise
                          100 x shop.Stock reserve, caller web: 0 -> 50 refused, over rate-limit 5 (was 1000)
                        Other values
                          100 x shop.Stock reserve, caller web: timeout: 1s -> 300ms
                        Such as
                          shop.Stock reserve() with {caller=web}: to 3 instances -> refused, over rate-limit
                        """);
    }

    private int refusedUnder(List<Sample> samples, Object... more) {
        List<Object> set = new ArrayList<>(List.of("rate-limit", 5, "rate-limit-at", "caller"));
        set.addAll(List.of(more));
        return dryRuns().of(samples, book(Map.of()), "a", policy(set.toArray())).otherwise();
    }

    /** Ten bursts of ten calls, each after two seconds. */
    @Test
    void ratesAreJudgedInTheirShapeAndWhoWaitsIsNotRefusedButHoldsItsPlace() {
        List<Sample> samples = new ArrayList<>();
        for (Sample each : every(Duration.ofSeconds(2), 10, 1, success(Duration.ofMillis(1)))) {
            samples.addAll(Collections.nCopies(10, each));
        }
        assertThat(refusedUnder(samples, "rate-burst", 3)).isEqualTo(70);
        assertThat(refusedUnder(samples, "rate-shape", "sliding-window")).isEqualTo(50);
        assertThat(refusedUnder(samples, "rate-shape", "pacing")).isEqualTo(90);
        assertThat(refusedUnder(samples, "rate-shape", "pacing", "rate-wait", "1s"))
                .as("five of nine wait, two tenths after one another")
                .isEqualTo(40);
        assertThat(refusedUnder(
                        samples,
                        "rate-shape",
                        "pacing",
                        "rate-wait",
                        "1s",
                        "concurrency-limit",
                        3,
                        "concurrency-limit-at",
                        "caller"))
                .as("of one that runs and others that wait three are here, also when the next ten come")
                .isEqualTo(70);
        assertThat(refusedUnder(samples, "rate-exempt", "web")).isZero();
    }

    @Test
    void aLimitThatRefusesNobodyIsAnotherValue() {
        DryRun told = dryRuns()
                .of(
                        every(Duration.ofMillis(100), 100, 1, success(Duration.ofMillis(1))),
                        book(Map.of()),
                        "a",
                        policy("concurrency-limit", 1, "concurrency-limit-at", "caller"));
        assertThat(told.refusals()).isEmpty();
        assertThat(told.otherwise()).isZero();
        assertThat(told.values())
                .extracting(OtherValue::toString)
                .containsExactly(
                        "shop.Stock reserve, caller web: concurrency-limit: 0 -> 1",
                        "shop.Stock reserve, caller web: concurrency-limit-at: provider -> caller");
    }

    @Test
    void whatProvidersEnforceIsNotJudgedAndThatIsSaid() {
        DryRun told = dryRuns()
                .of(
                        every(Duration.ofMillis(1), 100, 1, success(Duration.ofMillis(1))),
                        book(Map.of()),
                        "a",
                        policy("rate-limit", 1));
        assertThat(told.refusals()).isEmpty();
        assertThat(told.describe())
                .contains("100 x shop.Stock reserve, caller web: rate-limit: 0 -> 1, which providers enforce\n")
                .contains("Limits of providers are not judged: each counts the calls of all its callers");
    }

    /** 128 calls in 1.28 s and a limit of 50 in a second: they came one after the other, and not at once. */
    @Test
    void theCallsForWhichASampleStandsComeOneAfterTheOther() {
        List<Sample> samples = every(Duration.ofMillis(1_280), 50, 128, success(Duration.ofMillis(25)));
        assertThat(dryRuns()
                        .of(samples, book(Map.of()), "a", policy("rate-limit", 101, "rate-limit-at", "caller"))
                        .otherwise())
                .isZero();
        assertThat(dryRuns()
                        .of(samples, book(Map.of()), "a", policy("rate-limit", 50, "rate-limit-at", "caller"))
                        .refusals()
                        .get(0)
                        .after())
                .isBetween(3_190, 3_200);
        Map<String, Object> three = policy("concurrency-limit", 3, "concurrency-limit-at", "caller");
        assertThat(dryRuns().of(samples, book(Map.of()), "a", three).otherwise())
                .isZero();
        Map<String, Object> two = policy("concurrency-limit", 2, "concurrency-limit-at", "caller");
        assertThat(dryRuns().of(samples, book(Map.of()), "a", two).describe())
                .contains(" of 6400 calls, for which 50 samples stand, would fare otherwise");
    }

    /** One failure among three, each seen of 128: that is no outage, though each sample of a failure stands for 128. */
    @Test
    void aBreakerSeesTheShareOfFailuresAndNotOneOutageForEachSampleOfOne() {
        List<Sample> samples = new ArrayList<>();
        for (Sample each : every(Duration.ofMillis(1_280), 96, 128, success(Duration.ofMillis(5)))) {
            samples.add(samples.size() % 3 == 0 ? each.ending(new Ending(Ending.Kind.FAILURE, 5_000_000)) : each);
        }
        assertThat(dryRuns()
                        .of(samples, book(Map.of()), "a", policy("breaker-failures", 50))
                        .refusals())
                .isEmpty();
        assertThat(dryRuns()
                        .of(samples, book(Map.of()), "a", policy("breaker-failures", 30))
                        .refusals())
                .singleElement()
                .satisfies(each -> assertThat(each.after()).isGreaterThan(6_000));
    }

    @Test
    void aRuleThatIsPassedOverSaysWhyAndChangesNothing() {
        DryRun told = dryRuns()
                .of(
                        every(Duration.ofMillis(1), 3, 1, success(Duration.ofMillis(1))),
                        book(Map.of()),
                        "hedged",
                        policy("hedge-after", "20ms"));
        assertThat(told.describe()).isEqualTo("""
                        hedged: it would be passed over
                          rule hedged, as tried is passed over for shop.Stock reserve: hedge-after and idempotent: a hedged \
                        call may run twice: expected @Idempotent beside @Hedge, or no hedge
                        0 of 3 sampled calls would fare otherwise""");
        assertThat(told.values()).isEmpty();
    }

    /** Whether call keys can be read, only the process knows that has the method's types. */
    @Test
    void aRuleIsPassedOverAsTheProcessSaysThatWouldGoByIt() {
        DryRuns knowing = new DryRuns(
                service -> new RouteTree(RouteTable.NONE, stock, new Random(5)),
                LimitedCallsTest::nobody,
                (book, sample) -> {
                    AppliedPolicy applied = applied(book, sample);
                    return applied.policy().value(PolicyKey.CALL_KEYS).isEmpty()
                            ? applied
                            : new AppliedPolicy(
                                    MethodPolicy.DEFAULT,
                                    List.of(new PassedOver(
                                            (PolicyRule) book.rules().get(0),
                                            "rule keys, revision 1 is passed over: nosuch")));
                },
                AnswerFit.UNKNOWN,
                SEED);
        DryRun told = knowing.of(
                every(Duration.ofMillis(1), 3, 1, success(Duration.ofMillis(1))),
                book(Map.of()),
                "keys",
                policy("call-keys", Map.of("customer", "0.nosuch"), "rate-limit", 1, "rate-limit-at", "caller"));
        assertThat(told.describe()).isEqualTo("""
                        keys: it would be passed over
                          rule keys, revision 1 is passed over: nosuch
                        0 of 3 sampled calls would fare otherwise""");
    }
}
