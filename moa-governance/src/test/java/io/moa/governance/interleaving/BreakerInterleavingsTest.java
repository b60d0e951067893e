package io.moa.governance.interleaving;

import static io.moa.governance.interleaving.Interleavings.CALL;
import static org.assertj.core.api.Assertions.assertThat;

import io.moa.governance.gate.BreakerGate;
import io.moa.governance.gate.BreakerGate.State;
import io.moa.governance.gate.BreakerGate.Thresholds;
import io.moa.governance.gate.BreakerMemory;
import io.moa.invoke.Permit;
import io.moa.testkit.FakeTicker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Two threads that meet a breaker whose open time is over. Time stands still while they run, so no trial is given up, and what must be so in
 * the end is one number whatever the order. Each round has another breaker: it becomes half-open once.
 */
@Timeout(60)
class BreakerInterleavingsTest {

    private static final int TRIALS = 10;
    private static final Duration OPEN = Duration.ofSeconds(5);

    /** A breaker, and what its threads see of it. */
    private static final class Round {
        final FakeTicker ticker = new FakeTicker();
        final BreakerGate gate;
        final List<Permit> trials = new ArrayList<>(); // of one thread, or of none
        final List<Permit> ofOther = new ArrayList<>();
        final List<BreakerMemory> memories = new ArrayList<>();
        final AtomicInteger inside = new AtomicInteger();
        final AtomicInteger most = new AtomicInteger();

        Round(int trials) {
            gate = closed(trials, ticker);
        }

        /** Opens it, and lets the open time pass: its next call is a trial. */
        Round ready() {
            end(admitted(gate, 1), Permit.End.FAILURE);
            assertThat(gate.state()).isEqualTo(State.OPEN);
            ticker.advance(OPEN);
            return this;
        }

        /** So many of its trials are under way. */
        Round trying(int calls) {
            ready();
            trials.addAll(admitted(gate, calls));
            assertThat(trials).hasSize(calls);
            return this;
        }
    }

    private static Thresholds trials(int trials) {
        return new Thresholds(50, 1, Duration.ofSeconds(10), OPEN, trials);
    }

    private static BreakerGate closed(int trials, FakeTicker ticker) {
        return new BreakerGate("Stock count", trials(trials), ticker);
    }

    /** The permits of so many calls. */
    private static List<Permit> admitted(BreakerGate gate, int calls) {
        List<Permit> permits = new ArrayList<>();
        for (int i = 0; i < calls; i++) {
            if (gate.admit(CALL) instanceof Permit permit) {
                permits.add(permit);
            }
        }
        return permits;
    }

    private static void end(List<Permit> permits, Permit.End how) {
        for (Permit permit : permits) {
            permit.end(how);
        }
    }

    @Test
    void asManyTryAsMay() throws Exception {
        Rounds.of(
                () -> new Round(TRIALS).ready(),
                (round, thread) -> (thread == 0 ? round.trials : round.ofOther).addAll(admitted(round.gate, TRIALS)),
                round -> {
                    assertThat(round.trials.size() + round.ofOther.size())
                            .as("trials")
                            .isEqualTo(TRIALS);
                    end(round.trials, Permit.End.SUCCESS);
                    end(round.ofOther, Permit.End.SUCCESS);
                    assertThat(round.gate.state()).isEqualTo(State.CLOSED);
                });
    }

    @Test
    void whenAllTrialsHaveSucceededItCloses() throws Exception {
        Rounds.of(
                () -> new Round(TRIALS).trying(TRIALS),
                (round, thread) -> {
                    for (int i = thread; i < TRIALS; i += Rounds.THREADS) {
                        round.trials.get(i).end(Permit.End.SUCCESS);
                    }
                },
                round -> assertThat(round.gate.state()).isEqualTo(State.CLOSED));
    }

    @Test
    void aTrialThatWasNotUsedIsAnotherCalls() throws Exception {
        Rounds.of(
                () -> new Round(1).ready(),
                (round, thread) -> {
                    for (int i = 0; i < TRIALS; i++) {
                        for (Permit permit : admitted(round.gate, 1)) {
                            round.most.accumulateAndGet(round.inside.incrementAndGet(), Math::max);
                            round.inside.decrementAndGet();
                            permit.end(Permit.End.NOT_USED);
                        }
                    }
                },
                round -> {
                    assertThat(round.most.get()).as("trials at once").isEqualTo(1);
                    List<Permit> left = admitted(round.gate, 2);
                    assertThat(left).as("trials that are left").hasSize(1);
                    end(left, Permit.End.SUCCESS);
                    assertThat(round.gate.state()).isEqualTo(State.CLOSED);
                });
    }

    @Test
    void aTrialThatTwoThreadsEndHasEndedOnce() throws Exception {
        Rounds.of(
                () -> new Round(TRIALS).trying(TRIALS),
                (round, thread) -> {
                    end(round.trials.subList(0, 3), Permit.End.SUCCESS);
                    end(round.trials.subList(3, 6), Permit.End.NOT_USED);
                },
                round -> {
                    BreakerMemory memory = round.gate.memory();
                    assertThat(memory.state()).isEqualTo(State.HALF_OPEN);
                    assertThat(memory.succeeded()).isEqualTo(3);
                    assertThat(memory.tried()).isEqualTo(TRIALS - 3);
                });
    }

    @Test
    void oneTrialThatFailsOpensItWhateverElseEndsMeanwhile() throws Exception {
        Rounds.of(
                () -> new Round(TRIALS).trying(TRIALS),
                (round, thread) -> {
                    if (thread == 0) {
                        round.trials.get(0).end(Permit.End.FAILURE);
                    } else {
                        end(round.trials.subList(1, 6), Permit.End.SUCCESS);
                        end(round.trials.subList(6, TRIALS), Permit.End.NOT_USED);
                    }
                },
                round -> {
                    assertThat(round.gate.state()).isEqualTo(State.OPEN);
                    assertThat(admitted(round.gate, 1)).isEmpty();
                    round.ticker.advance(OPEN);
                    assertThat(admitted(round.gate, 2 * TRIALS))
                            .as("trials after that")
                            .hasSize(TRIALS);
                });
    }

    @Test
    void aCallFromBeforeItOpenedHasNoPlaceAmongItsTrials() throws Exception {
        Rounds.of(
                () -> new Round(2),
                (round, thread) -> {
                    if (thread == 0) { // fails, lets the open time pass, and tries
                        end(admitted(round.gate, 1), Permit.End.FAILURE);
                        round.ticker.advance(OPEN);
                        round.trials.addAll(admitted(round.gate, 1));
                    } else { // gives back whatever it was let through as
                        for (int i = 0; i < TRIALS; i++) {
                            end(admitted(round.gate, 1), Permit.End.NOT_USED);
                        }
                    }
                },
                round -> assertThat(
                                round.trials.size() + admitted(round.gate, 3).size())
                        .as("trials")
                        .isEqualTo(2));
    }

    @Test
    void asManyTryAsMayWhenTheirNumberChanges() throws Exception {
        Rounds.of(
                () -> new Round(TRIALS).ready(),
                (round, thread) -> {
                    if (thread == 0) {
                        round.trials.addAll(admitted(round.gate, 2 * TRIALS));
                    } else {
                        round.gate.thresholds(trials(TRIALS + 5));
                    }
                },
                round -> {
                    round.trials.addAll(admitted(round.gate, TRIALS));
                    assertThat(round.trials).as("trials").hasSize(TRIALS + 5);
                });
    }

    @Test
    void asManySuccessesAsAreEnoughNowCloseIt() throws Exception {
        Rounds.of(
                () -> new Round(TRIALS).trying(TRIALS),
                (round, thread) -> {
                    if (thread == 0) {
                        end(round.trials.subList(0, TRIALS / 2), Permit.End.SUCCESS);
                    } else {
                        round.gate.thresholds(trials(TRIALS / 2));
                    }
                },
                round -> assertThat(round.gate.state()).isEqualTo(State.CLOSED));
    }

    @Test
    void whatAnotherOneIsToldOfTrialsWasSoAtOneMoment() throws Exception {
        Rounds.of(
                () -> new Round(TRIALS).trying(TRIALS),
                (round, thread) -> {
                    if (thread == 0) {
                        end(round.trials, Permit.End.SUCCESS);
                    } else {
                        for (int i = 0; i < 5; i++) {
                            round.memories.add(round.gate.memory());
                        }
                    }
                },
                round -> {
                    for (BreakerMemory memory : round.memories) {
                        boolean over = memory.state() == State.CLOSED;
                        assertThat(memory.tried()).as("%s", memory).isEqualTo(over ? 0 : TRIALS);
                        assertThat(memory.succeeded()).isBetween(0, over ? 0 : TRIALS - 1);
                        BreakerGate other = closed(TRIALS, round.ticker);
                        other.remember(memory);
                        assertThat(other.state()).isEqualTo(memory.state());
                    }
                });
    }

    @Test
    void trialsFromBeforeItRememberedGiveNoPlaceBack() throws Exception {
        BreakerMemory half = new Round(TRIALS).trying(TRIALS / 2).gate.memory();
        Rounds.of(
                () -> new Round(TRIALS).trying(TRIALS),
                (round, thread) -> {
                    if (thread == 0) {
                        end(round.trials, Permit.End.NOT_USED);
                    } else {
                        round.gate.remember(half);
                    }
                },
                round -> assertThat(admitted(round.gate, TRIALS))
                        .as("trials that the other one had left")
                        .hasSize(TRIALS - TRIALS / 2));
    }

    @Test
    void aWindowThatChangesForgetsNothingAndCountsNothingTwice() throws Exception {
        Thresholds longer = new Thresholds(50, 1, Duration.ofSeconds(30), OPEN, TRIALS);
        Rounds.of(
                () -> new Round(TRIALS),
                (round, thread) -> {
                    for (int i = 0; i < TRIALS; i++) {
                        if (thread == 0) {
                            round.gate.thresholds(i % 2 == 0 ? longer : trials(TRIALS));
                        } else {
                            end(admitted(round.gate, 1), Permit.End.SUCCESS);
                            round.memories.add(round.gate.memory());
                        }
                    }
                },
                round -> {
                    for (int i = 0; i < TRIALS; i++) {
                        BreakerMemory memory = round.memories.get(i);
                        assertThat(memory.calls().stream()
                                        .mapToInt(calls -> calls)
                                        .sum())
                                .as("%s", memory)
                                .isEqualTo(i + 1);
                    }
                });
    }
}
