package io.moa.governance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.moa.annotation.Balancing;
import io.moa.annotation.CallKey;
import io.moa.annotation.CircuitBreaker;
import io.moa.annotation.ConcurrencyLimit;
import io.moa.annotation.EnforcedAt;
import io.moa.annotation.FailureMode;
import io.moa.annotation.Hedge;
import io.moa.annotation.Idempotent;
import io.moa.annotation.LoadBalance;
import io.moa.annotation.OnFailure;
import io.moa.annotation.RateLimit;
import io.moa.annotation.RateShape;
import io.moa.annotation.Retry;
import io.moa.annotation.RouteTag;
import io.moa.discovery.ServiceId;
import io.moa.governance.policy.AnnotatedPolicy;
import io.moa.governance.policy.DeclaredPolicy;
import io.moa.governance.policy.MethodPolicy;
import io.moa.governance.policy.Origin;
import io.moa.governance.policy.PolicyKey;
import io.moa.governance.policy.PolicySettings;
import java.lang.reflect.Method;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which combinations are mistakes when a stub or an export is made, and which values are merely not meant for a method. */
class DeclaredPolicyTest {

    interface Wrong {
        @LoadBalance(value = Balancing.CONSISTENT_HASH, hashBy = "custmer")
        String typo(@CallKey("customer") String customer);

        String keyed(@CallKey("customer") String customer);

        @LoadBalance(value = Balancing.P2C, hashBy = "customer")
        String keyForNothing(@CallKey("customer") String customer);

        @Idempotent
        @Hedge(afterMillis = 20)
        @Retry(attempts = 1)
        String hedgedOnce();

        @Idempotent
        @Hedge(afterMillis = 20)
        @OnFailure(FailureMode.FAILFAST)
        String hedgedFast();

        @Idempotent
        @Hedge(afterMillis = 1_000)
        String hedgedLate();

        @OnFailure(FailureMode.FAILFAST)
        @Retry(attempts = 5)
        String fastFive();

        @OnFailure(FailureMode.BROADCAST)
        @Retry(attempts = 2)
        String broadcastTwice();

        @OnFailure(value = FailureMode.FAILFAST, forks = 5)
        String fastForks();

        @OnFailure(FailureMode.BROADCAST)
        @LoadBalance(Balancing.LEAST_IN_FLIGHT)
        String balancedBroadcast();

        @Retry(attempts = 1, budgetPercent = 20)
        String budgetForNothing();

        @Hedge(afterMillis = 20)
        String hedgedWrite();

        @RateLimit(perSecond = 5, per = "key:custmer")
        String countedByTypo(@CallKey("customer") String customer);

        @RateLimit(perSecond = 5, burst = 3, shape = RateShape.PACING)
        String burstForNothing();
    }

    @RateLimit(perSecond = 7, per = "key:customer", waitMillis = 20)
    interface CountedByCustomer {
        String basket(@CallKey("customer") String customer);

        String catalogue();
    }

    interface OutOfRange {
        @RateLimit(perSecond = 0)
        void rate();

        @ConcurrencyLimit(0)
        void concurrency();

        @CircuitBreaker(failurePercent = 0)
        void breaker();

        @Hedge(afterMillis = 0)
        void hedge();

        @RouteTag("")
        void lane();

        @RouteTag("a$b")
        void strangeLane();

        @LoadBalance(value = Balancing.CONSISTENT_HASH, hashBy = "a$b")
        void strangeKey();
    }

    @Hedge(afterMillis = 20, budgetPercent = 50)
    @LoadBalance(value = Balancing.CONSISTENT_HASH, hashBy = "customer")
    @OnFailure(value = FailureMode.FORKING, forks = 4)
    interface Wide {
        @Idempotent
        String keyed(@CallKey("customer") String customer);

        String write();

        @Idempotent
        @OnFailure(FailureMode.FAILOVER)
        String read();
    }

    interface Plain {
        String ask(String key);

        void tell(String key);

        @RateLimit(perSecond = 9, at = EnforcedAt.CALLER)
        String limitedHere();
    }

    private static Method method(Class<?> type, String name) {
        return Arrays.stream(type.getMethods())
                .filter(each -> each.getName().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static DeclaredPolicy stub(Class<?> type, String name, PolicySettings settings) {
        return DeclaredPolicy.ofStub(type, method(type, name), settings);
    }

    private static MethodPolicy stub(Class<?> type, String name) {
        return stub(type, name, PolicySettings.NONE).policy();
    }

    private static PolicySettings code(String method, PolicyKey<Integer> key, int value) {
        return PolicySettings.NONE.with(method, key, value, Origin.CODE, "the code");
    }

    private static PolicySettings release(String... texts) {
        Map<String, String> all = new java.util.TreeMap<>();
        for (int i = 0; i < texts.length; i += 2) {
            all.put("moa.policy." + texts[i], texts[i + 1]);
        }
        return PolicySettings.ofTexts(all, ServiceId.of("s.S"), name -> "property " + name);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "typo | no call has a key custmer to hash: expected @CallKey(\"custmer\") on a parameter, or one of [customer]",
                "keyForNothing | hash-by and load-balance: customer has no effect",
                "hedgedOnce | hedge-after and attempts: a hedge is a second attempt: expected 2 or more attempts",
                "hedgedFast | hedge-after and on-failure: on-failure failfast is one attempt",
                "hedgedLate | expected a hedge before the timeout, which is 1s. Said by hedge-after: annotation: @Hedge on Wrong",
                "fastFive | attempts and on-failure: on-failure failfast never sends a call again",
                "broadcastTwice | attempts and on-failure: on-failure broadcast never sends a call again",
                "fastForks | forks and on-failure: 5 has no effect, as on-failure failfast does not fork",
                "balancedBroadcast | load-balance and on-failure: least-in-flight has no effect, as on-failure broadcast",
                "budgetForNothing | retry-budget and attempts: 20 has no effect, as no call is sent again",
                "countedByTypo | rate-limit and rate-per and call-keys: it is said for each value of the call key custmer, which no call has",
                "burstForNothing | rate-burst and rate-shape: 3 has no effect, as rate-shape pacing lets no burst pass",
                "hedgedWrite | hedge-after and idempotent: a hedged call may run twice: expected @Idempotent",
            })
    void whatCannotHappenIsAnErrorThatSaysWhoSaysItAndWhatIsExpected(String name, String message) {
        assertThatThrownBy(() -> stub(Wrong.class, name))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("Wrong." + name)
                .hasMessageContaining(message)
                .hasMessageContaining("annotation: @");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "rate | @RateLimit(perSecond) on OutOfRange.rate: expected 1 to 10,000,000, not 0; who wants none leaves the",
                "concurrency | @ConcurrencyLimit(value) on OutOfRange.concurrency: expected 1 to 1,000,000, not 0",
                "breaker | @CircuitBreaker(failurePercent) on OutOfRange.breaker: expected 1 to 100, not 0",
                "hedge | @Hedge(afterMillis) on OutOfRange.hedge: expected a time of 1ms to 1m in whole milliseconds",
                "lane | @RouteTag(value) on OutOfRange.lane: expected 1 to 64 letters, digits",
                "strangeLane | expected 1 to 64 letters, digits, '-', '_' and '.', not a$b",
                "strangeKey | @LoadBalance(hashBy) on OutOfRange.strangeKey: hash-by: expected up to 64 letters, digits",
            })
    void annotationsHaveTheRangeThatTheyTell(String name, String message) {
        assertThatThrownBy(() -> stub(OutOfRange.class, name)).hasMessageContaining(message);
        assertThatThrownBy(() -> AnnotatedPolicy.read(OutOfRange.class, method(OutOfRange.class, name)))
                .as("also at the provider")
                .hasMessageContaining(message);
    }

    @Test
    void rulesAndReleaseSettingsMaySayNone() {
        for (PolicyKey<?> key :
                List.of(PolicyKey.RATE_LIMIT, PolicyKey.CONCURRENCY_LIMIT, PolicyKey.BREAKER_FAILURES)) {
            assertThat(key.read(0)).isEqualTo(0);
            assertThat(stub(Plain.class, "ask", release(key.name(), "0"))
                            .policy()
                            .get(key)
                            .origin())
                    .isEqualTo(Origin.RELEASE);
        }
    }

    @Test
    void whatIsSaidForAllMethodsIsMeantForThoseThatCanUseIt() {
        MethodPolicy keyed = stub(Wide.class, "keyed");
        assertThat(keyed.onFailure()).isEqualTo(FailureMode.FORKING);
        assertThat(keyed.balancing()).isEqualTo(Balancing.CONSISTENT_HASH);
        assertThat(keyed.hedgeAfterNanos()).isZero(); // it forks already
        assertThat(stub(Wide.class, "write")).isEqualTo(MethodPolicy.DEFAULT);
        MethodPolicy read = stub(Wide.class, "read");
        assertThat(read.onFailure()).isEqualTo(FailureMode.FAILOVER);
        assertThat(read.balancing()).isEqualTo(Balancing.P2C);
        assertThat(read.get(PolicyKey.HEDGE_AFTER)).hasToString("PT0.02S (annotation: @Hedge on Wide)");
        assertThat(read.value(PolicyKey.HEDGE_BUDGET)).isEqualTo(50);
        assertThat(AnnotatedPolicy.read(Wide.class, method(Wide.class, "write")).isIdempotent())
                .isFalse();
    }

    private static List<DeclaredPolicy> all(Class<?> type, PolicySettings settings) {
        List<DeclaredPolicy> all = new ArrayList<>();
        for (Method method : type.getMethods()) {
            all.add(DeclaredPolicy.ofStub(type, method, settings));
        }
        return all;
    }

    @Test
    void whatIsSaidForAllMethodsMustBeOfUseToOneOfThem() {
        assertThat(DeclaredPolicy.unused("Wide", all(Wide.class, PolicySettings.NONE)))
                .isEmpty();
        PolicySettings hedged =
                PolicySettings.NONE.with("", PolicyKey.HEDGE_AFTER, Duration.ofMillis(5), Origin.CODE, "StubConfig");
        assertThatThrownBy(() -> DeclaredPolicy.unused("Plain", all(Plain.class, hedged)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("hedge-after (code: StubConfig) has no effect")
                .hasMessageContaining("no method of Plain can");
        assertThat(DeclaredPolicy.unused("Plain", all(Plain.class, release("hedge-after", "5ms"))))
                .as("an operator's word is told")
                .singleElement()
                .asString()
                .contains("release configuration: property moa.policy.hedge-after) has no effect");
    }

    @LoadBalance(Balancing.CONSISTENT_HASH)
    interface HashedByNothing {
        String get(String key);
    }

    @Idempotent
    @Hedge(afterMillis = 1_000)
    interface HedgedTooLate {
        String get(String key);

        String find(String key);

        @Idempotent
        @Retry(attempts = 1)
        String once(String key);
    }

    @Retry(attempts = 1, budgetPercent = 5)
    interface BudgetForNothing {
        String get(String key);
    }

    @Test
    void whatIsOfUseToNoMethodOfAnInterfaceSaysWhy() {
        assertThatThrownBy(
                        () -> DeclaredPolicy.unused("HashedByNothing", all(HashedByNothing.class, PolicySettings.NONE)))
                .hasMessageContaining(
                        "no method of HashedByNothing can: get(java.lang.String): load-balance and hash-by:"
                                + " consistent hashing goes by a call key: expected")
                .hasMessageEndingWith(". Expected it on a method that can, or not at all");
        assertThatThrownBy(() -> DeclaredPolicy.unused("HedgedTooLate", all(HedgedTooLate.class, PolicySettings.NONE)))
                .hasMessageContaining(
                        "(java.lang.String) and 1 more: hedge-after and timeout: the call has ended by then:"
                                + " expected a hedge before the timeout, which is 1s")
                .hasMessageContaining("once(java.lang.String): hedge-after and attempts: a hedge is a second attempt");
        assertThatThrownBy(() ->
                        DeclaredPolicy.unused("BudgetForNothing", all(BudgetForNothing.class, PolicySettings.NONE)))
                .hasMessageContaining("get(java.lang.String): retry-budget and attempts: 5 has no effect, as no call is"
                        + " sent again");
    }

    @Test
    void whatTheReleaseConfigurationMakesIdleIsToldAndHolds() {
        PolicySettings once = release("attempts@s.S#read", "1", "timeout@s.S#read", "10ms");
        DeclaredPolicy read = stub(Wide.class, "read", once);
        assertThat(read.policy().attempts()).isEqualTo(1);
        assertThat(read.policy().timeout()).hasMillis(10);
        DeclaredPolicy ask = stub(Plain.class, "ask", release("forks@s.S#ask", "4"));
        assertThat(ask.idle())
                .singleElement()
                .asString()
                .contains("Plain.ask says what can have no effect: forks and on-failure")
                .contains("forks: release configuration: property moa.policy.forks@s.S#ask");
    }

    @Test
    void whatTheReleaseConfigurationContradictsIsAnError() {
        assertThatThrownBy(() -> stub(Plain.class, "ask", release("hedge-after@s.S#ask", "5ms")))
                .hasMessageContaining("Plain.ask cannot be called so: hedge-after and idempotent");
        assertThatThrownBy(() -> stub(Plain.class, "ask", release("one-way@s.S#ask", "true")))
                .hasMessageContaining("no reply ever comes, so the method must return void and declare no exception");
        assertThat(stub(Plain.class, "ask", release("one-way@s.S", "true"))
                        .policy()
                        .isOneWay())
                .isFalse();
        assertThat(stub(Plain.class, "tell", release("one-way@s.S", "true"))
                        .policy()
                        .isOneWay())
                .isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"ask", "tell"})
    void aLimitOfTheOtherSideCannotBeSaidInCode(String name) {
        for (PolicyKey<Integer> key : List.of(PolicyKey.RATE_LIMIT, PolicyKey.CONCURRENCY_LIMIT)) {
            assertThatThrownBy(() -> stub(Plain.class, name, code(name, key, 5)))
                    .hasMessageContaining(
                            "the provider enforces it, and does not hear what the code of the caller says")
                    .hasMessageContaining(key + "-at caller beside it, or ExportConfig to say it");
            assertThat(DeclaredPolicy.ofExport(Plain.class, method(Plain.class, name), code(name, key, 5))
                            .policy()
                            .value(key))
                    .isEqualTo(5);
        }
    }

    @Test
    void aProvidersCodeCannotLimitWhatCallersCount() {
        Method here = method(Plain.class, "limitedHere");
        assertThatThrownBy(
                        () -> DeclaredPolicy.ofExport(Plain.class, here, code("limitedHere", PolicyKey.RATE_LIMIT, 5)))
                .hasMessageContaining(
                        "Plain.limitedHere cannot be served so: rate-limit and rate-limit-at: the caller");
        assertThat(DeclaredPolicy.ofExport(Plain.class, here, code("", PolicyKey.RATE_LIMIT, 5))
                        .policy()
                        .get(PolicyKey.RATE_LIMIT)
                        .origin())
                .as("one for all methods is meant for the others")
                .isEqualTo(Origin.ANNOTATION);
        assertThat(stub(Plain.class, "limitedHere", code("limitedHere", PolicyKey.RATE_LIMIT, 5))
                        .policy()
                        .value(PolicyKey.RATE_LIMIT))
                .isEqualTo(5);
    }

    @Test
    void aCallersCodeMayHashAKeyThatItsFilterSets() {
        PolicySettings hashed = PolicySettings.NONE
                .with("", PolicyKey.LOAD_BALANCE, Balancing.CONSISTENT_HASH, Origin.CODE, "StubConfig")
                .with("", PolicyKey.HASH_BY, "custmer", Origin.CODE, "StubConfig");
        assertThat(stub(Plain.class, "ask", hashed).policy().hashBy()).isEqualTo("custmer");
        assertThat(stub(Wrong.class, "keyed", hashed).policy().hashBy())
                .as("where arguments give keys, it is none of them")
                .isEmpty();
    }

    @Test
    void aProviderDoesNotJudgeWhatOnlyItsCallersKnow() {
        for (String name : List.of("typo", "hedgedLate", "hedgedOnce", "fastFive")) {
            assertThat(AnnotatedPolicy.read(Wrong.class, method(Wrong.class, name)))
                    .isNotNull();
        }
        assertThat(stub(
                                Wrong.class,
                                "hedgedLate",
                                PolicySettings.NONE.with(
                                        "", PolicyKey.TIMEOUT, Duration.ofSeconds(5), Origin.CODE, "StubConfig"))
                        .policy()
                        .hedgeAfterNanos())
                .isPositive();
    }

    @Test
    void aLimitForEachValueOfAKeyIsMeantForMethodsThatHaveIt() {
        DeclaredPolicy with = stub(CountedByCustomer.class, "basket", PolicySettings.NONE);
        assertThat(with.policy().value(PolicyKey.RATE_LIMIT)).isEqualTo(7);
        DeclaredPolicy without = stub(CountedByCustomer.class, "catalogue", PolicySettings.NONE);
        assertThat(without.policy().value(PolicyKey.RATE_LIMIT)).isZero();
        assertThat(without.policy().value(PolicyKey.RATE_WAIT)).isEqualTo(Duration.ZERO);
        assertThat(DeclaredPolicy.unused("it", List.of(with, without))).isEmpty();
    }

    interface Refined {
        @Idempotent
        @Hedge(afterMillis = 20, budgetPercent = 2)
        String hedged();

        @Idempotent
        @Retry(attempts = 4, budgetPercent = 20)
        String retried();

        @RateLimit(perSecond = 500, burst = 50, at = EnforcedAt.CALLER)
        String limited();

        @CircuitBreaker(minCalls = 50, windowMillis = 30_000, openMillis = 1_000, trials = 5)
        String broken();

        @LoadBalance(value = Balancing.CONSISTENT_HASH, hashBy = "customer")
        String hashed(@CallKey("customer") String customer);

        @Idempotent
        @OnFailure(value = FailureMode.FORKING, forks = 4)
        String forked();
    }

    /** Each time: what a consumer or an operator says, and what of the annotation has no effect any more. */
    @ParameterizedTest
    @CsvSource({
        "hedged, hedge-after, 0ms, hedge-budget",
        "hedged, timeout, 10ms, hedge-after",
        "hedged, attempts, 1, hedge-after",
        "hedged, on-failure, failfast, hedge-after",
        "retried, attempts, 1, retry-budget",
        "retried, on-failure, failfast, attempts",
        "limited, rate-limit, 0, rate-burst",
        "limited, rate-shape, pacing, rate-burst",
        "broken, breaker-failures, 0, breaker-window",
        "hashed, load-balance, p2c, hash-by",
        "hashed, on-failure, broadcast, load-balance",
        "forked, on-failure, failover, forks",
    })
    void aStrongerPlaceMayMakeIdleWhatAnInterfaceSays(String name, String key, String text, String idle) {
        for (String method : List.of(name, "")) {
            for (Origin origin : List.of(Origin.CODE, Origin.RELEASE)) {
                DeclaredPolicy declared = stub(Refined.class, name, said(method, key, text, origin));
                assertThat(declared.idle())
                        .as("nothing that was said last is idle")
                        .isEmpty();
                MethodPolicy policy = declared.policy();
                assertThat(policy.get(PolicyKey.named(key)).origin()).isEqualTo(origin);
                assertThat(policy.get(PolicyKey.named(idle)).origin())
                        .as("it is there again when a rule switches on what it goes with")
                        .isEqualTo(Origin.ANNOTATION);
                assertThat(policy.describe())
                        .contains("Without effect: " + idle + " ")
                        .contains(" beside " + key + " " + text + " (" + origin.label() + ": the ");
            }
        }
    }

    private static PolicySettings said(String method, String key, String text, Origin origin) {
        return said(method, PolicyKey.named(key), text, origin);
    }

    private static <T> PolicySettings said(String method, PolicyKey<T> key, String text, Origin origin) {
        return PolicySettings.NONE.with(method, key, key.read(text), origin, "the " + origin.label());
    }

    @Test
    void whoMakesAValueOfHisOwnIdleHasMadeAMistake() {
        PolicySettings both = said("retried", "on-failure", "failfast", Origin.CODE)
                .with("retried", PolicyKey.ATTEMPTS, 5, Origin.CODE, "the code");
        assertThatThrownBy(() -> stub(Refined.class, "retried", both))
                .hasMessageContaining("Refined.retried says what can have no effect: attempts and on-failure");
        assertThatThrownBy(() -> stub(
                        Refined.class,
                        "hedged",
                        said("", "timeout", "10ms", Origin.CODE)
                                .with("hedged", PolicyKey.HEDGE_AFTER, Duration.ofMillis(15), Origin.CODE, "here")))
                .as("also where he said one of the two for all methods")
                .hasMessageContaining("expected a hedge before the timeout, which is 10ms");
        assertThatThrownBy(() -> stub(Refined.class, "retried", said("retried", "forks", "3", Origin.CODE)))
                .as("and beside a weaker place, which he could look up")
                .hasMessageContaining("3 has no effect, as on-failure failover does not fork");
    }

    /** Each time: what is declared and said, by which a call would be made in a wrong way, and what is left of it. */
    @Test
    void whatAStrongerPlaceMakesImpossibleIsLeftOutAndNobodysMistake() {
        for (Origin origin : List.of(Origin.CODE, Origin.RELEASE)) {
            MethodPolicy once = stub(Refined.class, "hedged", said("hedged", "idempotent", "false", origin))
                    .policy();
            assertThat(once.isIdempotent()).isFalse();
            assertThat(once.hedgeAfterNanos())
                    .as("a call that may run once is not hedged")
                    .isZero();
            assertThat(stub(Refined.class, "hedged", said("hedged", "on-failure", "forking", origin))
                            .policy()
                            .hedgeAfterNanos())
                    .as("it forks already")
                    .isZero();
            MethodPolicy forked = stub(Refined.class, "forked", said("forked", "idempotent", "false", origin))
                    .policy();
            assertThat(forked.onFailure()).isEqualTo(FailureMode.FAILOVER);
            assertThat(forked.value(PolicyKey.FORKS)).isEqualTo(4);
            assertThat(stub(Refined.class, "hashed", said("hashed", "hash-by", "", origin))
                            .policy()
                            .balancing())
                    .isEqualTo(Balancing.P2C);
        }
        DeclaredPolicy released = stub(
                Refined.class,
                "retried",
                said("retried", "hedge-after", "20ms", Origin.CODE)
                        .and(said("", "idempotent", "false", Origin.RELEASE)));
        assertThat(released.policy().hedgeAfterNanos()).isZero();
        PolicySettings file = said("retried", "hedge-after", "20ms", Origin.RELEASE);
        assertThat(stub(Refined.class, "retried", file.and(said("", "idempotent", "false", Origin.RELEASE)))
                        .policy()
                        .hedgeAfterNanos())
                .as("also between two places of the release configuration")
                .isZero();
        assertThatThrownBy(() -> stub(
                        Refined.class,
                        "retried",
                        said("", "idempotent", "false", Origin.RELEASE).and(file)))
                .hasMessageContaining("Refined.retried cannot be called so: hedge-after and idempotent");
    }

    interface HedgedParent {
        @Idempotent
        @Hedge(afterMillis = 20)
        @Retry(attempts = 4)
        String get();
    }

    interface OnceChild extends HedgedParent {
        @Override
        @Retry(attempts = 1)
        String get();
    }

    @io.moa.annotation.Timeout(millis = 10)
    interface HastyChild extends HedgedParent {}

    interface OtherParent {
        @Retry(attempts = 1)
        String get();
    }

    @io.moa.annotation.Timeout(millis = 500)
    interface TornChild extends HedgedParent, OtherParent {
        @Override
        @OnFailure(FailureMode.FAILFAST)
        String get();
    }

    @Test
    void aChildRefinesItsParentAsCodeRefinesAnInterface() {
        assertThat(stub(OnceChild.class, "get").attempts()).isEqualTo(1);
        assertThat(stub(HastyChild.class, "get").timeout()).hasMillis(10);
        assertThatThrownBy(() -> stub(TornChild.class, "get")).hasMessageContaining("@Retry of TornChild.get is said");
    }

    @Test
    void whatIsSaidForAllMethodsIsNotUnusedWhereItIsOverruled() {
        PolicySettings off = said("", "hedge-after", "0ms", Origin.CODE);
        assertThat(DeclaredPolicy.unused("Wide", all(Wide.class, off))).isEmpty();
        PolicySettings never = said("", "idempotent", "false", Origin.CODE);
        assertThat(DeclaredPolicy.unused("Wide", all(Wide.class, never))).isEmpty();
        assertThat(stub(Wide.class, "read", never).policy().hedgeAfterNanos()).isZero();
    }

    @Test
    void anExportIsNotRefusedForWhatAReleaseSettingMakesIdle() {
        PolicySettings moved =
                code("ask", PolicyKey.RATE_LIMIT, 5).and(said("", "rate-limit-at", "caller", Origin.RELEASE));
        MethodPolicy policy = DeclaredPolicy.ofExport(Plain.class, method(Plain.class, "ask"), moved)
                .policy();
        assertThat(policy.value(PolicyKey.RATE_LIMIT)).isEqualTo(5);
        assertThat(policy.side(PolicyKey.RATE_LIMIT)).isEqualTo(PolicyKey.Side.CALLER);
        PolicySettings all = code("", PolicyKey.CONCURRENCY_LIMIT, 5)
                .and(said("", "concurrency-limit-at", "caller", Origin.RELEASE));
        List<DeclaredPolicy> exported = new ArrayList<>();
        for (Method method : Plain.class.getMethods()) {
            exported.add(DeclaredPolicy.ofExport(Plain.class, method, all));
        }
        assertThat(DeclaredPolicy.unused("Plain", exported)).isEmpty();
    }

    interface Overloads {
        @Idempotent
        String get(String key);

        String get(String key, int version);

        void get(byte[] key);

        void put(String key);

        void put(String key, int version);
    }

    private static Method overload(String name, Class<?>... types) throws NoSuchMethodException {
        return Overloads.class.getMethod(name, types);
    }

    @Test
    void aNameAloneIsMeantForTheOverloadsThatCanUseItAndOneWithTypesForOne() throws Exception {
        PolicySettings hedged = said("get", "hedge-after", "20ms", Origin.CODE);
        assertThat(DeclaredPolicy.unused("Overloads", all(Overloads.class, hedged)))
                .isEmpty();
        assertThat(DeclaredPolicy.ofStub(Overloads.class, overload("get", String.class), hedged)
                        .policy()
                        .hedgeAfterNanos())
                .isPositive();
        for (Method other : List.of(overload("get", String.class, int.class), overload("get", byte[].class))) {
            assertThat(DeclaredPolicy.ofStub(Overloads.class, other, hedged)
                            .policy()
                            .hedgeAfterNanos())
                    .isZero();
        }
        PolicySettings one = said("get(byte[])", "one-way", "true", Origin.CODE);
        assertThat(DeclaredPolicy.ofStub(Overloads.class, overload("get", byte[].class), one)
                        .policy()
                        .isOneWay())
                .isTrue();
        assertThat(DeclaredPolicy.ofStub(Overloads.class, overload("get", String.class), one)
                        .policy()
                        .isOneWay())
                .isFalse();
        PolicySettings wrong = said("get(java.lang.String)", "one-way", "true", Origin.RELEASE);
        assertThatThrownBy(() -> DeclaredPolicy.ofStub(Overloads.class, overload("get", String.class), wrong))
                .hasMessageContaining("Overloads.get cannot be called so: one-way: no reply ever comes");
    }

    @Test
    void aNameOfWhichNoOverloadCanUseTheValueIsAnErrorThatSaysWhy() {
        for (Origin origin : List.of(Origin.CODE, Origin.RELEASE)) {
            List<DeclaredPolicy> all = all(Overloads.class, said("put", "hedge-after", "20ms", origin));
            assertThatThrownBy(() -> DeclaredPolicy.unused("Overloads", all))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining(
                            "hedge-after (" + origin.label() + ": the " + origin.label() + ") has no effect")
                    .hasMessageContaining("in Overloads none can: ")
                    .hasMessageContaining(
                            "put(java.lang.String): hedge-after and idempotent: a hedged call may run twice")
                    .hasMessageContaining("put(java.lang.String,int): hedge-after and idempotent");
        }
        assertThat(DeclaredPolicy.unused("Overloads", all(Overloads.class, said("put", "forks", "3", Origin.RELEASE))))
                .as("an operator's word that is merely idle is told")
                .singleElement()
                .asString()
                .contains("forks (release configuration: the release configuration) has no effect");
    }
}
