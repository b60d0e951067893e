package io.moa.mesh;

import static org.assertj.core.api.Assertions.assertThat;

import io.moa.testkit.FakeTicker;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** D6 and what stands around it, by virtual time. */
class AgentStandingTest {

    private static final Duration PING = MeshConfig.DEFAULT.pingEvery();
    private static final Duration SHORTEST = MeshConfig.DEFAULT.stayAway();

    private FakeTicker ticker = new FakeTicker();
    private AgentStanding standing = new AgentStanding(MeshConfig.DEFAULT);

    private boolean heard() {
        return standing.heard(ticker.nanos());
    }

    private boolean lost() {
        return standing.lost(ticker.nanos());
    }

    /** It answers each ping until calls go there. */
    private Duration untilGood() {
        long from = ticker.elapsedNanos();
        do {
            ticker.advance(PING);
        } while (!heard());
        return Duration.ofNanos(ticker.elapsedNanos() - from);
    }

    /** It is there for a part of each period, and gone for the rest. How often calls change their way within a minute, in both directions. */
    private int switchesInAMinute(Duration period, Duration there) {
        int switches = 0;
        for (Duration now = Duration.ZERO; now.compareTo(Duration.ofMinutes(1)) < 0; now = now.plus(PING)) {
            boolean answers = now.toNanos() % period.toNanos() < there.toNanos();
            switches += (answers ? heard() : lost()) ? 1 : 0;
            ticker.advance(PING);
        }
        return switches;
    }

    @ParameterizedTest
    @ValueSource(ints = {100, 200, 300, 500, 700, 900})
    void whoComesAndGoesEachSecondTakesTheCallsAlongTwelveTimesAMinuteAtMost(int millisThere) {
        assertThat(switchesInAMinute(Duration.ofSeconds(1), Duration.ofMillis(millisThere)))
                .isBetween(2, 12);
    }

    @Test
    void noPeriodIsQuicker() {
        for (int tenths = 2; tenths <= 300; tenths++) {
            for (int there = 1; there < tenths; there++) {
                ticker = new FakeTicker();
                standing = new AgentStanding(MeshConfig.DEFAULT);
                assertThat(switchesInAMinute(PING.multipliedBy(tenths), PING.multipliedBy(there)))
                        .as("%d ms of %d ms", there * 100, tenths * 100)
                        .isLessThanOrEqualTo(12);
            }
        }
    }

    @Test
    void theFirstSignOfLifeIsEnoughAndIsToldOnce() {
        assertThat(standing.isGood()).isFalse();
        assertThat(standing.awayForNanos(ticker.nanos())).isZero();
        assertThat(lost()).as("calls did not go there").isFalse();
        assertThat(heard()).isTrue();
        assertThat(standing.isGood()).isTrue();
        assertThat(heard()).isFalse();
    }

    @Test
    void whoIsLostIsLeftAtOnceAndThatIsToldOnce() {
        heard();
        assertThat(lost()).isTrue();
        assertThat(standing.isGood()).isFalse();
        assertThat(lost()).isFalse();
    }

    @Test
    void whoWasGoodForLongIsBackAfterTheShortestTime() {
        heard();
        ticker.advance(SHORTEST);
        lost();
        assertThat(standing.awayForNanos(ticker.nanos())).isEqualTo(SHORTEST.toNanos());
        ticker.advance(Duration.ofSeconds(2));
        assertThat(standing.awayForNanos(ticker.nanos()))
                .isEqualTo(SHORTEST.minusSeconds(2).toNanos());
        assertThat(untilGood()).isEqualTo(SHORTEST.minusSeconds(2));
        assertThat(standing.awayForNanos(ticker.nanos())).isZero();
    }

    @Test
    void afterThatTimeStillThreeSignsInARowAreWanted() {
        heard();
        ticker.advance(SHORTEST);
        lost();
        ticker.advance(SHORTEST.multipliedBy(3));
        assertThat(heard()).isFalse();
        assertThat(heard()).isFalse();
        assertThat(lost()).as("which begins the row anew").isFalse();
        assertThat(heard()).isFalse();
        assertThat(heard()).isFalse();
        assertThat(heard()).isTrue();
    }

    @Test
    void lossesBeforeItsReturnDoNotPutItOff() {
        heard();
        ticker.advance(SHORTEST);
        lost();
        ticker.advance(SHORTEST.minusSeconds(1));
        lost();
        assertThat(untilGood()).isEqualTo(Duration.ofSeconds(1));
    }

    @Test
    void eachReturnThatDoesNotLastDoublesTheTimeUpToAMinute() {
        heard();
        for (int seconds : new int[] {10, 20, 40, 60, 60}) {
            ticker.advance(SHORTEST.minusNanos(1));
            lost();
            assertThat(standing.awayForNanos(ticker.nanos()))
                    .isEqualTo(Duration.ofSeconds(seconds).toNanos());
            assertThat(untilGood()).isEqualTo(Duration.ofSeconds(seconds));
        }
    }

    @Test
    void aReturnThatLastsBringsTheShortestTimeBack() {
        heard();
        lost();
        untilGood();
        lost();
        assertThat(untilGood()).isEqualTo(SHORTEST.multipliedBy(4));
        ticker.advance(SHORTEST);
        lost();
        assertThat(untilGood()).isEqualTo(SHORTEST);
    }

    @Test
    void aShortestTimeOfMoreThanAMinuteIsNotCutToOne() {
        Duration shortest = Duration.ofMinutes(3);
        standing = new AgentStanding(MeshConfig.DEFAULT.withStayAway(shortest));
        heard();
        lost();
        assertThat(untilGood()).isEqualTo(shortest);
    }

    @Test
    void whoIsNotToBeLeftAloneIsBackAfterItsSigns() {
        standing = new AgentStanding(MeshConfig.DEFAULT.withStayAway(Duration.ZERO));
        heard();
        lost();
        assertThat(untilGood()).isEqualTo(PING.multipliedBy(3));
    }

    @Test
    void timeThatWrapsIsTimeAsAnyOther() {
        ticker = new FakeTicker(Long.MAX_VALUE - Duration.ofSeconds(1).toNanos());
        heard();
        lost();
        assertThat(untilGood()).isEqualTo(SHORTEST.multipliedBy(2));
    }
}
