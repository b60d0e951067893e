package io.moa.testkit.topology;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.moa.invoke.CallException;
import io.moa.invoke.Status;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

// README begins. What stands between the two marks is what README.md shows, to the byte.
class MockedStockTest {
    @RegisterExtension
    final MoaExtension moa = MoaExtension.builder().mock(Stock.class).build(); // nobody serves it

    @Stub
    Stock stock;

    @Test
    void theTillSaysWhatIsLeft() {
        moa.rules().answer(Stock.class, "left", 7);
        assertThat(stock.left("tea")).isEqualTo(7);
    }

    @Test
    void theTillStandsAStockThatIsAway() {
        moa.rules().fail(Stock.class, "take", Status.UNAVAILABLE);
        assertThatThrownBy(() -> stock.take("tea", 2)).isInstanceOf(CallException.class);
    }
}
// README ends.
