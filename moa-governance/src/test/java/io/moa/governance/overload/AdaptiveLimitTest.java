package io.moa.governance.overload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

class AdaptiveLimitTest {

    private final AdaptiveLimit limit = new AdaptiveLimit(2, 64);

    private void steps(int number, double busy, boolean waited, int served) {
        for (int i = 0; i < number; i++) {
            limit.step(busy, waited, limit.limit(), served);
        }
    }

    @Test
    void itBeginsWithAllThreadsAndKeepsThemWhileTheProcessorsAreNotBusy() {
        assertThat(limit.limit()).isEqualTo(64);
        steps(100, 0.5, true, 80);
        steps(100, 1, false, 80);
        assertThat(limit.limit()).isEqualTo(64);
    }

    @Test
    void aQuarterOfThoseThatRanWhileTheProcessorsAreBusyAndAsManyAreServedWithFewer() {
        limit.step(1, true, 40, 80);
        assertThat(limit.limit()).isEqualTo(10);
        steps(2, 1, true, 80);
        assertThat(limit.limit()).as("not judged yet").isEqualTo(10);
        steps(1, 1, true, 80);
        assertThat(limit.limit()).isEqualTo(2);
        steps(20, 1, true, 80);
        assertThat(limit.limit()).as("its least").isEqualTo(2);
    }

    @Test
    void itGrowsAgainWhileCallsWaitAndTheProcessorsAreIdle() {
        steps(20, 1, true, 80);
        steps(1, 0.9, true, 80);
        assertThat(limit.limit()).as("neither busy nor idle").isEqualTo(2);
        steps(1, 0.8, true, 80);
        assertThat(limit.limit()).isEqualTo(3);
        steps(30, 0.8, true, 80);
        assertThat(limit.limit()).isEqualTo(64);
    }

    @Test
    void aLowerLimitThatServesFewerCallsIsTakenBackAndNotTriedAgainSoon() {
        steps(1, 1, true, 80);
        assertThat(limit.limit()).isEqualTo(16);
        steps(1, 1, true, 80); // still the former ones
        steps(1, 1, true, 40);
        assertThat(limit.limit()).isEqualTo(16);
        steps(1, 1, true, 40);
        assertThat(limit.limit()).isEqualTo(64);
        steps(49, 1, true, 80);
        assertThat(limit.limit()).isEqualTo(64);
        steps(1, 1, true, 80);
        assertThat(limit.limit()).isEqualTo(16);
    }

    @Test
    void aFewFewerAreChance() {
        steps(1, 1, true, 80);
        steps(3, 1, true, 56);
        assertThat(limit.limit()).isEqualTo(4);
    }

    @Test
    void nobodyKnowsHowBusyTheProcessorsAre() {
        steps(20, 1, true, 80);
        steps(1, Double.NaN, true, 80);
        assertThat(limit.limit()).isEqualTo(64);
    }

    @Test
    void boundsThatAreNone() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new AdaptiveLimit(0, 4))
                .withMessage("A limit lies between 1 and its most, not between 0 and 4");
        assertThatIllegalArgumentException().isThrownBy(() -> new AdaptiveLimit(5, 4));
    }
}
