package io.moa.governance;

import static org.assertj.core.api.Assertions.assertThat;

import io.moa.governance.gate.BreakerGate;
import io.moa.governance.gate.BreakerGate.State;
import io.moa.governance.gate.BreakerGate.Thresholds;
import io.moa.invoke.Admission;
import io.moa.invoke.Permit;
import io.moa.testkit.FakeTicker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class BreakerGateTest {

    private static final Thresholds HALF = new Thresholds(50, 10, Duration.ofSeconds(10), Duration.ofSeconds(5), 2);

    private final FakeTicker ticker = new FakeTicker();
    private final BreakerGate gate = new BreakerGate("Stock count", HALF, ticker);

    private void call(int times, Permit.End how) {
        for (int i = 0; i < times; i++) {
            if (gate.admit(RateGateTest.CALL) instanceof Permit permit) {
                permit.end(how);
            }
        }
    }

    private boolean admits() {
        if (gate.admit(RateGateTest.CALL) instanceof Permit permit) {
            permit.end(Permit.End.NOT_USED);
            return true;
        }
        return false;
    }

    private void open() {
        call(20, Permit.End.FAILURE);
        assertThat(gate.state()).isEqualTo(State.OPEN);
    }

    @Test
    void opensAtItsShareOfFailuresAndNotBefore() {
        call(6, Permit.End.SUCCESS);
        call(5, Permit.End.FAILURE);
        assertThat(gate.state()).isEqualTo(State.CLOSED);
        call(1, Permit.End.FAILURE);
        assertThat(gate.state()).isEqualTo(State.OPEN);
        assertThat(gate.admit(RateGateTest.CALL)).isInstanceOfSatisfying(Admission.Rejected.class, rejected -> {
            assertThat(rejected.reason()).contains("Stock count").contains("50 %");
            assertThat(rejected.retryAfterMillis()).isBetween(5_000L, 5_001L);
        });
    }

    @Test
    void doesNotJudgeFewCalls() {
        call(9, Permit.End.FAILURE);
        assertThat(gate.state()).isEqualTo(State.CLOSED);
    }

    @Test
    void forgetsWhatIsOlderThanItsWindow() {
        call(9, Permit.End.FAILURE);
        ticker.advance(Duration.ofSeconds(11));
        call(9, Permit.End.FAILURE);
        assertThat(gate.state()).isEqualTo(State.CLOSED);
        call(1, Permit.End.FAILURE);
        assertThat(gate.state()).isEqualTo(State.OPEN);
    }

    @Test
    void callsThatTakeLongerThanItStaysOpenCloseIt() {
        open();
        ticker.advance(Duration.ofSeconds(5));
        List<Permit> first = trials(2);
        ticker.advance(Duration.ofSeconds(5));
        List<Permit> second = trials(2);
        ticker.advance(Duration.ofSeconds(5));
        assertThat(trials(2)).as("two in each five seconds").hasSize(2);
        first.get(0).end(Permit.End.SUCCESS);
        assertThat(gate.state()).isEqualTo(State.HALF_OPEN);
        second.get(1).end(Permit.End.SUCCESS);
        assertThat(gate.state()).isEqualTo(State.CLOSED);
        first.get(1).end(Permit.End.FAILURE);
        call(9, Permit.End.FAILURE);
        assertThat(gate.state())
                .as("trials of before say nothing of the time after")
                .isEqualTo(State.CLOSED);
    }

    @Test
    void aTrialThatFailsLateOpensItToo() {
        open();
        ticker.advance(Duration.ofSeconds(5));
        List<Permit> first = trials(2);
        ticker.advance(Duration.ofSeconds(5));
        List<Permit> second = trials(1);
        first.get(0).end(Permit.End.FAILURE);
        assertThat(gate.state()).isEqualTo(State.OPEN);
        second.get(0).end(Permit.End.SUCCESS);
        first.get(1).end(Permit.End.SUCCESS);
        assertThat(gate.state()).isEqualTo(State.OPEN);
    }

    @Test
    void aTrialThatGaveItsPlaceUpGivesNoOtherPlaceBack() {
        open();
        ticker.advance(Duration.ofSeconds(5));
        List<Permit> first = trials(2);
        ticker.advance(Duration.ofSeconds(5));
        assertThat(trials(2)).hasSize(2);
        first.forEach(each -> each.end(Permit.End.NOT_USED));
        assertThat(admits()).isFalse();
    }

    /** As many as it lets try at most, and so many are expected. */
    private List<Permit> trials(int most) {
        List<Permit> trials = new ArrayList<>();
        while (trials.size() < most && gate.admit(RateGateTest.CALL) instanceof Permit permit) {
            trials.add(permit);
        }
        return trials;
    }

    @Test
    void callsThatWereNeverMadeSayNothing() {
        call(100, Permit.End.NOT_USED);
        call(9, Permit.End.FAILURE);
        assertThat(gate.state()).isEqualTo(State.CLOSED);
    }

    @Test
    void fewCallsTryWhenItsTimeIsOverAndTheOthersAreRefused() {
        open();
        ticker.advance(Duration.ofMillis(4_999));
        assertThat(admits()).isFalse();
        ticker.advance(Duration.ofMillis(1));
        Permit one = (Permit) gate.admit(RateGateTest.CALL);
        Permit other = (Permit) gate.admit(RateGateTest.CALL);
        assertThat(gate.admit(RateGateTest.CALL)).isInstanceOf(Admission.Rejected.class);
        one.end(Permit.End.SUCCESS);
        assertThat(gate.state()).isEqualTo(State.HALF_OPEN);
        other.end(Permit.End.SUCCESS);
        assertThat(gate.state()).isEqualTo(State.CLOSED);
        call(9, Permit.End.FAILURE);
        assertThat(gate.state()).as("it begins anew").isEqualTo(State.CLOSED);
    }

    @Test
    void oneTrialThatFailsOpensItAgain() {
        open();
        ticker.advance(Duration.ofSeconds(5));
        Permit one = (Permit) gate.admit(RateGateTest.CALL);
        Permit other = (Permit) gate.admit(RateGateTest.CALL);
        one.end(Permit.End.FAILURE);
        assertThat(gate.state()).isEqualTo(State.OPEN);
        other.end(Permit.End.SUCCESS);
        assertThat(gate.state()).as("an end from before says nothing").isEqualTo(State.OPEN);
        assertThat(admits()).isFalse();
    }

    @Test
    void trialThatWasNeverMadeGivesItsPlaceBack() {
        open();
        ticker.advance(Duration.ofSeconds(5));
        for (int i = 0; i < 10; i++) {
            assertThat(admits()).isTrue();
        }
        assertThat(gate.state()).isEqualTo(State.HALF_OPEN);
    }

    @Test
    void lostTrialsDoNotKeepItHalfOpen() {
        open();
        ticker.advance(Duration.ofSeconds(5));
        Permit lost = (Permit) gate.admit(RateGateTest.CALL);
        Permit alsoLost = (Permit) gate.admit(RateGateTest.CALL);
        assertThat(admits()).isFalse();
        ticker.advance(Duration.ofSeconds(5));
        call(2, Permit.End.SUCCESS);
        assertThat(gate.state()).isEqualTo(State.CLOSED);
        lost.end(Permit.End.FAILURE);
        alsoLost.end(Permit.End.FAILURE);
        assertThat(gate.state()).isEqualTo(State.CLOSED);
    }

    @Test
    void endsOfCallsFromBeforeItOpenedDoNotCount() {
        List<Permit> earlier = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            earlier.add((Permit) gate.admit(RateGateTest.CALL));
        }
        open();
        ticker.advance(Duration.ofSeconds(5));
        call(2, Permit.End.SUCCESS);
        assertThat(gate.state()).isEqualTo(State.CLOSED);
        earlier.forEach(permit -> permit.end(Permit.End.FAILURE));
        assertThat(gate.state()).isEqualTo(State.CLOSED);
    }

    @Test
    void otherThresholdsHoldAtOnceAndForgetNothing() {
        call(9, Permit.End.FAILURE);
        gate.thresholds(new Thresholds(50, 10, Duration.ofSeconds(60), Duration.ofSeconds(1), 2));
        call(1, Permit.End.FAILURE);
        assertThat(gate.state()).isEqualTo(State.OPEN);
        ticker.advance(Duration.ofMillis(600));
        gate.thresholds(HALF);
        ticker.advance(Duration.ofMillis(4_399));
        assertThat(admits()).as("the time since it opened counts").isFalse();
        ticker.advance(Duration.ofMillis(1));
        assertThat(admits()).isTrue();
    }

    @Test
    void fewerTrialsThanHaveSucceededCloseIt() {
        gate.thresholds(new Thresholds(50, 10, Duration.ofSeconds(10), Duration.ofSeconds(5), 5));
        open();
        ticker.advance(Duration.ofSeconds(5));
        call(3, Permit.End.SUCCESS);
        assertThat(gate.state()).isEqualTo(State.HALF_OPEN);
        gate.thresholds(HALF);
        assertThat(gate.state()).isEqualTo(State.CLOSED);
    }

    @Test
    void isNeverStuckWhateverHappens() {
        Random random = new Random(7);
        List<Permit> held = new ArrayList<>();
        for (int round = 0; round < 100_000; round++) {
            ticker.advance(Duration.ofMillis(random.nextInt(400)));
            if (gate.admit(RateGateTest.CALL) instanceof Permit permit) {
                held.add(permit);
            }
            if (!held.isEmpty() && random.nextInt(3) > 0) {
                Permit ending = held.remove(random.nextInt(held.size()));
                if (random.nextInt(10) > 0) { // else it is lost
                    ending.end(Permit.End.values()[random.nextInt(3)]);
                }
            }
            if (round % 1_000 == 0) {
                ticker.advance(Duration.ofSeconds(10));
                assertThat(gate.admit(RateGateTest.CALL)).as("round " + round).isInstanceOf(Permit.class);
            }
        }
    }
}
