package io.moa.benchmarks.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class VerdictTest {

    private static final Finding GOOD = new Finding("B1", "a fault").exactly("failed", 0, 0);
    private static final Finding BAD = new Finding("B3", "another").exactly("failed", 1, 0);
    private static final Finding NOT_PLAYED = Finding.notPlayed("B13", "there is no library");

    @Test
    void allWantedWasSeen() {
        assertThat(Verdict.of(List.of(GOOD, GOOD))).isEqualTo(new Verdict(true, "Everything wanted was seen."));
    }

    @Test
    void oneFigureThatWasNotSeenIsEnough() {
        Verdict verdict = Verdict.of(List.of(GOOD, BAD));
        assertThat(verdict.met()).isFalse();
        assertThat(verdict.text()).startsWith("Not everything wanted was seen").contains("\"no\"");
    }

    @Test
    void aRowThatWasNotPlayedIsNotMetAndTheVerdictNamesIt() {
        assertThat(NOT_PLAYED.met()).isFalse();
        assertThat(NOT_PLAYED.fault()).isEqualTo("not played: there is no library");
        Verdict verdict = Verdict.of(List.of(GOOD, NOT_PLAYED));
        assertThat(verdict.met()).isFalse();
        assertThat(verdict.text()).isEqualTo("Not everything wanted was seen. Not played: B13.");
    }

    @Test
    void aRowOfWhichNothingIsWantedIsNotMet() {
        assertThat(new Finding("B1", "a fault").told("calls", 7).met()).isFalse();
    }

    @Test
    void noRowsProveNothing() {
        assertThat(Verdict.of(List.of()).met()).isFalse();
    }
}
