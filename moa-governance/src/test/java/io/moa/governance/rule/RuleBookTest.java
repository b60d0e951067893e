package io.moa.governance.rule;

import static org.assertj.core.api.Assertions.assertThat;

import io.moa.annotation.EnforcedAt;
import io.moa.discovery.RuleSet;
import io.moa.discovery.ServiceId;
import io.moa.governance.policy.MethodForm;
import io.moa.governance.policy.MethodPolicy;
import io.moa.governance.policy.Origin;
import io.moa.governance.policy.PolicyConflict;
import io.moa.governance.policy.PolicyKey;
import io.moa.testkit.Shows;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class RuleBookTest {

    private static final ServiceId STOCK = ServiceId.of("shop.Stock");
    private final LocalProcess process = new LocalProcess("uuid-1", "web", Map.of("zone", "east"));
    private final RuleBook none = RuleBook.none(process);

    private static Map<String, Object> policy(String service, Object... more) {
        Map<String, Object> rule = new LinkedHashMap<>();
        rule.put("kind", "policy");
        rule.put("service", service);
        for (int i = 0; i < more.length; i += 2) {
            rule.put((String) more[i], more[i + 1]);
        }
        return rule;
    }

    private static Map<String, Object> timeout(String service, String millis, Object... more) {
        Map<String, Object> rule = policy(service, more);
        rule.put("set", Map.of("timeout", millis));
        return rule;
    }

    private static Map<String, Object> deny(Object... more) {
        Map<String, Object> rule = policy("shop.Stock", more);
        rule.put("kind", "route");
        rule.put("deny", "no");
        return rule;
    }

    private static List<String> ids(RouteTable table) {
        return table.rules().stream()
                .map(each -> each.rule().id())
                .filter(id -> !id.startsWith("builtin."))
                .toList();
    }

    private static String timeout(RuleBook book, String method, String caller) {
        return book.apply(STOCK, method, caller, MethodPolicy.DEFAULT)
                .get(PolicyKey.TIMEOUT)
                .toString();
    }

    @Test
    @Shows("rule policy")
    void aRuleSetsValuesAndTheySayWhoseTheyAre() {
        RuleBook book = none.next(17, Map.of("slow-stock", timeout("shop.Stock", "300ms")));
        MethodPolicy policy = book.apply(STOCK, "count", "web", MethodPolicy.DEFAULT);
        assertThat(policy.timeout()).hasMillis(300);
        assertThat(policy.get(PolicyKey.TIMEOUT).origin()).isEqualTo(Origin.LIVE_RULE);
        assertThat(policy.get(PolicyKey.TIMEOUT).source()).isEqualTo("live rule: rule slow-stock, revision 17");
        assertThat(book.apply(ServiceId.of("shop.Other"), "count", "web", MethodPolicy.DEFAULT))
                .isEqualTo(MethodPolicy.DEFAULT);
    }

    @Test
    void theMoreParticularRuleWins() {
        Map<String, Object> rules = new TreeMap<>();
        List<String> expected = new ArrayList<>();
        // From the least particular on; each further one wins over all before it.
        Object[][] particular = {
            {"*", null, false},
            {"shop.Stock", null, false},
            {"*", "re*", false},
            {"shop.Stock", "re*", false},
            {"*", "reserve", false},
            {"shop.Stock", "reserve", false},
            {"shop.Stock", "reserve", true}
        };
        for (int i = 0; i < particular.length; i++) {
            Map<String, Object> rule = timeout((String) particular[i][0], (i + 1) + "s");
            if (particular[i][1] != null) {
                rule.put("method", particular[i][1]);
            }
            if ((boolean) particular[i][2]) {
                rule.put("callers", List.of("web", "batch-*"));
            }
            rules.put((char) ('z' - i) + "-rule", rule);
            expected.add((i + 1) + "s");
            RuleBook book = none.next(1, rules);
            assertThat(timeout(book, "reserve", "web")).startsWith("PT" + (i + 1) + "S");
        }
        RuleBook all = none.next(1, rules);
        assertThat(timeout(all, "reserve", "batch-1")).startsWith("PT7S");
        assertThat(timeout(all, "reserve", "other")).startsWith("PT6S");
        assertThat(timeout(all, "reserve", ""))
                .as("a caller that is not known is not named")
                .startsWith("PT6S");
        assertThat(timeout(all, "release", "web")).startsWith("PT4S");
        assertThat(timeout(all, "count", "web")).startsWith("PT2S");
    }

    @Test
    void ofEqualsTheFirstIdWins() {
        RuleBook book = none.next(
                1,
                Map.of(
                        "b",
                        timeout("shop.Stock", "2s"),
                        "a",
                        timeout("shop.Stock", "1s"),
                        "c",
                        timeout("shop.Stock", "3s")));
        assertThat(timeout(book, "count", "web")).isEqualTo("PT1S (live rule: rule a, revision 1)");
    }

    @Test
    void aValueOfTheLessParticularRuleHoldsWhereTheOtherSaysNothing() {
        RuleBook book = none.next(
                1,
                Map.of(
                        "a", policy("shop.Stock", "set", Map.of("attempts", 5, "timeout", "5s")),
                        "b", timeout("shop.Stock", "1s", "method", "count")));
        MethodPolicy policy = book.apply(STOCK, "count", "web", MethodPolicy.DEFAULT);
        assertThat(policy.attempts()).isEqualTo(5);
        assertThat(policy.timeout()).hasSeconds(1);
    }

    @Test
    void aRuleThatContradictsTheMethodIsPassedOverForItAlone() {
        RuleBook book = none.next(
                4,
                Map.of(
                        "hedge", policy("shop.Stock", "set", Map.of("hedge-after", "10ms")),
                        "slow", timeout("shop.Stock", "5s")));
        var declared = MethodPolicy.DEFAULT;
        AppliedPolicy applied = book.applied(STOCK, "reserve", "web", declared);
        assertThat(applied.policy().get(PolicyKey.HEDGE_AFTER)).isEqualTo(declared.get(PolicyKey.HEDGE_AFTER));
        assertThat(applied.policy().timeout()).as("the other rule holds").hasSeconds(5);
        assertThat(applied.reasons())
                .containsExactly(
                        "rule hedge, revision 4 is passed over for shop.Stock reserve: hedge-after and idempotent:"
                                + " a hedged call may run twice: expected @Idempotent beside @Hedge, or no hedge");
        AppliedPolicy idempotent =
                book.applied(STOCK, "count", "web", declared.withCode(PolicyKey.IDEMPOTENT, true, "code"));
        assertThat(idempotent.passedOver()).isEmpty();
        assertThat(idempotent.policy().value(PolicyKey.HEDGE_AFTER)).hasMillis(10);
    }

    @Test
    void theLimitsOfARuleThatIsPassedOverHoldAtBothSides() {
        Map<String, Object> set =
                Map.of("hedge-after", "10ms", "timeout", "9s", "rate-limit", 7, "breaker-failures", 50);
        RuleBook book = none.next(4, Map.of("hedge", policy("shop.Stock", "set", set)));
        AppliedPolicy provider = book.appliedAtProvider(STOCK, "reserve", MethodPolicy.DEFAULT);
        assertThat(provider.passedOver()).isEmpty();
        assertThat(provider.policy().value(PolicyKey.RATE_LIMIT)).isEqualTo(7);
        AppliedPolicy caller = book.applied(STOCK, "reserve", "web", MethodPolicy.DEFAULT);
        assertThat(caller.reasons())
                .singleElement()
                .asString()
                .startsWith(
                        "rule hedge, revision 4 is passed over for shop.Stock reserve, but for its limits: hedge-after");
        assertThat(caller.policy().value(PolicyKey.RATE_LIMIT)).isEqualTo(7);
        assertThat(caller.policy().value(PolicyKey.BREAKER_FAILURES)).isEqualTo(50);
        assertThat(caller.policy().get(PolicyKey.TIMEOUT).origin()).isEqualTo(Origin.DEFAULT);
    }

    @Test
    void aRuleMovesALimitToTheOtherSideOnlyWhereAllFollowIt() {
        Map<String, Object> moved = Map.of("rate-limit", 5, "rate-burst", 9, "rate-limit-at", "caller");
        MethodPolicy declared = MethodPolicy.DEFAULT.withCode(PolicyKey.RATE_LIMIT, 1, "code");
        Map<String, Object> east = Map.of("labels", Map.of("zone", "east"));
        RuleBook some = none.next(1, Map.of("a", policy("shop.Stock", "set", moved, "rollout", east)));
        MethodPolicy provider =
                some.appliedAtProvider(STOCK, "reserve", declared).policy();
        assertThat(provider.value(PolicyKey.RATE_LIMIT)).isEqualTo(1);
        assertThat(provider.value(PolicyKey.RATE_BURST)).isZero();
        assertThat(provider.value(PolicyKey.RATE_LIMIT_AT)).isEqualTo(EnforcedAt.PROVIDER);
        MethodPolicy caller = some.applied(STOCK, "reserve", "web", declared).policy();
        assertThat(caller.value(PolicyKey.RATE_LIMIT)).isEqualTo(5);
        assertThat(caller.value(PolicyKey.RATE_LIMIT_AT)).isEqualTo(EnforcedAt.CALLER);

        RuleBook all = none.next(1, Map.of("a", policy("shop.Stock", "set", moved)));
        assertThat(all.appliedAtProvider(STOCK, "reserve", declared).policy().value(PolicyKey.RATE_LIMIT_AT))
                .isEqualTo(EnforcedAt.CALLER);

        Map<String, Object> back = Map.of("concurrency-limit", 3, "concurrency-limit-at", "provider");
        MethodPolicy ownLimit = MethodPolicy.DEFAULT
                .withCode(PolicyKey.CONCURRENCY_LIMIT, 2, "code")
                .withCode(PolicyKey.CONCURRENCY_LIMIT_AT, EnforcedAt.CALLER, "code");
        RuleBook backInEast = none.next(1, Map.of("a", policy("shop.Stock", "set", back, "rollout", east)));
        assertThat(backInEast
                        .applied(STOCK, "reserve", "web", ownLimit)
                        .policy()
                        .value(PolicyKey.CONCURRENCY_LIMIT_AT))
                .isEqualTo(EnforcedAt.CALLER);
    }

    @Test
    void whatMustNotRunTwiceIsNotHedgedWhoeverSaysEither() {
        Map<String, Object> protect = policy("shop.*", "set", Map.of("idempotent", false, "rate-limit", 1));
        Map<String, Object> hedge = policy("shop.Stock", "method", "reserve", "set", Map.of("hedge-after", "20ms"));
        MethodPolicy idempotent = MethodPolicy.DEFAULT.withCode(PolicyKey.IDEMPOTENT, true, "code");
        AppliedPolicy both =
                none.next(1, Map.of("protect", protect, "hedge", hedge)).applied(STOCK, "reserve", "web", idempotent);
        assertThat(both.policy().isIdempotent()).isFalse();
        assertThat(both.policy().hedgeAfterNanos()).isZero();
        assertThat(both.policy().value(PolicyKey.RATE_LIMIT)).isEqualTo(1);
        assertThat(both.reasons()).singleElement().asString().startsWith("rule hedge, ");

        MethodPolicy hedged = idempotent.withCode(PolicyKey.HEDGE_AFTER, Duration.ofMillis(20), "code");
        AppliedPolicy over = none.next(1, Map.of("protect", protect)).applied(STOCK, "reserve", "web", hedged);
        assertThat(over.passedOver()).isEmpty();
        assertThat(over.policy().isIdempotent()).isFalse();
        assertThat(over.policy().get(PolicyKey.HEDGE_AFTER).source())
                .isEqualTo("live rule: rule protect, revision 1, says that it is not idempotent");
        assertThat(over.policy().hedgeAfterNanos()).isZero();
    }

    @Test
    void aRateSaidAloneTakesNoBurstThatWasMeantForAnother() {
        MethodPolicy declared = MethodPolicy.DEFAULT
                .withCode(PolicyKey.RATE_LIMIT, 5_000, "code")
                .withCode(PolicyKey.RATE_BURST, 1_000, "code");
        Map<String, Object> slowly = policy("shop.Stock", "method", "reserve", "set", Map.of("rate-limit", 5));
        Map<String, Object> all = policy("shop.Stock", "set", Map.of("rate-limit", 900, "rate-burst", 90));
        MethodPolicy alone = none.next(1, Map.of("slowly", slowly)).apply(STOCK, "reserve", "web", declared);
        assertThat(alone.value(PolicyKey.RATE_LIMIT)).isEqualTo(5);
        assertThat(alone.value(PolicyKey.RATE_BURST)).isZero();
        assertThat(MethodPolicy.ofPlain(alone.toPlain())).isEqualTo(alone);
        MethodPolicy beside =
                none.next(1, Map.of("slowly", slowly, "all", all)).apply(STOCK, "reserve", "web", declared);
        assertThat(beside.value(PolicyKey.RATE_LIMIT)).isEqualTo(5);
        assertThat(beside.value(PolicyKey.RATE_BURST)).isZero();
        MethodPolicy burstAlone = none.next(1, Map.of("b", policy("shop.Stock", "set", Map.of("rate-burst", 70))))
                .apply(STOCK, "reserve", "web", declared);
        assertThat(burstAlone.value(PolicyKey.RATE_LIMIT)).isEqualTo(5_000);
        assertThat(burstAlone.value(PolicyKey.RATE_BURST)).isEqualTo(70);
    }

    @Test
    void callKeysOfARuleStandBesideThoseThatAreDeclared() {
        MethodPolicy declared =
                MethodPolicy.DEFAULT.withCode(PolicyKey.CALL_KEYS, Map.of("customer", "0", "item", "1"), "code");
        MethodPolicy policy = none.next(
                        1,
                        Map.of("k", policy("shop.Stock", "set", Map.of("call-keys", Map.of("item", "2", "day", "3")))))
                .apply(STOCK, "reserve", "web", declared);
        assertThat(policy.value(PolicyKey.CALL_KEYS))
                .containsOnly(Map.entry("customer", "0"), Map.entry("item", "2"), Map.entry("day", "3"));
    }

    @Test
    void rulesThatAreRightOnlyTogetherAreTakenTogether() {
        RuleBook book = none.next(
                1,
                Map.of(
                        "a", policy("shop.Stock", "method", "count", "set", Map.of("hedge-after", "10ms")),
                        "b", policy("shop.*", "set", Map.of("idempotent", true))));
        AppliedPolicy applied = book.applied(STOCK, "count", "web", MethodPolicy.DEFAULT);
        assertThat(applied.passedOver()).isEmpty();
        assertThat(applied.policy().conflicts()).isEmpty();
    }

    @Test
    void ofTwoRulesThatContradictOneAnotherTheMoreParticularHolds() {
        RuleBook book = none.next(
                1,
                Map.of(
                        "a", policy("*", "set", Map.of("hedge-after", "10ms", "idempotent", true)),
                        "b", policy("shop.Stock", "set", Map.of("on-failure", "broadcast"))));
        AppliedPolicy applied = book.applied(STOCK, "count", "web", MethodPolicy.DEFAULT);
        assertThat(applied.policy().conflicts()).isEmpty();
        assertThat(applied.passedOver()).singleElement().asString().startsWith("rule a, revision 1");
        assertThat(applied.policy().get(PolicyKey.ON_FAILURE).origin()).isEqualTo(Origin.LIVE_RULE);
    }

    @Test
    void aBadRuleIsKeptOutAloneAndItsLastGoodVersionStays() {
        RuleBook first = none.next(1, Map.of("a", timeout("shop.Stock", "1s"), "b", policy("shop.Stock", "set", 1)));
        assertThat(first.bad()).containsOnlyKeys("b");
        assertThat(first.bad().get("b")).isEqualTo("set: expected an object, not 1");
        assertThat(timeout(first, "count", "web")).startsWith("PT1S");

        RuleBook second = first.next(2, Map.of("a", timeout("shop.Stock", "fast")));
        assertThat(second.bad().get("a")).endsWith("(what revision 1 said stays in force)");
        assertThat(timeout(second, "count", "web")).isEqualTo("PT1S (live rule: rule a, revision 1)");

        RuleBook third = second.next(3, Collections.singletonMap("a", null)); // an unreadable text
        assertThat(timeout(third, "count", "web")).as("also after two bad ones").startsWith("PT1S");
        assertThat(third.standings().get("a"))
                .contains("in force since revision 1")
                .contains("not as stored");

        RuleBook fourth = third.next(4, Map.of());
        assertThat(timeout(fourth, "count", "web"))
                .as("a rule that was taken away is gone")
                .startsWith("PT1S (default");
        assertThat(fourth.rules()).isEmpty();
    }

    @Test
    void whatHasNotChangedKeepsItsRevisionAndItsTable() {
        Map<String, Object> same = deny();
        RuleBook first = none.next(1, Map.of("a", same));
        RuleBook second = first.next(2, Map.of("a", same, "other", timeout("shop.Other", "1s")));
        assertThat(second.routes(STOCK)).isEqualTo(first.routes(STOCK));
        RuleBook third = second.next(3, Map.of("a", deny("note", "another")));
        assertThat(third.routes(STOCK)).isNotEqualTo(first.routes(STOCK));
    }

    @Test
    void aRuleIsInForceWhereItIsRolledOut() {
        Map<String, Object> rules = new HashMap<>();
        rules.put("off", deny("enabled", false));
        rules.put("east", deny("rollout", Map.of("labels", Map.of("zone", List.of("east", "west")))));
        rules.put("north", deny("rollout", Map.of("labels", Map.of("zone", "north"))));
        rules.put("nobody", deny("rollout", Map.of("percent", 0)));
        rules.put("unit", deny("rollout", Map.of("labels", Map.of("unit", Map.of("present", false)))));
        RuleBook book = none.next(1, rules);
        assertThat(ids(book.routes(STOCK))).containsExactly("east", "unit");
        assertThat(book.standings())
                .containsEntry("east", "in force since revision 1")
                .containsEntry("off", "not in force: it is not enabled")
                .containsEntry(
                        "north",
                        "not in force: it is for processes whose label zone is \"north\", and this one's is \"east\"")
                .containsEntry(
                        "nobody", "not in force: it is for 0 % of the processes, and this one is not among them");
    }

    @Test
    void aProcessThatIsInAtTenPercentIsInAtTwenty() {
        int[] in = new int[3];
        for (int i = 0; i < 2_000; i++) {
            RuleBook own = RuleBook.none(new LocalProcess("uuid-" + i, "web", Map.of()));
            boolean before = false;
            int[] percents = {10, 20, 100};
            for (int p = 0; p < percents.length; p++) {
                RuleBook book = own.next(1, Map.of("a", deny("rollout", Map.of("percent", percents[p]))));
                boolean now = !ids(book.routes(STOCK)).isEmpty();
                assertThat(now || !before).isTrue();
                in[p] += now ? 1 : 0;
                before = now;
            }
        }
        assertThat(in[0]).isBetween(200 - 54, 200 + 54); // 4 sigma
        assertThat(in[1]).isBetween(400 - 72, 400 + 72);
        assertThat(in[2]).isEqualTo(2_000);
    }

    @Test
    void rulesStandByPriorityThenById() {
        Map<String, Object> rules = new HashMap<>();
        rules.put("b", deny());
        rules.put("a", deny());
        rules.put("late", deny("priority", -5));
        rules.put("z", deny("priority", 10));
        RouteTable table = none.next(1, rules).routes(STOCK);
        assertThat(ids(table)).containsExactly("z", "a", "b", "late");
        assertThat(table.rules().get(0).rule().id()).startsWith("builtin.");
        assertThat(table.rules().get(5).rule().id()).startsWith("builtin.");
    }

    @Test
    void rulesForAServiceAreBounded() {
        Map<String, Object> rules = new HashMap<>();
        for (int i = 0; i < 150; i++) {
            rules.put(String.format("exact-%03d", i), deny());
            Map<String, Object> everywhere = deny();
            everywhere.put("service", "*");
            rules.put(String.format("some-%03d", i), everywhere);
        }
        for (int i = 150; i < 201; i++) {
            rules.put("exact-" + i, deny());
        }
        RuleBook book = none.next(1, rules);
        assertThat(book.bad()).containsOnlyKeys("exact-200");
        RouteTable table = book.routes(STOCK);
        assertThat(ids(table)).hasSize(RouteTable.MAX_RULES);
        assertThat(table.leftOut()).hasSize(150).containsKey("some-149");
    }

    @Test
    void conditionsThatWouldTakeEachCallTooLongAreLeftOut() {
        List<Object> patterns = new ArrayList<>();
        List<Object> texts = new ArrayList<>();
        for (int i = 0; i < 1_000; i++) {
            patterns.add("*-" + i);
            texts.add("text-" + i);
        }
        Map<String, Object> rules = new HashMap<>();
        for (int i = 0; i < 9; i++) {
            rules.put("patterns-" + i, deny("when", Map.of("attachment.region", patterns)));
            rules.put("a-text-" + i, deny("when", Map.of("attachment.region", texts)));
        }
        RouteTable table = none.next(1, rules).routes(STOCK);
        assertThat(table.leftOut())
                .containsOnlyKeys("patterns-4", "patterns-5", "patterns-6", "patterns-7", "patterns-8");
        assertThat(table.leftOut().get("patterns-4"))
                .isEqualTo(
                        "its conditions compare a call with 1000 values, and those of a service may with 5000 in all,"
                                + " of which rules before it leave 991");
        assertThat(ids(table)).contains("a-text-8");
        rules.replaceAll((id, any) -> deny("callers", id.startsWith("a") ? texts : patterns));
        assertThat(none.next(1, rules).routes(STOCK).leftOut()).as("of callers").hasSize(5);
    }

    @Test
    void aRuleWithAValueThatTheMethodCannotHaveIsPassedOverForItAlone() {
        Map<String, Object> keys = policy("shop.Stock", "set", Map.of("call-keys", Map.of("item", "7"), "attempts", 5));
        Map<String, Object> exact =
                policy("shop.Stock", "method", "reserve", "set", Map.of("call-keys", Map.of("item", "0")));
        RuleBook book = none.next(4, Map.of("keys", keys, "exact", exact, "slow", timeout("shop.Stock", "9s")));
        MethodForm oneArgument = policy -> policy.value(PolicyKey.CALL_KEYS).containsValue("7")
                ? List.of(new PolicyConflict(List.of(PolicyKey.CALL_KEYS), "there is one argument"))
                : List.of();
        AppliedPolicy applied = book.applied(STOCK, "count", "web", MethodPolicy.DEFAULT, oneArgument);
        assertThat(applied.policy().value(PolicyKey.CALL_KEYS)).isEmpty();
        assertThat(applied.policy().attempts()).isEqualTo(PolicyKey.ATTEMPTS.defaultValue());
        assertThat(applied.policy().timeout()).hasSeconds(9);
        assertThat(applied.reasons())
                .containsExactly("rule keys, revision 4 is passed over for shop.Stock count: call-keys: there is one"
                        + " argument");
        AppliedPolicy other = book.applied(STOCK, "reserve", "web", MethodPolicy.DEFAULT, oneArgument);
        assertThat(other.passedOver())
                .as("a more particular rule says another value")
                .isEmpty();
        assertThat(other.policy().attempts()).isEqualTo(5);
    }

    @Test
    void aRuleIsNamedByTheChangeAtWhichItBecameWhatItIs() {
        Map<String, Object> rules = Map.of("a", timeout("shop.Stock", "300ms"), "old", deny());
        RuleSet told = new RuleSet(5_000, Map.of(), Map.of(), "5-0", Map.of("a", "3-1"));
        RuleBook book = none.next(told, rules, Map.of());
        assertThat(timeout(book, "count", "web")).endsWith("(live rule: rule a, version 3-1)");
        assertThat(book.version()).isEqualTo("version 5-0");
        assertThat(book.standings())
                .containsEntry("a", "in force since version 3-1")
                .as("the history does not go back so far")
                .containsEntry("old", "in force since version 5-0 or before");
        RuleSet later = new RuleSet(7_000, Map.of(), Map.of(), "7-0", Map.of("a", "3-1", "new", "7-0"));
        RuleBook next =
                book.next(later, Map.of("a", rules.get("a"), "old", deny(), "new", deny("note", "n")), Map.of());
        assertThat(next.standings())
                .as("another rule was changed")
                .containsEntry("a", "in force since version 3-1")
                .containsEntry("old", "in force since version 5-0 or before")
                .containsEntry("new", "in force since version 7-0");
        RuleBook known = none.next(5, rules).next(told, rules, Map.of());
        assertThat(known.standings()).as("once it is known").containsEntry("a", "in force since version 3-1");
    }
}
