package io.moa.governance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.moa.discovery.ServiceId;
import io.moa.governance.gate.RateGate;
import io.moa.governance.gate.RateTerms;
import io.moa.invoke.Admission;
import io.moa.invoke.Invocation;
import io.moa.invoke.Ledger;
import io.moa.invoke.MethodId;
import io.moa.invoke.Payload;
import io.moa.invoke.Permit;
import io.moa.invoke.Phase;
import io.moa.invoke.Status;
import io.moa.testkit.FakeTicker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

class RateGateTest {

    static final Invocation CALL = Invocation.of(
                    ServiceId.of("shop.Stock"),
                    MethodId.parse("count()"),
                    Payload.EMPTY,
                    new Ledger(Phase.SERVER_QUEUE, 0))
            .build();

    private final FakeTicker ticker = new FakeTicker();

    private int admitted(RateGate gate, int asked) {
        int admitted = 0;
        for (int i = 0; i < asked; i++) {
            admitted += gate.admit(CALL) instanceof Permit ? 1 : 0;
        }
        return admitted;
    }

    @Test
    void afterAPauseAsManyComeAtOnceAsTheBurstSays() {
        RateGate gate = new RateGate("Stock", RateTerms.bucket(100, 7), ticker);
        assertThat(admitted(gate, 50)).isEqualTo(7);
        ticker.advance(Duration.ofSeconds(60));
        assertThat(admitted(gate, 50)).isEqualTo(7);
    }

    @Test
    void overASecondAsManyComeAsTheRateSays() {
        for (int rate : new int[] {1, 3, 7, 100, 999, 10_000, 10_000_000}) {
            RateGate gate = new RateGate("Stock", RateTerms.bucket(rate, 1), ticker);
            long admitted = 0;
            long stepNanos = Math.max(1, 1_000_000_000L / rate / 10); // ten ask for each that may come
            long end = Math.min(10L * rate, 10_000) * 10;
            for (long i = 0; i < end; i++) {
                ticker.advanceNanos(stepNanos);
                admitted += gate.admit(CALL) instanceof Permit ? 1 : 0;
            }
            double allowed = end * stepNanos * (rate / 1e9);
            assertThat(admitted).as("at " + rate).isBetween((long) (allowed * 0.9) - 1, (long) allowed + 1);
        }
    }

    @Test
    void withoutABurstATenthOfASecondComesAtOnce() {
        assertThat(admitted(new RateGate("Stock", RateTerms.bucket(200, 0), ticker), 100))
                .isEqualTo(20);
        assertThat(admitted(new RateGate("Stock", RateTerms.bucket(3, 0), ticker), 100))
                .isEqualTo(1);
    }

    @Test
    void refusalNamesTheLimitAndSaysWhenToComeAgain() {
        RateGate gate = new RateGate("Stock count", RateTerms.bucket(10, 1), ticker);
        admitted(gate, 1);
        ticker.advance(Duration.ofMillis(40));
        assertThat(gate.admit(CALL)).isInstanceOfSatisfying(Admission.Rejected.class, rejected -> {
            assertThat(rejected.status()).isEqualTo(Status.REJECTED);
            assertThat(rejected.reason()).contains("Stock count").contains("10 calls in a second");
            assertThat(rejected.retryAfterMillis()).isBetween(60L, 61L);
        });
        ticker.advance(Duration.ofMillis(61));
        assertThat(admitted(gate, 1)).isOne();
    }

    @Test
    void anotherLimitHoldsAtOnceAndForgetsNothing() {
        RateGate gate = new RateGate("Stock", RateTerms.bucket(10, 10), ticker);
        assertThat(admitted(gate, 50)).isEqualTo(10);
        gate.limit(RateTerms.bucket(1_000, 10));
        assertThat(admitted(gate, 50)).as("what was used stays used").isZero();
        ticker.advance(Duration.ofSeconds(1));
        assertThat(admitted(gate, 50)).isEqualTo(10);
    }

    @Test
    void aLargeBurstThatWasUsedDoesNotOutlastItsLimit() {
        RateGate gate = new RateGate("Stock", RateTerms.bucket(1, 10_000), ticker);
        assertThat(admitted(gate, 20_000)).isEqualTo(10_000);
        gate.limit(RateTerms.bucket(1_000, 100));
        assertThat(admitted(gate, 10)).isZero();
        ticker.advance(Duration.ofMillis(100));
        assertThat(admitted(gate, 500)).isEqualTo(100);
    }

    @Test
    void limitHoldsWhateverTheInterleaving() throws Exception {
        int threads = 8;
        RateGate gate = new RateGate("Stock", RateTerms.bucket(1_000, 500), ticker);
        CyclicBarrier together = new CyclicBarrier(threads);
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        try {
            List<Future<Integer>> all = new ArrayList<>();
            for (int i = 0; i < threads; i++) {
                all.add(pool.submit(() -> {
                    together.await();
                    return admitted(gate, 1_000);
                }));
            }
            int sum = 0;
            for (Future<Integer> one : all) {
                sum += one.get();
            }
            assertThat(sum).isEqualTo(500);
        } finally {
            pool.shutdownNow();
        }
    }

    @Test
    void impossibleLimitsAreRefused() {
        assertThatThrownBy(() -> new RateGate("Stock", RateTerms.bucket(0, 0), ticker))
                .hasMessageContaining("1 to 10,000,000");
        assertThatThrownBy(() -> new RateGate("Stock", RateTerms.bucket(1, -1), ticker))
                .hasMessageContaining("not 1 with -1");
    }
}
