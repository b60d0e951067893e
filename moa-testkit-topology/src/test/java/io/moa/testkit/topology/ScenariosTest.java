package io.moa.testkit.topology;

import io.netty.util.ResourceLeakDetector;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;

/** Each scenario on 100 seeds, or {@code -Dmoa.test.seeds}, with its price on one line. */
@Tag("once")
class ScenariosTest {

    private static final int SEEDS = Integer.getInteger("moa.test.seeds", 100);

    private final ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    private final ResourceLeakDetector.Level levelBefore = ResourceLeakDetector.getLevel();
    private long begunNanos;
    private long calls;
    private long fakeSeconds;

    @BeforeEach
    void begin() {
        // Marking every buffer costs more than all the rest; ScenariosLeakNothingTest does it, on fewer seeds.
        ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.SIMPLE);
        begunNanos = threads.getCurrentThreadCpuTime();
    }

    @AfterEach
    void say(TestInfo test) {
        ResourceLeakDetector.setLevel(levelBefore);
        System.out.printf(
                "%s: %d seeds, %,d calls, %,d s of fake time, %,d ms of processor time%n",
                test.getDisplayName(),
                SEEDS,
                calls,
                fakeSeconds,
                (threads.getCurrentThreadCpuTime() - begunNanos) / 1_000_000);
    }

    @Test
    void aRegistryThatIsAwayForHalfAMinuteFailsNoCall() {
        run(Scenarios::aRegistryThatIsAwayForHalfAMinuteFailsNoCall);
    }

    @Test
    void aServerThatIsReplacedWhileTheRegistryIsAwayIsFoundAgainAtItsAddress() {
        run(Scenarios::aServerThatIsReplacedWhileTheRegistryIsAwayIsFoundAgainAtItsAddress);
    }

    @Test
    void aServerThatIsKilledAndReplacedFailsNoIdempotentCall() {
        run(Scenarios::aServerThatIsKilledAndReplacedFailsNoIdempotentCall);
    }

    @Test
    void aServerThatIsKilledFailsOnlyTheSalesThatItMayHaveMade() {
        run(Scenarios::aServerThatIsKilledFailsOnlyTheSalesThatItMayHaveMade);
    }

    @Test
    void aPartitionThatHealsFailsNoIdempotentCall() {
        run(Scenarios::aPartitionThatHealsFailsNoIdempotentCall);
    }

    @Test
    void aRollingRestartOfThreeServersFailsNoCall() {
        run(Scenarios::aRollingRestartOfThreeServersFailsNoCall);
    }

    @Test
    void aWipedRegistryIsWholeAgainAfterOneHeartbeat() {
        run(Scenarios::aWipedRegistryIsWholeAgainAfterOneHeartbeat);
    }

    /** RELIABILITY B3. */
    @Test
    void aRegistryThatForgetsEverybodyFailsNoCall() {
        run(Scenarios::aRegistryThatForgetsEverybodyFailsNoCall);
    }

    private void run(Seeds.Scenario scenario) {
        Seeds.first(SEEDS).run(town -> {
            scenario.play(town);
            calls += town.calls().tally().sent();
            fakeSeconds += town.now().toSeconds();
        });
    }
}
