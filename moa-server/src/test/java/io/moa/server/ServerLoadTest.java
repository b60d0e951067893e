package io.moa.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.moa.server.dispatch.Job;
import io.moa.server.dispatch.WorkerPool;
import io.moa.server.dispatch.Workers;
import io.moa.testkit.Eventually;
import io.moa.testkit.FakeTicker;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ServerLoadTest {

    private static final Duration FRESH = Duration.ofMillis(20);

    private final FakeTicker ticker = new FakeTicker();
    private final CountDownLatch goOn = new CountDownLatch(1);
    private final WorkerPool large = new WorkerPool("Large", Workers.platform(4, 10), System::nanoTime);
    private final WorkerPool small = new WorkerPool("Small", Workers.platform(2, 0), System::nanoTime);
    private final ServerLoad load = new ServerLoad(List.of(large, small), ticker);

    @AfterEach
    void end() {
        goOn.countDown();
        large.close();
        small.close();
    }

    @Test
    void idleServerHasNoLoad() {
        assertThat(load.percent()).isZero();
        assertThat(new ServerLoad(List.of(), ticker).percent()).isZero();
    }

    @Test
    void busyThreadsCountToOneHundredAndTheQueueToAnotherHundred() throws InterruptedException {
        occupy(large, 3);
        assertThat(load.percent()).isEqualTo(75);
        occupy(large, 1);
        queue(large, 5);
        ticker.advance(FRESH);
        assertThat(load.percent()).isEqualTo(150);
        queue(large, 5);
        ticker.advance(FRESH);
        assertThat(load.percent()).isEqualTo(200);
    }

    @Test
    void fullestPoolDecides() throws InterruptedException {
        occupy(large, 1);
        occupy(small, 2);
        assertThat(load.percent()).isEqualTo(100);
    }

    @Test
    void countServesForTwentyMilliseconds() throws InterruptedException {
        assertThat(load.percent()).isZero();
        occupy(large, 1);
        ticker.advance(FRESH.minusNanos(1));
        assertThat(load.percent()).as("counted a moment ago").isZero();
        ticker.advanceNanos(1);
        assertThat(load.percent()).isEqualTo(25);
        goOn.countDown();
        Eventually.within(Duration.ofSeconds(30)).until(() -> large.running() == 0, () -> "still running");
        assertThat(load.percent()).as("counted a moment ago").isEqualTo(25);
        ticker.advance(FRESH);
        assertThat(load.percent()).isZero();
    }

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

    private void queue(WorkerPool pool, int tasks) {
        for (int i = 0; i < tasks; i++) {
            Job.on(pool, this::awaitGoOn);
        }
    }

    private void awaitGoOn() {
        try {
            goOn.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
