package io.moa.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.moa.testkit.FakeScheduler;
import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;

class StandstillTest {

    private final FakeScheduler scheduler = new FakeScheduler();
    private final Standstill standstill = new Standstill(scheduler.ticker(), scheduler);

    private static Duration ms(long millis) {
        return Duration.ofMillis(millis);
    }

    private boolean isOver() {
        return standstill.isOver(scheduler.ticker().nanos());
    }

    /** Time goes on, and nothing runs. */
    private void stoppedFor(long millis) {
        scheduler.ticker().advance(ms(millis));
    }

    @Test
    void aProcessThatRunsHasNotStoodStill() {
        standstill.begin();
        for (int i = 0; i < 1_000; i++) {
            scheduler.advance(ms(7));
            assertThat(isOver()).isFalse();
        }
    }

    @Test
    void aBeatThatIsALittleLateIsNone() {
        standstill.begin();
        scheduler.advance(ms(50));
        stoppedFor(200);
        assertThat(isOver()).isFalse();
        scheduler.runDue();
        assertThat(isOver()).isFalse();
    }

    @Test
    void whatIsReadBeforeTheBeatComesMayBeOld() {
        standstill.begin();
        stoppedFor(201);
        assertThat(isOver()).isTrue();
    }

    @Test
    void soMayBeWhatIsReadForAWhileAfterIt() {
        standstill.begin();
        stoppedFor(5_000);
        scheduler.runDue();
        assertThat(isOver()).isTrue();
        scheduler.advance(ms(49));
        assertThat(isOver()).isTrue();
        scheduler.advance(ms(1));
        assertThat(isOver()).isFalse();
        assertThat(isOver()).isFalse();
    }

    @Test
    void eachStandstillIsOneOfItsOwn() {
        standstill.begin();
        for (int i = 0; i < 3; i++) {
            stoppedFor(1_000);
            scheduler.runDue();
            assertThat(isOver()).isTrue();
            scheduler.advance(ms(100));
            assertThat(isOver()).isFalse();
        }
    }

    @Test
    void whoClosesItEndsItsBeat() {
        standstill.begin();
        scheduler.advance(ms(50));
        standstill.close();
        scheduler.advance(ms(50));
        assertThat(scheduler.pending()).isZero();
    }

    @Test
    void aRuntimeThatIsClosedEndsIt() {
        Standstill late = new Standstill(scheduler.ticker(), (task, delay) -> {
            throw new RejectedExecutionException("closed");
        });
        late.begin();
        assertThat(late.isOver(scheduler.ticker().nanos())).isFalse();
    }
}
