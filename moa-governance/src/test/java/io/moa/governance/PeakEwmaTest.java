package io.moa.governance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.moa.governance.balance.PeakEwma;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class PeakEwmaTest {

    private static final long MILLI = TimeUnit.MILLISECONDS.toNanos(1);
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    private final PeakEwma ewma = new PeakEwma();
    private long now = Long.MAX_VALUE - 3 * SECOND; // the ticker may wrap

    @Test
    void nothingIsKnownAtFirst() {
        assertThat(ewma.nanos(now)).isNegative();
        ewma.took(5 * MILLI, now);
        ewma.reset();
        assertThat(ewma.nanos(now)).isNegative();
    }

    @Test
    void aSlowCallCountsAtOnceAndFastOnesSlowly() {
        ewma.took(5 * MILLI, now);
        ewma.took(200 * MILLI, now);
        assertThat(ewma.nanos(now)).isCloseTo(200.0 * MILLI, within(0.1 * MILLI));
        for (int i = 0; i < 10; i++) {
            now += 10 * MILLI;
            ewma.took(5 * MILLI, now);
        }
        assertThat(ewma.nanos(now)).as("after 100 ms").isBetween(180.0 * MILLI, 195.0 * MILLI);
        for (int i = 0; i < 1_000; i++) {
            now += 10 * MILLI;
            ewma.took(5 * MILLI, now);
        }
        assertThat(ewma.nanos(now)).as("after 10 s").isBetween(5.0 * MILLI, 7.0 * MILLI);
    }

    @Test
    void aCallThatWasWithdrawnCanOnlyMakeItLonger() {
        ewma.took(5 * MILLI, now);
        ewma.tookAtLeast(2 * MILLI, now);
        assertThat(ewma.nanos(now)).isCloseTo(5.0 * MILLI, within(0.1 * MILLI));
        ewma.tookAtLeast(50 * MILLI, now);
        assertThat(ewma.nanos(now)).isCloseTo(50.0 * MILLI, within(0.1 * MILLI));
    }

    @Test
    void whoIsNotCalledIsForgottenWithTime() {
        ewma.took(200 * MILLI, now);
        assertThat(ewma.nanos(now + 2 * SECOND)).isCloseTo(200.0 * MILLI / Math.E, within(1.0 * MILLI));
        assertThat(ewma.nanos(now + 20 * SECOND)).isLessThan(0.01 * MILLI);
    }

    @Test
    void aTimeThatIsAMomentOldDoesNoHarm() {
        ewma.took(5 * MILLI, now);
        ewma.took(6 * MILLI, now - 50 * MILLI);
        assertThat(ewma.nanos(now - 100 * MILLI)).isBetween(4.9 * MILLI, 6.1 * MILLI);
    }
}
