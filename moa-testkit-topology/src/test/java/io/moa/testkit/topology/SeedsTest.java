package io.moa.testkit.topology;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.moa.testkit.CallAccount;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SeedsTest {

    @AfterEach
    void everySeedAgain() {
        System.clearProperty(Seeds.PROPERTY);
    }

    @Test
    void playsEachSeedOnce() {
        List<Long> played = new ArrayList<>();
        Seeds.first(5).run(town -> played.add(town.seed()));
        Seeds.of(9, -1).run(town -> played.add(town.seed()));
        assertThat(played).containsExactly(1L, 2L, 3L, 4L, 5L, 9L, -1L);
    }

    @Test
    void aSeedThatIsAskedForIsTheOnlyOne() {
        System.setProperty(Seeds.PROPERTY, "42");
        List<Long> played = new ArrayList<>();
        Seeds.first(5).run(town -> played.add(town.seed()));
        assertThat(played).containsExactly(42L);

        System.setProperty(Seeds.PROPERTY, "all");
        assertThatThrownBy(() -> Seeds.first(5).run(town -> {})).hasMessageContaining("is a number, not all");
    }

    @Test
    void aFailureTellsSeedTimeStepsAndHowToRunItAgain() {
        AssertionError failure =
                catchThrowableOfType(AssertionError.class, () -> Seeds.first(10).run(town -> {
                    town.client("caller").load(Stock.class, 10, stock -> stock.left("tea"));
                    town.server("a").export(new StockRoom()).start();
                    town.advance(Duration.ofSeconds(10));
                    town.note("the third one goes");
                    if (town.seed() == 3) {
                        town.server("a").kill();
                        town.advance(Duration.ofMillis(2300));
                        town.settle();
                        town.assertNoCallFailed();
                    }
                }));
        assertThat(failure)
                .hasMessageContaining("Not every call returned a value: sent")
                .hasMessageContaining("seed 3, at 12.")
                .hasMessageContaining("10.000 s  test: the third one goes")
                .hasMessageContaining("10.000 s  server a: killed")
                .hasMessageContaining("caller: call ")
                .hasMessageContaining("nobody listens there")
                .hasMessageEndingWith("To run this seed alone: -Dmoa.test.seed=3")
                .hasRootCauseInstanceOf(AssertionError.class);
        assertThat(failure.getMessage().split("seed 3, at", -1)).as("told once").hasSize(2);
        assertThat(failure.getMessage().lines()).hasSizeLessThan(100);
    }

    @Test
    void anAssertionOfTheScenarioIsToldInTheSameWay() {
        assertThatThrownBy(() -> Seeds.of(7).run(town -> {
                    town.advance(Duration.ofSeconds(1));
                    assertThat(town.now()).isZero();
                }))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("seed 7, at 1.000 s")
                .hasCauseInstanceOf(AssertionError.class);
    }

    @Test
    void aCallThatRanThoughItWasReportedAsNotRunFailsTheTopology() {
        assertThatThrownBy(() -> Seeds.of(1).run(town -> {
                    town.server("a").export(new StockRoom()).start();
                    town.client("caller").stub(Stock.class).left("tea");
                    long lie = town.calls().sent(false);
                    town.calls().executed(lie);
                    town.calls().outcome(lie, CallAccount.Outcome.REJECTED);
                }))
                .hasMessageContaining("executed though rejected 1")
                .hasMessageContaining("seed 1, at");
    }
}
