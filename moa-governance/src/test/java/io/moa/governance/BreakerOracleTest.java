package io.moa.governance;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig.SlidingWindowSynchronizationStrategy;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig.SlidingWindowType;
import io.moa.governance.gate.BreakerGate;
import io.moa.governance.gate.BreakerGate.Thresholds;
import io.moa.invoke.Permit;
import io.moa.testkit.FakeTicker;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Our breaker beside that of resilience4j, with the same calls, ends and time. Wherever the two define the same thing they agree at every
 * step; where they differ, a test of its own says how.
 *
 * <p>Both windows are ten slices of a second that begin with a whole one.
 */
class BreakerOracleTest {

    private static final Duration WINDOW = Duration.ofSeconds(10);
    private static final Duration OPEN = Duration.ofMillis(2_300);

    /** A call that both let through. */
    private record Begun(Permit permit, int phase) {}

    /** A clock that reads a ticker of tests. */
    private static final class TickerClock extends Clock {
        private final FakeTicker ticker;

        TickerClock(FakeTicker ticker) {
            this.ticker = ticker;
        }

        @Override
        public Instant instant() {
            return Instant.ofEpochSecond(1_000_000).plusNanos(ticker.elapsedNanos());
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }
    }

    private final FakeTicker ticker = new FakeTicker();
    private BreakerGate ours;
    private CircuitBreaker theirs;
    private int percent;
    private int minCalls;
    private int trials;

    private void both(int failurePercent, int leastCalls, int permitted) {
        percent = failurePercent;
        minCalls = leastCalls;
        trials = permitted;
        ours = new BreakerGate("Stock count", new Thresholds(percent, minCalls, WINDOW, OPEN, trials), ticker);
        theirs = CircuitBreaker.of(
                "Stock count",
                CircuitBreakerConfig.custom()
                        .clock(new TickerClock(ticker))
                        .slidingWindow(
                                (int) WINDOW.toSeconds(),
                                minCalls,
                                SlidingWindowType.TIME_BASED,
                                SlidingWindowSynchronizationStrategy.SYNCHRONIZED)
                        .failureRateThreshold(percent)
                        .permittedNumberOfCallsInHalfOpenState(trials)
                        // It tries when more than the time has passed, ours when it has; all steps here are whole
                        // milliseconds.
                        .waitDurationInOpenState(OPEN.minusMillis(1))
                        .automaticTransitionFromOpenToHalfOpenEnabled(false)
                        .build());
    }

    private @Nullable Permit admit() {
        boolean permitted = theirs.tryAcquirePermission();
        Permit permit = ours.admit(RateGateTest.CALL) instanceof Permit one ? one : null;
        assertThat(permit != null).as("let through as they do").isEqualTo(permitted);
        return permit;
    }

    private void end(Permit permit, Permit.End how) {
        permit.end(how);
        switch (how) {
            case SUCCESS -> theirs.onSuccess(0, TimeUnit.NANOSECONDS);
            case FAILURE -> theirs.onError(0, TimeUnit.NANOSECONDS, new IllegalStateException("failed"));
            case NOT_USED -> theirs.releasePermission();
        }
    }

    private void call(Permit.End how) {
        end(admit(), how);
    }

    private void calls(int times, Permit.End how) {
        for (int i = 0; i < times; i++) {
            call(how);
        }
    }

    private String oursNow() {
        return ours.state().name();
    }

    private String theirsNow() {
        return theirs.getState().name();
    }

    @ParameterizedTest
    @CsvSource({
        "1, 50, 10, 1",
        "2, 50, 3, 1",
        "3, 20, 20, 1",
        "4, 100, 5, 1",
        "5, 1, 1, 1",
        "6, 30, 10, 3",
        "7, 20, 7, 5"
    })
    void statesAgreeAtEveryStep(long seed, int failurePercent, int leastCalls, int permitted) {
        both(failurePercent, leastCalls, permitted);
        Random random = new Random(seed);
        List<Begun> begun = new ArrayList<>();
        Set<BreakerGate.State> seen = EnumSet.noneOf(BreakerGate.State.class);
        int phase = 0;
        int trialsEnded = 0;
        long latestTrialNanos = 0;
        int failing = 0;
        String before = oursNow();
        for (int step = 0; step < 20_000; step++) {
            if (step % 200 == 0) {
                failing = random.nextInt(11);
            }
            int what = random.nextInt(10);
            if (what < 4) {
                Permit permit = admit();
                if (!before.equals(oursNow())) {
                    phase++; // from open to half-open
                    trialsEnded = 0;
                    before = oursNow();
                }
                if (permit != null) {
                    latestTrialNanos = ticker.nanos();
                    begun.add(new Begun(permit, phase));
                }
            } else if (what < 8 && !begun.isEmpty()) {
                Begun ending = begun.remove(random.nextInt(begun.size()));
                Permit.End how = random.nextInt(8) == 0
                        ? Permit.End.NOT_USED
                        : random.nextInt(10) < failing ? Permit.End.FAILURE : Permit.End.SUCCESS;
                if (ending.phase() != phase) {
                    ending.permit().end(how); // difference: an end from before, on which see below; for ours it is none
                } else {
                    how = agreed(how, trialsEnded);
                    end(ending.permit(), how);
                    trialsEnded += how == Permit.End.NOT_USED ? 0 : 1;
                }
            } else {
                Duration pause = Duration.ofMillis(random.nextInt(random.nextInt(20) == 0 ? 15_000 : 700));
                boolean givesUp = before.equals("HALF_OPEN")
                        && ticker.nanos() + pause.toNanos() - latestTrialNanos >= OPEN.toNanos();
                ticker.advance(givesUp ? Duration.ZERO : pause); // difference: trials that are given up; see below
            }
            if (!before.equals(oursNow())) {
                phase++;
                trialsEnded = 0;
                before = oursNow();
            }
            seen.add(ours.state());
            assertThat(oursNow()).as("step " + step).isEqualTo(theirsNow());
        }
        assertThat(seen).hasSize(3);
        assertThat(phase).isGreaterThan(100);
    }

    /** The end nearest to the one that was drawn of which both say the same. */
    private Permit.End agreed(Permit.End how, int trialsEnded) {
        if (ours.state() == BreakerGate.State.CLOSED && how == Permit.End.SUCCESS) {
            int counted = theirs.getMetrics().getNumberOfBufferedCalls() + 1;
            int failed = theirs.getMetrics().getNumberOfFailedCalls();
            boolean theyWouldOpen = counted >= minCalls && failed * 100 >= counted * percent;
            return theyWouldOpen ? Permit.End.FAILURE : how; // difference: opened by a success; see below
        }
        if (ours.state() == BreakerGate.State.HALF_OPEN && how == Permit.End.FAILURE && trialsEnded < trials - 1) {
            return Permit.End.SUCCESS; // difference: when a failed trial opens; see below
        }
        return how;
    }

    @Test
    void aSuccessOpensTheirsIfItMakesTheCallsEnoughButNotOurs() {
        both(50, 10, 1);
        calls(9, Permit.End.FAILURE);
        call(Permit.End.SUCCESS);
        assertThat(theirsNow()).isEqualTo("OPEN");
        assertThat(oursNow()).isEqualTo("CLOSED");
        if (ours.admit(RateGateTest.CALL) instanceof Permit permit) {
            permit.end(Permit.End.FAILURE);
        }
        assertThat(oursNow()).as("with the next failure").isEqualTo("OPEN");
    }

    @Test
    void aFailedTrialOpensOursAtOnceAndTheirsWhenAllTrialsHaveEnded() {
        both(50, 10, 4);
        calls(10, Permit.End.FAILURE);
        ticker.advance(OPEN);
        call(Permit.End.FAILURE);
        assertThat(oursNow()).isEqualTo("OPEN");
        assertThat(theirsNow()).isEqualTo("HALF_OPEN");
        for (int i = 0; i < 3; i++) {
            assertThat(theirs.tryAcquirePermission()).isTrue();
            theirs.onSuccess(0, TimeUnit.NANOSECONDS);
        }
        assertThat(theirsNow()).as("one of four is below half").isEqualTo("CLOSED");
    }

    @Test
    void fewCallsThatAreNeededLetTheirsCloseBeforeAllTrialsHaveEndedAndNotOurs() {
        both(50, 1, 3);
        call(Permit.End.FAILURE);
        ticker.advance(OPEN);
        call(Permit.End.SUCCESS);
        assertThat(theirsNow()).isEqualTo("CLOSED");
        assertThat(oursNow()).isEqualTo("HALF_OPEN");
    }

    @Test
    void trialsThatNeverEndAreGivenUpByOursAndKeepTheirsHalfOpen() {
        both(50, 10, 1);
        calls(10, Permit.End.FAILURE);
        ticker.advance(OPEN);
        assertThat(admit()).isNotNull(); // and lost
        ticker.advance(OPEN.multipliedBy(1_000));
        assertThat(theirs.tryAcquirePermission()).isFalse();
        assertThat(theirsNow()).isEqualTo("HALF_OPEN");
        assertThat(ours.admit(RateGateTest.CALL)).isInstanceOf(Permit.class);
    }

    @Test
    void anEndFromBeforeItOpenedIsATrialOfTheirsAndNothingToOurs() {
        both(50, 10, 1);
        Permit early = admit();
        calls(10, Permit.End.FAILURE);
        ticker.advance(OPEN);
        assertThat(admit()).isNotNull();
        end(early, Permit.End.SUCCESS);
        assertThat(theirsNow()).as("the one trial has not ended").isEqualTo("CLOSED");
        assertThat(oursNow()).isEqualTo("HALF_OPEN");
    }

    @Test
    void aCallFromBeforeThatWasNeverMadeGivesTheirsATrialMoreThanMayAndOursNone() {
        both(50, 10, 1);
        Permit early = admit();
        calls(10, Permit.End.FAILURE);
        ticker.advance(OPEN);
        assertThat(admit()).isNotNull();
        end(early, Permit.End.NOT_USED);
        assertThat(theirs.tryAcquirePermission()).isTrue();
        assertThat(ours.refusal()).isNotNull();
    }

    @Test
    void anEndWhileOpenCountsForNobody() {
        both(50, 10, 1);
        Permit early = admit();
        calls(10, Permit.End.FAILURE);
        end(early, Permit.End.FAILURE);
        ticker.advance(OPEN);
        assertThat(admit()).isNotNull();
        assertThat(oursNow()).isEqualTo(theirsNow());
    }

    @Test
    void whenItsTimeIsOverOursTriesAndTheirsALittleLater() {
        both(50, 10, 1);
        calls(10, Permit.End.FAILURE);
        ticker.advance(OPEN.minusMillis(1)); // exactly what theirs waits
        assertThat(theirs.tryAcquirePermission()).isFalse();
        assertThat(ours.refusal()).isNotNull();
        ticker.advanceNanos(1);
        assertThat(theirs.tryAcquirePermission()).isTrue();
    }
}
