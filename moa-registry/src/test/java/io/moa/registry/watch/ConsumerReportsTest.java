package io.moa.registry.watch;

import static org.assertj.core.api.Assertions.assertThat;

import io.moa.testkit.FakeScheduler;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class ConsumerReportsTest {

    private final FakeScheduler scheduler = new FakeScheduler();
    private final MemoryWatchStore store = new MemoryWatchStore(scheduler.ticker());
    private final ConsumerReports reports = new ConsumerReports("c", store, scheduler, scheduler.ticker());

    private int heard(String uuid) {
        return store.signs(List.of(uuid))
                .join()
                .getOrDefault(uuid, Signs.NONE)
                .complaints()
                .size();
    }

    @Test
    void aComplaintReachesTheStoreOnceHoweverOftenItIsMade() {
        for (int i = 0; i < 1_000; i++) {
            reports.unreachable("u", "refused");
        }
        assertThat(heard("u")).isZero();
        scheduler.advance(Duration.ofSeconds(1));
        assertThat(heard("u")).isEqualTo(1);
        reports.unreachable("u", "refused");
        assertThat(scheduler.pending()).isZero();
        scheduler.advance(ConsumerReports.AGAIN_AFTER);
        reports.unreachable("u", "refused");
        assertThat(scheduler.pending()).isEqualTo(1);
    }

    @Test
    void aFloodLeavesInBatchesAndIsBounded() {
        for (int i = 0; i < 5_000; i++) {
            reports.unreachable("u" + i, "refused");
        }
        scheduler.advance(Duration.ofSeconds(1));
        assertThat(heard("u99")).isEqualTo(1);
        assertThat(heard("u100")).isZero();
        scheduler.advance(Duration.ofSeconds(9));
        assertThat(heard("u999")).isEqualTo(1);
        assertThat(heard("u1000")).isZero();
        assertThat(scheduler.pending()).isZero();
    }

    @Test
    void whoAnswersIsNotComplainedOf() {
        reports.unreachable("u", "refused");
        reports.reached("u");
        scheduler.advance(Duration.ofSeconds(2));
        assertThat(heard("u")).isZero();
    }
}
