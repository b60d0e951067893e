package io.moa.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.moa.testkit.FakeScheduler;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;

class CompilerRestTest {

    private static final Duration LOOK = Duration.ofMillis(100);

    private final FakeScheduler scheduler = new FakeScheduler();
    private long worked;

    private CompletableFuture<Void> begun(Duration limit) {
        return CompilerRest.begin(scheduler, () -> worked, limit);
    }

    @Test
    void itWaitsAsLongAsTheyWork() {
        CompletableFuture<Void> rests = begun(Duration.ofSeconds(3));
        for (int i = 0; i < 5; i++) {
            worked += 60;
            scheduler.advance(LOOK);
            assertThat(rests).isNotDone();
        }
        worked += 10;
        scheduler.advance(LOOK);
        assertThat(rests).isDone();
        assertThat(scheduler.pending()).isZero();
    }

    @Test
    void andNoLongerThanTheLimit() {
        CompletableFuture<Void> rests = begun(Duration.ofSeconds(1));
        for (int i = 0; i < 9; i++) {
            worked += 100;
            scheduler.advance(LOOK);
            assertThat(rests).isNotDone();
        }
        worked += 100;
        scheduler.advance(LOOK);
        assertThat(rests).isDone();
    }

    @Test
    void aClosedRuntimeIsNotWaitedFor() {
        assertThat(CompilerRest.begin(
                        (task, delay) -> {
                            throw new RejectedExecutionException("closed");
                        },
                        () -> 0,
                        Duration.ofSeconds(1)))
                .isDone();
    }

    @Test
    void whatThisJvmSaysIsTaken() {
        CompletableFuture<Void> rests = CompilerRest.begin(scheduler, Duration.ofSeconds(1));
        scheduler.advance(Duration.ofSeconds(2));
        assertThat(rests).isDone();
    }
}
