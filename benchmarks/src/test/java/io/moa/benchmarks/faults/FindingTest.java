package io.moa.benchmarks.faults;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class FindingTest {

    private static Finding finding() {
        return new Finding("B3", "a fault");
    }

    @Test
    void aSofterLimitStandsBesideTheOneDemanded() {
        Finding finding = finding().atMost("back after", 3_600, 3_700, " ms", 3_000, "a heartbeat is late");
        assertThat(finding.met()).isTrue();
        assertThat(finding.figures())
                .containsExactly(new Finding.Figure(
                        "back after", "3600 ms", "≤ 3700 ms (demanded: ≤ 3000 ms; a heartbeat is late)", true));
        assertThat(finding().atMost("back", 3_701, 3_700, " ms", 3_000, "why").met())
                .isFalse();
        assertThat(finding().atMost("never", -1, 3_700, " ms", 3_000, "why").met())
                .isFalse();
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
