package io.moa.governance.rule;

import static org.assertj.core.api.Assertions.assertThat;

import io.moa.invoke.Baggage;
import io.moa.invoke.Caller;
import io.moa.invoke.Criticality;
import io.moa.invoke.Invocation;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class MatcherTest {

    private static Matcher read(Object plain) {
        return new MatcherReader("r", "when", MatcherReader.Variables.NONE).read("", plain);
    }

    private static void says(Object plain, @Nullable String value, Verdict verdict) {
        assertThat(read(plain).test(value)).as("%s of %s", plain, value).isEqualTo(verdict);
    }

    @Test
    void aTextIsTheWholeText() {
        says("web", "web", Verdict.YES);
        says("web", "web-1", Verdict.NO);
        says("web", null, Verdict.UNKNOWN);
    }

    @Test
    void aStarStandsForAnythingAtOnePlace() {
        says("web*", "web", Verdict.YES);
        says("web*", "web-1", Verdict.YES);
        says("*web", "app-web", Verdict.YES);
        says("a*b", "ab", Verdict.YES);
        says("a*b", "a-b", Verdict.YES);
        says("aba*aba", "aba", Verdict.NO); // the same characters cannot be both
        says("aba*aba", "ababa", Verdict.NO);
        says("*", "", Verdict.YES);
        says("*", null, Verdict.NO);
    }

    @Test
    void aListIsAnyOfThem() {
        says(List.of("a", "b*"), "b1", Verdict.YES);
        says(List.of("a", "b*"), "c", Verdict.NO);
        says(List.of("a"), null, Verdict.UNKNOWN);
        says(List.of("a", Map.of("present", false)), null, Verdict.YES);
    }

    @Test
    void aNumberIsComparedWithWhatTheTextSays() {
        says(7, "7", Verdict.YES);
        says(7, "+007.0", Verdict.YES);
        says(7, "8", Verdict.NO);
        says(7, "seven", Verdict.UNKNOWN);
        says(-0.5, "-0.50", Verdict.YES);
        says(-0.5, "0.5", Verdict.NO);
        says(999_999_999_999_999_999L, "999999999999999998", Verdict.NO); // a double could not tell
        says(7, "1".repeat(300), Verdict.NO);
        says(7, "7." + "0".repeat(300) + "1", Verdict.NO);
        for (String none : List.of("", "-", ".5", "5.", "1e3", "0x1", "1 ", "٣")) {
            says(7, none, Verdict.UNKNOWN);
        }
    }

    @Test
    void bothEndsOfARangeBelongToIt() {
        Map<String, Object> range = Map.of("from", 1, "to", 999);
        says(range, "1", Verdict.YES);
        says(range, "999", Verdict.YES);
        says(range, "0.999999999", Verdict.NO);
        says(range, "999.000000001", Verdict.NO);
        says(range, "x", Verdict.UNKNOWN);
        says(Map.of("from", 1), "1000000", Verdict.YES);
        says(Map.of("to", -1.5), "-1.5", Verdict.YES);
        says(Map.of("to", -1.5), "-1.4", Verdict.NO);
    }

    @Test
    void whatIsNotThereFulfilsNeitherAConditionNorItsOpposite() {
        says(Map.of("not", "eu"), "us", Verdict.YES);
        says(Map.of("not", "eu"), "eu", Verdict.NO);
        says(Map.of("not", "eu"), null, Verdict.UNKNOWN);
        says(Map.of("not", Map.of("from", 1)), "x", Verdict.UNKNOWN);
        says(Map.of("not", Map.of("present", true)), null, Verdict.YES);
        says(Map.of("present", false), null, Verdict.YES);
        says(Map.of("present", false), "x", Verdict.NO);
        says(Map.of("percent", 100), null, Verdict.UNKNOWN);
    }

    @Test
    void aFlagIsItsWord() {
        says(true, "true", Verdict.YES);
        says(true, "false", Verdict.NO);
        says(false, "false", Verdict.YES);
        says(true, null, Verdict.UNKNOWN);
    }

    @Test
    void eachFactIsReadFromItsPlace() {
        Invocation call = RandomRules.call("reserve")
                .caller(new Caller("web", "uuid"))
                .baggage(new Baggage("gray", true, null, Criticality.SHEDDABLE_PLUS, Map.of("region", "eu")))
                .callKeys(Map.of("customer", "7"))
                .build();
        Map.of(
                        "method", "reserve",
                        "caller", "web",
                        "tag", "gray",
                        "load-test", "true",
                        "criticality", "sheddable-plus",
                        "attachment.region", "eu",
                        "key.customer", "7")
                .forEach((name, value) ->
                        assertThat(Fact.of(name).of(call)).as(name).isEqualTo(value));
        Invocation bare = RandomRules.call("reserve").build();
        for (String absent : List.of("caller", "tag", "attachment.region", "key.customer")) {
            assertThat(Fact.of(absent).of(bare)).as(absent).isNull();
        }
        assertThat(Fact.of("load-test").of(bare)).isEqualTo("false");
        assertThat(Fact.of("criticality").of(bare)).isEqualTo("critical");
    }

    @Test
    void rulesMatchAsTheirFormSays() {
        RandomRules random = new RandomRules(11);
        int matched = 0;
        for (int i = 0; i < 10_000; i++) {
            Map<String, Object> plain = random.route();
            Invocation call = random.call();
            RouteRule rule = (RouteRule) RuleReader.read("r" + i, plain);
            boolean matches =
                    new RoutedRule(rule, "revision 1", 0, RandomRules.SERVICE, random.process()).unmet(call) == null;
            assertThat(matches)
                    .as("%s of %s %s", plain, call.baggage(), call.callKeys())
                    .isEqualTo(NaiveRules.matches("r" + i, plain, call));
            matched += matches ? 1 : 0;
        }
        assertThat(matched).isBetween(2_000, 8_000);
    }

    @Test
    void whoIsInStaysInWhenThePercentageGrows() {
        Set<String> before = new HashSet<>();
        for (double percent : new double[] {0, 0.01, 1, 10, 20, 50, 99.99, 100}) {
            Matcher matcher = read(Map.of("percent", percent));
            Set<String> now = new HashSet<>();
            for (int i = 0; i < 20_000; i++) {
                if (matcher.matches("customer-" + i)) {
                    now.add("customer-" + i);
                }
            }
            assertThat(now.containsAll(before)).as("at %s %%", percent).isTrue();
            double expected = 20_000 * percent / 100;
            double sigma = Math.sqrt(expected * (1 - percent / 100));
            assertThat((double) now.size()).isBetween(expected - 4 * sigma, expected + 4 * sigma);
            before = now;
        }
        assertThat(before).hasSize(20_000);
    }

    /** Else two roll-outs at ten percent would always hit the same ones, and a sticky choice among a percentage would be none. */
    @Test
    void rulesAndUsesChooseIndependently() {
        long[] seeds = {StableHash.seed("a", "when"), StableHash.seed("b", "when"), StableHash.seed("a", "share")};
        for (int i = 0; i < seeds.length; i++) {
            for (int j = i + 1; j < seeds.length; j++) {
                int both = 0;
                for (int n = 0; n < 10_000; n++) {
                    both += StableHash.place(seeds[i], "c" + n, 2) == 0 && StableHash.place(seeds[j], "c" + n, 2) == 0
                            ? 1
                            : 0;
                }
                assertThat(both).isBetween(2_500 - 174, 2_500 + 174); // 4 sigma
            }
        }
    }

    /** Other processes and later releases must choose the same ones; the places were worked out by another program. */
    @Test
    void theHashNeverChanges() {
        long seed = StableHash.seed("slow-stock", "when");
        assertThat(List.of(
                        StableHash.place(seed, "", 10_000),
                        StableHash.place(seed, "7", 10_000),
                        StableHash.place(seed, "customer-7", 10_000),
                        StableHash.place(seed, "客户", 10_000)))
                .isEqualTo(List.of(5549, 9598, 5757, 379));
    }
}
