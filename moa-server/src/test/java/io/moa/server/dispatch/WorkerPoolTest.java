package io.moa.server.dispatch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.moa.testkit.Eventually;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;

@Timeout(20)
class WorkerPoolTest {

    private final CountDownLatch goOn = new CountDownLatch(1);

    @AfterEach
    void letEverythingEnd() {
        goOn.countDown();
    }

    @Test
    void taskIsRefusedAtOnceWhenEveryThreadIsBusyAndTheQueueIsFull() throws Exception {
        try (WorkerPool pool = new WorkerPool("Stock", Workers.platform(2, 1), System::nanoTime)) {
            occupy(pool, 2);
            CompletableFuture<String> waiting = new CompletableFuture<>();
            Job.on(pool, () -> waiting.complete("ran"));
            assertThat(pool.running()).isEqualTo(2);
            assertThat(pool.queued()).isEqualTo(1);
            assertThatThrownBy(() -> Job.on(pool, () -> {})).isInstanceOf(RejectedExecutionException.class);
            assertThat(waiting).isNotDone();
            goOn.countDown();
            assertThat(waiting.get()).isEqualTo("ran");
        }
    }

    @Test
    void withoutQueueATaskRunsOrIsRefused() throws Exception {
        try (WorkerPool pool = new WorkerPool("Stock", Workers.platform(1, 0), System::nanoTime)) {
            occupy(pool, 1);
            assertThat(pool.queued()).isZero();
            assertThatThrownBy(() -> Job.on(pool, () -> {})).isInstanceOf(RejectedExecutionException.class);
        }
    }

    @Test
    void fullPoolOfOneServiceLeavesThatOfAnotherAlone() throws Exception {
        try (WorkerPool slow = new WorkerPool("Slow", Workers.platform(1, 0), System::nanoTime);
                WorkerPool quick = new WorkerPool("Quick", Workers.platform(1, 0), System::nanoTime)) {
            occupy(slow, 1);
            assertThatThrownBy(() -> Job.on(slow, () -> {})).isInstanceOf(RejectedExecutionException.class);
            assertThat(threadOf(quick).getName()).isEqualTo("moa-worker-Quick-1");
        }
    }

    @Test
    void closedPoolFinishesWhatItTookAndTakesNoMore() throws Exception {
        WorkerPool pool = new WorkerPool("Stock", Workers.platform(1, 1), System::nanoTime);
        occupy(pool, 1);
        CompletableFuture<String> waiting = new CompletableFuture<>();
        Job.on(pool, () -> waiting.complete("ran"));
        assertThat(pool.isClosed()).isFalse();
        pool.close();
        pool.close();
        assertThat(pool.isClosed()).isTrue();
        assertThatThrownBy(() -> Job.on(pool, () -> {})).isInstanceOf(RejectedExecutionException.class);
        goOn.countDown();
        assertThat(waiting.get()).isEqualTo("ran");
    }

    @Test
    void taskThatThrowsTakesNoThreadAway() throws Exception {
        try (WorkerPool pool = new WorkerPool("Stock", Workers.platform(1, 1), System::nanoTime, task -> {
            Thread thread = new Thread(task);
            thread.setUncaughtExceptionHandler((ended, thrown) -> {}); // nothing on the error stream
            return thread;
        })) {
            Job.on(pool, () -> {
                throw new IllegalStateException("oops");
            });
            assertThat(threadOf(pool)).isNotNull();
        }
    }

    @Test
    @EnabledForJreRange(min = JRE.JAVA_21)
    void virtualThreadsAreAsManyAsAllowedAndNoMore() throws Exception {
        try (WorkerPool pool = new WorkerPool("Stock", Workers.virtual(2), System::nanoTime)) {
            occupy(pool, 2);
            assertThat(pool.running()).isEqualTo(2);
            assertThat(pool.queued()).isZero();
            assertThatThrownBy(() -> Job.on(pool, () -> {}))
                    .isInstanceOf(RejectedExecutionException.class)
                    .hasMessageContaining("waiting=0, limit=2");
            goOn.countDown();
            idle(pool);
            Thread thread = threadOf(pool);
            assertThat(thread.getName()).startsWith("moa-virtual-Stock-");
            assertThat(thread.getClass().getName()).isEqualTo("java.lang.VirtualThread");
        }
    }

    @Test
    @EnabledForJreRange(min = JRE.JAVA_21)
    void virtualThreadThatFailsOrCannotStartGivesItsPlaceBack() {
        Thread[] none = new Thread[1];
        try (WorkerPool pool = new WorkerPool("Stock", Workers.virtual(1), System::nanoTime, task -> none[0])) {
            assertThatThrownBy(() -> Job.on(pool, () -> {})).isInstanceOf(RejectedExecutionException.class);
            assertThat(pool.running()).isZero();
        }
        try (WorkerPool pool = new WorkerPool("Stock", Workers.virtual(1), System::nanoTime, task -> {
            Thread thread = new Thread(task);
            thread.setUncaughtExceptionHandler((ended, thrown) -> {});
            return thread;
        })) {
            Job.on(pool, () -> {
                throw new IllegalStateException("oops");
            });
            idle(pool);
            pool.close();
            assertThatThrownBy(() -> Job.on(pool, () -> {})).isInstanceOf(RejectedExecutionException.class);
            assertThat(pool.running()).isZero();
        }
    }

    @Test
    @EnabledForJreRange(max = JRE.JAVA_20)
    void virtualThreadsOnAJavaWithoutThemAreAMistakeThatSaysWhatToDo() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new WorkerPool("Stock", Workers.virtual(10), System::nanoTime))
                .withMessage("Virtual threads need Java 21 or newer; this is Java "
                        + Runtime.version().feature() + ". Use Workers.platform(...) here.");
    }

    @Test
    void settingsOutOfRangeNameTheRange() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Workers.platform(0, 1))
                .withMessage("Worker threads are 1 to 100000, not 0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Workers.virtual(100_001))
                .withMessage("Worker threads are 1 to 100000, not 100001");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Workers.platform(1, -1))
                .withMessage("A worker queue holds 0 to 1000000 calls, not -1");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Workers.platform(1, 1_000_001))
                .withMessage("A worker queue holds 0 to 1000000 calls, not 1000001");
        assertThat(Workers.platform(100_000, 1_000_000).virtual()).isFalse();
    }

    /** Returns when so many tasks run; they end with the test. */
    private void occupy(WorkerPool pool, int threads) throws InterruptedException {
        CountDownLatch running = new CountDownLatch(threads);
        for (int i = 0; i < threads; i++) {
            Job.on(pool, () -> {
                running.countDown();
                awaitGoOn();
            });
        }
        running.await();
    }

    private void awaitGoOn() {
        try {
            goOn.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static Thread threadOf(WorkerPool pool) throws Exception {
        CompletableFuture<Thread> thread = new CompletableFuture<>();
        Job.on(pool, () -> thread.complete(Thread.currentThread()));
        return thread.get();
    }

    private static void idle(WorkerPool pool) {
        Eventually.within(Duration.ofSeconds(30)).until(() -> pool.running() == 0, () -> pool.running() + " run");
    }
}
