package io.moa.testkit.topology;

import io.moa.testkit.LeakCheck;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What a scenario breaks, kills and cuts off lets go of every buffer. */
@ExtendWith(LeakCheck.class)
class ScenariosLeakNothingTest {

    @Test
    void noScenarioLosesABuffer() {
        List<Seeds.Scenario> scenarios = List.of(
                Scenarios::aRegistryThatIsAwayForHalfAMinuteFailsNoCall,
                Scenarios::aServerThatIsReplacedWhileTheRegistryIsAwayIsFoundAgainAtItsAddress,
                Scenarios::aServerThatIsKilledAndReplacedFailsNoIdempotentCall,
                Scenarios::aServerThatIsKilledFailsOnlyTheSalesThatItMayHaveMade,
                Scenarios::aPartitionThatHealsFailsNoIdempotentCall,
                Scenarios::aRollingRestartOfThreeServersFailsNoCall,
                Scenarios::aWipedRegistryIsWholeAgainAfterOneHeartbeat);
        scenarios.forEach(scenario -> Seeds.of(7, 77).run(scenario));
    }

    @Test
    void neitherDoesATopologyThatIsGivenUpInTheMiddle() {
        Topology town = Topology.of(1);
        town.server("a")
                .export(new StockRoom())
                .takes(Duration.ofSeconds(1), Duration.ofSeconds(3))
                .start();
        town.client("caller").load(Stock.class, 100, stock -> stock.left("tea"));
        town.advance(Duration.ofSeconds(5));
        town.network().cut("caller", "a");
        town.advance(Duration.ofMillis(500));
        town.end();
    }
}
