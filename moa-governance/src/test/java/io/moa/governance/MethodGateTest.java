package io.moa.governance;

import static org.assertj.core.api.Assertions.assertThat;

import io.moa.annotation.EnforcedAt;
import io.moa.annotation.RateShape;
import io.moa.governance.gate.MethodGate;
import io.moa.governance.gate.ServiceRates;
import io.moa.governance.policy.MethodPolicy;
import io.moa.governance.policy.PolicyKey;
import io.moa.invoke.Admission;
import io.moa.invoke.Caller;
import io.moa.invoke.Invocation;
import io.moa.invoke.Permit;
import io.moa.testkit.FakeTicker;
import io.moa.testkit.Shows;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class MethodGateTest {

    private static final MethodPolicy NONE = MethodPolicy.DEFAULT;

    private final FakeTicker ticker = new FakeTicker();
    private final MethodGate caller =
            new MethodGate("Stock count", EnforcedAt.CALLER, ticker, new ServiceRates("Stock count", ticker));
    private final MethodGate provider =
            new MethodGate("Stock count", EnforcedAt.PROVIDER, ticker, new ServiceRates("Stock count", ticker));

    private static MethodPolicy atOnce(int limit, EnforcedAt side) {
        return NONE.withCode(PolicyKey.CONCURRENCY_LIMIT, limit, "test")
                .withCode(PolicyKey.CONCURRENCY_LIMIT_AT, side, "test");
    }

    private static MethodPolicy aSecond(int limit, EnforcedAt side) {
        return NONE.withCode(PolicyKey.RATE_LIMIT, limit, "test")
                .withCode(PolicyKey.RATE_BURST, limit, "test")
                .withCode(PolicyKey.RATE_LIMIT_AT, side, "test");
    }

    /** How many of a hundred that come at once a method's gate lets through. */
    private int atOnceUnder(MethodPolicy policy) {
        MethodGate gate =
                new MethodGate("Stock count", EnforcedAt.PROVIDER, ticker, new ServiceRates("Stock count", ticker));
        gate.govern(policy);
        return admitted(gate, 100).size();
    }

    private static MethodPolicy breaks() {
        return NONE.withCode(PolicyKey.BREAKER_FAILURES, 50, "test").withCode(PolicyKey.BREAKER_CALLS, 4, "test");
    }

    private static List<Permit> admitted(MethodGate gate, int asked) {
        List<Permit> admitted = new ArrayList<>();
        for (int i = 0; i < asked; i++) {
            Admission admission = gate.admit(RateGateTest.CALL);
            if (admission instanceof Permit permit) {
                admitted.add(permit);
            }
        }
        return admitted;
    }

    @Test
    @Shows("concurrency-limit")
    void asManyAreInFlightAsThePolicySays() {
        assertThat(atOnceUnder(NONE)).isEqualTo(100);
        assertThat(atOnceUnder(NONE.withCode(PolicyKey.CONCURRENCY_LIMIT, 7, "test")))
                .isEqualTo(7);
    }

    @Test
    @Shows({"rate-limit", "rate-burst"})
    void asManyComeInASecondAndAtOnceAsThePolicySays() {
        MethodPolicy limited = NONE.withCode(PolicyKey.RATE_LIMIT, 50, "test");
        assertThat(atOnceUnder(limited)).as("a tenth of a second").isEqualTo(5);
        assertThat(atOnceUnder(limited.withCode(PolicyKey.RATE_BURST, 33, "test")))
                .isEqualTo(33);
        provider.govern(limited.withCode(PolicyKey.RATE_BURST, 100, "test"));
        assertThat(admitted(provider, 200)).hasSize(100);
        ticker.advance(Duration.ofSeconds(1));
        assertThat(admitted(provider, 200)).hasSize(50);
    }

    private static final MethodPolicy TEN = aSecond(10, EnforcedAt.PROVIDER);

    @Test
    @Shows("rate-shape")
    void callsOfARateLieInTimeAsThePolicySays() {
        MethodPolicy burst = TEN.withCode(PolicyKey.RATE_BURST, 5, "test");
        MethodPolicy window = burst.withCode(PolicyKey.RATE_SHAPE, RateShape.SLIDING_WINDOW, "test");
        assertThat(atOnceUnder(burst)).isEqualTo(5);
        assertThat(atOnceUnder(window)).isEqualTo(10);
        assertThat(atOnceUnder(burst.withCode(PolicyKey.RATE_SHAPE, RateShape.PACING, "test")))
                .isEqualTo(1);
        provider.govern(window);
        assertThat(admitted(provider, 100)).hasSize(10);
        ticker.advance(Duration.ofMillis(999));
        assertThat(admitted(provider, 100)).isEmpty();
    }

    @Test
    @Shows("rate-wait")
    void callsWaitForTheirTurnAsLongAsThePolicySays() {
        MethodPolicy refuses = TEN.withCode(PolicyKey.RATE_SHAPE, RateShape.PACING, "test");
        for (int seconds : new int[] {0, 1, 2}) {
            MethodGate gate = new MethodGate("x", EnforcedAt.PROVIDER, ticker, new ServiceRates("x", ticker));
            gate.govern(refuses.withCode(PolicyKey.RATE_WAIT, Duration.ofSeconds(seconds), "test"));
            int later = 0;
            for (int i = 0; i < 100; i++) {
                later += gate.admit(RateGateTest.CALL) instanceof Admission.Later ? 1 : 0;
            }
            assertThat(later).isEqualTo(10 * seconds);
        }
    }

    @Test
    @Shows("rate-warm-up")
    void aRateGrowsInTheTimeThatThePolicySays() {
        assertThat(atOnceUnder(aSecond(90, EnforcedAt.PROVIDER))).isEqualTo(90);
        assertThat(atOnceUnder(aSecond(90, EnforcedAt.PROVIDER)
                        .withCode(PolicyKey.RATE_WARM_UP, Duration.ofMinutes(5), "test")))
                .as("a third")
                .isEqualTo(30);
    }

    private static Invocation callBy(String application) {
        return RateGateTest.CALL.toBuilder()
                .caller(new Caller(application, "p-1"))
                .build();
    }

    private static int admittedOf(MethodGate gate, Invocation call) {
        int admitted = 0;
        for (int i = 0; i < 50; i++) {
            admitted += gate.admit(call) instanceof Permit ? 1 : 0;
        }
        return admitted;
    }

    @Test
    @Shows("rate-per")
    void whatThePolicySaysIsCountedTogether() {
        ServiceRates service = new ServiceRates("Stock", ticker);
        MethodGate count = new MethodGate("Stock count", EnforcedAt.PROVIDER, ticker, service);
        MethodGate take = new MethodGate("Stock take", EnforcedAt.PROVIDER, ticker, service);
        count.govern(TEN);
        take.govern(TEN);
        assertThat(admittedOf(count, callBy("web"))).isEqualTo(10);
        assertThat(admittedOf(take, callBy("web"))).as("another method").isEqualTo(10);
        assertThat(admittedOf(count, callBy("app"))).as("the same method").isZero();

        MethodPolicy byCaller = TEN.withCode(PolicyKey.RATE_PER, "caller", "test");
        count.govern(byCaller);
        assertThat(admittedOf(count, callBy("web"))).isEqualTo(10);
        assertThat(admittedOf(count, callBy("app"))).isEqualTo(10);
        assertThat(admittedOf(count, callBy("app"))).isZero();

        count.govern(TEN.withCode(PolicyKey.RATE_PER, "key:customer", "test"));
        Invocation keyed = RateGateTest.CALL.toBuilder()
                .callKeys(Map.of("customer", "7", "color", "red"))
                .build();
        assertThat(admittedOf(count, keyed)).isEqualTo(10);
        assertThat(admittedOf(count, callBy("web"))).as("without the key").isEqualTo(50);

        MethodPolicy byService = TEN.withCode(PolicyKey.RATE_PER, "service", "test");
        count.govern(byService);
        take.govern(byService);
        assertThat(admittedOf(count, callBy("web"))).isEqualTo(10);
        assertThat(admittedOf(take, callBy("web"))).isZero();
    }

    @Test
    void aRuleForAWholeServiceChangesItsRateAndForgetsNothing() {
        ServiceRates service = new ServiceRates("Stock", ticker);
        MethodGate count = new MethodGate("Stock count", EnforcedAt.PROVIDER, ticker, service);
        MethodGate take = new MethodGate("Stock take", EnforcedAt.PROVIDER, ticker, service);
        MethodPolicy byService = TEN.withCode(PolicyKey.RATE_PER, "service", "test");
        count.govern(byService);
        take.govern(byService);
        assertThat(admittedOf(count, callBy("web"))).isEqualTo(10);
        MethodPolicy more = byService.withCode(PolicyKey.RATE_LIMIT, 20, "test");
        count.govern(more);
        take.govern(more);
        assertThat(admittedOf(take, callBy("web")))
                .as("what was used stays used")
                .isZero();
        ticker.advance(Duration.ofMillis(250));
        assertThat(admittedOf(count, callBy("web"))).isEqualTo(5);
        assertThat(admittedOf(take, callBy("web"))).as("they share one again").isZero();

        count.govern(byService);
        ticker.advance(Duration.ofSeconds(1));
        assertThat(admittedOf(count, callBy("web"))).isEqualTo(10);
        assertThat(admittedOf(take, callBy("web")))
                .as("who says another rate has its own")
                .isEqualTo(10);
    }

    @Test
    @Shows("rate-exempt")
    void whomThePolicyExemptsIsNeitherCountedNorLimited() {
        provider.govern(TEN.withCode(PolicyKey.RATE_EXEMPT, List.of("console", "batch-*"), "test"));
        assertThat(admittedOf(provider, callBy("console"))).isEqualTo(50);
        assertThat(admittedOf(provider, callBy("batch-night"))).isEqualTo(50);
        assertThat(admittedOf(provider, callBy("consoles")))
                .as("as if nobody had called")
                .isEqualTo(10);
        assertThat(admittedOf(provider, callBy("batch-night"))).isEqualTo(50);
        assertThat(admittedOf(provider, RateGateTest.CALL))
                .as("by nobody knows whom")
                .isZero();
    }

    /** A method's gate of which so many calls have failed after so many that succeeded. */
    private MethodGate after(int succeeded, int failed, MethodPolicy policy) {
        MethodGate gate =
                new MethodGate("Stock count", EnforcedAt.CALLER, ticker, new ServiceRates("Stock count", ticker));
        gate.govern(policy);
        admitted(gate, succeeded).forEach(each -> each.end(Permit.End.SUCCESS));
        admitted(gate, failed).forEach(each -> each.end(Permit.End.FAILURE));
        return gate;
    }

    private static boolean isOpen(MethodGate gate) {
        List<Permit> admitted = admitted(gate, 1);
        admitted.forEach(each -> each.end(Permit.End.NOT_USED));
        return admitted.isEmpty();
    }

    @Test
    @Shows("breaker-failures")
    void aBreakerOpensAtTheShareOfFailuresThatThePolicySays() {
        assertThat(isOpen(after(0, 100, NONE))).as("there is none").isFalse();
        for (int percent : new int[] {30, 60}) {
            MethodPolicy policy = NONE.withCode(PolicyKey.BREAKER_FAILURES, percent, "test");
            assertThat(isOpen(after(101 - percent, percent - 1, policy))).isFalse();
            assertThat(isOpen(after(100 - percent, percent, policy))).isTrue();
        }
    }

    @Test
    @Shows("breaker-calls")
    void aBreakerJudgesAsFewCallsAsThePolicySays() {
        MethodPolicy byDefault = NONE.withCode(PolicyKey.BREAKER_FAILURES, 50, "test");
        assertThat(isOpen(after(0, 19, byDefault))).isFalse();
        assertThat(isOpen(after(0, 20, byDefault))).isTrue();
        assertThat(isOpen(after(0, 3, breaks()))).isFalse();
        assertThat(isOpen(after(0, 4, breaks()))).isTrue();
    }

    @Test
    @Shows("breaker-window")
    void aBreakerLooksBackAsFarAsThePolicySays() {
        MethodPolicy far = breaks().withCode(PolicyKey.BREAKER_WINDOW, Duration.ofMinutes(1), "test");
        for (MethodPolicy policy : List.of(breaks(), far)) {
            MethodGate gate = after(0, 3, policy);
            ticker.advance(Duration.ofSeconds(20));
            admitted(gate, 1).forEach(each -> each.end(Permit.End.FAILURE));
            assertThat(isOpen(gate)).as("%s", policy).isEqualTo(policy == far);
        }
    }

    @Test
    @Shows("breaker-open")
    void aBreakerStaysOpenAsLongAsThePolicySays() {
        MethodPolicy shortly = breaks().withCode(PolicyKey.BREAKER_OPEN, Duration.ofSeconds(2), "test");
        for (MethodPolicy policy : List.of(breaks(), shortly)) {
            MethodGate gate = after(0, 4, policy);
            ticker.advance(Duration.ofSeconds(policy == shortly ? 2 : 5).minusMillis(1));
            assertThat(isOpen(gate)).as("%s", policy).isTrue();
            ticker.advance(Duration.ofMillis(1));
            assertThat(isOpen(gate)).as("%s", policy).isFalse();
        }
    }

    @Test
    @Shows("breaker-trials")
    void asManyCallsTryWhetherABreakerMayCloseAsThePolicySays() {
        MethodPolicy more = breaks().withCode(PolicyKey.BREAKER_TRIALS, 5, "test");
        for (MethodPolicy policy : List.of(breaks(), more)) {
            MethodGate gate = after(0, 4, policy);
            ticker.advance(Duration.ofSeconds(5));
            assertThat(admitted(gate, 9)).as("%s", policy).hasSize(policy == more ? 5 : 3);
        }
    }

    @Test
    @Shows({"rate-limit-at", "concurrency-limit-at"})
    void limitIsEnforcedAtItsSideAlone() {
        for (EnforcedAt side : EnforcedAt.values()) {
            for (MethodPolicy policy : List.of(atOnce(2, side), aSecond(2, side))) {
                MethodGate here = new MethodGate("x", side, ticker, new ServiceRates("x", ticker));
                MethodGate there = new MethodGate(
                        "x",
                        side == EnforcedAt.CALLER ? EnforcedAt.PROVIDER : EnforcedAt.CALLER,
                        ticker,
                        new ServiceRates("x", ticker));
                here.govern(policy);
                there.govern(policy);
                assertThat(admitted(here, 9)).as("%s", policy).hasSize(2);
                assertThat(admitted(there, 9)).as("%s", policy).hasSize(9);
                assertThat(MethodGate.limits(policy, side)).isTrue();
            }
        }
    }

    @Test
    void callsInFlightCountUnderTheNextLimit() {
        caller.govern(atOnce(3, EnforcedAt.CALLER));
        List<Permit> held = admitted(caller, 9);
        assertThat(held).hasSize(3);
        caller.govern(atOnce(5, EnforcedAt.CALLER));
        assertThat(admitted(caller, 9)).hasSize(2);
        caller.govern(atOnce(4, EnforcedAt.CALLER));
        held.get(0).end(Permit.End.SUCCESS);
        assertThat(admitted(caller, 9)).as("four of five are left").isEmpty();
        held.get(1).end(Permit.End.SUCCESS);
        assertThat(admitted(caller, 9)).hasSize(1);
    }

    @Test
    void callsInFlightCountWhenALimitComesBack() {
        provider.govern(atOnce(2, EnforcedAt.PROVIDER));
        List<Permit> held = admitted(provider, 9);
        provider.govern(NONE);
        assertThat(admitted(provider, 9)).hasSize(9);
        provider.govern(atOnce(2, EnforcedAt.PROVIDER));
        assertThat(admitted(provider, 9)).as("two are in flight").isEmpty();
        held.forEach(each -> each.end(Permit.End.SUCCESS));
        assertThat(admitted(provider, 9)).hasSize(2);
    }

    @Test
    void whatWasUsedOfARateStaysUsed() {
        caller.govern(aSecond(10, EnforcedAt.CALLER));
        assertThat(admitted(caller, 99)).hasSize(10);
        caller.govern(NONE);
        caller.govern(aSecond(10, EnforcedAt.CALLER));
        assertThat(admitted(caller, 99)).isEmpty();
        caller.govern(aSecond(10, EnforcedAt.CALLER).withCode(PolicyKey.TIMEOUT, Duration.ofSeconds(7), "test"));
        ticker.advance(Duration.ofMillis(500));
        assertThat(admitted(caller, 99)).hasSize(5);
    }

    @Test
    void openBreakerStaysOpenWhenItsThresholdsChange() {
        caller.govern(breaks());
        for (int i = 0; i < 4; i++) {
            admitted(caller, 1).forEach(each -> each.end(Permit.End.FAILURE));
        }
        assertThat(admitted(caller, 1)).isEmpty();
        caller.govern(breaks().withCode(PolicyKey.BREAKER_FAILURES, 60, "test"));
        assertThat(admitted(caller, 1)).isEmpty();
    }
}
