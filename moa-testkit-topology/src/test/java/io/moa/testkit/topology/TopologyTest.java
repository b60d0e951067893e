package io.moa.testkit.topology;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.moa.client.CallOptions;
import io.moa.invoke.CallException;
import io.moa.invoke.CallTimeoutException;
import io.moa.invoke.Executed;
import io.moa.invoke.Phase;
import io.moa.invoke.Status;
import io.moa.testkit.CallAccount.Tally;
import io.moa.testkit.LeakCheck;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The parts of a topology, each for itself. */
@ExtendWith(LeakCheck.class)
class TopologyTest {

    private static final Duration SECOND = Duration.ofSeconds(1);

    @Test
    void theSameSeedGivesTheSameTrace() {
        List<String> first = eventfulRun(42);
        assertThat(first).hasSizeGreaterThan(500).anyMatch(line -> line.contains("failed: UNAVAILABLE"));
        assertThat(eventfulRun(42)).isEqualTo(first);
        assertThat(eventfulRun(43)).isNotEqualTo(first);
    }

    /** With calls of every fate: many in flight when connections break is where an order could be left to chance. */
    private static List<String> eventfulRun(long seed) {
        try (Topology town = Topology.of(seed)) {
            town.server("a")
                    .export(new StockRoom())
                    .takes(Duration.ZERO, SECOND)
                    .start();
            town.server("b")
                    .export(new StockRoom())
                    .takes(Duration.ZERO, SECOND)
                    .start();
            town.client("one").load(Stock.class, 100, stock -> stock.left("tea"));
            town.client("two").load(Stock.class, 100, s -> s.take("tea", 0));
            town.advance(SECOND);
            town.network().reset("one", "a").reset("two", "a");
            town.advance(SECOND);
            town.server("b").kill();
            town.advance(SECOND);
            town.network().cut("one", "a");
            town.server("b").start();
            town.advance(SECOND.multipliedBy(5));
            town.settle();
            return town.trace();
        }
    }

    @Test
    void aSynchronousCallLetsTimePass() {
        try (Topology town = Topology.of(1)) {
            town.server("a").export(new StockRoom()).takes(SECOND, SECOND).start();
            Stock stock = town.client("caller").stub(Stock.class);
            assertThat(stock.left("tea")).isEqualTo(StockRoom.FULL);
            assertThat(town.now()).isBetween(SECOND, SECOND.plusMillis(10));
            assertThatThrownBy(() -> stock.sell("tea", 1000))
                    .isInstanceOf(Stock.SoldOut.class)
                    .hasMessageContaining("1000");
            assertThat(town.await(stock.count("tea"))).isEqualTo(StockRoom.FULL);
            stock.hint("more tea");
            Tally tally = town.calls().tally();
            assertThat(tally.ok()).isEqualTo(3);
            assertThat(tally.business()).isEqualTo(1);
        }
    }

    @Test
    void aTimeoutComesInFakeTimeAndNamesThePhase() {
        try (Topology town = Topology.of(1)) {
            town.server("a").export(new Slow(town)).start();
            Stock stock = town.client("caller").stub(Stock.class);
            CallTimeoutException late =
                    catchThrowableOfType(CallTimeoutException.class, () -> wait(town, stock.count("tea")));
            assertThat(town.now()).isEqualTo(Duration.ofSeconds(10));
            assertThat(late.ledger().guiltiest()).isEqualTo(Phase.EXECUTE);
        }
    }

    /** Counts as long as a caller will not wait. */
    private static final class Slow extends StockRoom {
        private final Topology town;

        Slow(Topology town) {
            this.town = town;
        }

        @Override
        public CompletableFuture<Integer> count(String item) {
            return town.later(Duration.ofMinutes(1), left(item));
        }
    }

    @Test
    void aCallMayHaveOptionsOfItsOwn() {
        try (Topology town = Topology.of(1)) {
            town.server("a").export(new StockRoom()).takes(SECOND, SECOND).start();
            ClientNode caller = town.client("caller");
            Stock hasty = caller.with(caller.stub(Stock.class), CallOptions.NONE.withTimeout(Duration.ofMillis(20)));
            assertThatThrownBy(() -> hasty.left("tea")).isInstanceOf(CallTimeoutException.class);
            assertThat(town.now()).isEqualTo(Duration.ofMillis(20));
        }
    }

    @Test
    void aCutPathHoldsCallsUntilItIsHealed() {
        try (Topology town = Topology.of(1)) {
            town.server("a").export(new StockRoom()).start();
            ClientNode caller = town.client("caller");
            Stock stock = caller.stub(Stock.class);
            stock.left("tea");
            town.network().cut("caller", "a");
            CompletableFuture<Integer> held = caller.async(stock, s -> s.left("tea"));
            town.advance(SECOND);
            assertThat(held).isNotDone();
            town.network().heal("caller", "a");
            town.advance(Duration.ofMillis(10));
            assertThat(held).isCompletedWithValue(StockRoom.FULL);
        }
    }

    @Test
    void aPathThatStaysCutLosesItsConnectionsAfterTheHeartbeatLimit() {
        try (Topology town = Topology.of(1)) {
            town.server("a").export(new StockRoom()).start();
            ClientNode caller = town.client("caller");
            Stock stock = caller.stub(Stock.class);
            stock.take("tea", 0);
            town.network().isolate("a");
            CompletableFuture<Integer> held = caller.async(stock, s -> s.take("tea", 0));
            CallException lost = catchThrowableOfType(CallException.class, () -> wait(town, held));
            assertThat(lost.status()).isEqualTo(Status.UNAVAILABLE);
            assertThat(lost.executed()).isEqualTo(Executed.MAYBE);
            assertThat(town.now()).isBetween(Duration.ofSeconds(3), Duration.ofSeconds(5));

            CallException refused = catchThrowableOfType(CallException.class, () -> stock.take("tea", 0));
            assertThat(refused.executed()).isEqualTo(Executed.NO);
            assertThat(refused).hasMessageContaining("no answer within 2000 ms");
        }
    }

    @Test
    void aDelayedPathTakesItsTimeBothWays() {
        try (Topology town = Topology.of(1)) {
            town.server("a").export(new StockRoom()).start();
            Stock stock = town.client("caller").stub(Stock.class);
            stock.left("tea");
            town.network().delay("caller", "a", Duration.ofMillis(150));
            Duration before = town.now();
            stock.left("tea");
            assertThat(town.now().minus(before)).isEqualTo(Duration.ofMillis(300));
        }
    }

    @Test
    void aKilledServerRunsNothingAnyMore() {
        try (Topology town = Topology.of(1)) {
            StockRoom room = new StockRoom();
            town.server("a")
                    .export(room)
                    .takes(Duration.ZERO, SECOND.multipliedBy(2))
                    .start();
            ClientNode caller = town.client("caller");
            Stock stock = caller.stub(Stock.class);
            stock.left("tea");
            for (int i = 0; i < 20; i++) {
                CompletableFuture<Integer> unused = caller.async(stock, s -> s.take("tea", 1));
            }
            town.advance(Duration.ofMillis(500));
            int soldBefore = StockRoom.FULL - room.left("tea");
            assertThat(soldBefore).as("about half").isBetween(1, 19);
            town.server("a").kill();
            assertThat(town.calls().open())
                    .as("the calls that were cut off have ended")
                    .isZero();
            town.advance(SECOND);
            assertThat(StockRoom.FULL - room.left("tea")).isEqualTo(soldBefore);
            assertThat(town.calls().tally().executions()).isEqualTo(1 + soldBefore);
        }
    }

    @Test
    void aKilledServerStaysListedUntilItsLeaseIsOver() {
        try (Topology town = Topology.of(1)) {
            town.server("a").export(new StockRoom()).start();
            Stock stock = town.client("caller").stub(Stock.class);
            stock.left("tea");
            town.server("a").kill();
            assertThatThrownBy(() -> stock.take("tea", 0)).hasMessageContaining("nobody listens there");
            town.advance(RegistryNode.DEFAULT_LEASE);
            town.advance(Duration.ofSeconds(3)); // missing is not dead: the caller's own probes have to fail too
            assertThatThrownBy(() -> stock.take("tea", 0)).hasMessageContaining("no instance of");
        }
    }

    @Test
    void aGracefulCloseWaitsForRunningCallsInFakeTime() {
        try (Topology town = Topology.of(1)) {
            town.server("a").export(new StockRoom()).takes(SECOND, SECOND).start();
            ClientNode caller = town.client("caller");
            Stock stock = caller.stub(Stock.class);
            stock.left("tea");
            CompletableFuture<Integer> running = caller.async(stock, s -> s.take("tea", 0));
            town.advance(Duration.ofMillis(100));
            town.server("a").close();
            assertThat(town.now()).isGreaterThan(SECOND.multipliedBy(2));
            assertThat(town.await(running)).isEqualTo(StockRoom.FULL);
        }
    }

    @Test
    void withoutARegistryNothingNewIsFoundAndNothingIsForgotten() {
        try (Topology town = Topology.of(1)) {
            town.server("a").export(new StockRoom()).start();
            Stock known = town.client("before").stub(Stock.class);
            town.registry().goDown();
            Stock unknown = town.client("after").stub(Stock.class);
            assertThat(known.left("tea")).isEqualTo(StockRoom.FULL);
            assertThatThrownBy(() -> unknown.left("tea")).hasMessageContaining("no registry has answered yet");
            town.registry().comeBack();
            assertThat(unknown.left("tea")).isEqualTo(StockRoom.FULL);
        }
    }

    @Test
    void aWipedRegistryKnowsNothingUntilTheNextHeartbeat() {
        try (Topology town = Topology.of(1)) {
            town.server("a").export(new StockRoom()).start();
            Stock stock = town.client("caller").stub(Stock.class);
            town.registry().goDown().wipe();
            assertThat(stock.left("tea")).as("nobody is told while it is down").isEqualTo(StockRoom.FULL);
            town.registry().comeBack();
            Stock fresh = town.client("fresh").stub(Stock.class);
            assertThatThrownBy(() -> fresh.left("tea")).hasMessageContaining("no instance of");
            assertThat(stock.left("tea")).as("missing is not dead").isEqualTo(StockRoom.FULL);
            town.advance(RegistryNode.HEARTBEAT);
            assertThat(fresh.left("tea")).isEqualTo(StockRoom.FULL);
        }
    }

    @Test
    void aFullServerRefusesAsOverload() {
        try (Topology town = Topology.of(1)) {
            town.server("a")
                    .export(new StockRoom())
                    .takes(SECOND, SECOND)
                    .workers(3)
                    .start();
            ClientNode caller = town.client("caller");
            Stock stock = caller.stub(Stock.class);
            stock.left("tea"); // connected: so that none waits for another
            for (int i = 0; i < 10; i++) {
                CompletableFuture<Integer> unused = caller.async(stock, s -> s.left("tea"));
            }
            town.settle();
            assertThat(town.failures()).hasSize(7).allMatch(line -> line.contains("OVERLOADED"));
        }
    }

    @Test
    void aTaskThatWantsToWaitIsToldWhatToDo() {
        try (Topology town = Topology.of(1)) {
            town.server("a").export(new StockRoom()).start();
            Stock stock = town.client("caller").stub(Stock.class);
            AtomicReference<Throwable> thrown = new AtomicReference<>();
            List<Runnable> waiting = List.of(() -> stock.left("tea"), () -> town.advance(SECOND), () -> town.server("a")
                    .close());
            for (Runnable step : waiting) {
                town.after(Duration.ZERO, () -> {
                    try {
                        step.run();
                    } catch (IllegalStateException e) {
                        thrown.set(e);
                    }
                });
                town.advance(SECOND);
                assertThat(thrown.getAndSet(null)).hasMessageContaining("it would wait for itself");
            }
            assertThat(town.server("a").isRunning()).isTrue();
        }
    }

    @Test
    void anotherThreadIsToldThatItDoesNotBelongHere() throws InterruptedException {
        try (Topology town = Topology.of(1)) {
            AtomicReference<Throwable> thrown = new AtomicReference<>();
            Thread stranger = new Thread(
                    () -> {
                        try {
                            town.after(SECOND, () -> {});
                        } catch (IllegalStateException e) {
                            thrown.set(e);
                        }
                    },
                    "stranger");
            stranger.start();
            stranger.join();
            assertThat(thrown.get()).hasMessageContaining("stranger came in");
        }
    }

    @Test
    void aNodeThatDoesNotExistIsNamedWithThoseThatDo() {
        try (Topology town = Topology.of(1)) {
            town.server("a").export(new StockRoom());
            town.client("caller");
            assertThatThrownBy(() -> town.network().cut("caller", "b"))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("no node b")
                    .hasMessageContaining("[a, caller]");
        }
    }

    @Test
    void aFutureThatNothingCompletesIsNotWaitedForWithoutEnd() {
        try (Topology town = Topology.of(1)) {
            assertThatThrownBy(() -> town.await(new CompletableFuture<>()))
                    .isInstanceOf(AssertionError.class)
                    .hasMessageContaining("nothing is left to happen");
        }
    }

    /** As await, with what the future ended with and not its wrapping. */
    private static void wait(Topology town, CompletableFuture<Integer> future) throws Throwable {
        try {
            town.await(future);
        } catch (CompletionException e) {
            throw e.getCause();
        }
    }
}
