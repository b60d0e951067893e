package io.moa.testkit.topology;

import static org.assertj.core.api.Assertions.assertThat;

import io.moa.testkit.CallAccount.Tally;
import io.moa.testkit.LeakCheck;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.extension.ExtendWith;

/** What systems of MOA live through, each on {@value #SEEDS} seeds. */
@ExtendWith(LeakCheck.class)
class ScenariosTest {

    private static final int SEEDS = 200;
    private static final List<String> SERVERS = List.of("a", "b", "c");

    private long begunNanos;
    private long calls;
    private long fakeSeconds;

    @BeforeEach
    void begin() {
        begunNanos = System.nanoTime();
    }

    @AfterEach
    void say(TestInfo test) {
        System.out.printf(
                "%s: %d seeds, %,d calls, %,d s of fake time, %,d ms%n",
                test.getDisplayName(), SEEDS, calls, fakeSeconds, (System.nanoTime() - begunNanos) / 1_000_000);
    }

    @Test
    void aRegistryThatIsAwayForHalfAMinuteFailsNoCall() {
        run(town -> {
            start(town);
            town.client("caller").load(Stock.class, 20, stock -> stock.left("tea"));
            town.advance(Duration.ofSeconds(2));
            town.registry().goDown();
            town.advance(Duration.ofSeconds(30));
            town.registry().comeBack();
            town.advance(Duration.ofSeconds(2));
            town.settle();
            town.assertNoCallFailed();
            assertThat(town.calls().tally().sent()).isGreaterThan(400);
        });
    }

    @Test
    void aServerThatIsReplacedWhileTheRegistryIsAwayIsFoundAgainAtItsAddress() {
        run(town -> {
            start(town);
            town.client("caller").load(Stock.class, 20, stock -> stock.left("tea"));
            town.advance(Duration.ofSeconds(2));
            town.registry().goDown();
            town.advance(Duration.ofSeconds(1));
            town.server("a").kill();
            town.server("b").close();
            town.server("a").start();
            town.server("b").start();
            town.advance(Duration.ofSeconds(5));
            town.server("c").close(); // now all the load is on the two that the registry has never heard of
            town.advance(Duration.ofSeconds(5));
            town.registry().comeBack();
            town.advance(Duration.ofSeconds(2));
            town.settle();
            town.assertNoCallFailed();
        });
    }

    @Test
    void aServerThatIsKilledAndReplacedFailsNoIdempotentCall() {
        run(town -> {
            start(town);
            town.client("caller").load(Stock.class, 50, stock -> stock.left("tea"));
            town.advance(Duration.ofSeconds(2));
            town.server("a").kill();
            town.advance(Duration.ofSeconds(2));
            town.server("a").start();
            town.advance(Duration.ofSeconds(12)); // beyond the lease of the one that was killed
            town.settle();
            town.assertNoCallFailed();
        });
    }

    @Test
    void aServerThatIsKilledFailsOnlyTheSalesThatItMayHaveMade() {
        run(town -> {
            start(town);
            town.client("caller").load(Stock.class, 200, stock -> sell(stock));
            town.advance(Duration.ofSeconds(1));
            int atRisk = (int) town.calls().open(); // no more than these can be unknown
            town.server("a").kill();
            town.advance(Duration.ofSeconds(1));
            town.settle();
            Tally tally = town.calls().tally();
            assertThat(tally.unknown()).isLessThanOrEqualTo(atRisk);
            assertThat(tally.rejected()).isZero();
            assertThat(tally.ok() + tally.unknown()).isEqualTo(tally.sent());
        });
    }

    @Test
    void aPartitionThatHealsFailsNoIdempotentCall() {
        run(town -> {
            start(town);
            town.client("caller").load(Stock.class, 20, stock -> stock.left("tea"));
            town.advance(Duration.ofSeconds(2));
            town.network().cut("caller", "a");
            town.advance(Duration.ofSeconds(10));
            town.network().heal("caller", "a");
            town.advance(Duration.ofSeconds(10));
            town.settle();
            town.assertNoCallFailed();
        });
    }

    @Test
    void aRollingRestartOfThreeServersFailsNoCall() {
        run(town -> {
            start(town);
            town.client("caller").load(Stock.class, 50, stock -> sell(stock));
            town.advance(Duration.ofSeconds(1));
            for (String name : SERVERS) {
                town.server(name).close();
                town.advance(Duration.ofSeconds(1));
                town.server(name).start();
                town.advance(Duration.ofSeconds(1));
            }
            town.settle();
            town.assertNoCallFailed();
        });
    }

    @Test
    void aWipedRegistryIsWholeAgainAfterOneHeartbeat() {
        run(town -> {
            start(town);
            Stock stock = town.client("caller").stub(Stock.class);
            town.registry().wipe();
            town.advance(RegistryNode.HEARTBEAT);
            assertThat(stock.left("tea")).isEqualTo(StockRoom.FULL);
            town.server("a").close();
            town.server("b").close();
            assertThat(stock.left("tea")).as("c is known").isEqualTo(StockRoom.FULL);
        });
    }

    private void run(Seeds.Scenario scenario) {
        Seeds.first(SEEDS).run(town -> {
            scenario.play(town);
            calls += town.calls().tally().sent();
            fakeSeconds += town.now().toSeconds();
        });
    }

    private static void start(Topology town) {
        for (String name : SERVERS) {
            town.server(name)
                    .export(new StockRoom())
                    .takes(Duration.ofMillis(1), Duration.ofMillis(40))
                    .start();
        }
    }

    private static Integer sell(Stock stock) {
        try {
            return stock.sell("tea", 0);
        } catch (Stock.SoldOut e) {
            throw new AssertionError("there is always nothing left to sell", e);
        }
    }
}
