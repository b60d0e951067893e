package io.moa.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;
import static org.junit.platform.testkit.engine.EventConditions.container;
import static org.junit.platform.testkit.engine.EventConditions.event;
import static org.junit.platform.testkit.engine.EventConditions.finishedWithFailure;
import static org.junit.platform.testkit.engine.EventConditions.test;
import static org.junit.platform.testkit.engine.TestExecutionResultConditions.instanceOf;
import static org.junit.platform.testkit.engine.TestExecutionResultConditions.message;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.util.ResourceLeakDetector;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.platform.testkit.engine.EngineExecutionResults;
import org.junit.platform.testkit.engine.EngineTestKit;

/** Runs small classes that leak on purpose, each in an engine of its own, and looks at what became of them. */
class LeakCheckTest {

    @Test
    void aTestThatLosesABufferFailsAndItsNeighbourDoesNot() {
        EngineExecutionResults results = run(Loses.class);
        results.testEvents()
                .assertStatistics(stats -> stats.started(2).succeeded(1).failed(1));
        results.testEvents()
                .assertThatEvents()
                .haveExactly(
                        1,
                        event(
                                test("loses"),
                                finishedWithFailure(
                                        instanceOf(AssertionError.class),
                                        message(text -> text.contains("leaked") && text.contains("loses()")),
                                        message(text -> text.contains("LeakCheckTest$Loses.loses(")))));
    }

    @Test
    void theSameLeakIsFoundInEachTestThatHasIt() {
        run(LosesTwice.class).testEvents().assertStatistics(stats -> stats.started(2)
                .failed(2));
    }

    @Test
    void whatTheTestInstanceHeldFailsTheClassWithTheNameOfTheTest() {
        EngineExecutionResults results = run(Holds.class);
        results.testEvents().assertStatistics(stats -> stats.started(1).succeeded(1));
        results.containerEvents()
                .assertThatEvents()
                .haveExactly(
                        1,
                        event(
                                container(),
                                finishedWithFailure(
                                        instanceOf(AssertionError.class), message(text -> text.contains("holds()")))));
    }

    @Test
    void aTestThatLosesNothingPassesAndTheLevelIsAsBefore() {
        ResourceLeakDetector.Level before = ResourceLeakDetector.getLevel();
        ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.SIMPLE);
        try {
            EngineExecutionResults results = run(Keeps.class);
            results.testEvents().assertStatistics(stats -> stats.started(1).succeeded(1));
            results.containerEvents().assertStatistics(stats -> stats.failed(0));
            assertThat(ResourceLeakDetector.getLevel()).isEqualTo(ResourceLeakDetector.Level.SIMPLE);
        } finally {
            ResourceLeakDetector.setLevel(before);
        }
    }

    @Test
    void aLeakIsFoundThoughNettyWasUsedBeforeTheFirstCheckedTest() throws Exception {
        Process process = new ProcessBuilder(
                        ProcessHandle.current().info().command().orElse("java"),
                        "-cp",
                        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                        AfterNetty.class.getName())
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        assertThat(output).contains("failed 1 of 2");
    }

    /** Uses buffers first, so that Netty's detector exists when the extension comes; in a JVM of its own. */
    static final class AfterNetty {

        private AfterNetty() {}

        public static void main(String[] arguments) {
            lose();
            PooledByteBufAllocator.DEFAULT.buffer(64).release();
            EngineExecutionResults results = run(Loses.class);
            System.out.println("failed " + results.testEvents().failed().count() + " of "
                    + results.testEvents().started().count());
        }
    }

    private static EngineExecutionResults run(Class<?> example) {
        return EngineTestKit.engine("junit-jupiter")
                .selectors(selectClass(example))
                .execute();
    }

    /** The buffers are really lost: nobody but the detector knows them afterwards. */
    private static void lose() {
        PooledByteBufAllocator.DEFAULT.buffer(64).writeLong(1);
    }

    @ExtendWith(LeakCheck.class)
    @TestMethodOrder(MethodOrderer.MethodName.class)
    static class Loses {
        @Test
        void loses() {
            lose();
        }

        @Test
        void releases() {
            PooledByteBufAllocator.DEFAULT.buffer(64).release();
            Unpooled.directBuffer(64).release();
        }
    }

    @ExtendWith(LeakCheck.class)
    static class LosesTwice {
        @RepeatedTest(2)
        void loses() {
            lose();
        }
    }

    @ExtendWith(LeakCheck.class)
    static class Holds {
        private ByteBuf held = Unpooled.EMPTY_BUFFER;

        @Test
        void holds() {
            held = PooledByteBufAllocator.DEFAULT.buffer(64);
            assertThat(held.isWritable()).isTrue();
        }
    }

    @ExtendWith(LeakCheck.class)
    static class Keeps {
        @Test
        void keeps() {
            assertThat(ResourceLeakDetector.getLevel()).isEqualTo(ResourceLeakDetector.Level.PARANOID);
            ByteBuf whole = PooledByteBufAllocator.DEFAULT.buffer(64).writeZero(64);
            ByteBuf part = whole.readRetainedSlice(8);
            whole.release();
            part.release();
        }
    }
}
