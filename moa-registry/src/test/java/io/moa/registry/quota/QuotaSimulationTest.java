package io.moa.registry.quota;

import static org.assertj.core.api.Assertions.assertThat;

import io.moa.discovery.QuotaSource;
import io.moa.discovery.ServiceId;
import io.moa.governance.quota.QuotaConfig;
import io.moa.governance.quota.QuotaGate;
import io.moa.governance.quota.QuotaRounds;
import io.moa.invoke.Invocation;
import io.moa.invoke.Ledger;
import io.moa.invoke.MethodId;
import io.moa.invoke.Payload;
import io.moa.invoke.Permit;
import io.moa.invoke.Phase;
import io.moa.invoke.Scheduler;
import io.moa.testkit.FakeScheduler;
import io.moa.testkit.FakeTicker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Processes with the gates that real ones have, on virtual time, over a pool that answers late, never, or not at all for a while. */
class QuotaSimulationTest {

    private static final int PROCESSES = 5;
    private static final Invocation CALL = Invocation.of(
                    ServiceId.of("shop.Stock"),
                    MethodId.parse("reserve()"),
                    Payload.EMPTY,
                    new Ledger(Phase.CLIENT_QUEUE, 0))
            .build();

    private final FakeTicker ticker = new FakeTicker();
    private final FakeScheduler scheduler = new FakeScheduler(ticker);
    private final QuotaPool pool = new QuotaPool();
    private final List<Process> processes = new ArrayList<>();
    private final List<String> told = new ArrayList<>();
    private double longestDelayMillis = 2;
    private double lostOfHundred;
    private boolean away;
    private int perSecond = 1_000;
    private int localShare = 150;

    private final class Process implements QuotaSource {
        final Random chance;
        final QuotaRounds rounds;
        final QuotaGate gate;
        DoubleUnaryOperator demand; // calls a second, by the second
        double due;
        long wanted;
        long admitted;

        Process(int number, DoubleUnaryOperator demand) {
            this.chance = new Random(number);
            this.demand = demand;
            this.rounds =
                    new QuotaRounds(this, QuotaConfig.DEFAULT, ticker, skewed(), "provider", "p" + number, told::add);
            this.gate = rounds.gate("shop.Stock reserve", "q");
            gate.limit(perSecond, localShare);
            rounds.begin(gate);
        }

        /** Timers of a process that has other things to do. */
        private Scheduler skewed() {
            return (task, delay) -> scheduler.schedule(task, delay + (delay == 0 ? 0 : chance.nextInt(8_000_000)));
        }

        @Override
        public CompletableFuture<List<Share>> ask(List<Ask> asks) {
            CompletableFuture<List<Share>> answer = new CompletableFuture<>();
            if (away || chance.nextDouble() * 100 < lostOfHundred) {
                scheduler.schedule(
                        () -> answer.completeExceptionally(new IllegalStateException("no answer")), 500_000_000L);
                return answer;
            }
            long there = (long) (chance.nextDouble() * longestDelayMillis * 5e5);
            long back = (long) (chance.nextDouble() * longestDelayMillis * 5e5);
            scheduler.schedule(
                    () -> {
                        List<Share> shares = asks.stream()
                                .map(ask -> pool.take(ask, ticker.nanos() / 1_000_000))
                                .toList();
                        scheduler.schedule(() -> answer.complete(shares), back);
                    },
                    there);
            return answer;
        }

        void run(double second, double stepSeconds) {
            for (due += demand.applyAsDouble(second) * stepSeconds; due >= 1; due--) {
                wanted++;
                admitted += gate.admit(CALL) instanceof Permit ? 1 : 0;
            }
        }
    }

    private void process(DoubleUnaryOperator demand) {
        processes.add(new Process(processes.size(), demand));
    }

    /** Lets so many seconds go by; how many calls all of them let through. */
    private long run(double seconds) {
        long before = processes.stream().mapToLong(each -> each.admitted).sum();
        int steps = (int) Math.round(seconds * 1_000);
        for (int i = 0; i < steps; i++) {
            double second = ticker.nanos() / 1e9;
            processes.forEach(each -> each.run(second, 1e-3));
            scheduler.advance(Duration.ofMillis(1));
        }
        return processes.stream().mapToLong(each -> each.admitted).sum() - before;
    }

    private void unevenAndChanging() {
        process(second -> 900); // always busy
        process(second -> (long) second % 10 < 5 ? 2_000 : 0); // by turns
        process(second -> 40 * (second % 20)); // ever more
        process(second -> 3); // seldom
        process(second -> (long) second % 7 == 0 ? 5_000 : 20); // bursts
    }

    @ParameterizedTest
    @ValueSource(doubles = {2, 20, 90})
    void fiveProcessesOfUnevenDemandUseTheQuotaAndNoMore(double delayMillis) {
        longestDelayMillis = delayMillis;
        unevenAndChanging();
        run(5);
        assertThat(run(60)).isBetween(60_000L * 95 / 100, 60_000L * 105 / 100);
        assertThat(told).isEmpty();
    }

    @Test
    void answersThatAreLostCostAtMostWhatTheyHeld() {
        lostOfHundred = 3;
        unevenAndChanging();
        run(5);
        assertThat(run(60)).isBetween(60_000L * 75 / 100, 60_000L * 105 / 100);
    }

    @Test
    void aRegistryThatAnswersAfterHalfASecondAddsNothingToTheQuota() {
        localShare = 1_000;
        longestDelayMillis = 1_000;
        unevenAndChanging();
        run(5);
        assertThat(run(60)).isLessThanOrEqualTo(60_000L * 105 / 100);
    }

    @Test
    void whoWantsLittleGetsItAllAndTheBusyShareTheRestAlike() {
        process(second -> 50);
        process(second -> 3_000);
        process(second -> 900);
        run(5);
        processes.forEach(each -> each.admitted = each.wanted = 0);
        run(30);
        Process little = processes.get(0);
        assertThat(little.admitted).isGreaterThanOrEqualTo(little.wanted * 99 / 100);
        assertThat(processes.get(1).admitted / 30).isBetween(440L, 510L);
        assertThat(processes.get(2).admitted / 30).isBetween(440L, 510L);
    }

    @Test
    void whereLessIsWantedThanTheQuotaNobodyIsRefused() {
        process(second -> 400);
        process(second -> 100);
        process(second -> 1);
        run(1);
        processes.forEach(each -> each.admitted = each.wanted = 0);
        run(60);
        assertThat(processes).allSatisfy(each -> assertThat(each.admitted).isEqualTo(each.wanted));
    }

    @Test
    void aNewcomerGetsSomethingWithinTwoPeriodsAlsoWhereAllIsTaken() {
        process(second -> 5_000);
        process(second -> 5_000);
        run(3);
        process(second -> 5_000);
        run(0.2);
        assertThat(processes.get(2).admitted).isPositive();
        run(2);
        processes.get(2).admitted = 0;
        run(10);
        assertThat(processes.get(2).admitted / 10).isBetween(300L, 360L);
    }

    @Test
    void whatADeadProcessHadGoesToTheOthers() {
        unevenAndChanging();
        run(5);
        processes.remove(0).rounds.close();
        run(4);
        processes.forEach(each -> each.demand = second -> 600);
        run(1);
        assertThat(run(20)).isBetween(19_000L, 21_000L);
    }

    @Test
    void whileTheRegistryIsAwayEachKeepsToItsLocalShareAndSharesAgainAfterwards() {
        unevenAndChanging();
        processes.forEach(each -> each.demand = second -> 1_000);
        run(5);
        away = true;
        run(2);
        assertThat(processes).allSatisfy(each -> {
            assertThat(each.gate.isAway()).isTrue();
            assertThat(each.gate.look())
                    .contains("local share of 150 calls")
                    .contains("the registry has been away for 1 s");
            each.admitted = 0;
        });
        run(20);
        assertThat(processes)
                .allSatisfy(each -> assertThat(each.admitted).isBetween(20L * 150 * 95 / 100, 20L * 150 + 20));
        assertThat(told).hasSize(PROCESSES).allMatch(each -> each.contains("a quota holds by its local share"));
        away = false;
        run(1);
        assertThat(processes).noneMatch(each -> each.gate.isAway());
        assertThat(run(20)).isBetween(19_000L, 21_000L);
        assertThat(told).hasSize(2 * PROCESSES).endsWith("quotas are shared by the registry again");
    }

    @Test
    void anOutageShorterThanTheLimitAddsNothing() {
        localShare = 1_000;
        unevenAndChanging();
        processes.forEach(each -> each.demand = second -> 1_000);
        run(5);
        long sum = 0;
        for (int i = 0; i < 10; i++) {
            away = true;
            sum += run(0.8);
            away = false;
            sum += run(5.2);
        }
        assertThat(sum).isLessThanOrEqualTo(60_000L * 105 / 100);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 10, 50})
    void smallQuotasAreKeptAndUsed(int small) {
        perSecond = small;
        for (int i = 0; i < PROCESSES; i++) {
            process(second -> 20);
        }
        run(10);
        assertThat((double) run(60)).isBetween(60.0 * small * 0.95, 60.0 * small * 1.05 + 2);
    }
}
