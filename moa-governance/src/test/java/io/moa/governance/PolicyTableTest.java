package io.moa.governance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.moa.annotation.Balancing;
import io.moa.annotation.EnforcedAt;
import io.moa.annotation.FailureMode;
import io.moa.discovery.ServiceId;
import io.moa.governance.policy.MethodPolicy;
import io.moa.governance.policy.Origin;
import io.moa.governance.policy.PolicyKey;
import io.moa.governance.policy.PolicySettings;
import io.moa.governance.policy.Setting;
import io.moa.invoke.MethodId;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The table of policies: each key can be written, read, overridden, carried and explained. */
class PolicyTableTest {

    /** Two plain values of each key that are not its default, as a rule or a release configuration writes them. */
    private static final Map<String, List<Object>> VALUES = new LinkedHashMap<>();

    static {
        VALUES.put("timeout", List.of("300ms", "2m"));
        VALUES.put("idempotent", List.of("true", true));
        VALUES.put("attempts", List.of(1, "10"));
        VALUES.put("retry-budget", List.of(0, "100"));
        VALUES.put("on-failure", List.of("failfast", "failsafe"));
        VALUES.put("forks", List.of(3, "8"));
        VALUES.put("hedge-after", List.of("20ms", 60_000));
        VALUES.put("hedge-budget", List.of(1, "100"));
        VALUES.put("load-balance", List.of("weighted-random", "least-in-flight"));
        VALUES.put("hash-by", List.of("customer", "a.b-c_d"));
        VALUES.put("zone", List.of("prefer", "require"));
        VALUES.put("route-tag", List.of("gray", "v2"));
        VALUES.put("criticality", List.of("critical-plus", "sheddable"));
        VALUES.put("call-keys", List.of(Map.of("customer", "0.customer.id"), Map.of("a", "1", "b", "0")));
        VALUES.put("serializer", List.of("json", "protobuf"));
        VALUES.put("rate-limit", List.of(1, "10000000"));
        VALUES.put("rate-burst", List.of(1, "500"));
        VALUES.put("rate-limit-at", List.of("caller", "caller"));
        VALUES.put("rate-shape", List.of("sliding-window", "pacing"));
        VALUES.put("rate-wait", List.of("1ms", "10s"));
        VALUES.put("rate-warm-up", List.of(1, "10m"));
        VALUES.put("rate-per", List.of("caller", "key:customer"));
        VALUES.put("rate-exempt", List.of(List.of("console", "batch-*"), "console,batch-*"));
        VALUES.put("quota", List.of(1, "10000000"));
        VALUES.put("quota-at", List.of("caller", "caller"));
        VALUES.put("quota-away", List.of(1, "150"));
        VALUES.put("concurrency-limit", List.of(1, "1000000"));
        VALUES.put("concurrency-limit-at", List.of("caller", "caller"));
        VALUES.put("breaker-failures", List.of(1, "100"));
        VALUES.put("breaker-calls", List.of(1, "100000"));
        VALUES.put("breaker-window", List.of("1s", "10m"));
        VALUES.put("breaker-open", List.of("1ms", "1h"));
        VALUES.put("breaker-trials", List.of(1, "1000"));
        VALUES.put("fallback-method", List.of("fromCache", "other"));
        VALUES.put("fallback-class", List.of("shop.Empty", "shop.Outer$Inner"));
        VALUES.put("fallback-last-good", List.of("1m", 5_000));
        VALUES.put("fallback-value", List.of("[]", 7));
        VALUES.put("one-way", List.of("true", true));
        VALUES.put("non-blocking", List.of("true", true));
        VALUES.put("warm-up", List.of("30s", "1h"));
    }

    static Stream<PolicyKey<?>> keys() {
        return PolicyKey.all().stream();
    }

    private static List<Object> valuesOf(PolicyKey<?> key) {
        assertThat(VALUES).as("a key of the table needs values here").containsKey(key.name());
        return VALUES.get(key.name());
    }

    @ParameterizedTest
    @MethodSource("keys")
    <T> void everyKeyIsReadWrittenCarriedAndExplained(PolicyKey<T> key) {
        for (Object plain : valuesOf(key)) {
            MethodPolicy policy = MethodPolicy.DEFAULT.withPlain(key, plain, Origin.LIVE_RULE, "rule r1, revision 7");
            T value = policy.value(key);
            assertThat(value).isNotEqualTo(key.defaultValue());
            assertThat(key.read(key.type().plain(value))).isEqualTo(value);
            MethodPolicy carried = MethodPolicy.ofPlain(policy.toPlain());
            assertThat(carried).isEqualTo(policy).hasSameHashCodeAs(policy);
            assertThat(policy.describe().lines().filter(line -> line.startsWith(key.name() + " ")))
                    .singleElement()
                    .asString()
                    .contains(String.valueOf(key.type().plain(value)))
                    .contains(" at the " + policy.side(key).label())
                    .contains("live rule: rule r1, revision 7");
        }
        assertThat(key.read(key.type().plain(key.defaultValue()))).isEqualTo(key.defaultValue());
        assertThat(key.meaning()).isNotEmpty();
        assertThat(key.said()).isNotNull();
        assertThat(PolicyKey.named(key.name())).isSameAs(key);
    }

    @Test
    void whoEnforcesALimitIsSaidAsItIs() {
        for (PolicyKey<?> key : PolicyKey.all()) {
            assertThat(key.sideSaidBy() != null).as("%s", key).isEqualTo(key.side() == PolicyKey.Side.EITHER);
        }
        MethodPolicy there = MethodPolicy.DEFAULT.withCode(PolicyKey.RATE_LIMIT, 7, "here");
        assertThat(there.describe()).containsPattern("rate-limit +7 +at the provider +code: here");
        MethodPolicy here = there.withCode(PolicyKey.RATE_LIMIT_AT, EnforcedAt.CALLER, "here");
        assertThat(here.describe())
                .containsPattern("rate-limit +7 +at the caller +code: here")
                .containsPattern("rate-burst +0 +at the caller")
                .containsPattern("concurrency-limit +0 +at the provider")
                .endsWith("and MoaServer.describe() tells it there");
        assertThat(MethodPolicy.DEFAULT
                        .withCode(PolicyKey.RATE_BURST, 5, "there")
                        .withCode(PolicyKey.FORKS, 5, "not there")
                        .describeAtProvider())
                .endsWith("\nWithout effect: rate-burst 5 (code: there) beside rate-limit 0 (default)")
                .doesNotContain("forks");
        assertThat(here.describeAtProvider().lines().map(line -> line.substring(0, line.indexOf(' '))))
                .containsExactly(
                        "rate-limit",
                        "rate-burst",
                        "rate-limit-at",
                        "rate-shape",
                        "rate-wait",
                        "rate-warm-up",
                        "rate-per",
                        "rate-exempt",
                        "quota",
                        "quota-at",
                        "quota-away",
                        "concurrency-limit",
                        "concurrency-limit-at",
                        "non-blocking",
                        "warm-up");
    }

    @ParameterizedTest
    @MethodSource("keys")
    <T> void impossibleValuesAreErrorsThatNameTheKeyAndWhatIsExpected(PolicyKey<T> key) {
        for (Object wrong : Arrays.asList(
                "no such thing!",
                -1,
                Long.MAX_VALUE,
                Double.NaN,
                List.of(1),
                Map.of("a b", "x"),
                new Object(),
                null,
                "9".repeat(401))) {
            if (key == PolicyKey.FALLBACK_VALUE && wrong instanceof Number number && number.longValue() != 0) {
                continue; // a number may be what a method returns; that a NaN is none is asked, too
            }
            assertThatThrownBy(() -> key.read(wrong))
                    .as(key + " " + wrong)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageStartingWith(
                            key.name() + ": expected " + key.type().range())
                    .satisfies(
                            thrown -> assertThat(thrown.getMessage().length()).isLessThan(500));
        }
    }

    @Test
    void listOfNamesIsOneTextWithCommasOrAList() {
        assertThat(PolicyKey.RATE_EXEMPT.read(" console , batch-* ")).containsExactly("console", "batch-*");
        assertThat(PolicyKey.RATE_EXEMPT.read("")).isEmpty();
        for (Object wrong :
                List.of("*", "a,,b", "a*b*c", List.of("a", 1), List.of("a b"), Collections.nCopies(33, "a"))) {
            assertThatThrownBy(() -> PolicyKey.RATE_EXEMPT.read(wrong))
                    .as("%s", wrong)
                    .hasMessageStartingWith("rate-exempt: expected up to 32 names of applications");
        }
    }

    @ParameterizedTest
    @MethodSource("keys")
    <T> void strongerOriginWinsForEveryKey(PolicyKey<T> key) {
        T weak = key.read(valuesOf(key).get(0));
        MethodPolicy policy = MethodPolicy.DEFAULT;
        for (Origin origin : Origin.values()) {
            policy = policy.with(key, new Setting<>(weak, origin, origin.label()));
        }
        assertThat(policy.get(key).origin()).isEqualTo(Origin.LIVE_RULE);
    }

    @Test
    void policyOfANewerProcessIsReadAsFarAsItIsKnown() {
        Map<String, Object> plain = new LinkedHashMap<>(
                MethodPolicy.DEFAULT.withCode(PolicyKey.ATTEMPTS, 7, "here").toPlain());
        plain.put("teleport", List.of(true, "code", ""));
        assertThat(MethodPolicy.ofPlain(plain).attempts()).isEqualTo(7);
        plain.put("attempts", List.of(11, "code", ""));
        assertThatThrownBy(() -> MethodPolicy.ofPlain(plain))
                .hasMessageContaining("attempts: expected 1 to 10, not 11");
        plain.put("attempts", 5);
        assertThatThrownBy(() -> MethodPolicy.ofPlain(plain)).hasMessageContaining("expected [value, origin, place]");
    }

    @Test
    void whatCannotBeTogetherIsSaidWithWhatIsExpected() {
        MethodPolicy plain = MethodPolicy.DEFAULT;
        MethodPolicy hedged = plain.withCode(PolicyKey.HEDGE_AFTER, Duration.ofMillis(20), "");
        assertThat(hedged.conflicts()).singleElement().asString().contains("hedge-after and idempotent", "@Idempotent");
        MethodPolicy idempotent = plain.withCode(PolicyKey.IDEMPOTENT, true, "");
        assertThat(idempotent.conflicts()).isEmpty();
        assertThat(plain.withCode(PolicyKey.ON_FAILURE, FailureMode.FORKING, "").conflicts())
                .singleElement()
                .asString()
                .contains("on-failure and idempotent");
        assertThat(hedged.withCode(PolicyKey.IDEMPOTENT, true, "")
                        .withCode(PolicyKey.ON_FAILURE, FailureMode.BROADCAST, "")
                        .conflicts())
                .singleElement()
                .asString()
                .contains("on-failure broadcast calls several instances already");
        assertThat(idempotent
                        .withCode(PolicyKey.ONE_WAY, true, "")
                        .withCode(PolicyKey.HEDGE_AFTER, Duration.ofMillis(20), "")
                        .conflicts())
                .singleElement()
                .asString()
                .contains("hedge-after and one-way");
        assertThat(plain.withCode(PolicyKey.LOAD_BALANCE, Balancing.CONSISTENT_HASH, "")
                        .conflicts())
                .singleElement()
                .asString()
                .contains("hashBy");
        assertThat(plain.withCode(PolicyKey.FALLBACK_METHOD, "one", "")
                        .withCode(PolicyKey.FALLBACK_CLASS, "Other", "")
                        .conflicts())
                .singleElement()
                .asString()
                .contains("fallback-method and fallback-class");
    }

    @Test
    void releaseConfigurationSpeaksOfAllOfOneServiceOrOfOneMethod() {
        Map<String, String> texts = Map.of(
                "moa.policy.attempts", "2",
                "moa.policy.attempts@g/shop.Stock:2", "4",
                "moa.policy.timeout@g/shop.Stock:2#take", "70ms",
                "moa.policy.timeout@shop.Stock#take", "80ms",
                "other", "9");
        PolicySettings settings =
                PolicySettings.ofTexts(texts, new ServiceId("shop.Stock", "g", "2"), name -> "file " + name);
        MethodPolicy take = settings.over(MethodPolicy.DEFAULT, "take");
        assertThat(take.attempts()).isEqualTo(4);
        assertThat(take.timeout()).isEqualTo(Duration.ofMillis(70));
        assertThat(take.get(PolicyKey.TIMEOUT).source())
                .isEqualTo("release configuration: file moa.policy.timeout@g/shop.Stock:2#take");
        assertThat(settings.over(MethodPolicy.DEFAULT, "count").timeout()).isEqualTo(Duration.ofSeconds(1));
        assertThatThrownBy(() -> settings.check("Stock", List.of(MethodId.of("give", int.class))))
                .hasMessageContaining("take")
                .hasMessageContaining("[give]");
        assertThatThrownBy(() -> PolicySettings.ofTexts(
                        Map.of("moa.policy.hedge", "1"), ServiceId.of("shop.Stock"), name -> "property " + name))
                .hasMessageContaining("property moa.policy.hedge: there is no policy \"hedge\"; expected one of")
                .hasMessageContaining("hedge-after");
    }

    @Test
    void inAFileThatOthersReadTooAPolicysNameNeedsNoPrefixAndMayNotStandTwice() {
        Map<String, String> texts =
                Map.of("timeout@shop.Stock", "66ms", "attempts", "2", "timeouts", "9", "db.url", "x");
        MethodPolicy take = PolicySettings.ofTexts(texts, ServiceId.of("shop.Stock"), name -> "file " + name)
                .over(MethodPolicy.DEFAULT, "take");
        assertThat(take.timeout()).isEqualTo(Duration.ofMillis(66));
        assertThat(take.attempts()).isEqualTo(2);
        assertThat(take.get(PolicyKey.TIMEOUT).source()).isEqualTo("release configuration: file timeout@shop.Stock");
        assertThatThrownBy(() -> PolicySettings.ofTexts(
                        Map.of("timeout@shop.Stock", "66ms", "moa.policy.timeout@shop.Stock", "66ms"),
                        ServiceId.of("other.Service"),
                        name -> "file " + name))
                .hasMessage("file timeout@shop.Stock: it says the same as moa.policy.timeout@shop.Stock,"
                        + " which stands there too; leave one of them out");
        assertThat(PolicySettings.near(
                        Map.of("timeout@shop.Stok", "66ms"), ServiceId.of("shop.Stock"), List.of(), name -> name))
                .containsOnlyKeys("timeout@shop.Stok");
    }

    @Test
    void whatLooksLikeASettingAndIsReadByNobodyIsToldWithTheNearestName() {
        Map<String, String> unread = PolicySettings.unread(
                Map.of(
                        "moa.polices.timeout@shop.Stock", "5ms",
                        "moa.attempts", "2",
                        "moa.server.port", "1",
                        "moa.policy.attempts", "2",
                        "timeout", "1s",
                        "db.url", "x"),
                name -> "file " + name);
        assertThat(unread).containsOnlyKeys("moa.polices.timeout@shop.Stock", "moa.attempts", "moa.server.port");
        assertThat(unread.get("moa.polices.timeout@shop.Stock"))
                .startsWith("file moa.polices.timeout@shop.Stock has no effect")
                .endsWith("did you mean moa.policy.timeout@shop.Stock?");
        assertThat(unread.get("moa.attempts")).endsWith("did you mean moa.policy.attempts?");
        assertThat(unread.get("moa.server.port")).endsWith("are system properties or variables of the environment");
    }

    /** Weakest first, as they are read: a file, the environment, system properties. */
    private static final List<String> PLACES = List.of("file", "environment", "property");

    private static final List<String> NAMES = List.of("timeout", "timeout@shop.Stock", "timeout@shop.Stock#take");

    /** Each pair of a place and a name against each other one: the place decides, and within a place how particular the name is. */
    @Test
    void theStrongerPlaceWinsAndWithinAPlaceTheMoreParticularName() {
        for (int one = 0; one < 9; one++) {
            for (int other = 0; other < 9; other++) {
                Map<String, Map<String, String>> texts = new LinkedHashMap<>();
                PLACES.forEach(place -> texts.put(place, new LinkedHashMap<>()));
                texts.get(PLACES.get(one / 3)).put("moa.policy." + NAMES.get(one % 3), (one + 1) + "ms");
                texts.get(PLACES.get(other / 3)).put("moa.policy." + NAMES.get(other % 3), (other + 1) + "ms");
                PolicySettings said = PolicySettings.NONE.with(
                        "take", PolicyKey.TIMEOUT, Duration.ofMillis(99), Origin.CODE, "the code");
                for (String place : PLACES) {
                    said = said.and(PolicySettings.ofTexts(
                            texts.get(place), ServiceId.of("shop.Stock"), name -> place + " " + name));
                }
                int winner = Math.max(one, other);
                assertThat(said.over(MethodPolicy.DEFAULT, "take").get(PolicyKey.TIMEOUT))
                        .hasToString("PT0.00" + (winner + 1) + "S (release configuration: " + PLACES.get(winner / 3)
                                + " moa.policy." + NAMES.get(winner % 3) + ")");
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "timeout@",
                "timeout@shop.Stock#",
                "timeout@shop.Stock@y",
                "timeout@a/b/c",
                "timeout@shop. Stock",
                "timeout@shop.Stock#take#",
                "timeout@shop.Stock#take(int",
                "timeout@shop.Stock#take(int)x",
                "timeout@shop.Stock#take(in-t)",
                "timeout@shop.Stock#(int)",
                "timeout@#take",
                "timeout@/shop.Stock"
            })
    void namesOfTheReleaseConfigurationThatCanMeanNothingAreErrors(String name) {
        assertThatThrownBy(() -> PolicySettings.ofTexts(
                        Map.of("moa.policy." + name, "5ms"), ServiceId.of("other.Service"), any -> "property " + any))
                .hasMessageContaining("property moa.policy." + name + ": \"" + name + "\" names no ")
                .hasMessageContaining("expected policy, policy@service or policy@service#method");
        assertThatThrownBy(() -> PolicySettings.ofTexts(
                        Map.of("moa.policy.timeout#take", "5ms"), ServiceId.of("shop.Stock"), any -> any))
                .hasMessageContaining("there is no policy \"timeout#take\"; expected policy, policy@service");
    }

    private static Map<String, String> near(Map<String, String> texts, ServiceId... known) {
        return PolicySettings.near(
                texts, new ServiceId("shop.Stock", "g", "2"), List.of(known), name -> "property " + name);
    }

    @Test
    void settingsForAServiceOfASimilarNameAreTold() {
        Map<String, String> texts = Map.of(
                "moa.policy.timeout", "1s",
                "moa.policy.timeout@g/shop.Stock:3", "1s",
                "moa.policy.timeout@g/shop.Stokc:2", "1s",
                "moa.policy.attempts@shop.Stock#take", "2",
                "moa.policy.attempts@bank.Accounts", "2",
                "other@shop.Stcok", "2");
        assertThat(near(texts))
                .containsOnlyKeys("moa.policy.timeout@g/shop.Stokc:2", "moa.policy.attempts@shop.Stock#take")
                .containsValue(
                        "property moa.policy.timeout@g/shop.Stokc:2 says something of the service g/shop.Stokc:2 and"
                                + " nothing of g/shop.Stock:2; is that one meant?");
    }

    @Test
    void settingsForOtherServicesAreNotAskedAbout() {
        Map<String, String> texts =
                Map.of("moa.policy.timeout@g/shop.Stack:2", "1s", "moa.policy.attempts@shop.Stock", "2");
        assertThat(near(texts)).hasSize(2);
        assertThat(near(texts, new ServiceId("shop.Stack", "g", "2"), ServiceId.of("shop.Stock")))
                .as("they are called or exported here")
                .isEmpty();
        assertThat(near(Map.of(
                        "moa.policy.timeout@g/shop.Stack:2", "1s", "moa.policy.attempts@g/shop.Stock:2#take", "2")))
                .as("who writes the one and the other means both")
                .isEmpty();
    }

    @Test
    void aMethodsNameWithItsParameterTypesSpeaksOfOneOverload() {
        PolicySettings settings = PolicySettings.ofTexts(
                Map.of(
                        "moa.policy.attempts@shop.Stock#take", "2",
                        "moa.policy.attempts@shop.Stock", "4",
                        "moa.policy.attempts@shop.Stock#take(java.lang.String, byte[])", "5"),
                ServiceId.of("shop.Stock"),
                name -> name);
        assertThat(settings.over(MethodPolicy.DEFAULT, "take(java.lang.String,byte[])")
                        .attempts())
                .isEqualTo(5);
        for (String other : List.of("take(java.lang.String)", "take")) {
            assertThat(settings.over(MethodPolicy.DEFAULT, other).attempts()).isEqualTo(2);
        }
        assertThat(settings.over(MethodPolicy.DEFAULT, "taken()").attempts()).isEqualTo(4);
        assertThatThrownBy(() -> settings.check("Stock", List.of(MethodId.of("take", String.class))))
                .hasMessageContaining("is said for the method take(java.lang.String,byte[]), which Stock does not have;"
                        + " it has [take(java.lang.String)]");
        assertThatThrownBy(() -> PolicySettings.NONE.with("take(", PolicyKey.ATTEMPTS, 2, Origin.CODE, ""))
                .hasMessageContaining("A method is written name(type,type), not take(");
    }

    @ParameterizedTest
    @ValueSource(strings = {"fallback-method", "fallback-class"})
    void fallbacksAreSaidOnTheInterfaceAlone(String name) {
        assertThatThrownBy(() -> PolicySettings.ofTexts(
                        Map.of("moa.policy." + name, "other"), ServiceId.of("shop.Stock"), any -> any))
                .hasMessageContaining(
                        name
                                + ": it can be said only on the interface, where its form is checked; expected there: @Fallback(");
    }

    @Test
    void callKeysAreNoText() {
        assertThatThrownBy(() -> release("call-keys", "{}"))
                .hasMessageContaining("expected it in StubConfig, in a rule, or @CallKey(");
    }

    private static PolicySettings release(String name, String text) {
        return PolicySettings.ofTexts(Map.of("moa.policy." + name, text), ServiceId.of("shop.Stock"), any -> any);
    }

    @Test
    void timesAreWholeMilliseconds() {
        for (Duration time : List.of(Duration.ofNanos(1_500_000), Duration.ofNanos(1))) {
            assertThatThrownBy(() -> PolicySettings.NONE.with("", PolicyKey.TIMEOUT, time, Origin.CODE, ""))
                    .hasMessage(
                            "timeout: expected a time of 1ms to 30d in whole milliseconds, such as 300ms, 2s or 1m, not "
                                    + time);
        }
        assertThat(PolicyKey.TIMEOUT.read(Duration.ofMillis(1))).hasMillis(1);
    }
}
