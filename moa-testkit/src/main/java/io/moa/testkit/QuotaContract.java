package io.moa.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.moa.discovery.QuotaSource;
import io.moa.discovery.QuotaSource.Ask;
import io.moa.discovery.QuotaSource.Share;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** The contract of {@link QuotaSource} as tests, run like {@link RegistryContract}. */
public interface QuotaContract {

    /** A place without quotas, for one test, which closes it. */
    QuotaStage stage();

    private static List<Share> answer(QuotaStage stage, QuotaSource source, List<Ask> asks) {
        CompletableFuture<List<Share>> answer = source.ask(asks);
        stage.eventually().until(answer::isDone, () -> "the question for shares was not answered");
        return answer.join();
    }

    private static Share answer(QuotaStage stage, QuotaSource source, Ask ask) {
        return answer(stage, source, List.of(ask)).get(0);
    }

    private static Ask wants(String quota, String member, int perSecond, double wanted) {
        return new Ask(quota, member, perSecond, wanted, 0, 0);
    }

    @Test
    default void whoAsksForTheFirstTimeGetsSomethingAndIsToldThatItIsAlone() {
        try (QuotaStage stage = stage()) {
            Share share = answer(stage, stage.open(), wants("q", "a", 1_000, 0));
            assertThat(share.calls()).isPositive();
            assertThat(share.members()).isEqualTo(1);
        }
    }

    @Test
    default void noMoreIsGivenThanTheQuotaOfTheTimeAndAQuarterOfASecondHoweverMuchIsWanted() {
        try (QuotaStage stage = stage()) {
            List<QuotaSource> sources = List.of(stage.open(), stage.open(), stage.open());
            long begun = stage.ticker().nanos();
            long given = 0;
            for (int round = 0; round < 20; round++) {
                for (int i = 0; i < sources.size(); i++) {
                    given += answer(stage, sources.get(i), wants("q", "m" + i, 1_000, 100_000 * (i + 1)))
                            .calls();
                }
                stage.pass(Duration.ofMillis(50));
            }
            double seconds = (stage.ticker().nanos() - begun) / 1e9;
            assertThat((double) given).isLessThanOrEqualTo(1_000 * (seconds + 0.25) + 1);
            assertThat(given).as("what was there was given").isGreaterThan(500);
        }
    }

    @Test
    default void whoWantsLittleGetsItAndTheOthersShareTheRestAlike() {
        try (QuotaStage stage = stage()) {
            QuotaSource source = stage.open();
            long[] given = new long[3];
            double[] wanted = {100, 5_000, 9_000};
            for (int round = 0; round < 40; round++) {
                for (int i = 0; i < given.length; i++) {
                    Share share = answer(stage, source, wants("q", "m" + i, 1_000, wanted[i]));
                    given[i] += round < 10 ? 0 : Math.max(0, share.calls());
                }
                stage.pass(Duration.ofMillis(50));
            }
            assertThat((double) given[1] / given[2]).isBetween(0.7, 1.4);
            assertThat(given[0]).as("it wants a tenth of the quota").isLessThan(given[1] / 2);
            assertThat(given[0]).isPositive();
        }
    }

    @Test
    default void whatIsHeldBeyondTheShareIsAskedBackAndGoesToOthers() {
        try (QuotaStage stage = stage()) {
            QuotaSource source = stage.open();
            answer(stage, source, wants("q", "busy", 1_000, 50_000));
            Share share = answer(stage, source, new Ask("q", "idle", 1_000, 0, 180, 0));
            assertThat(share.calls()).isNegative();
            stage.pass(Duration.ofMillis(20));
            long before =
                    answer(stage, source, wants("q", "busy", 1_000, 50_000)).calls();
            answer(stage, source, new Ask("q", "idle", 1_000, 0, 0, 100));
            stage.pass(Duration.ofMillis(200));
            assertThat(answer(stage, source, wants("q", "busy", 1_000, 50_000)).calls())
                    .isGreaterThan(before);
        }
    }

    @Test
    default void membersAreCountedThatAskAndForgottenWhenTheyDoNot() {
        try (QuotaStage stage = stage()) {
            QuotaSource source = stage.open();
            for (int i = 0; i < 4; i++) {
                assertThat(answer(stage, source, wants("q", "m" + i, 1_000, 0)).members())
                        .isEqualTo(i + 1);
            }
            stage.pass(Duration.ofMillis(3_200));
            assertThat(answer(stage, source, wants("q", "m0", 1_000, 0)).members())
                    .isEqualTo(1);
        }
    }

    @Test
    default void quotasAreIndependentOfEachOtherAndAnsweredInOrder() {
        try (QuotaStage stage = stage()) {
            List<Ask> asks = new ArrayList<>();
            for (int i = 0; i < QuotaSource.MAX_ASKS; i++) {
                asks.add(wants("q \u4e2d " + i, "a", 1_000 * (i + 1), 1e9));
            }
            List<Share> shares = answer(stage, stage.open(), asks);
            assertThat(shares).hasSize(asks.size());
            for (int i = 0; i < asks.size(); i++) {
                assertThat(shares.get(i).calls()).isEqualTo(100L * (i + 1));
            }
        }
    }

    @Test
    default void evenTheSmallestQuotaIsGivenOut() {
        try (QuotaStage stage = stage()) {
            QuotaSource source = stage.open();
            long given = 0;
            long begun = stage.ticker().nanos();
            for (int round = 0; round < 30; round++) {
                for (String member : List.of("a", "b", "c")) {
                    given += answer(stage, source, wants("q", member, 1, 10)).calls();
                }
                stage.pass(Duration.ofMillis(100));
            }
            double seconds = (stage.ticker().nanos() - begun) / 1e9;
            assertThat((double) given).isBetween(2.0, seconds + 2);
        }
    }

    @Test
    default void aPlaceThatIsAwaySaysSoAndSharesAgainWhenItIsBack() {
        try (QuotaStage stage = stage()) {
            QuotaSource source = stage.open();
            answer(stage, source, wants("q", "a", 1_000, 10));
            stage.loseStore();
            CompletableFuture<List<Share>> lost = source.ask(List.of(wants("q", "a", 1_000, 10)));
            stage.eventually().until(lost::isDone, () -> "a place that is away did not say so");
            assertThat(lost).isCompletedExceptionally();
            stage.restoreStore();
            stage.eventually()
                    .until(
                            () -> {
                                CompletableFuture<List<Share>> again = source.ask(List.of(wants("q", "a", 1_000, 10)));
                                stage.eventually().until(again::isDone, () -> "no answer and no failure");
                                return !again.isCompletedExceptionally();
                            },
                            () -> "the place is back and gives nothing");
        }
    }
}
