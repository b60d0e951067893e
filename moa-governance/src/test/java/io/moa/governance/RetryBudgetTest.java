package io.moa.governance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.moa.governance.outcome.RetryBudget;
import io.moa.testkit.FakeTicker;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class RetryBudgetTest {

    private final FakeTicker ticker = new FakeTicker();
    private final RetryBudget budget = new RetryBudget(10);

    private int retriesOf(int calls, Duration over) {
        int retries = 0;
        for (int i = 0; i < calls; i++) {
            budget.called(ticker.nanos());
            // Each call fails, and would be sent again twice.
            retries += budget.takeFailed(ticker.nanos()) ? 1 : 0;
            retries += budget.takeFailed(ticker.nanos()) ? 1 : 0;
            ticker.advance(over.dividedBy(calls));
        }
        return retries;
    }

    @Test
    void atMostATenthIsSentAgainHoweverManyFail() {
        retriesOf(20_000, Duration.ofSeconds(10));
        assertThat(retriesOf(60_000, Duration.ofSeconds(30))).isBetween(5_500, 6_000);
    }

    @Test
    void whoCallsRarelyMaySendAFewAgain() {
        assertThat(retriesOf(5, Duration.ofSeconds(5))).isEqualTo(10);
        ticker.advance(Duration.ofSeconds(12));
        assertThat(retriesOf(5, Duration.ofSeconds(5)))
                .as("ten seconds later again")
                .isEqualTo(10);
    }

    @Test
    void nothingIsSavedUpForLong() {
        for (int i = 0; i < 100_000; i++) {
            budget.called(ticker.nanos());
        }
        ticker.advance(Duration.ofSeconds(20));
        int retries = 0;
        while (budget.takeFailed(ticker.nanos())) {
            retries++;
        }
        assertThat(retries).isEqualTo(RetryBudget.FLOOR);
    }

    @Test
    void whatWasLostWithAConnectionIsSentAgainAsOftenAsItWasMade() {
        for (int i = 0; i < 200; i++) {
            budget.called(ticker.nanos());
        }
        int retries = 0;
        while (budget.takeLost(ticker.nanos())) {
            retries++;
        }
        assertThat(retries).isEqualTo(200);
        assertThat(budget.takeFailed(ticker.nanos())).isFalse();
    }

    @Test
    void hedgesHaveAShareOfTheirOwn() {
        for (int i = 0; i < 1_000; i++) {
            budget.called(ticker.nanos());
        }
        int hedges = 0;
        while (budget.takeHedge(ticker.nanos(), 5)) {
            hedges++;
        }
        assertThat(hedges).isEqualTo(50);
        assertThat(budget.takeFailed(ticker.nanos())).isTrue();
        while (budget.takeSilent(ticker.nanos())) {
            hedges++;
        }
        assertThat(hedges).as("a silent server does none of them").isEqualTo(1_000);
    }

    @Test
    void aShareIsAShare() {
        assertThatThrownBy(() -> new RetryBudget(101)).hasMessageContaining("0 to 100 percent, not 101");
    }

    @Test
    @Timeout(60)
    void threadsThatRetryTogetherSpendWhatThereIsAndNothingIsForgotten() throws Exception {
        int threads = 2; // more would wait for processors, and not run together
        int rounds = 3_000;
        try (RunTogether together = new RunTogether(threads)) {
            for (int round = 0; round < rounds; round++) {
                RetryBudget own = new RetryBudget(10);
                // The seconds before are those of another turn: whoever comes first in this one takes their place.
                long before = TimeUnit.SECONDS.toNanos(3);
                long now = before + TimeUnit.SECONDS.toNanos(11);
                own.called(before);
                own.takeFailed(before);
                AtomicInteger taken = new AtomicInteger();
                together.run(thread -> {
                    for (int i = 0; i < 100; i++) {
                        own.called(now);
                        taken.addAndGet(own.takeFailed(now) ? 1 : 0);
                    }
                });
                int left = 0;
                while (own.takeFailed(now)) {
                    left++;
                }
                assertThat(taken.get() + left)
                        .as("a tenth of 200 calls, in round %s, of which %s were taken at once", round, taken)
                        .isEqualTo(20);
            }
        }
    }
}
