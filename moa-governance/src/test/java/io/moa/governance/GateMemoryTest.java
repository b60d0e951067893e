package io.moa.governance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.moa.annotation.EnforcedAt;
import io.moa.annotation.RateShape;
import io.moa.governance.gate.BreakerGate;
import io.moa.governance.gate.BreakerGate.State;
import io.moa.governance.gate.BreakerGate.Thresholds;
import io.moa.governance.gate.BreakerMemory;
import io.moa.governance.gate.GateMemory;
import io.moa.governance.gate.MethodGate;
import io.moa.governance.gate.RateGate;
import io.moa.governance.gate.RateMemory;
import io.moa.governance.gate.RateTerms;
import io.moa.governance.gate.ServiceRates;
import io.moa.governance.policy.MethodPolicy;
import io.moa.governance.policy.Origin;
import io.moa.governance.policy.PolicyKey;
import io.moa.invoke.Gate;
import io.moa.invoke.Permit;
import io.moa.testkit.FakeTicker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GateMemoryTest {

    private static final Thresholds HALF = new Thresholds(50, 10, Duration.ofSeconds(10), Duration.ofSeconds(5), 2);

    private final FakeTicker before = new FakeTicker();
    private final FakeTicker after = new FakeTicker(Long.MAX_VALUE - 1_000); // another process counts from elsewhere

    private final BreakerGate old = new BreakerGate("Stock count", HALF, before);

    private static boolean call(Gate gate, Permit.End how) {
        if (gate.admit(RateGateTest.CALL) instanceof Permit permit) {
            permit.end(how);
            return true;
        }
        return false;
    }

    private static void calls(Gate gate, int times, Permit.End how) {
        for (int i = 0; i < times; i++) {
            call(gate, how);
        }
    }

    private void advance(Duration time) {
        before.advance(time);
        after.advance(time);
    }

    private BreakerGate handedOver(Thresholds thresholds) {
        BreakerGate next = new BreakerGate("Stock count", thresholds, after);
        next.remember(BreakerMemory.ofPlain(old.memory().toPlain()));
        return next;
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void breakerThatWasHandedOverAnswersLikeTheOneThatItComesFrom(long seed) {
        Random random = new Random(seed);
        int differing = 0; // handed over while open or half-open
        for (int round = 0; round < 300; round++) {
            play(random, 40, old, null);
            BreakerGate next = handedOver(HALF);
            assertThat(next.memory()).isEqualTo(old.memory());
            differing += next.state() == State.CLOSED ? 0 : 1;
            play(random, 40, old, next);
        }
        assertThat(differing).isGreaterThan(50);
    }

    private void play(Random random, int steps, BreakerGate one, BreakerGate other) {
        int failing = random.nextInt(10);
        for (int i = 0; i < steps; i++) {
            advance(Duration.ofNanos(random.nextInt(600_000_000)));
            Permit.End how = random.nextInt(10) == 0
                    ? Permit.End.NOT_USED
                    : random.nextInt(10) < failing ? Permit.End.FAILURE : Permit.End.SUCCESS;
            boolean passed = call(one, how);
            if (other != null) {
                assertThat(call(other, how)).isEqualTo(passed);
                assertThat(other.state()).isEqualTo(one.state());
            }
        }
    }

    @Test
    void whatWasCountedIsForgottenSliceBySlice() {
        calls(old, 5, Permit.End.FAILURE);
        before.advance(Duration.ofSeconds(6));
        calls(old, 4, Permit.End.FAILURE);
        BreakerGate next = handedOver(HALF);
        after.advance(Duration.ofSeconds(5)); // the first five are eleven seconds old
        calls(next, 5, Permit.End.FAILURE);
        assertThat(next.state()).isEqualTo(State.CLOSED);
        calls(next, 1, Permit.End.FAILURE);
        assertThat(next.state()).isEqualTo(State.OPEN);
    }

    @Test
    void openOneIsRefusedForTheRestOfItsTime() {
        calls(old, 10, Permit.End.FAILURE);
        before.advance(Duration.ofMillis(4_000));
        BreakerGate next = handedOver(HALF);
        after.advance(Duration.ofMillis(999));
        assertThat(next.refusal()).isNotNull();
        assertThat(next.refusal().reason()).contains("100 %");
        after.advance(Duration.ofMillis(1));
        assertThat(call(next, Permit.End.SUCCESS)).isTrue();
    }

    @Test
    void trialsUnderWayThereAreGivenUpAfterTheOpenTime() {
        calls(old, 10, Permit.End.FAILURE);
        before.advance(Duration.ofSeconds(5));
        call(old, Permit.End.SUCCESS);
        Permit there = (Permit) old.admit(RateGateTest.CALL);
        before.advance(Duration.ofSeconds(1));
        BreakerGate next = handedOver(HALF);
        there.end(Permit.End.SUCCESS);
        assertThat(next.state()).as("nobody hears of it here").isEqualTo(State.HALF_OPEN);
        after.advance(Duration.ofMillis(3_999));
        assertThat(next.refusal()).isNotNull();
        after.advance(Duration.ofMillis(1));
        assertThat(call(next, Permit.End.SUCCESS)).isTrue();
        assertThat(next.state()).as("the trial that succeeded there counts").isEqualTo(State.CLOSED);
    }

    @Test
    void thresholdsOfTheNewOneHold() {
        calls(old, 9, Permit.End.FAILURE);
        BreakerGate longer = handedOver(new Thresholds(50, 10, Duration.ofSeconds(60), Duration.ofSeconds(1), 2));
        after.advance(Duration.ofSeconds(30));
        calls(longer, 1, Permit.End.FAILURE);
        assertThat(longer.state()).isEqualTo(State.OPEN);
        calls(old, 1, Permit.End.FAILURE);
        before.advance(Duration.ofSeconds(5));
        call(old, Permit.End.SUCCESS);
        assertThat(handedOver(new Thresholds(50, 10, Duration.ofSeconds(10), Duration.ofSeconds(5), 1))
                        .state())
                .as("one success is enough here")
                .isEqualTo(State.CLOSED);
    }

    @Test
    void callsFromBeforeSayNothingOnceAnothersMemoryIsThere() {
        BreakerGate next = new BreakerGate("Stock count", HALF, after);
        List<Permit> earlier = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            earlier.add((Permit) next.admit(RateGateTest.CALL));
        }
        calls(old, 5, Permit.End.SUCCESS);
        next.remember(old.memory());
        earlier.forEach(permit -> permit.end(Permit.End.FAILURE));
        assertThat(next.memory()).isEqualTo(old.memory());
    }

    @Test
    void whatWasUsedOfARateStaysUsed() {
        RateGate one = new RateGate("Stock", RateTerms.bucket(100, 50), before);
        calls(one, 30, Permit.End.SUCCESS);
        before.advance(Duration.ofMillis(100)); // ten are free again
        RateGate next = new RateGate("Stock", RateTerms.bucket(100, 50), after);
        next.remember(RateMemory.ofPlain(one.memory().toPlain()));
        assertThat(one.memory().untilFull()).isEqualTo(Duration.ofMillis(200));
        calls(next, 30, Permit.End.SUCCESS);
        assertThat(next.look(RateGateTest.CALL).refuses()).isTrue();
        after.advance(Duration.ofMillis(10));
        assertThat(next.look(RateGateTest.CALL).refuses()).isFalse();
    }

    @Test
    void muchThatWasUsedUnderALargeBurstDoesNotOutlastASmallOne() {
        RateGate next = new RateGate("Stock", RateTerms.bucket(100, 50), after);
        next.remember(new RateMemory(Duration.ofDays(36_500)));
        assertThat(next.look(RateGateTest.CALL).refuses()).isTrue();
        after.advance(Duration.ofMillis(10));
        assertThat(next.look(RateGateTest.CALL).refuses()).isFalse();
    }

    @Test
    void aWindowThatIsHandedOverLetsNoMorePassThanOneThatStays() {
        RateTerms ten = RateTerms.bucket(10, 0).shaped(RateShape.SLIDING_WINDOW);
        RateGate one = new RateGate("Stock", ten, before);
        RateGate next = new RateGate("Stock", ten, after);
        next.remember(one.memory());
        assertThat(next.look(RateGateTest.CALL).refuses())
                .as("nothing was used")
                .isFalse();
        calls(one, 4, Permit.End.SUCCESS);
        before.advance(Duration.ofMillis(300));
        next.remember(one.memory());
        after.advance(Duration.ofMillis(699));
        assertThat(next.look(RateGateTest.CALL).refuses()).isTrue();
        after.advance(Duration.ofMillis(1));
        calls(next, 10, Permit.End.SUCCESS);
        assertThat(next.look(RateGateTest.CALL).refuses()).isTrue();
    }

    @Test
    void gatesOfAMethodKeepWhatTheyWereGivenUntilThePolicySaysThem() {
        MethodPolicy policy = MethodPolicy.DEFAULT
                .withPlain(PolicyKey.BREAKER_FAILURES, 50, Origin.CODE, "")
                .withPlain(PolicyKey.RATE_LIMIT, 100, Origin.CODE, "")
                .withPlain(PolicyKey.RATE_LIMIT_AT, "caller", Origin.CODE, "");
        MethodGate one =
                new MethodGate("Stock count", EnforcedAt.CALLER, before, new ServiceRates("Stock count", before));
        assertThat(one.memory().toPlain()).isEmpty();
        one.govern(policy);
        for (int i = 0; i < 20; i++) { // the default of calls that it needs
            calls(one, 1, Permit.End.FAILURE);
            before.advance(Duration.ofMillis(10));
        }
        assertThat(one.memory().breaker().state()).isEqualTo(State.OPEN);

        MethodGate next =
                new MethodGate("Stock count", EnforcedAt.CALLER, after, new ServiceRates("Stock count", after));
        next.remember(GateMemory.ofPlain(one.memory().toPlain()));
        assertThat(call(next, Permit.End.SUCCESS)).as("nothing is limited yet").isTrue();
        assertThat(next.memory()).isEqualTo(one.memory());
        next.govern(policy);
        assertThat(call(next, Permit.End.SUCCESS)).isFalse();
        assertThat(next.memory()).isEqualTo(one.memory());
        next.remember(new GateMemory(null, null));
        assertThat(next.memory()).isEqualTo(one.memory());
    }

    @Test
    void damagedMemoryIsRefusedAndSaysWhere() {
        calls(old, 3, Permit.End.FAILURE);
        Map<String, Object> plain = old.memory().toPlain();
        refused(plain, "state", "ajar", "breaker.state: expected closed, open or half-open, not ajar");
        refused(plain, "state", null, "breaker.state: expected a text, not null");
        refused(plain, "windowNanos", "10s", "breaker.windowNanos: expected nanoseconds as a whole number, not 10s");
        refused(plain, "windowNanos", 0, "a tenth of the window");
        refused(plain, "windowNanos", -1L, "window: expected 0 to");
        refused(plain, "sinceSliceNanos", 1_000_000_000L, "sinceSlice: expected less than a tenth of the window");
        refused(plain, "sinceOpenedNanos", Long.MAX_VALUE, "sinceOpened: expected 0 to");
        refused(plain, "calls", Map.of(), "breaker.calls: expected a list, not an object");
        refused(plain, "calls", List.of(1, 2), "expected 10 numbers each, not 2 and 10");
        refused(plain, "calls", List.of(0, 0, 0, 0, 0, 0, 0, 0, 0, 2), "not 3 of 2");
        refused(plain, "calls", List.of(0, 0, 0, 0, 0, 0, 0, 0, 0, 1L << 40), "breaker.calls: expected a whole number");
        refused(plain, "failures", List.of(0, 0, 0, 0, 0, 0, 0, 0, 0, -1), "not -1 of 3");
        refused(plain, "state", "open", "none unless it was closed; not 3 while it was open");
        refused(plain, "tried", 1, "tried: expected 0 unless it was half-open");
        refused(plain, "succeeded", 1, "not 0 of which 1 succeeded");
        refused(plain, "failedPercent", 101, "failedPercent: expected 0 to 100, not 101");
        assertThatThrownBy(() -> GateMemory.ofPlain(Map.of("breaker", "closed")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("breaker: expected an object, not closed");
        assertThatThrownBy(() -> GateMemory.ofPlain(Map.of("rate", Map.of("untilFullNanos", -1))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("untilFull: expected 0 to");
    }

    private static void refused(Map<String, Object> plain, String field, Object value, String why) {
        Map<String, Object> damaged = new LinkedHashMap<>(plain);
        damaged.put(field, value);
        assertThatThrownBy(() -> GateMemory.ofPlain(Map.of("breaker", damaged)))
                .as(field + " " + value)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(why);
    }

    @Test
    void whatANewerProcessSaysBesideIsPassedOver() {
        Map<String, Object> plain = new LinkedHashMap<>(old.memory().toPlain());
        plain.put("slowCalls", List.of(1));
        assertThat(BreakerMemory.ofPlain(plain)).isEqualTo(old.memory());
    }
}
