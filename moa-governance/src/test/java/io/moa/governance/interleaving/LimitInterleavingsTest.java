package io.moa.governance.interleaving;

import static org.assertj.core.api.Assertions.assertThat;

import io.moa.annotation.EnforcedAt;
import io.moa.annotation.RateShape;
import io.moa.discovery.QuotaSource;
import io.moa.discovery.ServiceId;
import io.moa.governance.gate.ConcurrencyGate;
import io.moa.governance.gate.MethodGate;
import io.moa.governance.gate.RateGate;
import io.moa.governance.gate.RateTerms;
import io.moa.governance.gate.SequentialGate;
import io.moa.governance.gate.ServiceRates;
import io.moa.governance.policy.MethodPolicy;
import io.moa.governance.policy.PolicyKey;
import io.moa.governance.quota.QuotaConfig;
import io.moa.governance.quota.QuotaRounds;
import io.moa.invoke.Admission;
import io.moa.invoke.Caller;
import io.moa.invoke.Gate;
import io.moa.invoke.Invocation;
import io.moa.invoke.Ledger;
import io.moa.invoke.MethodId;
import io.moa.invoke.Payload;
import io.moa.invoke.Permit;
import io.moa.invoke.Phase;
import io.moa.testkit.FakeScheduler;
import io.moa.testkit.FakeTicker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Two threads at limits while time stands still: as many calls pass as one thread alone would get, neither one more nor one less, and what is given
 * back is there again.
 */
@Timeout(60)
class LimitInterleavingsTest {

    private static final ServiceId STOCK = ServiceId.of("shop.Stock");
    private static final MethodId COUNT = MethodId.parse("count()");
    private static final Invocation CALL = Invocation.of(STOCK, COUNT, Payload.EMPTY, new Ledger(Phase.SERVER_QUEUE, 0))
            .caller(new Caller("web", ""))
            .callKeys(Map.of("item", "top"))
            .build();
    private static final int EACH = 12;

    /** A gate, and how many calls it let pass. */
    private static final class Round {
        final FakeTicker ticker = new FakeTicker(1);
        final AtomicInteger passed = new AtomicInteger();
        final Gate gate;

        Round(RateTerms terms) {
            gate = new RateGate("Stock count", terms, ticker);
        }

        Round(Gate gate) {
            this.gate = gate;
        }

        void calls(int count) {
            for (int i = 0; i < count; i++) {
                passed.addAndGet(gate.admit(CALL) instanceof Permit ? 1 : 0);
            }
        }
    }

    static Stream<RateTerms> rates() {
        RateTerms ten = RateTerms.bucket(10, 10);
        List<RateTerms> all = new ArrayList<>();
        for (RateShape shape : RateShape.values()) {
            for (String per : List.of("method", "caller", "key:item")) {
                all.add(ten.shaped(shape).per(per));
            }
        }
        all.add(RateTerms.bucket(100, 0).warming(Duration.ofSeconds(10)));
        return all.stream();
    }

    @ParameterizedTest
    @MethodSource("rates")
    void asManyPassAsOneThreadWouldGet(RateTerms terms) throws Exception {
        Round alone = new Round(terms);
        alone.calls(Rounds.THREADS * EACH);
        Rounds.of(() -> new Round(terms), (round, thread) -> round.calls(EACH), round -> assertThat(round.passed.get())
                .as("%s", terms)
                .isEqualTo(alone.passed.get()));
    }

    @ParameterizedTest
    @MethodSource("rates")
    void whoWaitsStandsBehindAllOthers(RateTerms terms) throws Exception {
        RateTerms patient = terms.waiting(Duration.ofSeconds(5));
        Round alone = new Round(patient);
        alone.calls(Rounds.THREADS * EACH);
        long next = delay(alone.gate);
        assertThat(next).isPositive();
        Rounds.of(() -> new Round(patient), (round, thread) -> round.calls(EACH), round -> assertThat(delay(round.gate))
                .as("%s", patient)
                .isEqualTo(next));
    }

    /** Turns of calls that wait, given back or begun at once. */
    @Test
    void turnsThatAreGivenBackAreOthersTurns() throws Exception {
        RateTerms terms = RateTerms.bucket(10, 1).waiting(Duration.ofSeconds(1));
        Rounds.of(
                () -> new Round(terms),
                (round, thread) -> {
                    for (int i = 0; i < EACH; i++) {
                        if (round.gate.admit(CALL) instanceof Admission.Later later) {
                            later.turn().giveBack();
                        }
                    }
                },
                round -> {
                    Round fresh = new Round(terms);
                    assertThat(fresh.gate.admit(CALL)).isInstanceOf(Permit.class);
                    assertThat(delay(round.gate)).isEqualTo(delay(fresh.gate));
                });
    }

    private static long delay(Gate gate) {
        return gate.admit(CALL) instanceof Admission.Later later ? later.delayNanos() : -1;
    }

    @Test
    void whatTheSecondGateRefusesHoldsNoPlaceOfTheFirst() throws Exception {
        Rounds.of(
                () -> {
                    ConcurrencyGate first = new ConcurrencyGate("Stock count", 100);
                    RateGate second = new RateGate("Stock count", RateTerms.bucket(5, 5), new FakeTicker(1));
                    return new Round(new Two(first, SequentialGate.of(first, second)));
                },
                (round, thread) -> round.calls(EACH),
                round -> {
                    assertThat(round.passed.get()).isEqualTo(5);
                    assertThat(((Two) round.gate).first.inFlight()).isEqualTo(5);
                });
    }

    /** Two gates, of which the first can be asked. */
    private record Two(ConcurrencyGate first, Gate both) implements Gate {
        @Override
        public Admission admit(Invocation call) {
            return both.admit(call);
        }
    }

    private static MethodPolicy policy(Map<PolicyKey<Integer>, Integer> values) {
        MethodPolicy policy = MethodPolicy.DEFAULT;
        for (Map.Entry<PolicyKey<Integer>, Integer> each : values.entrySet()) {
            policy = policy.withCode(each.getKey(), each.getValue(), "test");
        }
        return policy;
    }

    @Test
    void aRateThatIsChangedWhileCallsComeForgetsNothing() throws Exception {
        MethodPolicy one = policy(Map.of(PolicyKey.RATE_LIMIT, 10, PolicyKey.RATE_BURST, 10));
        MethodPolicy other = policy(Map.of(PolicyKey.RATE_LIMIT, 11, PolicyKey.RATE_BURST, 10));
        Rounds.of(
                () -> {
                    FakeTicker ticker = new FakeTicker(1);
                    MethodGate gate = new MethodGate("it", EnforcedAt.CALLER, ticker, new ServiceRates("it", ticker));
                    gate.govern(one.withCode(PolicyKey.RATE_LIMIT_AT, EnforcedAt.CALLER, "test"));
                    return new Round(gate);
                },
                (round, thread) -> {
                    if (thread == 0) {
                        for (int i = 0; i < 4; i++) {
                            ((MethodGate) round.gate)
                                    .govern((i % 2 == 0 ? other : one)
                                            .withCode(PolicyKey.RATE_LIMIT_AT, EnforcedAt.CALLER, "test"));
                        }
                    } else {
                        round.calls(2 * EACH);
                    }
                },
                round -> {
                    round.calls(EACH);
                    assertThat(round.passed.get()).isEqualTo(10);
                });
    }

    @Test
    void methodsThatShareARateGetNoMoreTogether() throws Exception {
        MethodPolicy shared = policy(Map.of(PolicyKey.RATE_LIMIT, 10, PolicyKey.RATE_BURST, 10))
                .withCode(PolicyKey.RATE_LIMIT_AT, EnforcedAt.CALLER, "test")
                .withCode(PolicyKey.RATE_PER, "service", "test");
        Rounds.of(
                () -> new SharedRate(new FakeTicker(1)),
                (round, thread) -> {
                    MethodGate own = round.methods.get(thread);
                    own.govern(shared); // both for the first time, at once
                    for (int i = 0; i < EACH; i++) {
                        round.passed.addAndGet(own.admit(CALL) instanceof Permit ? 1 : 0);
                    }
                },
                round -> assertThat(round.passed.get()).isEqualTo(10));
    }

    /** Two methods of one service. */
    private static final class SharedRate {
        final AtomicInteger passed = new AtomicInteger();
        final List<MethodGate> methods;

        SharedRate(FakeTicker ticker) {
            ServiceRates rates = new ServiceRates("shop.Stock", ticker);
            methods = List.of(
                    new MethodGate("count", EnforcedAt.CALLER, ticker, rates),
                    new MethodGate("reserve", EnforcedAt.CALLER, ticker, rates));
        }
    }

    @Test
    void ofAQuotaAsManyPassAsWereGivenWhileMoreIsGiven() throws Exception {
        Rounds.of(
                Shared::new,
                (round, thread) -> {
                    if (thread == 0) {
                        round.scheduler.advance(Duration.ofMillis(100)); // asks, and is given seven more
                    } else {
                        round.calls(EACH);
                    }
                },
                round -> {
                    round.calls(2 * EACH);
                    assertThat(round.passed.get()).isEqualTo(14);
                });
    }

    /** A quota of which seven calls are given with each question. */
    private static final class Shared {
        final FakeTicker ticker = new FakeTicker(1);
        final FakeScheduler scheduler = new FakeScheduler(ticker);
        final AtomicInteger passed = new AtomicInteger();
        final MethodGate gate;

        Shared() {
            QuotaRounds rounds = new QuotaRounds(
                    asks -> CompletableFuture.completedFuture(List.of(new QuotaSource.Share(7, 1))),
                    QuotaConfig.DEFAULT,
                    ticker,
                    scheduler,
                    "provider",
                    "p",
                    told -> {});
            gate = new MethodGate(EnforcedAt.PROVIDER, ticker, rounds, STOCK, COUNT, new ServiceRates("it", ticker));
            gate.govern(policy(Map.of(PolicyKey.QUOTA, 1_000)));
            scheduler.advance(Duration.ZERO);
        }

        void calls(int count) {
            for (int i = 0; i < count; i++) {
                passed.addAndGet(gate.admit(CALL) instanceof Permit ? 1 : 0);
            }
        }
    }
}
