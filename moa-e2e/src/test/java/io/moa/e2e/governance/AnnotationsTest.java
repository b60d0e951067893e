package io.moa.e2e.governance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.moa.Moa;
import io.moa.ReleaseSettings;
import io.moa.annotation.MoaService;
import io.moa.client.CallOptions;
import io.moa.client.MoaClient;
import io.moa.client.stub.StubConfig;
import io.moa.discovery.Address;
import io.moa.governance.policy.PolicyKey;
import io.moa.invoke.CallException;
import io.moa.invoke.CallTimeoutException;
import io.moa.invoke.Criticality;
import io.moa.invoke.Invocation;
import io.moa.invoke.Status;
import io.moa.server.ExportConfig;
import io.moa.server.MoaServer;
import io.moa.server.dispatch.ExportedMethod;
import io.moa.testkit.Eventually;
import io.moa.testkit.Shows;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What annotations say holds for calls over sockets. */
@Timeout(120)
class AnnotationsTest {

    private final Map<String, AtomicInteger> ran = new ConcurrentHashMap<>();
    private final LinkedBlockingQueue<Invocation> arrived = new LinkedBlockingQueue<>();
    private final CountDownLatch letGo = new CountDownLatch(1);
    private final List<AutoCloseable> open = new ArrayList<>();
    private volatile boolean broken;
    private MoaServer server;
    private MoaClient client;
    private Governed shop;

    @BeforeEach
    void start() {
        Governed answers = (Governed) Proxy.newProxyInstance(
                Governed.class.getClassLoader(), new Class<?>[] {Governed.class}, (proxy, method, arguments) -> {
                    ran.computeIfAbsent(method.getName(), name -> new AtomicInteger())
                            .incrementAndGet();
                    switch (method.getName()) {
                        case "hasty", "crowdedThere", "crowdedHere" -> letGo.await();
                        case "tagged", "keyed", "note", "limitedThere", "limitedHere" -> {}
                        case "threadName" -> {
                            return Thread.currentThread().getName();
                        }
                        case "breaking" -> {
                            if (broken) {
                                throw new IllegalStateException("the disk is full");
                            }
                        }
                        default -> throw new IllegalStateException("the disk is full");
                    }
                    return method.getReturnType() == int.class ? 1 : null;
                });
        server = serve(answers, ExportConfig.DEFAULT);
        client = client(ReleaseSettings.NONE);
        shop = client.stub(Governed.class);
    }

    private MoaServer serve(Governed answers, ExportConfig config) {
        Moa moa = keep(Moa.builder("shop").eventLoops(1).build());
        return keep(MoaServer.builder(moa)
                .address(new Address.Tcp("127.0.0.1", 0))
                .filter((call, next) -> {
                    arrived.add(call);
                    return next.invoke(call);
                })
                .export(Governed.class, answers, config)
                .closeOnShutdown(false)
                .start());
    }

    private MoaClient client(ReleaseSettings release) {
        return keep(
                MoaClient.builder(keep(Moa.builder("caller").release(release).build()))
                        .addresses(server.address())
                        .build());
    }

    private <T extends AutoCloseable> T keep(T one) {
        open.add(one);
        return one;
    }

    @AfterEach
    void end() throws Exception {
        letGo.countDown();
        for (int i = open.size() - 1; i >= 0; i--) {
            open.get(i).close();
        }
    }

    private int ran(String method) {
        return ran.getOrDefault(method, new AtomicInteger()).get();
    }

    private Invocation arrived() throws InterruptedException {
        Invocation call = arrived.poll(60, TimeUnit.SECONDS);
        assertThat(call).isNotNull();
        return call;
    }

    private static Status statusOf(Runnable call) {
        try {
            call.run();
            return null;
        } catch (CallException e) {
            return e.status();
        } catch (IllegalStateException thrownThere) {
            return Status.APPLICATION;
        }
    }

    @Test
    void callIsGivenUpWhenItsTimeIsUp() {
        assertThatThrownBy(shop::hasty).isInstanceOf(CallTimeoutException.class);
    }

    @Test
    @Shows({"idempotent", "attempts"})
    void onlyAnIdempotentCallIsSentAgainAndAsOftenAsSaid() {
        assertThatThrownBy(shop::twice).isInstanceOf(IllegalStateException.class);
        assertThat(ran("twice")).isEqualTo(2);
        assertThatThrownBy(shop::onceOnly).isInstanceOf(IllegalStateException.class);
        assertThat(ran("onceOnly")).isEqualTo(1);
    }

    @Test
    @Shows("retry-budget")
    void withoutABudgetNothingIsSentAgain() {
        assertThatThrownBy(shop::withoutBudget).isInstanceOf(IllegalStateException.class);
        assertThat(ran("withoutBudget")).isEqualTo(1);
    }

    @Test
    @Shows("on-failure")
    void failfastIsOneAttemptAndFailsafeAnEmptyValue() {
        assertThatThrownBy(shop::failfast).isInstanceOf(IllegalStateException.class);
        assertThat(ran("failfast")).isEqualTo(1);
        assertThat(shop.failsafe()).isZero();
        assertThat(shop.failsafeList().join()).isEmpty();
        assertThat(ran("failsafe")).isEqualTo(1);
    }

    @Test
    @Shows({"route-tag", "criticality"})
    void laneAndImportanceArriveUnlessTheCallerSaysOthers() throws Exception {
        shop.tagged();
        Invocation declared = arrived();
        assertThat(declared.baggage().tag()).isEqualTo("gray");
        assertThat(declared.baggage().criticality()).isEqualTo(Criticality.SHEDDABLE);
        client.with(shop, CallOptions.NONE.withTag("blue").withCriticality(Criticality.CRITICAL_PLUS))
                .tagged();
        Invocation said = arrived();
        assertThat(said.baggage().tag()).isEqualTo("blue");
        assertThat(said.baggage().criticality()).isEqualTo(Criticality.CRITICAL_PLUS);
    }

    @Test
    @Shows("call-keys")
    void keysOutOfTheArgumentsArriveBesideThem() throws Exception {
        Governed.Order order = new Governed.Order(
                "book", new Governed.Customer(4711, Governed.Level.GOLD), Map.of("color", "r".repeat(300)));
        shop.keyed(order, 12, order, order);
        assertThat(arrived().callKeys())
                .isEqualTo(Map.of("customer", "4711", "shelf", "12", "level", "GOLD", "color", "r".repeat(256)));
        Governed.Order poor = new Governed.Order("book", null, Map.of());
        shop.keyed(poor, 13, poor, null);
        assertThat(arrived().callKeys()).isEqualTo(Map.of("shelf", "13"));
    }

    @Test
    @Shows("serializer")
    void callsAreEncodedAsTheServiceSays() throws Exception {
        shop.tagged();
        Invocation call = arrived();
        ExportedMethod method = call.attributes().get(ExportedMethod.KEY);
        int json =
                keep(Moa.builder("any").build()).serializers().require("json").id();
        assertThat(method).isNotNull();
        assertThat(call.attributes().get(ExportedMethod.CODECS))
                .isSameAs(method.codecs().get(json));
        client.stub(Governed.class, StubConfig.ANNOTATED.withSerializer("hessian"))
                .tagged();
        assertThat(arrived().attributes().get(ExportedMethod.CODECS))
                .isNotSameAs(method.codecs().get(json));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    @Shows("rate-limit")
    void moreThanTheRateAllowsIsRefusedWhereItIsCounted(boolean here) {
        int refused = 0;
        for (int i = 0; i < 20; i++) {
            Status status = statusOf(here ? shop::limitedHere : shop::limitedThere);
            if (status != null) {
                assertThat(status).isEqualTo(Status.REJECTED);
                refused++;
            }
        }
        assertThat(ran(here ? "limitedHere" : "limitedThere")).isEqualTo(20 - refused);
        assertThat(refused)
                .as("three at once, and one for each second that this took")
                .isPositive();
        assertThat(arrived.size()).isEqualTo(20 - refused); // a refusal comes before users' filters, on both sides
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    @Shows("concurrency-limit")
    void moreThanMayRunAtOnceIsRefusedWhereItIsCounted(boolean here) {
        List<CompletableFuture<Integer>> calls = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            calls.add(client.async(shop, here ? Governed::crowdedHere : Governed::crowdedThere));
        }
        String method = here ? "crowdedHere" : "crowdedThere";
        Eventually.within(Duration.ofSeconds(60)).until(() -> ran(method) == 2, () -> ran(method) + " run");
        assertThat(statusOf(here ? shop::crowdedHere : shop::crowdedThere)).isEqualTo(Status.OVERLOADED);
        letGo.countDown();
        calls.forEach(call -> assertThat(call.join()).isOne());
        assertThat(here ? shop.crowdedHere() : shop.crowdedThere()).isOne();
        assertThat(ran(method)).isEqualTo(3);
    }

    /** The same service as one sees it who has heard of no limit. */
    @MoaService(name = "governed.Shop", serializer = "json")
    interface Unlimited {
        int limitedHere();

        int limitedThere();

        @io.moa.annotation.Timeout(millis = 20_000)
        int crowdedHere();

        int crowdedThere();
    }

    @Test
    @Shows("rate-limit-at")
    void aRateAtTheProviderIsForAllCallersAndOneAtTheCallerForItself() {
        Unlimited other = client(ReleaseSettings.NONE).stub(Unlimited.class);
        int refused = 0;
        for (int i = 0; i < 20; i++) {
            assertThat(other.limitedHere()).isOne();
            refused += statusOf(other::limitedThere) == Status.REJECTED ? 1 : 0;
        }
        assertThat(ran("limitedHere")).isEqualTo(20);
        assertThat(refused).isPositive();
        assertThat(ran("limitedThere")).isEqualTo(20 - refused);
    }

    @Test
    @Shows("concurrency-limit-at")
    void roomAtTheProviderIsSharedAndRoomAtTheCallerIsItsOwn() {
        MoaClient another = client(ReleaseSettings.NONE);
        Unlimited other = another.stub(Unlimited.class);
        List<CompletableFuture<Integer>> calls = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            calls.add(client.async(shop, Governed::crowdedThere));
            calls.add(client.async(shop, Governed::crowdedHere));
        }
        Eventually.within(Duration.ofSeconds(60))
                .until(() -> ran("crowdedThere") == 2 && ran("crowdedHere") == 2, () -> ran + " run");
        assertThat(statusOf(other::crowdedThere)).isEqualTo(Status.OVERLOADED);
        assertThat(statusOf(shop::crowdedHere)).isEqualTo(Status.OVERLOADED);
        calls.add(another.async(other, Unlimited::crowdedHere));
        Eventually.within(Duration.ofSeconds(60)).until(() -> ran("crowdedHere") == 3, () -> ran + " run");
        letGo.countDown();
        calls.forEach(call -> assertThat(call.join()).isOne());
        assertThat(ran("crowdedThere")).isEqualTo(2);
    }

    @Test
    @Shows("breaker-failures")
    void breakerOpensAfterFailuresAndClosesWhenTrialsSucceed() {
        broken = true;
        for (int i = 0; i < 4; i++) {
            assertThat(statusOf(shop::breaking)).isEqualTo(Status.APPLICATION);
        }
        assertThat(ran("breaking")).isEqualTo(4);
        // It may try again meanwhile, if this test stands still; then it opens again at once.
        Eventually.within(Duration.ofSeconds(60))
                .until(() -> statusOf(shop::breaking) == Status.REJECTED, () -> "it is still closed");
        broken = false;
        Eventually.within(Duration.ofSeconds(60))
                .until(() -> statusOf(shop::breaking) == null, () -> "it is still open");
        assertThat(shop.breaking()).isOne();
        for (int i = 0; i < 20; i++) {
            assertThat(shop.breaking()).isOne();
        }
    }

    @Test
    @Shows({"fallback-method", "fallback-class"})
    void fallbackAnswersWhenTheCallHasFailed() {
        assertThat(shop.price("book")).isEqualTo("book was 3 when it could be asked last: IllegalStateException");
        assertThat(shop.later("book").join()).isEqualTo("book from the cache");
        assertThat(shop.byClass("book")).isEqualTo("no book");
        assertThat(client.async(shop, s -> s.price("pen")).join()).startsWith("pen was 3");
        assertThat(shop.priceFromCache("it", new IllegalStateException())).contains("IllegalStateException");
        assertThat(ran("price")).isEqualTo(2);
        assertThat(ran("priceFromCache"))
                .as("a fallback is never called remotely")
                .isZero();
    }

    @Test
    void fallbackThatLeadsBackToItsCallAnswersOnce() {
        assertThatThrownBy(() -> shop.circular("book")).isInstanceOf(IllegalStateException.class);
        assertThat(ran("circular")).isEqualTo(2);
    }

    @Test
    @Shows({"one-way", "non-blocking"})
    void oneWayCallsArriveAndNonBlockingOnesRunOnTheEventLoop() throws Exception {
        shop.note("hello");
        Eventually.within(Duration.ofSeconds(60)).until(() -> ran("note") == 1, () -> "nothing arrived");
        assertThat(arrived().oneWay()).isTrue();
        assertThat(shop.threadName()).contains("moa").doesNotContain("worker");
    }

    @Test
    @Shows("warm-up")
    void providerTellsHowLongItWarmsUp() {
        assertThat(server.instance().warmUpMillis()).isEqualTo(1_500);
    }

    @Test
    void releaseConfigurationStandsAboveCodeAndCodeAboveAnnotations() {
        StubConfig code =
                StubConfig.ANNOTATED.with("twice", PolicyKey.ATTEMPTS, 3).with("onceOnly", PolicyKey.IDEMPOTENT, true);
        Governed coded = client.stub(Governed.class, code);
        assertThatThrownBy(coded::twice).isInstanceOf(IllegalStateException.class);
        assertThat(ran("twice")).isEqualTo(3);
        assertThatThrownBy(coded::onceOnly).isInstanceOf(IllegalStateException.class);
        assertThat(ran("onceOnly")).isEqualTo(2);

        MoaClient released = client(ReleaseSettings.of(Map.of(
                "moa.policy.attempts", "4",
                "moa.policy.attempts@governed.Shop#onceOnly", "1",
                "moa.policy.attempts@another.Shop", "9")));
        Governed set = released.stub(Governed.class, code);
        assertThatThrownBy(set::twice).isInstanceOf(IllegalStateException.class);
        assertThat(ran("twice")).isEqualTo(3 + 4);
        assertThatThrownBy(set::onceOnly).isInstanceOf(IllegalStateException.class);
        assertThat(ran("onceOnly")).isEqualTo(2 + 1);
        assertThat(released.describe(set))
                .contains("release configuration: setting moa.policy.attempts@governed.Shop#onceOnly")
                .contains("annotation: @Timeout on Governed.hasty")
                .contains("code: StubConfig for onceOnly");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aConsumerAndAnOperatorMaySwitchOffWhatTheInterfaceDeclares(boolean byCode) {
        MoaClient free = byCode
                ? client
                : client(ReleaseSettings.of(Map.of(
                        "moa.policy.rate-limit@governed.Shop#limitedHere", "0",
                        "moa.policy.breaker-failures@governed.Shop", "0",
                        "moa.policy.attempts@governed.Shop#withoutBudget", "1")));
        Governed stub = free.stub(
                Governed.class,
                !byCode
                        ? StubConfig.ANNOTATED
                        : StubConfig.ANNOTATED
                                .with("limitedHere", PolicyKey.RATE_LIMIT, 0)
                                .with(PolicyKey.BREAKER_FAILURES, 0)
                                .with("withoutBudget", PolicyKey.ATTEMPTS, 1));
        broken = true;
        for (int i = 0; i < 20; i++) {
            assertThat(statusOf(stub::limitedHere)).isNull();
            assertThat(statusOf(stub::breaking)).isEqualTo(Status.APPLICATION);
        }
        assertThat(ran("limitedHere")).isEqualTo(20);
        assertThat(ran("breaking")).isEqualTo(20);
        assertThat(statusOf(stub::withoutBudget)).isEqualTo(Status.APPLICATION);
        assertThat(ran("withoutBudget")).isOne();
        assertThat(free.describe(stub))
                .contains("Without effect: rate-burst 3 (annotation: @RateLimit on Governed.limitedHere) beside"
                        + " rate-limit 0 ("
                        + (byCode ? "code: StubConfig for limitedHere)" : "release configuration: "))
                .contains("Without effect: breaker-calls 4 (annotation: @CircuitBreaker on Governed.breaking) beside")
                .contains(
                        "Without effect: retry-budget 0 (annotation: @Retry on Governed.withoutBudget) beside attempts");
    }

    @Test
    void wrongSettingsAreErrorsWhenTheStubIsMade() {
        assertThatThrownBy(() -> client.stub(Governed.class, StubConfig.ANNOTATED.with("twise", PolicyKey.ATTEMPTS, 3)))
                .hasMessageContaining("twise")
                .hasMessageContaining("twice");
        assertThatThrownBy(() -> client(ReleaseSettings.of(Map.of("moa.policy.attempts@governed.Shop", "many")))
                        .stub(Governed.class))
                .hasMessageContaining("moa.policy.attempts@governed.Shop")
                .hasMessageContaining("expected 1 to 10, not many");
        assertThatThrownBy(() -> client(ReleaseSettings.of(Map.of("moa.policy.atempts", "2")))
                        .stub(Governed.class))
                .hasMessageContaining("moa.policy.atempts: there is no policy \"atempts\"");
        assertThatThrownBy(() -> client.stub(
                        Governed.class,
                        StubConfig.ANNOTATED.with("tagged", PolicyKey.HEDGE_AFTER, Duration.ofMillis(5))))
                .hasMessageContaining("Governed.tagged cannot be called so")
                .hasMessageContaining("code: StubConfig for tagged");
    }

    @Test
    void providerMayRefineItsLimitsInCode() throws InvocationTargetException {
        Governed empty = new Governed.Empty();
        MoaServer limited = serve(
                empty,
                ExportConfig.DEFAULT.with("tagged", PolicyKey.RATE_LIMIT, 1).with(PolicyKey.CONCURRENCY_LIMIT, 9));
        Governed stub = keep(MoaClient.builder(keep(Moa.builder("caller").build()))
                        .addresses(limited.address())
                        .build())
                .stub(Governed.class);
        int refused = 0;
        for (int i = 0; i < 20; i++) {
            refused += statusOf(stub::tagged) == Status.REJECTED ? 1 : 0;
        }
        assertThat(refused).isPositive();
        assertThatThrownBy(() -> serve(empty, ExportConfig.DEFAULT.with("taged", PolicyKey.RATE_LIMIT, 1)))
                .hasMessageContaining("taged");
    }
}
