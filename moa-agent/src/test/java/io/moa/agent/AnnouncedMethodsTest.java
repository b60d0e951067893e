package io.moa.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.moa.discovery.ServiceId;
import io.moa.governance.policy.ImpossibleValue;
import io.moa.governance.policy.MethodPolicy;
import io.moa.governance.policy.PolicyKey;
import io.moa.invoke.Caller;
import io.moa.invoke.MethodId;
import io.moa.protocol.frame.Target;
import io.moa.protocol.serialize.RuleText;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What an agent takes of what processes say, and what it refuses. Whatever they say, it is one of the two exceptions that are answered. */
class AnnouncedMethodsTest {

    private static final Caller WEB = new Caller("web", "web-1");
    private static final Caller OTHER = new Caller("web", "web-2");

    @AutoClose
    private final AgentStage stage = new AgentStage();

    private final AnnouncedMethods methods = new AnnouncedMethods(stage.calls, 3);

    private static Map<String, @Nullable Object> good(String id) {
        Map<String, @Nullable Object> said = new LinkedHashMap<>();
        said.put("id", id);
        said.put("service", "shop.Stock");
        said.put("method", "reserve(java.lang.String)");
        said.put("serializer", 1);
        said.put("policy", MethodPolicy.DEFAULT.toPlain());
        return said;
    }

    private static String text(String id) {
        return RuleText.writeLine(good(id));
    }

    private static String text(String field, @Nullable Object value) {
        Map<String, @Nullable Object> said = good("a");
        said.put(field, value);
        return RuleText.writeLine(said);
    }

    private static Target target(String id) {
        return new Target(ServiceId.of("shop.Stock"), MethodId.parse("reserve(java.lang.String)"), 1, id);
    }

    private void refused(Caller caller, String text, String because) {
        assertThatThrownBy(() -> methods.take(caller, text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(because);
    }

    @Test
    void aMethodIsKnownByItsName() {
        assertThat(methods.named(target("a"))).isNull();
        methods.take(WEB, text("a"));
        assertThat(methods.named(target("a"))).isNotNull().hasToString("shop.Stock reserve(java.lang.String)");
        assertThat(methods.named(target("b"))).isNull();
        assertThat(methods.size()).isOne();
    }

    /** Else calls would be governed as one method, and made to another. */
    @Test
    void aNameIsThatOfOneMethod() {
        methods.take(WEB, text("a"));
        ServiceId stock = ServiceId.of("shop.Stock");
        MethodId reserve = target("a").method();
        for (Target other : List.of(
                new Target(ServiceId.of("shop.Orders"), reserve, 1, "a"),
                new Target(new ServiceId("shop.Stock", "", "2"), reserve, 1, "a"),
                new Target(stock, MethodId.parse("reserve()"), 1, "a"),
                new Target(stock, MethodId.parse("cancel(java.lang.String)"), 1, "a"),
                new Target(stock, reserve, 2, "a"))) {
            assertThat(methods.named(other)).as("" + other).isNull();
        }
    }

    @Test
    void theSameOnceMoreChangesNothing() {
        methods.take(WEB, text("a"));
        Object before = methods.named(target("a"));
        methods.take(WEB, text("a"));
        assertThat(methods.named(target("a"))).isSameAs(before);
        assertThat(methods.size()).isOne();
    }

    @Test
    void anotherTextUnderTheSameNameIsRefused() {
        methods.take(WEB, text("a"));
        refused(WEB, text("method", "cancel(java.lang.String)"), "Another method was announced under this id");
        refused(WEB, text("serializer", 2), "Another method was announced under this id");
        assertThat(methods.named(target("a"))).isNotNull();
    }

    private static Map<String, Object> cannot(String value) {
        return new ImpossibleValue(PolicyKey.FALLBACK_VALUE, value, "a number is expected").toPlain();
    }

    @Test
    void whatItsTypesMakeImpossibleMayBeSaidLater() {
        methods.take(WEB, text("a"));
        Object before = methods.named(target("a"));
        methods.take(WEB, text("cannot", List.of(cannot("[]"))));
        methods.take(WEB, text("cannot", List.of(cannot("[]"), cannot("{}"))));
        assertThat(methods.named(target("a"))).isSameAs(before);
        assertThat(methods.size()).isOne();
        assertThat(methods.lines()).singleElement().asString().contains("fallback-value", "{}");
        refused(OTHER, text("cannot", List.of(cannot("[]"))), "Another process");
        refused(WEB, text("cannot", Collections.nCopies(65, cannot("[]"))), "up to 64");
        refused(WEB, text("cannot", List.of("all")), "an object of key, value and why");
        methods.take(WEB, text("cannot", List.of(Map.of("key", "of a later version", "value", 1, "why", "so"))));
    }

    @Test
    void whatIsSaidLaterIsToldTheNextProcessToo() {
        methods.take(WEB, text("a"));
        methods.linesAhead();
        assertThat(methods.linesSince()).isEmpty();
        methods.take(WEB, text("cannot", List.of(cannot("[]"))));
        assertThat(methods.linesSince()).hasSize(1);
    }

    /** Rules would route its calls as if they were the agent's own. */
    @Test
    void whoHasOtherLabelsThatRulesAskForIsRefused() {
        refused(WEB, text("labels", Map.of("zone", "north")), "This agent has the labels {}");
        refused(WEB, text("labels", Map.of("environment", "test")), "{environment=test}");
        refused(WEB, text("labels", "north"), "labels is an object");
        methods.take(WEB, text("labels", Map.of("team", "of nobody's concern")));
        assertThat(methods.size()).isOne();
    }

    @Test
    void anotherProcessDoesNotTakeAName() {
        methods.take(WEB, text("a"));
        refused(OTHER, text("a"), "Another process has announced a method under this id");
        methods.take(OTHER, text("b"));
        assertThat(methods.size()).isEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "{",
                "a",
                "{\"id\":\"a\"} {}",
                "{\"id\":\"a\",\"id\":\"b\"}",
                "{'id':'a'}",
                "\u0000",
                "{\"id\":1e99999999999999999999999999999999999999999999999999999999}"
            })
    void textThatIsNoJsonIsRefused(String text) {
        refused(WEB, text, "it is no JSON");
    }

    @ParameterizedTest
    @ValueSource(strings = {"null", "true", "7", "\"a\"", "[]", "[{\"id\":\"a\"}]"})
    void whatIsNoObjectIsRefused(String text) {
        refused(WEB, text, "An announcement is an object");
    }

    @Test
    void textThatIsTooLongOrTooDeepIsRefused() {
        refused(WEB, text("note", "x".repeat(RuleText.MAX_CHARS)), "characters; up to 65536 are read");
        refused(WEB, "[".repeat(10_000), "it is no JSON");
    }

    @Test
    void eachFieldIsThereAndOfItsType() {
        for (String field : List.of("id", "service", "method", "serializer", "policy")) {
            List<@Nullable Object> wrong = new ArrayList<>(Arrays.asList(null, true, List.of(), List.of("a"), 7.5));
            wrong.add(field.equals("policy") ? "a" : Map.of());
            wrong.add(field.equals("serializer") ? "1" : 1);
            for (Object value : wrong) {
                refused(WEB, text(field, value), field + " is a");
            }
            Map<String, @Nullable Object> without = good("a");
            without.remove(field);
            refused(WEB, RuleText.writeLine(without), field + " is a");
        }
        assertThat(methods.size()).isZero();
    }

    @Test
    void aNameHasOneTo64Characters() {
        refused(WEB, text("id", ""), "1 to 64 characters");
        refused(WEB, text("id", "x".repeat(65)), "1 to 64 characters");
        methods.take(WEB, text("id", "x".repeat(64)));
        assertThat(methods.named(target("x".repeat(64)))).isNotNull();
    }

    @Test
    void whatNamesNoServiceMethodOrSerializerIsRefused() {
        for (String service : List.of("", " ", "a b", "a/b/c", "a:1:2", "x".repeat(201))) {
            refused(WEB, text("service", service), "");
        }
        for (String method : List.of("", "reserve", "(int)", "reserve(int", "reserve)int(")) {
            refused(WEB, text("method", method), "A method is written name(type,type)");
        }
        for (Object serializer : List.of(-1, 256, 1.5, 4_294_967_297L, Long.MAX_VALUE, 1e300)) {
            refused(WEB, text("serializer", serializer), "serializer is a number from 0 to 255");
        }
        methods.take(WEB, text("serializer", 255));
        assertThat(methods.size()).isOne();
    }

    @Test
    void aPolicyOfWhateverValuesIsTakenOrRefusedWithTheNameOfTheValue() {
        AnnouncedMethods many = new AnnouncedMethods(stage.calls, Integer.MAX_VALUE);
        int number = 0;
        for (PolicyKey<?> key : PolicyKey.all()) {
            for (Object value : List.of(
                    true,
                    -1,
                    0,
                    1,
                    Integer.MAX_VALUE,
                    1e300,
                    Long.MIN_VALUE,
                    "",
                    "x",
                    "1s",
                    "[",
                    "x".repeat(5_000),
                    List.of(),
                    List.of(1),
                    List.of(List.of()),
                    Map.of(),
                    Map.of("a", 1),
                    Map.of("a", Map.of()))) {
                Map<String, @Nullable Object> said = good("n" + number++);
                said.put("policy", Map.of(key.name(), List.of(value, "code", "there")));
                Throwable thrown = catchThrowable(() -> many.take(WEB, RuleText.writeLine(said)));
                if (thrown != null) {
                    assertThat(thrown)
                            .as("%s = %s", key, value)
                            .isInstanceOf(IllegalArgumentException.class)
                            .hasMessageContaining(key.name());
                }
            }
        }
        assertThat(many.size()).isPositive();
    }

    @Test
    void aPolicyOfAnotherFormIsRefused() {
        for (Object parts : Arrays.asList(
                null,
                "1s",
                List.of(),
                List.of("1s", "code"),
                Arrays.asList(null, "code", ""),
                List.of("1s", "nobody", ""))) {
            Map<String, @Nullable Object> policy = new LinkedHashMap<>();
            policy.put(PolicyKey.TIMEOUT.name(), parts);
            refused(
                    WEB,
                    text("policy", policy),
                    parts instanceof List<?> list && list.contains("nobody") ? "nobody" : "timeout");
        }
        assertThat(methods.size()).isZero();
    }

    /** A newer application says more than this agent knows. */
    @Test
    void whatANewerProcessSaysIsPassedOver() {
        Map<String, @Nullable Object> said = good("a");
        said.put("colour", "green");
        said.put("policy", Map.of("colour", List.of("green", "code", "")));
        methods.take(WEB, RuleText.writeLine(said));
        assertThat(methods.named(target("a"))).isNotNull();
    }

    @Test
    void beyondTheLimitItIsRefusedAndWhatIsKnownStays() {
        for (String id : List.of("a", "b", "c")) {
            methods.take(WEB, text(id));
        }
        for (int i = 0; i < 3; i++) {
            assertThatThrownBy(() -> methods.take(WEB, text("d")))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("This agent knows 3 methods, which is its limit");
        }
        assertThat(methods.size()).isEqualTo(3);
        assertThat(methods.named(target("d"))).isNull();
        methods.take(WEB, text("a"));
        assertThat(methods.named(target("c"))).isNotNull();
    }

    @Test
    void whatCouldNotBeTakenCountsInNoLimit() {
        stage.client.close();
        for (int i = 0; i < 5; i++) {
            assertThatThrownBy(() -> methods.take(WEB, text("a")))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageNotContaining("limit");
            refused(WEB, text("serializer", -1), "serializer");
        }
        assertThat(methods.size()).isZero();
    }
}
