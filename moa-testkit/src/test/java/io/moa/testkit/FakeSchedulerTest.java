package io.moa.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.moa.invoke.Scheduler;
import io.moa.testkit.FakeScheduler.Fate;
import io.moa.testkit.FakeScheduler.Scheduled;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class FakeSchedulerTest {

    private final FakeTicker ticker = new FakeTicker(1_000);
    private final FakeScheduler scheduler = new FakeScheduler(ticker);
    private final List<String> ran = new ArrayList<>();

    @Test
    void runsNothingBeforeItsTimeAndEverythingAtIt() {
        note("a", 10);
        assertThat(scheduler.advance(Duration.ofNanos(9))).isZero();
        assertThat(ran).isEmpty();
        assertThat(scheduler.untilNext()).isEqualTo(Duration.ofNanos(1));
        assertThat(scheduler.advance(Duration.ofNanos(1))).isEqualTo(1);
        assertThat(ran).containsExactly("a@1010");
        assertThat(scheduler.untilNext()).isNull();
    }

    @Test
    void runsInTheOrderOfTimeAndEqualsInTheOrderOfSubmission() {
        note("late", 30);
        note("first", 10);
        note("second", 10);
        note("third", 10);
        note("now", 0);
        note("overdue", -5);
        scheduler.advance(Duration.ofNanos(100));
        assertThat(ran)
                .containsExactly("now@1000", "overdue@1000", "first@1010", "second@1010", "third@1010", "late@1030");
        assertThat(ticker.nanos()).isEqualTo(1_100);
    }

    @Test
    void aTaskMayScheduleMoreAndWhatFallsDueRunsInTheSameAdvance() {
        scheduler.schedule(
                () -> {
                    ran.add("outer@" + ticker.nanos());
                    note("inner", 5);
                    note("beyond", 50);
                },
                10);
        note("between", 12);
        scheduler.advance(Duration.ofNanos(20));
        assertThat(ran).containsExactly("outer@1010", "between@1012", "inner@1015");
        assertThat(scheduler.pending()).isEqualTo(1);
        assertThat(scheduler.untilNext()).isEqualTo(Duration.ofNanos(40));
    }

    @Test
    void aCancelledTaskDoesNotRunAndLateCancellingDoesNothing() {
        Scheduler.Timer taken = note("taken back", 10);
        Scheduler.Timer ran10 = note("ran", 10);
        taken.cancel();
        taken.cancel();
        assertThat(scheduler.pending()).isEqualTo(1);
        scheduler.advance(Duration.ofNanos(10));
        ran10.cancel();
        assertThat(ran).containsExactly("ran@1010");
        assertThat(scheduler.history())
                .containsExactly(new Scheduled(0, 1_000, 10, Fate.CANCELLED), new Scheduled(1, 1_000, 10, Fate.RAN));
    }

    @Test
    void aTaskMayCancelOneOfTheSameMoment() {
        Scheduler.Timer[] second = new Scheduler.Timer[1];
        scheduler.schedule(() -> second[0].cancel(), 10);
        second[0] = note("second", 10);
        assertThat(scheduler.advance(Duration.ofNanos(10))).isEqualTo(1);
        assertThat(ran).isEmpty();
    }

    @Test
    void whatFellDueWhileTheTestMovedTheTickerRunsAtTheNextAdvanceWithoutTurningTimeBack() {
        note("a", 10);
        ticker.advanceNanos(25);
        assertThat(scheduler.runDue()).isEqualTo(1);
        assertThat(ran).containsExactly("a@1025");
    }

    @Test
    void whatATaskThrowsComesOutAndTheRestWaits() {
        scheduler.schedule(
                () -> {
                    throw new IllegalStateException("thrown by the task");
                },
                10);
        note("after", 10);
        assertThatThrownBy(() -> scheduler.advance(Duration.ofNanos(50))).hasMessage("thrown by the task");
        assertThat(ticker.nanos()).isEqualTo(1_010);
        scheduler.runDue();
        assertThat(ran).containsExactly("after@1010");
    }

    @Test
    void refusesToAdvanceInsideATaskAndBackwards() {
        scheduler.schedule(() -> scheduler.advance(Duration.ofNanos(1)), 1);
        assertThatThrownBy(() -> scheduler.advance(Duration.ofNanos(1)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("the task that asks");
        assertThatThrownBy(() -> scheduler.advance(Duration.ofNanos(-1))).isInstanceOf(IllegalArgumentException.class);
        assertThat(scheduler.advance(Duration.ofNanos(1))).isZero(); // and is not stuck afterwards
    }

    @Test
    void takesATaskThatNeverEndsForALoop() {
        Runnable[] again = new Runnable[1];
        int[] runs = new int[1];
        again[0] = () -> {
            if (runs[0]++ <= FakeScheduler.MAX_TASKS_PER_ADVANCE) {
                scheduler.schedule(again[0], 0);
            }
        };
        scheduler.schedule(again[0], 0);
        assertThatThrownBy(scheduler::runDue)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("without a delay");
    }

    @Test
    void keepsOrderWhileTheTickerOverflows() {
        FakeTicker wrapping = new FakeTicker(Long.MAX_VALUE - 5);
        FakeScheduler over = new FakeScheduler(wrapping);
        over.schedule(() -> ran.add("after the overflow"), 10);
        over.schedule(() -> ran.add("before the overflow"), 3);
        over.schedule(() -> ran.add("never"), Long.MAX_VALUE);
        over.advance(Duration.ofNanos(20));
        assertThat(ran).containsExactly("before the overflow", "after the overflow");
        assertThat(over.pending()).isEqualTo(1);
    }

    @Test
    void takesTasksFromManyThreadsWhileItAdvances() throws InterruptedException {
        int[] count = new int[1]; // tasks run on the advancing thread only
        Thread[] threads = new Thread[4];
        for (int i = 0; i < threads.length; i++) {
            threads[i] = new Thread(() -> {
                for (int task = 0; task < 1_000; task++) {
                    scheduler.schedule(() -> count[0]++, task % 7);
                }
            });
            threads[i].start();
        }
        for (Thread thread : threads) {
            while (thread.isAlive()) {
                scheduler.advance(Duration.ofNanos(1));
            }
        }
        scheduler.advance(Duration.ofNanos(7));
        assertThat(count[0]).isEqualTo(4_000);
        assertThat(scheduler.pending()).isZero();
        assertThat(scheduler.history()).hasSize(4_000).allMatch(task -> task.fate() == Fate.RAN);
    }

    private Scheduler.Timer note(String name, long delayNanos) {
        return scheduler.schedule(() -> ran.add(name + "@" + ticker.nanos()), delayNanos);
    }
}
