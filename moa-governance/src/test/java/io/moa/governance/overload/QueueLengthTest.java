package io.moa.governance.overload;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class QueueLengthTest {

    private final QueueLength length = new QueueLength(1_024, Duration.ofMillis(100));

    @Test
    void whileNobodyKnowsWhatIsServedTheMostMayWait() {
        assertThat(length.length(64)).isEqualTo(1_024);
        assertThat(length.perSecond()).isZero();
        for (int i = 0; i < 100; i++) {
            length.step(80, 0);
        }
        assertThat(length.length(64))
                .as("nobody waited, so more might have been served")
                .isEqualTo(1_024);
    }

    @Test
    void asManyAsAreServedInATenthOfASecondAndTwiceThoseThatRun() {
        length.step(80, 0.2);
        assertThat(length.perSecond()).isEqualTo(400);
        assertThat(length.length(4)).isEqualTo(40);
        assertThat(length.length(64)).isEqualTo(128);
        length.step(1_000_000, 0.2);
        assertThat(length.length(4)).isEqualTo(1_024);
    }

    @Test
    void manyThatComeTogetherAndAreServedSoonAreNoOverload() {
        length.step(1_000, 0.03);
        assertThat(length.length(64)).isEqualTo(1_024);
        for (int i = 0; i < 100; i++) {
            length.step(1_000, 0.03);
            assertThat(length.length(64)).isEqualTo(1_024);
        }
    }

    @Test
    void whatIsServedLatelyCounts() {
        length.step(80, 0.2);
        for (int i = 0; i < 20; i++) {
            length.step(20, 0.2);
        }
        assertThat(length.length(4)).isEqualTo(10);
        for (int i = 0; i < 20; i++) {
            length.step(160, 0.2);
        }
        assertThat(length.length(4)).isEqualTo(80);
        for (int i = 0; i < 20; i++) {
            length.step(0, 0);
        }
        assertThat(length.length(4)).as("nobody has waited for long").isEqualTo(1_024);
    }

    @Test
    void whoMayWaitForLongFindsMoreRoom() {
        QueueLength patient = new QueueLength(100_000, Duration.ofSeconds(10));
        patient.step(80, 0.2);
        assertThat(patient.length(4)).isEqualTo(4_000);
    }
}
