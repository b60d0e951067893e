package io.moa.testkit.topology;

import static org.assertj.core.api.Assertions.assertThat;

import io.moa.testkit.CallAccount.Tally;
import java.time.Duration;
import java.util.List;

/** What systems of MOA live through. */
final class Scenarios {

    private static final List<String> SERVERS = List.of("a", "b", "c");

    private Scenarios() {}

    static void aRegistryThatIsAwayForHalfAMinuteFailsNoCall(Topology town) {
        start(town);
        town.client("caller").load(Stock.class, 10, stock -> stock.left("tea"));
        town.advance(Duration.ofSeconds(2));
        town.registry().goDown();
        town.advance(Duration.ofSeconds(30));
        town.registry().comeBack();
        town.advance(Duration.ofSeconds(2));
        town.settle();
        town.assertNoCallFailed();
        assertThat(town.calls().tally().sent()).isGreaterThan(200);
    }

    static void aServerThatIsReplacedWhileTheRegistryIsAwayIsFoundAgainAtItsAddress(Topology town) {
        start(town);
        town.client("caller").load(Stock.class, 10, stock -> stock.left("tea"));
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
    }

    static void aServerThatIsKilledAndReplacedFailsNoIdempotentCall(Topology town) {
        start(town);
        town.client("caller").load(Stock.class, 20, stock -> stock.left("tea"));
        town.advance(Duration.ofSeconds(2));
        town.server("a").kill();
        town.advance(Duration.ofSeconds(2));
        town.server("a").start();
        town.advance(Duration.ofSeconds(12)); // beyond the lease of the one that was killed
        town.settle();
        town.assertNoCallFailed();
    }

    static void aServerThatIsKilledFailsOnlyTheSalesThatItMayHaveMade(Topology town) {
        start(town);
        town.client("caller").load(Stock.class, 100, stock -> stock.take("tea", 0));
        town.advance(Duration.ofSeconds(1));
        int atRisk = (int) town.calls().open(); // no more than these can be unknown
        town.server("a").kill();
        town.advance(Duration.ofSeconds(1));
        town.settle();
        Tally tally = town.calls().tally();
        assertThat(tally.unknown()).isLessThanOrEqualTo(atRisk);
        assertThat(tally.rejected()).isZero();
        assertThat(tally.ok() + tally.unknown()).isEqualTo(tally.sent());
    }

    static void aPartitionThatHealsFailsNoIdempotentCall(Topology town) {
        start(town);
        town.client("caller").load(Stock.class, 10, stock -> stock.left("tea"));
        town.advance(Duration.ofSeconds(2));
        town.network().cut("caller", "a");
        town.advance(Duration.ofSeconds(10));
        town.network().heal("caller", "a");
        town.advance(Duration.ofSeconds(10));
        town.settle();
        town.assertNoCallFailed();
    }

    static void aRollingRestartOfThreeServersFailsNoCall(Topology town) {
        start(town);
        town.client("caller").load(Stock.class, 20, stock -> stock.take("tea", 0));
        town.advance(Duration.ofSeconds(1));
        for (String name : SERVERS) {
            town.server(name).close();
            town.advance(Duration.ofSeconds(1));
            town.server(name).start();
            town.advance(Duration.ofSeconds(1));
        }
        town.settle();
        town.assertNoCallFailed();
    }

    static void aWipedRegistryIsWholeAgainAfterOneHeartbeat(Topology town) {
        start(town);
        Stock stock = town.client("caller").stub(Stock.class);
        town.registry().wipe();
        town.advance(RegistryNode.HEARTBEAT);
        assertThat(stock.left("tea")).isEqualTo(StockRoom.FULL);
        town.server("a").close();
        town.server("b").close();
        assertThat(stock.left("tea")).as("c is known").isEqualTo(StockRoom.FULL);
    }

    static void aRegistryThatForgetsEverybodyFailsNoCall(Topology town) {
        start(town);
        town.client("caller").load(Stock.class, 50, stock -> stock.take("tea", 0));
        town.advance(Duration.ofSeconds(1));
        for (int i = 0; i < 3; i++) {
            town.registry().wipe();
            town.advance(Duration.ofSeconds(4));
        }
        town.settle();
        town.assertNoCallFailed();
    }

    private static void start(Topology town) {
        for (String name : SERVERS) {
            town.server(name)
                    .export(new StockRoom())
                    .takes(Duration.ofMillis(1), Duration.ofMillis(40))
                    .start();
        }
    }
}
