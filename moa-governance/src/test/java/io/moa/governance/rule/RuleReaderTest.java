package io.moa.governance.rule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.fail;

import io.moa.discovery.ServiceId;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class RuleReaderTest {

    private static Map<String, Object> route(Object... more) {
        return with(Map.of("kind", "route", "service", "shop.Stock", "to", List.of(Map.of("where", Map.of()))), more);
    }

    private static Map<String, Object> policy(Object... more) {
        return with(Map.of("kind", "policy", "service", "shop.Stock", "set", Map.of("timeout", "300ms")), more);
    }

    private static Map<String, Object> with(Map<String, Object> rule, Object... more) {
        Map<String, Object> all = new LinkedHashMap<>(rule);
        for (int i = 0; i < more.length; i += 2) {
            all.put((String) more[i], more[i + 1]);
        }
        return all;
    }

    private static Map<String, Object> denied(Object... more) {
        Map<String, Object> rule = route(more);
        rule.remove("to");
        rule.putIfAbsent("deny", "no");
        return rule;
    }

    private static Map<String, Object> redirect(Object redirect, Object... more) {
        Map<String, Object> rule = route(more);
        rule.remove("to");
        rule.put("redirect", redirect);
        return rule;
    }

    private static Object deep(int levels) {
        Object deep = "x";
        for (int i = 0; i < levels; i++) {
            deep = i % 2 == 0 ? Map.of("not", deep) : List.of(deep);
        }
        return deep;
    }

    static List<Arguments> faults() {
        String huge = "x".repeat(300);
        return List.of(
                Arguments.of(null, "expected an object, not null"),
                Arguments.of("text", "expected an object, not \"text\""),
                Arguments.of(Map.of(), "kind: expected a text of 1 to 256 characters, not null"),
                Arguments.of(Map.of("kind", "rout"), "kind: there is no kind \"rout\"; did you mean \"route\"?"),
                Arguments.of(route("whem", Map.of()), "there is no field \"whem\"; did you mean \"when\"?"),
                Arguments.of(policy("when", Map.of()), "there is no field \"when\"; expected one of kind, service,"),
                Arguments.of(route("service", 7), "service: expected a text of 1 to 256 characters, not 7"),
                Arguments.of(route("service", huge), "service: expected a text of 1 to 256 characters, not one of 300"),
                Arguments.of(route("service", "a*b*"), "service: expected at most one '*' in a text, not \"a*b*\""),
                Arguments.of(
                        route("service", "shop. Stock"),
                        "service: no service is called so: expected [group/]name[:version] without blanks"),
                Arguments.of(route("service", "a/b/c:d:e"), "service: no service is called so"),
                Arguments.of(route("service", "a/b/*"), "service: no service is called so"),
                Arguments.of(route("service", "v:1/*"), "service: no service is called so"),
                Arguments.of(route("service", "/shop.Stock"), "service: no service is called so"),
                Arguments.of(policy("service", "shop.Stock:"), "service: no service is called so"),
                Arguments.of(
                        route("service", "shop.Stock\u202e\n"),
                        "service: expected a text without line breaks, invisible characters and marks of writing direction;"
                                + " \"shop.Stock??\" has U+202E at 10"),
                Arguments.of(route("note", "a\u001b[31m"), "note: expected a text without line breaks"),
                Arguments.of(denied("deny", "a\u0085b"), "deny: expected a text without line breaks"),
                Arguments.of(route("callers", List.of("we\u200eb")), "callers[0]: expected a text without line breaks"),
                Arguments.of(
                        route("when", Map.of("key.a\u2066", "x")),
                        "when: expected names of 1 to 256 visible characters"),
                Arguments.of(route("callers", List.of("we\u200bb")), "callers[0]: expected a text without line breaks"),
                Arguments.of(policy("method", "re\u00adserve"), "\"re?serve\" has U+00AD at 2"),
                Arguments.of(policy("method", "\ufeffreserve"), "has U+FEFF at 0"),
                Arguments.of(policy("method", "reserve\u00a0"), "has U+00A0 at 7"),
                Arguments.of(policy("method", "reserve\u2060"), "has U+2060 at 7"),
                Arguments.of(policy("method", "a\ud800"), "has U+D800 at 1"),
                Arguments.of(policy("method", "a\u3164"), "has U+3164 at 1"),
                Arguments.of(policy("method", "a\u115f"), "has U+115F at 1"),
                Arguments.of(policy("method", "a\uffa0"), "has U+FFA0 at 1"),
                Arguments.of(policy("method", "a\u2800"), "has U+2800 at 1"),
                Arguments.of(policy("method", "a\ufe0f"), "has U+FE0F at 1"),
                Arguments.of(policy("method", "a\u034f"), "has U+034F at 1"),
                Arguments.of(policy("method", "a\u17b4"), "has U+17B4 at 1"),
                Arguments.of(policy("method", "a\ue000"), "has U+E000 at 1"),
                Arguments.of(policy("method", "a\udb40\udd00"), "has U+E0100 at 1"),
                Arguments.of(route("note", "a\u2060b"), "note: expected a text without line breaks"),
                Arguments.of(route("when", Map.of("method", 7)), "when.method: expected a method's name, not 7"),
                Arguments.of(
                        route("when", Map.of("method", List.of("a", Map.of("from", 7)))),
                        "when.method[1]: expected a method's name, not an object"),
                Arguments.of(
                        policy("set", Map.of("hedge-after", "10ms", "idempotent", false)),
                        "set: hedge-after and idempotent: a hedged call may run twice"),
                Arguments.of(
                        policy("method", "reserve(java.lang.String,int)"),
                        "method: expected a method's name without its parameter types, \"reserve\", not \"reserve("),
                Arguments.of(
                        route("when", Map.of("method", "reserve*)")),
                        "when.method: expected a method's name without its parameter types, not"),
                Arguments.of(
                        route("when", Map.of("method", List.of("a", Map.of("not", "b()")))),
                        "when.method[1].not: expected a method's name without its parameter types, \"b\", not \"b()\""),
                Arguments.of(
                        route("when", Map.of("criticality", "crtical")),
                        "when.criticality: there is no such value \"crtical\"; did you mean \"critical\"?"),
                Arguments.of(
                        route("when", Map.of("criticality", List.of("critical", Map.of("not", "vital")))),
                        "when.criticality[1].not: there is no such value \"vital\"; expected one of critical-plus,"),
                Arguments.of(
                        route("when", Map.of("criticality", "x*")), "when.criticality: there is no such value \"x*\""),
                Arguments.of(route("when", Map.of("criticality", 1)), "when.criticality: there is no such value 1"),
                Arguments.of(
                        route("when", Map.of("load-test", "yes")),
                        "when.load-test: there is no such value \"yes\"; expected one of true, false"),
                Arguments.of(
                        route("when", Map.of("load-test", Map.of("from", 0, "to", 1))),
                        "when.load-test: there is no such value an object; expected one of true, false"),
                Arguments.of(
                        route("when", Map.of("key.x", Map.of("not", "*"))),
                        "when.key.x.not: no value is other than \"*\"; expected {\"present\": false}"),
                Arguments.of(
                        route("when", Map.of("key.x", Map.of("not", List.of("a", List.of("*"))))),
                        "when.key.x.not: no value is other than \"*\""),
                Arguments.of(route("priority", 0.5), "priority: expected a whole number from -10000 to 10000, not 0.5"),
                Arguments.of(route("priority", 10_001), "priority: expected a whole number from -10000 to 10000"),
                Arguments.of(route("priority", Double.NaN), "priority: expected a number, not NaN"),
                Arguments.of(route("priority", "1"), "priority: expected a number, not \"1\""),
                Arguments.of(route("enabled", "yes"), "enabled: expected true or false, not \"yes\""),
                Arguments.of(route("note", List.of()), "note: expected a text of 0 to 256 characters, not a list"),
                Arguments.of(route("callers", "web"), "callers: expected a list of applications, not \"web\""),
                Arguments.of(route("callers", List.of("web", 1)), "callers[1]: expected a text of 1 to 256"),
                Arguments.of(route("callers", List.of()), "callers: expected 1 to 1000 values, not 0"),
                Arguments.of(
                        route("callers", Collections.nCopies(1_001, "x")),
                        "callers: expected 1 to 1000 values, not 1001"),
                Arguments.of(
                        policy("callers", List.of("web"), "set", Map.of("rate-limit", 1)),
                        "set.rate-limit: a provider goes by no rule with \"callers\", as it does not ask who calls; expected"
                                + " \"rate-limit-at\": \"caller\" beside it"),
                Arguments.of(
                        policy("callers", List.of("web"), "set", Map.of("rate-burst", 1, "rate-limit-at", "provider")),
                        "set.rate-burst: a provider goes by no rule"),
                Arguments.of(
                        policy(
                                "callers",
                                List.of("web"),
                                "set",
                                Map.of("concurrency-limit", 1, "rate-limit-at", "caller")),
                        "expected \"concurrency-limit-at\": \"caller\" beside it"),
                Arguments.of(route("when", "x"), "when: expected an object, not \"x\""),
                Arguments.of(
                        route("when", Map.of("metod", "x")),
                        "when: there is no fact of a call \"metod\"; did you mean \"method\"?"),
                Arguments.of(route("when", Map.of("key.", "x")), "when: there is no fact of a call \"key.\""),
                Arguments.of(
                        route("when", Map.of("key.customer", Map.of("from", "x"))),
                        "when.key.customer.from: expected a number, not \"x\""),
                Arguments.of(
                        route("when", Map.of("key.customer", Map.of("from", 2, "to", 1))),
                        "when.key.customer: from 2 to 1 there is no number"),
                Arguments.of(
                        route("when", Map.of("tag", Map.of("from", new BigDecimal("1e999999999")))),
                        "when.tag.from: expected a number of at most 9223372036854775807 with up to 9 digits after the point"),
                Arguments.of(
                        route("when", Map.of("tag", BigInteger.TEN.pow(30))),
                        "when.tag: expected a number of at most 9223372036854775807"),
                Arguments.of(
                        route("when", Map.of("tag", 1e-20)),
                        "when.tag: expected a number of at most 9223372036854775807 with up to 9 digits after the point,"
                                + " not 1.0E-20"),
                Arguments.of(
                        route("when", Map.of("tag", Map.of("percent", 100.5))),
                        "when.tag.percent: expected 0 to 100 with at most two digits after the point, not 100.5"),
                Arguments.of(
                        route("when", Map.of("tag", Map.of("percent", 0.001))), "when.tag.percent: expected 0 to 100"),
                Arguments.of(
                        route("when", Map.of("tag", Map.of("percent", -0.5))), "when.tag.percent: expected 0 to 100"),
                Arguments.of(
                        route("when", Map.of("tag", Map.of("present", 1))),
                        "when.tag.present: expected true or false, not 1"),
                Arguments.of(route("when", Map.of("tag", Map.of())), "when.tag: expected one of \"not\", \"present\""),
                Arguments.of(
                        route("when", Map.of("tag", Map.of("not", "x", "from", 1))),
                        "when.tag: expected one of \"not\""),
                Arguments.of(
                        route("when", Map.of("tag", Map.of("nott", "x"))),
                        "when.tag: there is no field \"nott\"; did you mean \"not\"?"),
                Arguments.of(
                        route("when", Map.of("tag", List.of("a", ""))), "when.tag[1]: expected a text of 1 to 256"),
                Arguments.of(route("when", Map.of("tag", "a*b*c")), "when.tag: expected at most one '*'"),
                Arguments.of(route("when", Map.of("tag", "$tag")), "when.tag: \"$tag\" stands only in \"where\""),
                Arguments.of(route("when", Map.of("tag", deep(5))), "conditions may stand in one another 4 deep"),
                Arguments.of(route("when", Map.of("tag", deep(50_000))), "conditions may stand in one another 4 deep"),
                Arguments.of(
                        route("when", Collections.singletonMap("tag", null)),
                        "when.tag: expected a text, a number, true"),
                Arguments.of(route("when", Map.of("tag", new Object())), "not a value of another kind"),
                Arguments.of(route("when", many(17)), "when: expected at most 16 fields, not 17"),
                Arguments.of(
                        route("when", Collections.singletonMap(null, "x")), "when: expected names of 1 to 256 visible"),
                Arguments.of(route("to", List.of()), "to: expected a list of 1 to 16 destinations, not one of 0"),
                Arguments.of(route("to", "x"), "to: expected a list of 1 to 16 destinations, not \"x\""),
                Arguments.of(
                        route("to", Collections.nCopies(17, Map.of("where", Map.of()))),
                        "to: expected a list of 1 to 16 destinations, not one of 17"),
                Arguments.of(route("to", Arrays.asList((Object) null)), "to[0]: expected an object, not null"),
                Arguments.of(route("to", List.of(Map.of())), "to[0].where: expected an object, not null"),
                Arguments.of(
                        route("to", List.of(Map.of("where", Map.of(), "share", -1))),
                        "to[0].share: expected a whole number from 0 to 10000, not -1"),
                Arguments.of(
                        route("to", List.of(Map.of("where", Map.of(), "share", 0))),
                        "to: expected a share above 0 for one destination at least"),
                Arguments.of(
                        route("to", List.of(Map.of("where", Map.of("label", "x")))),
                        "to[0].where: there is no trait of an instance \"label\""),
                Arguments.of(
                        route("to", List.of(Map.of("where", Map.of("host", "$caller")))),
                        "to[0].where.host: \"$caller\" is the caller's label of the same name"),
                Arguments.of(
                        route("to", List.of(Map.of("where", Map.of("label.zone", "$zone")))),
                        "to[0].where.label.zone: expected \"$caller\" or \"$tag\", not \"$zone\""),
                Arguments.of(
                        route("deny", "no"),
                        "expected one of \"to\", \"redirect\", \"deny\" and \"answer\" in a route rule, not 2"),
                Arguments.of(denied("sticky", "tag"), "sticky: stands only beside \"to\" or \"redirect\""),
                Arguments.of(denied("otherwise", "pass"), "otherwise: stands only beside \"to\" or \"redirect\""),
                Arguments.of(denied("mirror", Map.of()), "mirror: stands only beside \"to\""),
                Arguments.of(route("redirct", Map.of()), "there is no field \"redirct\"; did you mean \"redirect\"?"),
                Arguments.of(redirect("shop.Stock:2"), "redirect: expected an object, not \"shop.Stock:2\""),
                Arguments.of(
                        redirect(Map.of("percent", 10)),
                        "redirect.service: expected a text of 1 to 256 characters, not null"),
                Arguments.of(
                        redirect(Map.of("service", "shop.Stock:2", "percnt", 10)),
                        "redirect: there is no field \"percnt\"; did you mean \"percent\"?"),
                Arguments.of(
                        redirect(Map.of("service", "shop.*")),
                        "redirect.service: expected one service, [group/]name[:version], not the pattern \"shop.*\""),
                Arguments.of(
                        redirect(Map.of("service", "shop.Stock:")),
                        "redirect.service: expected [group/]name[:version], perhaps \"shop.Stock\", not \"shop.Stock:\""),
                Arguments.of(
                        redirect(Map.of("service", "a:b/c")),
                        "redirect.service: A service is written [group/]name[:version]; here the ':' stands before the '/'"),
                Arguments.of(
                        redirect(Map.of("service", "my stock")),
                        "redirect.service: A service name may not contain blanks"),
                Arguments.of(
                        redirect(Map.of("service", "shop.Stock")),
                        "redirect.service: the calls of shop.Stock go there already; expected another service"),
                Arguments.of(
                        redirect(Map.of("service", "shop.Stock:2", "percent", 100.5)),
                        "redirect.percent: expected 0 to 100 with at most two digits after the point, not 100.5"),
                Arguments.of(
                        redirect(Map.of("service", "shop.Stock:2", "percent", "10")),
                        "redirect.percent: expected a number, not \"10\""),
                Arguments.of(
                        redirect(Map.of("service", "shop.Stock:2"), "sticky", "customer"),
                        "sticky: there is no fact of a call \"customer\""),
                Arguments.of(
                        redirect(Map.of("service", "shop.Stock:2"), "otherwise", "wait"),
                        "otherwise: there is no such choice \"wait\""),
                Arguments.of(
                        redirect(Map.of("service", "shop.Stock:2"), "mirror", Map.of()),
                        "mirror: stands only beside \"to\""),
                Arguments.of(redirect(Map.of("service", "shop.Stock:2"), "deny", "no"), "in a route rule, not 2"),
                Arguments.of(denied("deny", ""), "deny: expected a text of 1 to 256 characters, not \"\""),
                Arguments.of(route("sticky", "key"), "sticky: there is no fact of a call \"key\""),
                Arguments.of(
                        route("otherwise", "refused"),
                        "otherwise: there is no such choice \"refused\"; did you mean \"refuse\"?"),
                Arguments.of(route("mirror", Map.of("where", Map.of())), "mirror: expected a \"percent\" of the calls"),
                Arguments.of(route("rollout", Map.of("percent", "x")), "rollout.percent: expected a number, not \"x\""),
                Arguments.of(
                        route("rollout", Map.of("label", Map.of())),
                        "rollout: there is no field \"label\"; did you mean \"labels\"?"),
                Arguments.of(
                        route("rollout", Map.of("labels", Map.of("zone", Map.of("to", true)))),
                        "rollout.labels.zone.to: expected a number, not true"),
                Arguments.of(policy("set", Map.of()), "set: expected at least one policy"),
                Arguments.of(policy("set", null), "set: expected an object, not null"),
                Arguments.of(
                        policy("set", Map.of("timout", 1)),
                        "set: there is no policy \"timout\"; did you mean \"timeout\"?"),
                Arguments.of(policy("set", Map.of("one-way", true)), "set.one-way: no rule can change it"),
                Arguments.of(policy("set", Map.of("attempts", 11)), "set.attempts: expected 1 to 10, not 11"),
                Arguments.of(policy("set", Map.of("attempts", deep(50_000))), "set.attempts: expected "),
                Arguments.of(policy("set", Map.of("attempts", Double.NaN)), "set.attempts: expected a number, not NaN"),
                Arguments.of(policy("set", Map.of("timeout", huge)), "set.timeout: expected a text of 0 to 256"),
                Arguments.of(
                        policy("set", Map.of("timeout", "fast")),
                        "set.timeout: expected a time of 1ms to 30d in whole"),
                Arguments.of(
                        policy("set", Map.of("call-keys", Map.of("a", deep(50_000)))),
                        "set.call-keys.a: expected a text"),
                Arguments.of(denied("deny", "no", "answer", deepMap(33)), "not 2"));
    }

    private static Map<String, Object> many(int count) {
        Map<String, Object> many = new HashMap<>();
        for (int i = 0; i < count; i++) {
            many.put("key." + i, "x");
        }
        return many;
    }

    private static Object deepMap(int levels) {
        Object deep = "x";
        for (int i = 0; i < levels; i++) {
            deep = Map.of("a", deep);
        }
        return deep;
    }

    @ParameterizedTest
    @MethodSource("faults")
    void saysWhereTheFaultIsAndWhatIsExpected(Object plain, String message) {
        assertThatThrownBy(() -> RuleReader.read("some-rule", plain))
                .isExactlyInstanceOf(IllegalArgumentException.class)
                .message()
                .contains(message)
                .satisfies(text -> assertThat(text.length()).isLessThan(600))
                .satisfies(text ->
                        assertThat(RuleReader.faults("some-rule", plain)).contains(text));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "*",
                "shop.*",
                "*.Stock",
                "web/*",
                "*:2",
                "web/*:2",
                "web/shop.Stock:2",
                "*/shop.Stock",
                "a*b",
                "shop*:2"
            })
    void everyPatternThatNamesAServiceIsTaken(String service) {
        assertThat(RuleReader.read("x", route("service", service)).service().toPlain())
                .isEqualTo(service);
    }

    @ParameterizedTest
    @ValueSource(strings = {"critical", "sheddable*", "*-plus", "*"})
    void valuesThatAFactCanHaveAreTaken(String criticality) {
        Map<String, Object> rule =
                route("when", Map.of("criticality", List.of(criticality, Map.of("percent", 5)), "load-test", "true"));
        assertThat(RuleReader.faults("x", rule)).isEmpty();
    }

    @Test
    void allFaultsAreToldEachWithItsPlace() {
        Map<String, Object> rule = route(
                "whem",
                1,
                "priority",
                "high",
                "when",
                Map.of("metod", "x", "tag", "a*b*"),
                "to",
                List.of(Map.of("where", Map.of()), Map.of("wher", Map.of()), 7),
                "sticky",
                "key",
                "note",
                3);
        assertThat(RuleReader.faults("Upper", rule))
                .satisfiesExactlyInAnyOrder(
                        one -> assertThat(one).startsWith("The id of a rule"),
                        one -> assertThat(one).startsWith("there is no field \"whem\""),
                        one -> assertThat(one).startsWith("priority: "),
                        one -> assertThat(one).startsWith("when: there is no fact of a call \"metod\""),
                        one -> assertThat(one).startsWith("when.tag: "),
                        one -> assertThat(one).startsWith("to[1]: there is no field \"wher\""),
                        one -> assertThat(one).startsWith("to[2]: expected an object"),
                        one -> assertThat(one).startsWith("sticky: "),
                        one -> assertThat(one).startsWith("note: "));
        assertThat(RuleReader.faults("x", policy("set", Map.of("timeout", "fast", "attempts", 11, "timout", 1))))
                .hasSize(3);
        assertThat(RuleReader.faults("x", policy())).isEmpty();
    }

    @Test
    void allFaultsOfARedirectAreTold() {
        assertThat(RuleReader.faults(
                        "x",
                        redirect(
                                Map.of("service", "shop.*", "percent", -1, "share", 3),
                                "sticky",
                                "key",
                                "otherwise",
                                "fail",
                                "mirror",
                                Map.of())))
                .satisfiesExactlyInAnyOrder(
                        one -> assertThat(one).startsWith("redirect: there is no field \"share\""),
                        one -> assertThat(one).startsWith("redirect.service: "),
                        one -> assertThat(one).startsWith("redirect.percent: "),
                        one -> assertThat(one).startsWith("sticky: "),
                        one -> assertThat(one).startsWith("otherwise: "),
                        one -> assertThat(one).startsWith("mirror: "));
    }

    @Test
    void aRedirectIsReadWithItsDefaultsAndWrittenAgain() {
        Rule all = RuleReader.read("all", redirect(Map.of("service", "blue/shop.Stock:2")));
        assertThat(((RouteRule) all).action())
                .isEqualTo(new RouteRule.Redirect(ServiceId.parse("blue/shop.Stock:2"), Percent.ALL, null, false));
        assertThat(all.toPlain())
                .isEqualTo(Map.of(
                        "kind", "route", "service", "shop.Stock", "redirect", Map.of("service", "blue/shop.Stock:2")));
        Map<String, Object> some = redirect(
                Map.of("service", "shop.Stock:2", "percent", new BigDecimal("0.25")),
                "sticky",
                "key.customer",
                "otherwise",
                "refuse");
        assertThat(RuleReader.read("some", some).toPlain()).isEqualTo(some);
        assertThat(RuleReader.read("pattern", redirect(Map.of("service", "shop.Stock"), "service", "shop.*")))
                .as("which of those that match it are its own is known when it is applied")
                .isInstanceOf(RouteRule.class);
    }

    @Test
    void anAnswerIsBounded() {
        for (Object answer : List.of(
                deepMap(33),
                deepMap(50_000),
                Collections.nCopies(10_001, 1),
                "x".repeat(65_537),
                List.of(Double.NaN))) {
            Map<String, Object> rule = denied();
            rule.remove("deny");
            rule.put("answer", answer);
            assertThatThrownBy(() -> RuleReader.read("x", rule))
                    .isExactlyInstanceOf(IllegalArgumentException.class)
                    .hasMessageStartingWith("answer: expected ");
        }
    }

    @Test
    void anAnswerMayBeNothingAndIsCopied() {
        Map<String, Object> rule = denied();
        rule.remove("deny");
        rule.put("answer", null);
        assertThat(((RouteRule) RuleReader.read("x", rule)).action()).isEqualTo(new RouteRule.Answer(null));
        List<Object> said = new ArrayList<>(List.of("a"));
        rule.put("answer", said);
        RouteRule.Answer answer = (RouteRule.Answer) ((RouteRule) RuleReader.read("x", rule)).action();
        said.add("b");
        assertThat(answer.value()).isEqualTo(List.of("a"));
    }

    @Test
    void idsAreChecked() {
        for (String id : List.of("a", "0", "slow-stock_1.b", "a".repeat(100))) {
            assertThat(RuleReader.read(id, route()).id()).isEqualTo(id);
        }
        for (String id : List.of("", "-a", ".a", "A", "a b", "a/b", "ä", "a".repeat(101), "builtin.lane")) {
            assertThatThrownBy(() -> RuleReader.read(id, route()))
                    .isExactlyInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("The id of a rule");
        }
    }

    @Test
    void whatIsReadIsWrittenAgain() {
        RandomRules random = new RandomRules(3);
        for (int i = 0; i < 5_000; i++) {
            Map<String, Object> plain = i % 3 == 0 ? random.policy() : random.route();
            Rule rule = RuleReader.read("r-" + i, plain);
            assertThat(RuleReader.read("r-" + i, rule.toPlain()))
                    .as("%s", plain)
                    .isEqualTo(rule);
        }
    }

    /** Values of every kind at every place: a rule or an IllegalArgumentException comes of it, and nothing else. */
    @Test
    void whateverComesThereIsARuleOrASentence() {
        Random chance = new Random(5);
        RandomRules random = new RandomRules(6);
        int read = 0;
        for (int i = 0; i < 20_000; i++) {
            Object plain = broken(i % 3 == 0 ? random.policy() : random.route(), chance);
            try {
                List<String> faults = RuleReader.faults("r", plain);
                try {
                    RuleReader.read("r", plain);
                    read++;
                    assertThat(faults).isEmpty();
                } catch (IllegalArgumentException e) {
                    assertThat(e.getMessage()).isNotBlank();
                    assertThat(faults).contains(e.getMessage());
                }
            } catch (RuntimeException | Error e) {
                fail("not a sentence: " + e + " for " + plain, e);
            }
        }
        assertThat(read).as("else nothing was tried").isBetween(1_000, 19_000);
    }

    private static Object broken(Object plain, Random chance) {
        if (chance.nextInt(12) == 0) {
            Object[] strange = {
                null,
                Double.NaN,
                Float.POSITIVE_INFINITY,
                "",
                "*",
                "**",
                -1,
                Long.MIN_VALUE,
                new BigDecimal("1e-999999"),
                new Object(),
                List.of(),
                Map.of(),
                Arrays.asList(null, null),
                Collections.singletonMap(null, null),
                deep(9),
                true,
                "$tag",
                "$caller",
                'c',
                new int[0]
            };
            return strange[chance.nextInt(strange.length)];
        }
        if (plain instanceof Map<?, ?> map) {
            Map<Object, Object> copy = new LinkedHashMap<>();
            map.forEach((key, value) -> copy.put(key, broken(value, chance)));
            return copy;
        }
        if (plain instanceof List<?> list) {
            return list.stream()
                    .map(each -> broken(each, chance))
                    .collect(ArrayList::new, ArrayList::add, List::addAll);
        }
        return plain;
    }

    @Test
    void limitsOfSomeCallersAreTheirsToCount() {
        Map<String, Object> limits = Map.of(
                "rate-limit", 1, "rate-limit-at", "caller", "concurrency-limit", 2, "concurrency-limit-at", "caller");
        assertThat(RuleReader.read("a", policy("callers", List.of("web"), "set", limits)))
                .isInstanceOf(PolicyRule.class);
        assertThat(RuleReader.read("a", policy("set", Map.of("rate-limit", 1)))).isInstanceOf(PolicyRule.class);
        assertThat(RuleReader.faults(
                        "a", policy("callers", List.of("web"), "set", Map.of("rate-limit", 1, "attempts", 99))))
                .as("both faults at once")
                .hasSize(2);
    }

    @Test
    void sentencesForPeopleMayHaveWhatSomeLanguagesNeed() {
        String persian = "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645, 5\u00a0%";
        assertThat(RuleReader.read("a", route("note", persian)).note()).isEqualTo(persian);
        assertThat(RuleReader.faults("a", denied("deny", persian))).isEmpty();
    }
}
