package io.moa.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.moa.testkit.FakeTicker;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class HeapPressureTest {

    private final FakeTicker ticker = new FakeTicker();
    private long collections = 7;
    private long left;
    private final HeapPressure heap = new HeapPressure(ticker, () -> collections, () -> left, 1_000);

    @Test
    void whatACollectionHasLeftCountsForTwoSeconds() {
        left = 900;
        assertThat(heap.getAsBoolean()).as("by one from before").isFalse();
        collections++;
        assertThat(heap.getAsBoolean()).isTrue();
        ticker.advance(Duration.ofMillis(1_999));
        assertThat(heap.getAsBoolean()).isTrue();
        ticker.advance(Duration.ofMillis(1));
        assertThat(heap.getAsBoolean()).as("nobody has needed to collect since").isFalse();
        collections++;
        assertThat(heap.getAsBoolean()).isTrue();
        collections++;
        left = 849;
        assertThat(heap.getAsBoolean()).isFalse();
    }

    @Test
    void whatTheCollectorDoesNotTellIsNoPressure() {
        left = -1;
        collections++;
        assertThat(heap.getAsBoolean()).isFalse();
        left = 1_000;
        assertThat(new HeapPressure(ticker, () -> collections, () -> left, -1).getAsBoolean())
                .isFalse();
        assertThat(HeapPressure.ofThisProcess().getAsBoolean()).isIn(true, false);
    }
}
