package io.moa.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.moa.testkit.FakeTicker;
import java.time.Duration;
import java.util.function.DoubleSupplier;
import org.junit.jupiter.api.Test;

class ProcessorsTest {

    private final FakeTicker ticker = new FakeTicker();
    private double machine;
    private long used = 5_000_000_000L;
    private final DoubleSupplier processors = new Processors(ticker, () -> machine, () -> used, () -> 2);

    /** The process uses so many milliseconds of processors in a fifth of a second. */
    private double busyAfter(int millis) {
        used += Duration.ofMillis(millis).toNanos();
        ticker.advance(Duration.ofMillis(200));
        return processors.getAsDouble();
    }

    @Test
    void theLargerOfWhatAllUseAndWhatThisProcessUsesOfItsOwn() {
        machine = 0.5;
        assertThat(busyAfter(100)).isEqualTo(0.5);
        assertThat(busyAfter(380)).as("it is kept to a part of the machine").isCloseTo(0.95, within(1e-9));
        assertThat(busyAfter(500)).as("clocks that are not exact").isEqualTo(1);
        assertThat(busyAfter(60)).isEqualTo(0.5);
    }

    @Test
    void whatOthersDoIsNothingToAProcessWhoseCallsOnlyWait() {
        machine = 1;
        assertThat(busyAfter(40)).isCloseTo(0.1, within(1e-9));
        assertThat(busyAfter(0)).isZero();
        assertThat(busyAfter(80)).isEqualTo(1);
    }

    @Test
    void whatNobodyKnowsIsNoNumber() {
        machine = -1;
        assertThat(busyAfter(100)).isCloseTo(0.25, within(1e-9));
        used = -1;
        assertThat(processors.getAsDouble()).isNaN();
        machine = 0.7;
        assertThat(processors.getAsDouble()).isEqualTo(0.7);
    }

    @Test
    void thisProcessKnows() {
        assertThat(Processors.ofThisProcess().getAsDouble()).isBetween(0.0, 1.0);
    }
}
