package io.moa.governance.quota;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.moa.annotation.EnforcedAt;
import io.moa.discovery.QuotaSource;
import io.moa.discovery.ServiceId;
import io.moa.governance.gate.MethodGate;
import io.moa.governance.gate.ServiceRates;
import io.moa.governance.policy.MethodPolicy;
import io.moa.governance.policy.PolicyKey;
import io.moa.invoke.Admission;
import io.moa.invoke.Gate;
import io.moa.invoke.Invocation;
import io.moa.invoke.Ledger;
import io.moa.invoke.MethodId;
import io.moa.invoke.Payload;
import io.moa.invoke.Permit;
import io.moa.invoke.Phase;
import io.moa.invoke.Status;
import io.moa.testkit.FakeScheduler;
import io.moa.testkit.FakeTicker;
import io.moa.testkit.Shows;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class QuotaGateTest {

    private static final ServiceId STOCK = ServiceId.of("shop.Stock");
    private static final MethodId COUNT = MethodId.parse("count()");
    private static final Invocation CALL = Invocation.of(STOCK, COUNT, Payload.EMPTY, new Ledger(Phase.CLIENT_QUEUE, 0))
            .build();

    private final FakeTicker ticker = new FakeTicker();
    private final FakeScheduler scheduler = new FakeScheduler(ticker);
    private final List<List<QuotaSource.Ask>> asked = new ArrayList<>();
    private final List<CompletableFuture<List<QuotaSource.Share>>> answers = new ArrayList<>();
    private final List<String> told = new ArrayList<>();
    private final QuotaRounds rounds = new QuotaRounds(
            asks -> {
                asked.add(asks);
                CompletableFuture<List<QuotaSource.Share>> answer = new CompletableFuture<>();
                answers.add(answer);
                return answer;
            },
            QuotaConfig.DEFAULT,
            ticker,
            scheduler,
            "provider",
            "p",
            told::add);
    private final ServiceRates shared = new ServiceRates("" + STOCK, ticker);
    private final MethodGate method = new MethodGate(EnforcedAt.PROVIDER, ticker, rounds, STOCK, COUNT, shared);

    private static MethodPolicy quota(int perSecond) {
        return MethodPolicy.DEFAULT.withCode(PolicyKey.QUOTA, perSecond, "test");
    }

    private void pass(int millis) {
        scheduler.advance(Duration.ofMillis(millis));
    }

    private void answer(long calls, int members) {
        answers.get(answers.size() - 1).complete(List.of(new QuotaSource.Share(calls, members)));
    }

    private QuotaSource.Ask lastAsk() {
        List<QuotaSource.Ask> last = asked.get(asked.size() - 1);
        assertThat(last).hasSize(1);
        return last.get(0);
    }

    private static int admitted(Gate gate, int wanted) {
        int admitted = 0;
        for (int i = 0; i < wanted; i++) {
            admitted += gate.admit(CALL) instanceof Permit ? 1 : 0;
        }
        return admitted;
    }

    @Test
    @Shows({"quota", "quota-at"})
    void asManyCallsPassAsWereGivenAndTheNextIsRefusedAndToldWhenToComeAgain() {
        method.govern(quota(1_000));
        pass(0);
        assertThat(lastAsk().perSecond()).isEqualTo(1_000);
        assertThat(lastAsk().quota()).isEqualTo("provider shop.Stock count()");
        answer(7, 5);
        assertThat(admitted(method, 20)).isEqualTo(7);
        assertThat(method.admit(CALL)).isInstanceOfSatisfying(Admission.Rejected.class, no -> {
            assertThat(no.status()).isEqualTo(Status.REJECTED);
            assertThat(no.retryAfterMillis()).isEqualTo(100);
            assertThat(no.reason())
                    .isEqualTo("shop.Stock count has used up what this process has of the quota of 1000 calls in a"
                            + " second, which 5 processes share");
        });
        assertThat(method.look(CALL)).singleElement().satisfies(look -> assertThat(look.refuses())
                .isTrue());
        MethodGate caller = new MethodGate(EnforcedAt.CALLER, ticker, rounds, STOCK, COUNT, shared);
        caller.govern(quota(1));
        assertThat(admitted(caller, 100)).as("the provider counts").isEqualTo(100);
        assertThat(MethodGate.limits(quota(1), EnforcedAt.PROVIDER)).isTrue();
        assertThat(MethodGate.limits(quota(1), EnforcedAt.CALLER)).isFalse();
    }

    @Test
    void aSourceThatThrowsAnswersTooFewOrNothingIsAskedAgain() {
        List<String> what = new ArrayList<>(List.of("throws", "too few", "nothing"));
        QuotaRounds unsteady = new QuotaRounds(
                asks -> {
                    String now = what.isEmpty() ? "answers" : what.remove(0);
                    if (now.equals("throws")) {
                        throw new IllegalStateException("no");
                    }
                    return switch (now) {
                        case "too few" -> CompletableFuture.completedFuture(List.of());
                        case "nothing" -> new CompletableFuture<>();
                        default -> CompletableFuture.completedFuture(List.of(new QuotaSource.Share(3, 1)));
                    };
                },
                QuotaConfig.DEFAULT,
                ticker,
                scheduler,
                "provider",
                "p",
                told::add);
        MethodGate gate = new MethodGate(EnforcedAt.PROVIDER, ticker, unsteady, STOCK, COUNT, shared);
        gate.govern(quota(1_000));
        pass(0);
        pass(100);
        pass(100);
        assertThat(what).isEmpty();
        pass(29_000);
        assertThat(gate.lookAtQuota()).contains("local share");
        pass(2_000);
        assertThat(gate.lookAtQuota()).contains("which 1 process has");
    }

    @Test
    void theTimeInWhichThereWasNoQuotaIsNoAbsenceOfTheRegistry() {
        method.govern(quota(1_000));
        pass(0);
        method.govern(MethodPolicy.DEFAULT);
        pass(60_000);
        method.govern(quota(1_000));
        pass(100);
        assertThat(method.lookAtQuota()).contains("waits for its first share");
        assertThat(told).isEmpty();
    }

    @Test
    void whatIsWantedIsToldWithWhatIsLeftAndRefusedCallsAreWantedToo() {
        method.govern(quota(1_000));
        pass(0);
        answer(30, 1);
        admitted(method, 50);
        pass(100);
        assertThat(lastAsk().wanted()).isEqualTo(500);
        assertThat(lastAsk().held()).isZero();
        answer(40, 1);
        admitted(method, 10);
        pass(100);
        assertThat(lastAsk().held()).isEqualTo(30);
        assertThat(lastAsk().wanted()).as("a burst is not forgotten at once").isBetween(101.0, 499.0);
    }

    @Test
    void whatIsAskedBackIsGivenBackAsFarAsItIsStillThere() {
        method.govern(quota(1_000));
        pass(0);
        answer(30, 1);
        pass(100);
        answer(-20, 2);
        admitted(method, 5);
        pass(100);
        assertThat(lastAsk().returned()).isEqualTo(20);
        assertThat(lastAsk().held()).isEqualTo(5);
        answer(-5, 2);
        admitted(method, 4);
        pass(100);
        assertThat(lastAsk().returned()).isEqualTo(1);
        assertThat(lastAsk().held()).isZero();
    }

    @Test
    void whileAnAnswerIsLateCallsGoOnOnCreditWhichIsPaidBack() {
        method.govern(quota(1_000));
        pass(0);
        answer(0, 5);
        pass(100); // asked, and not answered
        assertThat(admitted(method, 100)).isZero();
        pass(400);
        assertThat(admitted(method, 100)).as("a tenth of a second of 1000 by 5").isEqualTo(20);
        answer(25, 5);
        assertThat(admitted(method, 100)).isEqualTo(5);
    }

    @Test
    @Shows("quota-away")
    void onceTheRegistryIsAwayTheLocalShareHoldsAndIsToldOnce() {
        method.govern(quota(1_000).withCode(PolicyKey.QUOTA_AWAY, 150, "test"));
        pass(0);
        answer(40, 5);
        pass(100);
        pass(2_000);
        assertThat(admitted(method, 100)).as("what was held is lost").isEqualTo(15);
        assertThat(method.lookAtQuota())
                .isEqualTo(
                        "shop.Stock count is limited to its local share of 150 calls in a second, of the quota of 1000:"
                                + " the registry has been away for 2 s");
        assertThat(method.admit(CALL)).isInstanceOfSatisfying(Admission.Rejected.class, no -> {
            assertThat(no.reason()).isEqualTo(method.lookAtQuota());
            assertThat(no.retryAfterMillis()).isBetween(1L, 7L);
        });
        pass(10_000);
        assertThat(told).singleElement().asString().contains("a quota holds by its local share");
        assertThat(method.look(CALL)).singleElement().satisfies(look -> assertThat(look.how())
                .contains("12 s"));

        answer(40, 5);
        assertThat(told).hasSize(2);
        assertThat(admitted(method, 100)).isEqualTo(40);
    }

    @Test
    void withoutAFigureTheLocalShareIsThePartOfThoseWhoSharedItLast() {
        method.govern(quota(1_000));
        assertThat(admitted(method, 100))
                .as("never told: a tenth, and of that a tenth at once")
                .isEqualTo(10);
        pass(0);
        answer(50, 4);
        method.govern(quota(2_000));
        pass(2_000);
        assertThat(admitted(method, 1_000)).isEqualTo(50);
        assertThat(method.lookAtQuota()).contains("local share of 500 calls");
    }

    @Test
    void moreThanTheQuotaIsNoLocalShare() {
        MethodGate alone = new MethodGate(EnforcedAt.PROVIDER, ticker, QuotaRounds.alone(ticker), STOCK, COUNT, shared);
        alone.govern(quota(100).withCode(PolicyKey.QUOTA_AWAY, 5_000, "test"));
        assertThat(admitted(alone, 1_000)).isEqualTo(10);
        assertThat(alone.lookAtQuota())
                .isEqualTo(
                        "shop.Stock count is limited to its local share of 100 calls in a second, of the quota of 100:"
                                + " there is no registry here that keeps quotas");
    }

    @Test
    void aFailureIsNoAnswerAndTheNextRoundAsksAgain() {
        method.govern(quota(1_000));
        for (int i = 0; i < 15; i++) {
            pass(100);
            answers.get(answers.size() - 1).completeExceptionally(new IllegalStateException("refused"));
        }
        assertThat(asked.size()).isGreaterThan(10);
        assertThat(method.lookAtQuota()).contains("away for 1 s");
        assertThat(told).singleElement().asString().endsWith("a quota holds by its local share (refused)");
    }

    @Test
    void nothingIsAskedWithoutAQuotaAndOneThatEndsEndsTheQuestions() {
        method.govern(MethodPolicy.DEFAULT);
        assertThat(scheduler.pending()).isZero();
        method.govern(quota(1_000));
        pass(0);
        answer(40, 1);
        method.govern(MethodPolicy.DEFAULT);
        assertThat(admitted(method, 1_000)).isEqualTo(1_000);
        pass(1_000);
        assertThat(asked).hasSize(1);
        assertThat(scheduler.pending()).isZero();
        method.govern(quota(1_000));
        pass(0);
        assertThat(lastAsk().held()).as("what was held went with the quota").isZero();
    }

    @Test
    void aQuotaThatNobodyCallsIsAskedForOnceASecondUntilSomebodyCalls() {
        method.govern(quota(1_000));
        for (int i = 0; i < 200; i++) {
            pass(100);
            answer(0, 1);
        }
        int before = asked.size();
        for (int i = 0; i < 50; i++) {
            pass(100);
            answer(0, 1);
        }
        assertThat(asked.size() - before).isBetween(4, 6);
        method.admit(CALL);
        before = asked.size();
        pass(100);
        assertThat(asked).hasSize(before + 1);
    }

    @Test
    void manyQuotasAreOneQuestionForEachHundred() {
        List<MethodGate> many = new ArrayList<>();
        for (int i = 0; i < 250; i++) {
            MethodGate each =
                    new MethodGate(EnforcedAt.PROVIDER, ticker, rounds, STOCK, new MethodId("m" + i, "()"), shared);
            each.govern(quota(10));
            many.add(each);
        }
        pass(0);
        assertThat(asked.stream().mapToInt(List::size)).containsExactlyInAnyOrder(100, 100, 50);
        assertThat(asked.stream()
                        .flatMap(List::stream)
                        .map(QuotaSource.Ask::member)
                        .distinct())
                .hasSize(many.size());
        pass(100);
        assertThat(asked).as("the next round waits for the answers").hasSize(3);
    }

    @Test
    void periodsAndPatienceOutOfRangeAreRefused() {
        assertThatThrownBy(() -> QuotaConfig.DEFAULT.withPeriod(Duration.ofMillis(49)))
                .hasMessageContaining("50 ms to 1000 ms, not 49 ms");
        assertThatThrownBy(() -> QuotaConfig.DEFAULT.withAwayAfter(Duration.ofMillis(299)))
                .hasMessageContaining("300 ms to 60000 ms, not 299 ms");
    }
}
