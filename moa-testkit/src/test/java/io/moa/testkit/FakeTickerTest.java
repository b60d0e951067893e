package io.moa.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class FakeTickerTest {

    @Test
    void standsStillUntilAdvancedAndRemembersEachStep() {
        FakeTicker ticker = new FakeTicker(5);
        assertThat(ticker.nanos()).isEqualTo(5).isEqualTo(ticker.nanos());
        ticker.advance(Duration.ofNanos(3)).advanceNanos(4).advance(Duration.ZERO);
        assertThat(ticker.nanos()).isEqualTo(12);
        assertThat(ticker.elapsedNanos()).isEqualTo(7);
        assertThat(ticker.advances()).containsExactly(3L, 4L, 0L);
    }

    @Test
    void beginsBelowZero() {
        assertThat(new FakeTicker().nanos()).isNegative();
    }

    @Test
    void passesTheOverflow() {
        FakeTicker ticker = new FakeTicker(Long.MAX_VALUE);
        ticker.advanceNanos(2);
        assertThat(ticker.nanos()).isEqualTo(Long.MIN_VALUE + 1);
        assertThat(ticker.elapsedNanos()).isEqualTo(2);
    }

    @Test
    void neverDecreases() {
        FakeTicker ticker = new FakeTicker(100);
        assertThatThrownBy(() -> ticker.advanceNanos(-1)).isInstanceOf(IllegalArgumentException.class);
        ticker.advanceTo(50);
        assertThat(ticker.nanos()).isEqualTo(100);
        assertThat(ticker.advances()).isEmpty();
    }

    @Test
    void losesNoStepOfManyThreads() throws InterruptedException {
        FakeTicker ticker = new FakeTicker(0);
        Thread[] threads = new Thread[4];
        for (int i = 0; i < threads.length; i++) {
            threads[i] = new Thread(() -> {
                for (int step = 0; step < 1_000; step++) {
                    ticker.advanceNanos(1);
                }
            });
            threads[i].start();
        }
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(ticker.nanos()).isEqualTo(4_000);
    }
}
