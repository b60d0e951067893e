package io.moa.benchmarks.faults;

import static org.assertj.core.api.Assertions.assertThat;

import io.moa.benchmarks.faults.FaultOptions.Demanded;
import org.junit.jupiter.api.Test;

class FindingTest {

    private static Finding finding() {
        return new Finding("B3", "a fault");
    }

    @Test
    void aLimitIsJudged() {
        assertThat(finding().atMost("back", 3_000, 3_000, " ms").met()).isTrue();
        assertThat(finding().atMost("back", 3_001, 3_000, " ms").met()).isFalse();
        assertThat(finding().atMost("never", -1, 3_000, " ms").met()).isFalse();
    }

    @Test
    void aShorterFaultSaysWhatIsDemandedAndHowToPlayIt() {
        FaultOptions options =
                new FaultOptions(1, 0, 10, 20, 6, 1, 1, FaultOptions.Demanded.NOTHING).of(new Demanded(600, 200));
        assertThat(finding().lasted("away for", options).came("killed", options).figures())
                .extracting(Finding.Figure::value)
                .containsExactly(
                        "20 s (demanded: 600 s, by --fault 600)", "6 times (demanded: 200 times, by --rounds 200)");
        assertThat(finding()
                        .lasted("away for", options.full())
                        .came("killed", options.full())
                        .figures())
                .extracting(Finding.Figure::value)
                .containsExactly("600 s", "200 times");
    }
}
