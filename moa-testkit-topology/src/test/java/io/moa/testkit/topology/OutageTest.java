package io.moa.testkit.topology;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

// README begins. What stands between the two marks is what README.md shows, to the byte.
class OutageTest {
    @Test
    void aRegistryThatIsAwayFailsNoCall() {
        Seeds.first(50).run(town -> {
            for (String name : List.of("a", "b", "c")) {
                town.server(name).export(new StockRoom()).start();
            }
            town.client("till").load(Stock.class, 20, stock -> stock.left("tea"));
            town.advance(Duration.ofSeconds(1));
            town.registry().goDown();
            town.advance(Duration.ofSeconds(30));
            town.server("a").kill();
            town.server("b").close(); // waits, in fake time, for its running calls
            town.registry().comeBack();
            town.settle();
            town.assertNoCallFailed();
        });
    }
}
// README ends.
