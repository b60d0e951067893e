package io.moa.governance.sample;

import static org.assertj.core.api.Assertions.assertThat;

import io.moa.discovery.ServiceId;
import io.moa.governance.balance.CandidateSet;
import io.moa.governance.policy.MethodPolicy;
import io.moa.governance.route.RouteTree;
import io.moa.governance.rule.LocalProcess;
import io.moa.governance.rule.RandomRules;
import io.moa.governance.rule.RouteTable;
import io.moa.governance.rule.RuleBook;
import io.moa.invoke.Caller;
import io.moa.invoke.Invocation;
import io.moa.testkit.FakeTicker;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What limits would do with streams of calls of which most are not kept, as real samples tell of them. */
class PaceTest {

    private static final LocalProcess WEB = new LocalProcess("p-1", "web", Map.of());
    private static final Duration TENTH = Duration.ofMillis(100);

    private final FakeTicker ticker = new FakeTicker();

    private final Invocation call =
            RandomRules.call("reserve").caller(new Caller("web", "p-1")).build();

    private void calls(Samples samples, int count, Duration apart) {
        for (int i = 0; i < count; i++) {
            ticker.advance(apart);
            samples.offer(call);
        }
    }

    private List<Sample> uniform(int count, int seed) {
        Samples samples = new Samples(Samples.DEFAULT_PLACES, new Random(seed), ticker);
        calls(samples, count, TENTH);
        return ended(samples);
    }

    /** Each call takes 150 ms, so that at ten in a second there are one or two at once. */
    private static List<Sample> ended(Samples samples) {
        Ending success = new Ending(Ending.Kind.SUCCESS, Duration.ofMillis(150).toNanos());
        return samples.all().stream().map(each -> each.ending(success)).toList();
    }

    private static DryRun tried(List<Sample> samples, Map<String, Object> set) {
        RouteTree nobody = nobody(RandomRules.SERVICE);
        DryRuns runs = new DryRuns(
                service -> null,
                service -> nobody,
                (book, sample) -> book.applied(
                        sample.service(), sample.method().name(), sample.facts().caller(), MethodPolicy.DEFAULT),
                AnswerFit.UNKNOWN,
                1);
        return runs.of(
                samples, RuleBook.none(WEB), "it", Map.of("kind", "policy", "service", "shop.Stock", "set", set));
    }

    private static RouteTree nobody(ServiceId service) {
        return new RouteTree(
                RouteTable.NONE,
                new CandidateSet(List.of(), new Random(3), new FakeTicker()),
                new Random(service.hashCode()));
    }

    private static double refusedShare(List<Sample> samples, int limit) {
        return refusedShare(samples, limit, 0); // 0 for a tenth of the limit, at least one
    }

    private static double refusedShare(List<Sample> samples, int limit, int burst) {
        DryRun told = tried(samples, Map.of("rate-limit", limit, "rate-burst", burst, "rate-limit-at", "caller"));
        return (double) told.otherwise() / told.calls();
    }

    /** From a handful of drawn samples beside a thousand that stand for themselves, to drawn ones alone. */
    @ParameterizedTest
    @ValueSource(ints = {1_200, 2_500, 3_200, 10_000, 40_000, 200_000})
    void aSteadyStreamIsNotTakenForBurstsHoweverManyOfItsCallsAreKept(int count) {
        for (int seed = 0; seed < 20; seed++) {
            List<Sample> samples = uniform(count, seed);
            assertThat(refusedShare(samples, 12)).as("seed %s", seed).isLessThan(0.01);
            for (int limit : List.of(15, 20, 50, 100, 200)) {
                assertThat(refusedShare(samples, limit))
                        .as("limit %s, seed %s", limit, seed)
                        .isZero();
            }
            assertThat(refusedShare(samples, 5, 5)).as("seed %s", seed).isBetween(0.44, 0.56);
            // One at once, and slightly more than ten in equal steps: then it is the third that passes, and not the
            // second.
            assertThat(refusedShare(samples, 5)).as("seed %s", seed).isBetween(0.44, 0.68);
        }
    }

    @ParameterizedTest
    @CsvSource({"2, 0, 0.02", "1, 0.4, 0.6"})
    void asManyCallsAreAtOnceAsThereWere(int limit, double least, double most) {
        DryRun told = tried(uniform(100_000, 7), Map.of("concurrency-limit", limit, "concurrency-limit-at", "caller"));
        assertThat((double) told.otherwise() / told.calls()).isBetween(least, most);
    }

    @Test
    void aStreamThatHasBecomeFasterIsNotTakenForTheOneBefore() {
        Samples samples = new Samples(Samples.DEFAULT_PLACES, new Random(4), ticker);
        calls(samples, Samples.DEFAULT_PLACES, Duration.ofSeconds(1));
        calls(samples, 12_800, Duration.ofMillis(10));
        DryRun told = tried(ended(samples), Map.of("rate-limit", 50, "rate-limit-at", "caller"));
        assertThat(told.otherwise()).isBetween(4_000, 9_000);
    }

    @Test
    void callsAreNotSpreadOverTheNight() {
        Samples samples = new Samples(100, new Random(5), ticker);
        for (int day = 0; day < 3; day++) {
            calls(samples, 9_000, TENTH);
            ticker.advance(Duration.ofHours(12));
        }
        assertThat(refusedShare(ended(samples), 5, 5)).isBetween(0.4, 0.6);
    }

    /** One drawn call of a method stands for many, and nothing says that they were made in the second before it. */
    @Test
    void theCallsOfAMethodThatIsSeldomSeenAreSpreadOverAllTheTimeThatSamplesSpan() {
        Samples samples = new Samples(100, () -> 0L, ticker); // the lot falls on each call
        calls(samples, 100, TENTH);
        calls(samples, 1, Duration.ofSeconds(13));
        samples.offer(RandomRules.call("count").caller(new Caller("web", "p-1")).build());
        calls(samples, 98, Duration.ofSeconds(13));
        assertThat(tried(ended(samples), Map.of("rate-limit", 1, "rate-limit-at", "caller"))
                        .refusals())
                .extracting(each -> each.of().method().name())
                .containsExactly("reserve");
    }

    @Test
    void whoAsksIsToldThatSuchNumbersAreEstimates() {
        Map<String, Object> few = Map.of("rate-limit", 5, "rate-limit-at", "caller");
        assertThat(tried(uniform(3_200, 1), few).describe()).contains("\n  These are estimates: ");
        assertThat(tried(uniform(1_000, 1), few).describe()).doesNotContain("estimates");
    }
}
