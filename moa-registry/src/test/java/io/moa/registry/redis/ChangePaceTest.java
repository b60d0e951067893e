package io.moa.registry.redis;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ChangePaceTest {

    private static final long MILLI = TimeUnit.MILLISECONDS.toNanos(1);

    private long now = Long.MAX_VALUE - 500 * MILLI; // tickers wrap

    private List<Long> windows(ChangePace pace, int count, long gapMillis) {
        List<Long> windows = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            long window = pace.windowNanos(now);
            windows.add(window / MILLI);
            now += window;
            pace.looked(now);
            now += gapMillis * MILLI;
        }
        return windows;
    }

    @Test
    void aListThatNeverRestsIsLookedAtLessOften() {
        ChangePace pace = new ChangePace(Duration.ofMillis(100));
        assertThat(windows(pace, 14, 10))
                .containsExactly(100L, 100L, 100L, 100L, 100L, 200L, 200L, 200L, 200L, 200L, 300L, 300L, 300L, 300L);
        now += 100 * MILLI;
        assertThat(windows(pace, 2, 10)).as("after a rest").containsExactly(100L, 100L);
    }

    @Test
    void aChangeNowAndThenIsSeenAsSoonAsEver() {
        assertThat(windows(new ChangePace(Duration.ofMillis(100)), 20, 100)).containsOnly(100L);
        assertThat(windows(new ChangePace(Duration.ZERO), 20, 0)).containsOnly(0L);
    }
}
