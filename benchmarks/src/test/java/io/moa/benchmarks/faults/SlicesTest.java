package io.moa.benchmarks.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;

class SlicesTest {

    private static final Histogram ALL = new Histogram(3);

    static {
        ALL.recordValue(77);
    }

    @Test
    void aMomentInWhichTheMachineStoodStillSpoilsOneSliceOnly() {
        Slices slices = new Slices(TimeUnit.SECONDS.toNanos(60));
        for (int second = 0; second <= 15; second++) {
            slices.at(TimeUnit.SECONDS.toNanos(100 + second));
            slices.record(second == 7 ? 900 : 10);
        }
        assertThat(slices.usualP99(ALL)).isEqualTo(10);
    }

    @Test
    void withoutAWholeSliceItIsThatOfAll() {
        Slices slices = new Slices(TimeUnit.SECONDS.toNanos(60));
        slices.at(0);
        slices.record(10);
        slices.at(TimeUnit.MILLISECONDS.toNanos(4_999));
        assertThat(slices.usualP99(ALL)).isEqualTo(77);
    }
}
