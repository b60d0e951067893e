package io.moa.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class EventuallyTest {

    @Test
    void returnsAsSoonAsTheConditionHolds() {
        AtomicInteger asked = new AtomicInteger();
        Eventually.within(Duration.ofSeconds(10)).until(() -> asked.incrementAndGet() == 3, () -> "never");
        assertThat(asked).hasValue(3);
    }

    @Test
    void showsTheMessageOfTheEnd() {
        AtomicInteger asked = new AtomicInteger();
        assertThatThrownBy(() -> Eventually.within(Duration.ofMillis(20))
                        .until(() -> asked.incrementAndGet() < 0, () -> "asked " + asked + " times"))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("20 ms")
                .hasMessageContaining("asked " + asked + " times");
        assertThat(asked.get()).isGreaterThan(1);
    }

    @Test
    void givesTheValueThatWasAsExpected() {
        AtomicInteger count = new AtomicInteger();
        int value = Eventually.within(Duration.ofSeconds(10)).value(count::incrementAndGet, n -> n >= 500, "500");
        assertThat(value).isEqualTo(500);
    }

    @Test
    void showsTheLastValueAndWhatWasExpected() {
        AtomicInteger count = new AtomicInteger();
        assertThatThrownBy(() -> Eventually.within(Duration.ofMillis(20))
                        .value(count::incrementAndGet, n -> n < 0, "a negative count"))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("expected a negative count, last value: " + count);
    }

    @Test
    void whatTheConditionThrowsComesOutAtOnce() {
        assertThatThrownBy(() -> Eventually.within(Duration.ofSeconds(60))
                        .until(
                                () -> {
                                    throw new IllegalStateException("broken");
                                },
                                () -> "never"))
                .hasMessage("broken");
    }

    @Test
    void anInterruptEndsTheWaitingAndStays() {
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> Eventually.within(Duration.ofSeconds(60)).until(() -> false, () -> "it did not come"))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("it did not come");
        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void needsSomeTime() {
        assertThatThrownBy(() -> Eventually.within(Duration.ZERO)).isInstanceOf(IllegalArgumentException.class);
    }
}
