package io.moa.governance.balance;

import static org.assertj.core.api.Assertions.assertThat;

import io.moa.discovery.Instance;
import io.moa.governance.outlier.Ejections;
import io.moa.governance.outlier.OutlierConfig;
import io.moa.governance.outlier.OwnPause;
import io.moa.testkit.FakeTicker;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class InstanceLoadTest {

    private final FakeTicker ticker = new FakeTicker();
    private final Random chance = new Random(3);
    private final OwnPause pause = new OwnPause(ticker.nanos());
    private final InstanceLoad load = new InstanceLoad(
            new Ejections(OutlierConfig.DEFAULT, chance, Ejections.SILENT)
                    .newcomer(Instance.builder("a", "stock").build()),
            pause);

    /** Calls that begin together and end together after so many milliseconds. */
    private void calls(int number, int millis) {
        long begun = ticker.nanos();
        for (int i = 0; i < number; i++) {
            load.begin(begun);
        }
        advance(millis);
        for (int i = 0; i < number; i++) {
            load.end(PlannedService.OK, begun, ticker.nanos());
        }
    }

    private void advance(int millis) {
        for (int i = 0; i < millis; i++) {
            ticker.advanceNanos(TimeUnit.MILLISECONDS.toNanos(1));
            pause.beat(ticker.nanos()); // this process itself is awake
        }
    }

    private double millis() {
        return load.latencyNanos(ticker.nanos()) / 1e6;
    }

    @Test
    void firstAnswersWaitedForTheConnectionAndSayNothing() {
        calls(5, 300);
        assertThat(millis()).isNegative();
        calls(1, 5);
        assertThat(millis()).isBetween(4.9, 5.1);
    }

    @Test
    void oneSlowMomentIsChance() {
        calls(1, 300);
        calls(10, 5);
        calls(20, 80);
        assertThat(millis()).as("all of them waited for the same thing").isLessThan(6);
        calls(1, 5);
        calls(1, 80);
        assertThat(millis()).as("a fast one came between").isLessThan(6);
    }

    @Test
    void aSecondSlowCallThatBeganLaterIsNone() {
        calls(1, 300);
        calls(10, 5);
        calls(1, 80);
        calls(1, 90);
        assertThat(millis()).isBetween(89.0, 91.0);
        calls(1, 120);
        assertThat(millis()).as("half as much again is no surprise").isBetween(119.0, 121.0);
    }

    @Test
    void aSlowCallOfLongAgoConfirmsNothing() {
        calls(1, 300);
        calls(10, 5);
        calls(1, 80);
        advance(6_000);
        calls(1, 90);
        assertThat(millis()).isLessThan(6);
        calls(1, 90);
        assertThat(millis()).isBetween(89.0, 91.0);
    }

    @Test
    void whoHasSaidGoodbyeIsCalledLastThoughItEndsItsCallsUntilItIsHeardAgain() {
        calls(1, 1);
        long begun = ticker.nanos();
        load.begin(begun);
        advance(5);
        load.leaves(ticker.nanos());
        assertThat(load.suspect(ticker.nanos())).isTrue();
        assertThat(load.standing().isOut(ticker.nanos())).isTrue();
        assertThat(load.standing().isInService())
                .as("nobody is ejected for that")
                .isTrue();
        load.end(PlannedService.OK, begun, ticker.nanos());
        advance(3_000);
        assertThat(load.suspect(ticker.nanos()))
                .as("it answered a call from before")
                .isTrue();
        assertThat(load.standing().isOut(ticker.nanos())).isTrue();
        load.heard(ticker.nanos());
        assertThat(load.suspect(ticker.nanos())).isFalse();
        assertThat(load.standing().isOut(ticker.nanos())).isFalse();
        load.leaves(ticker.nanos());
        advance(31_000);
        assertThat(load.suspect(ticker.nanos())).as("not for ever").isFalse();
    }
}
