package io.moa.server.dispatch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;

/** Workers on an executor that somebody else owns. */
class GivenExecutorTest {

    private final Queue<Runnable> handedOver = new ArrayDeque<>();

    @Test
    void callsRunOnTheExecutorThatWasGiven() {
        int[] ran = new int[1];
        try (WorkerPool pool = new WorkerPool("Stock", Workers.on(handedOver::add, 2), System::nanoTime)) {
            Job.on(pool, () -> ran[0]++);
            assertThat(ran).containsExactly(0);
            assertThat(pool.running()).isEqualTo(1);
            handedOver.remove().run();
            assertThat(ran).containsExactly(1);
            assertThat(pool.running()).isZero();
        }
    }

    @Test
    void noMoreThanTheLimitAreHandedOverAtOnce() {
        try (WorkerPool pool = new WorkerPool("Stock", Workers.on(handedOver::add, 2), System::nanoTime)) {
            Job.on(pool, () -> {});
            Job.on(pool, () -> {
                throw new IllegalStateException("thrown by the test's task");
            });
            assertThatThrownBy(() -> Job.on(pool, () -> {})).isInstanceOf(RejectedExecutionException.class);
            handedOver.remove().run();
            assertThatThrownBy(handedOver.remove()::run).isInstanceOf(IllegalStateException.class);
            Job.on(pool, () -> {});
            assertThat(pool.running()).isEqualTo(1);
        }
    }

    @Test
    void anExecutorThatRejectsLeavesNothingCounted() {
        WorkerPool pool = new WorkerPool(
                "Stock",
                Workers.on(
                        task -> {
                            throw new RejectedExecutionException("full");
                        },
                        2),
                System::nanoTime);
        assertThatThrownBy(() -> Job.on(pool, () -> {})).isInstanceOf(RejectedExecutionException.class);
        assertThat(pool.running()).isZero();
    }

    @Test
    void anExecutorBringsItsOwnQueueAndThreads() {
        assertThatThrownBy(() -> new Workers(2, 10, false, Duration.ofMillis(100), 50, handedOver::add))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("Workers.on(executor, atOnce)");
    }
}
