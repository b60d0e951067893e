package io.moa.testkit.topology;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.moa.invoke.CallException;
import io.moa.testkit.Eventually;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

// README begins. What stands between the two marks is what README.md shows, to the byte.
class StockRoomTest {
    @RegisterExtension
    final MoaExtension moa = MoaExtension.serving(new StockRoom());

    @Stub
    Stock stock;

    @Test
    void sellsWhatThereIs() {
        assertThat(stock.take("tea", 2)).isEqualTo(98);
        assertThatThrownBy(() -> stock.take("tea", 99)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aSaleWhoseAnswerIsLostIsNotMadeTwice() {
        assertThat(stock.left("tea")).isEqualTo(100);
        moa.network().serverToClient().stall(); // requests arrive, answers do not
        CompletableFuture<Integer> sale = moa.client().async(stock, s -> s.take("tea", 2));
        Eventually.within(Duration.ofSeconds(10))
                .value(() -> moa.calls().tally().executions(), ran -> ran == 2, "the sale made");
        moa.network().reset();
        moa.network().heal();

        assertThatThrownBy(sale::join).hasCauseInstanceOf(CallException.class);
        assertThat(stock.left("tea")).isEqualTo(98);
    }
}
// README ends.
