package io.moa.benchmarks.faults;

import static org.assertj.core.api.Assertions.assertThat;

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
        assertThat(finding().extent("away for", 20, 600, " s", "--fault").figures())
                .extracting(Finding.Figure::value)
                .containsExactly("20 s (demanded: 600 s, by --fault 600)");
        assertThat(finding().extent("away for", 600, 600, " s", "--fault").figures())
                .extracting(Finding.Figure::value)
                .containsExactly("600 s");
    }
}
