package io.moa.governance.rule;

import static org.assertj.core.api.Assertions.assertThat;

import io.moa.invoke.Executed;
import io.moa.invoke.Invocation;
import io.moa.invoke.Status;
import io.moa.testkit.Shows;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

/** What fault rules do to calls. */
class FaultTableTest {

    private static final Map<String, Object> AWAY = Map.of("status", "UNAVAILABLE", "message", "the stock is away");

    private final RandomGenerator chance = new Random(11);

    private static Map<String, Object> rule(Object... fields) {
        Map<String, Object> rule = new LinkedHashMap<>(Map.of("kind", "fault", "service", "shop.Stock"));
        for (int i = 0; i < fields.length; i += 2) {
            rule.put((String) fields[i], fields[i + 1]);
        }
        return rule;
    }

    private static RuleBook book(Map<String, ?> rules) {
        RuleBook book = RuleBook.none(new LocalProcess("self", "web", Map.of())).next(7, rules);
        assertThat(book.bad()).isEmpty();
        return book;
    }

    private static FaultTable table(Map<String, ?> rules) {
        return book(rules).faults(RandomRules.SERVICE);
    }

    private static Invocation call() {
        return RandomRules.call("count").build();
    }

    private static Invocation customer(String id) {
        return RandomRules.call("count").callKeys(Map.of("customer", id)).build();
    }

    private int struckOf(FaultTable table, int calls) {
        int struck = 0;
        for (int i = 0; i < calls; i++) {
            struck += table.strike(call(), chance) == null ? 0 : 1;
        }
        return struck;
    }

    @Test
    @Shows("rule fault")
    void aCallThatMatchesIsHeldBackAndFails() {
        Fault fault =
                table(Map.of("chaos", rule("delay", "200ms", "fail", AWAY))).strike(call(), chance);
        assertThat(fault.delayNanos()).isEqualTo(200_000_000);
        assertThat(fault.fail().status()).isEqualTo(Status.UNAVAILABLE);
        assertThat(fault.sentence()).isEqualTo("injected by rule chaos, revision 7: the stock is away");
    }

    @Test
    void aCallThatDoesNotMatchIsSpared() {
        FaultTable table = table(Map.of(
                "method", rule("fail", AWAY, "when", Map.of("method", "reserve")),
                "caller", rule("fail", AWAY, "callers", List.of("batch")),
                "tag", rule("fail", AWAY, "when", Map.of("tag", "chaos")),
                "service", rule("fail", AWAY, "service", "shop.Depot"),
                "off", rule("fail", AWAY, "enabled", false),
                "elsewhere", rule("fail", AWAY, "rollout", Map.of("labels", Map.of("zone", "east")))));
        assertThat(table.faults()).extracting(each -> each.rule().id()).containsExactly("caller", "method", "tag");
        assertThat(table.strike(call(), chance)).isNull();
        assertThat(table(Map.of("off", rule("fail", AWAY, "enabled", false)))).isSameAs(FaultTable.NONE);
    }

    @Test
    void byLotSoManyOfAHundredAreStruck() {
        FaultTable table = table(Map.of("some", rule("fail", AWAY, "percent", 10)));
        assertThat(struckOf(table, 10_000)).isBetween(850, 1_150);
        assertThat(struckOf(table(Map.of("none", rule("fail", AWAY, "percent", 0))), 1_000))
                .isZero();
    }

    @Test
    void aStickyFactStrikesTheSameCustomersAndMoreOfThemWhenThePercentageGrows() {
        FaultTable few = table(Map.of("some", rule("fail", AWAY, "percent", 10, "sticky", "key.customer")));
        FaultTable more = table(Map.of("some", rule("fail", AWAY, "percent", 30, "sticky", "key.customer")));
        Set<String> struck = new HashSet<>();
        for (int i = 0; i < 1_000; i++) {
            String id = "c" + i;
            boolean first = few.strike(customer(id), chance) != null;
            assertThat(few.strike(customer(id), chance) != null).isEqualTo(first);
            if (first) {
                struck.add(id);
                assertThat(more.strike(customer(id), chance)).as(id).isNotNull();
            }
        }
        assertThat(struck).hasSizeBetween(60, 140);
        assertThat(struckOf(few, 1_000)).as("by lot without a customer").isBetween(60, 140);
    }

    @Test
    void delaysAddUpAndTheFirstRuleThatFailsIsTheLast() {
        Fault fault = table(Map.of(
                        "a", rule("delay", "1s"),
                        "b", rule("delay", "2s", "fail", Map.of("status", "OVERLOADED")),
                        "c", rule("delay", "4s", "fail", AWAY)))
                .strike(call(), chance);
        assertThat(fault.delayNanos()).isEqualTo(3_000_000_000L);
        assertThat(fault.fail().status()).isEqualTo(Status.OVERLOADED);
        assertThat(fault.names()).isEqualTo("rule a, revision 7 and rule b, revision 7");
    }

    @Test
    void whatItTellsOfTheImplementationIsWhatARealFailureWould() {
        assertThat(new FaultRule.Failure(Status.UNAVAILABLE, null, "").executed())
                .isEqualTo(Executed.NO);
        assertThat(new FaultRule.Failure(Status.INTERNAL, null, "").executed()).isEqualTo(Executed.MAYBE);
        assertThat(new FaultRule.Failure(Status.APPLICATION, "OUT", "").executed())
                .isEqualTo(Executed.YES);
    }

    @Test
    void eachRuleSaysWhatItWouldDoAndHowOftenItHas() {
        FaultTable table = table(Map.of(
                "by-lot", rule("delay", "200ms", "fail", AWAY, "percent", 10),
                "gray", rule("fail", AWAY, "when", Map.of("tag", "gray")),
                "sold-out", rule("fail", Map.of("error", "OUT_OF_STOCK")),
                "sticky", rule("delay", "1m", "percent", 0, "sticky", "key.customer")));
        assertThat(table.faults().get(0).count()).as("the first").isTrue();
        assertThat(table.faults().get(0).count()).isFalse();
        assertThat(table.explain(customer("c")))
                .containsExactly(
                        "by-lot (revision 7): strikes 10 % of such calls, by lot: 200ms, then UNAVAILABLE; it has struck 2 attempts so far",
                        "gray (revision 7): not known, it asks for tag \"gray\", and the call does not say",
                        "sold-out (revision 7): strikes this call: error OUT_OF_STOCK; it has struck 0 attempts so far",
                        "sticky (revision 7): spares this call; it strikes 0 % by the value of key.customer: 1m;"
                                + " it has struck 0 attempts so far");
    }

    @Test
    void anotherVersionIsAnotherTableAndTheSameOneIsEqual() {
        RuleBook first = book(Map.of("a", rule("delay", "1s")));
        assertThat(first.next(8, Map.of("a", rule("delay", "1s"))).faults(RandomRules.SERVICE))
                .isEqualTo(first.faults(RandomRules.SERVICE));
        assertThat(first.next(8, Map.of("a", rule("delay", "2s"))).faults(RandomRules.SERVICE))
                .isNotEqualTo(first.faults(RandomRules.SERVICE));
    }

    @Test
    void rulesBeyondTheLimitAreLeftOutAndTheExplanationSaysSo() {
        Map<String, Object> many = new LinkedHashMap<>();
        for (int i = 0; i <= FaultTable.MAX_RULES; i++) {
            many.put("r" + (100 + i), rule("delay", "1ms"));
        }
        FaultTable table = table(many);
        assertThat(table.faults()).hasSize(FaultTable.MAX_RULES);
        assertThat(table.explain(call()))
                .last()
                .asString()
                .startsWith("r150: left out, a service may have 50 fault rules");
    }

    @Test
    void aRuleIsWrittenAsItIsRead() {
        Map<String, Object> plain = rule(
                "when",
                Map.of("method", "reserve"),
                "percent",
                12.5,
                "sticky",
                "key.customer",
                "delay",
                "200ms",
                "fail",
                AWAY,
                "rollout",
                Map.of("percent", 25),
                "note",
                "every Friday");
        Rule read = RuleReader.read("chaos", plain);
        assertThat(RuleReader.read("chaos", read.toPlain())).isEqualTo(read);
        assertThat(read.toPlain()).containsEntry("delay", "200ms").containsEntry("fail", AWAY);
    }

    @Test
    void allThatIsWrongWithOneIsToldWithItsPlace() {
        assertThat(RuleReader.faults("x", rule()))
                .containsExactly("expected a \"delay\", a \"fail\" or both in a fault rule, not neither");
        assertThat(RuleReader.faults(
                        "x",
                        rule(
                                "delay",
                                "2m",
                                "percent",
                                101,
                                "sticky",
                                "customer",
                                "whem",
                                Map.of(),
                                "fail",
                                Map.of("status", "UNAVAILABEL"))))
                .anyMatch(each -> each.startsWith("delay: expected a time of 1ms to 1m in whole milliseconds"))
                .anyMatch(each -> each.startsWith("percent: expected 0 to 100"))
                .anyMatch(each -> each.startsWith("sticky: there is no fact of a call \"customer\""))
                .anyMatch(each -> each.startsWith("there is no field \"whem\"; did you mean \"when\"?"))
                .anyMatch(each -> each.startsWith("fail.status: there is no status of failed calls \"UNAVAILABEL\"; did"
                        + " you mean \"UNAVAILABLE\"?"));
        assertThat(RuleReader.faults("x", rule("delay", List.of()))).anyMatch(each -> each.startsWith("delay: "));
        assertThat(RuleReader.faults("x", rule("fail", Map.of("status", "CANCELLED"))))
                .anyMatch(each -> each.startsWith("fail.status: there is no status of failed calls \"CANCELLED\""));
        assertThat(RuleReader.faults("x", rule("fail", Map.of("status", "APPLICATION"))))
                .anyMatch(each -> each.startsWith("fail.status: expected an \"error\" in its place"));
        assertThat(RuleReader.faults("x", rule("fail", Map.of("status", "INTERNAL", "error", "OUT"))))
                .anyMatch(each -> each.startsWith("fail: expected either a \"status\""));
    }
}
