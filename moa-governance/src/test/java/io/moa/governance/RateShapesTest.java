package io.moa.governance;

import static org.assertj.core.api.Assertions.assertThat;

import io.moa.annotation.RateShape;
import io.moa.governance.gate.RateGate;
import io.moa.governance.gate.RateTerms;
import io.moa.invoke.Admission;
import io.moa.invoke.Deadline;
import io.moa.invoke.Permit;
import io.moa.testkit.FakeScheduler;
import io.moa.testkit.FakeTicker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** How calls of a rate lie in time: in each shape, cold or warm, refused or waiting. */
class RateShapesTest {

    private static final long SECOND = 1_000_000_000;

    private final FakeScheduler time = new FakeScheduler();
    private final FakeTicker ticker = time.ticker();
    private final List<Long> left = new ArrayList<>(); // when calls went on, in nanoseconds since the beginning
    private final long begun = ticker.nanos();
    private int refused;

    private RateGate gate(RateTerms terms) {
        return new RateGate("Stock", terms, ticker);
    }

    private static RateTerms terms(int perSecond, RateShape shape) {
        return RateTerms.bucket(perSecond, 0).shaped(shape);
    }

    /** One call, which goes on now or when its turn comes. */
    private void call(RateGate gate) {
        Admission admission = gate.admit(RateGateTest.CALL);
        if (admission instanceof Permit) {
            left.add(ticker.nanos() - begun);
        } else if (admission instanceof Admission.Later later) {
            time.schedule(
                    () -> {
                        assertThat(later.turn().begin()).isEqualTo(Permit.FREE);
                        left.add(ticker.nanos() - begun);
                    },
                    later.delayNanos());
        } else {
            refused++;
        }
    }

    /** Calls in bursts, in drops, in steps of the rate and after pauses, as a seed says. */
    private void play(RateGate gate, int perSecond, Random random, int rounds) {
        for (int i = 0; i < rounds; i++) {
            switch (random.nextInt(4)) {
                case 0 -> {
                    for (int many = random.nextInt(2 * perSecond + 1); many > 0; many--) {
                        call(gate);
                    }
                }
                case 1 -> {
                    for (int some = random.nextInt(20); some > 0; some--) {
                        call(gate);
                        time.advance(Duration.ofNanos(random.nextLong(2 * SECOND / perSecond)));
                    }
                }
                case 2 -> time.advance(Duration.ofNanos(random.nextLong(SECOND + SECOND / 2)));
                default -> time.advance(Duration.ofNanos(SECOND / perSecond * random.nextInt(3)));
            }
        }
        time.advance(Duration.ofSeconds(20));
    }

    /** The most calls that went on in one second, wherever it begins. */
    private int mostInAnySecond() {
        int most = 0;
        int first = 0;
        for (int i = 0; i < left.size(); i++) {
            while (left.get(i) - left.get(first) >= SECOND) {
                first++;
            }
            most = Math.max(most, i - first + 1);
        }
        return most;
    }

    @Test
    void aSlidingWindowHasNeverMoreInAnySecondHoweverCallsCome() {
        int full = 0;
        for (int seed = 0; seed < 60; seed++) {
            Random random = new Random(seed);
            int perSecond = seed % 3 == 0 ? 1 + random.nextInt(9) : 1 + random.nextInt(1_500);
            RateTerms terms = terms(perSecond, RateShape.SLIDING_WINDOW)
                    .waiting(Duration.ofMillis(random.nextInt(3) * 700L))
                    .warming(Duration.ofSeconds(random.nextInt(4) == 0 ? 3 : 0));
            left.clear();
            play(gate(terms), perSecond, random, 60);
            assertThat(mostInAnySecond()).as("seed %s, %s", seed, terms).isLessThanOrEqualTo(perSecond);
            full += mostInAnySecond() >= perSecond - perSecond / 50 ? 1 : 0;
        }
        assertThat(full).as("runs that came to their limit").isGreaterThan(30);
        assertThat(refused).isPositive();
    }

    @Test
    void aSlidingWindowIsExactUpToAsManyAsItRemembersAndBeyondLetsHardlyFewerPass() {
        for (int perSecond : new int[] {1, 7, 128, 129, 1_000, 99_999}) {
            RateGate gate = gate(terms(perSecond, RateShape.SLIDING_WINDOW));
            left.clear();
            long step = SECOND / perSecond / 2;
            long end = ticker.nanos() + 5 * SECOND;
            while (ticker.nanos() - end < 0) {
                call(gate);
                ticker.advanceNanos(step);
            }
            assertThat(mostInAnySecond()).as("at %s", perSecond).isLessThanOrEqualTo(perSecond);
            assertThat((double) left.size())
                    .as("at %s", perSecond)
                    .isGreaterThanOrEqualTo((perSecond <= 128 ? 1 : 0.98) * 5 * perSecond);
        }
    }

    @Test
    void aSlidingWindowForgetsNothingWhenItsLimitChanges() {
        RateGate gate = gate(terms(1_000, RateShape.SLIDING_WINDOW));
        for (int i = 0; i < 600; i++) {
            call(gate);
        }
        gate.limit(terms(601, RateShape.SLIDING_WINDOW));
        for (int i = 0; i < 600; i++) {
            call(gate);
        }
        assertThat(left).hasSize(601);
        gate.limit(terms(100_000, RateShape.SLIDING_WINDOW));
        for (int i = 0; i < 200_000; i++) {
            call(gate);
        }
        assertThat(left).hasSizeBetween(98_000, 100_000);
        assertThat(mostInAnySecond()).isLessThanOrEqualTo(100_000);
    }

    @Test
    void pacedCallsAreEvenlySpacedHoweverTheyCome() {
        for (int seed = 0; seed < 30; seed++) {
            Random random = new Random(seed);
            int perSecond = 1 + random.nextInt(500);
            left.clear();
            play(
                    gate(terms(perSecond, RateShape.PACING).waiting(Duration.ofSeconds(random.nextInt(3)))),
                    perSecond,
                    random,
                    40);
            for (int i = 1; i < left.size(); i++) {
                assertThat(left.get(i) - left.get(i - 1)).isGreaterThanOrEqualTo(SECOND / perSecond);
            }
        }
        assertThat(refused).isPositive();
    }

    @Test
    void callsThatMayWaitLeaveOneAfterTheOtherAndNobodyLongerThanHeMay() {
        RateGate gate = gate(terms(10, RateShape.PACING).waiting(Duration.ofMillis(500)));
        for (int i = 0; i < 20; i++) {
            call(gate);
        }
        assertThat(refused).isEqualTo(14);
        assertThat(gate.waiting()).isEqualTo(5);
        time.advance(Duration.ofSeconds(1));
        assertThat(left).containsExactly(0L, SECOND / 10, SECOND / 5, 3 * SECOND / 10, 2 * SECOND / 5, SECOND / 2);
        assertThat(gate.waiting()).isZero();
    }

    private static Admission admit(RateGate gate, Deadline deadline) {
        return gate.admit(RateGateTest.CALL.toBuilder().deadline(deadline).build());
    }

    @Test
    void nobodyWaitsBeyondHisDeadline() {
        RateGate gate = gate(terms(10, RateShape.PACING).waiting(Duration.ofSeconds(10)));
        call(gate);
        assertThat(admit(gate, Deadline.after(Duration.ofMillis(100), ticker)))
                .isInstanceOfSatisfying(Admission.Rejected.class, no -> assertThat(no.reason())
                        .endsWith("; its turn would come after its deadline"));
        assertThat(admit(gate, Deadline.after(Duration.ofMillis(101), ticker)))
                .as("whom that one would have been before")
                .isInstanceOfSatisfying(Admission.Later.class, later -> assertThat(later.delayNanos())
                        .isEqualTo(100_000_000));
    }

    @Test
    void noMoreWaitThanHaveRoomAndTheOthersAreToldSo() {
        RateGate gate = gate(terms(1_000, RateShape.PACING).waiting(Duration.ofSeconds(10)));
        for (int i = 0; i < 1 + RateGate.MOST_WAITING; i++) {
            call(gate);
        }
        assertThat(refused).isZero();
        assertThat(gate.admit(RateGateTest.CALL))
                .isInstanceOfSatisfying(Admission.Rejected.class, no -> assertThat(no.reason())
                        .isEqualTo("Stock is limited to 1000 calls in a second, evenly spaced, in each process;"
                                + " 1024 calls wait already"));
        time.advance(Duration.ofMillis(1));
        assertThat(gate.admit(RateGateTest.CALL)).isInstanceOf(Admission.Later.class);
    }

    @ParameterizedTest
    @EnumSource(RateShape.class)
    void aTurnThatIsGivenBackIsTheNextCallsAndNobodyElseIsEarlier(RateShape shape) {
        for (int seed = 0; seed < 20; seed++) {
            Random random = new Random(seed);
            RateGate gate = gate(terms(10, shape).waiting(Duration.ofSeconds(3)));
            TreeSet<Long> kept = new TreeSet<>();
            List<Admission.Later> waiting = new ArrayList<>();
            for (int i = 0; i < 30; i++) {
                if (gate.admit(RateGateTest.CALL) instanceof Admission.Later later) {
                    waiting.add(later);
                    kept.add(later.delayNanos());
                }
            }
            assertThat(waiting).as("%s", shape).hasSizeGreaterThanOrEqualTo(20);
            int most = gate.waiting();
            Admission.Later gone = waiting.get(random.nextInt(waiting.size()));
            gone.turn().giveBack();
            gone.turn().giveBack();
            assertThat(gone.turn().begin()).as("it ends once").isEqualTo(Permit.FREE);
            assertThat(gate.waiting()).isEqualTo(most - 1);
            assertThat(gate.admit(RateGateTest.CALL))
                    .isInstanceOfSatisfying(Admission.Later.class, next -> assertThat(next.delayNanos())
                            .isEqualTo(gone.delayNanos()));
        }
    }

    @Test
    void aTurnThatHasPassedIsNobodysAnyMore() {
        RateGate gate = gate(terms(10, RateShape.PACING).waiting(Duration.ofSeconds(1)));
        call(gate);
        Admission.Later late = (Admission.Later) gate.admit(RateGateTest.CALL);
        Admission.Later soon = (Admission.Later) gate.admit(RateGateTest.CALL);
        soon.turn().giveBack();
        ticker.advance(Duration.ofMillis(250));
        late.turn().giveBack();
        assertThat(gate.admit(RateGateTest.CALL))
                .as("at 100 and 200 ms nobody left, and 300 ms is free")
                .isInstanceOfSatisfying(Admission.Later.class, next -> assertThat(next.delayNanos())
                        .isEqualTo(50_000_000));
    }

    /** How many calls of those who always come go on in each of so many seconds. */
    private List<Integer> used(RateGate gate, int seconds) {
        List<Integer> used = new ArrayList<>();
        for (int second = 0; second < seconds; second++) {
            left.clear();
            for (int i = 0; i < 1_000; i++) {
                call(gate);
                ticker.advance(Duration.ofMillis(1));
            }
            used.add(left.size());
        }
        return used;
    }

    @ParameterizedTest
    @EnumSource(RateShape.class)
    void aColdRateBeginsWithAThirdAndGrowsWhileItIsUsedAndCoolsWhileItIsNot(RateShape shape) {
        RateGate gate = gate(RateTerms.bucket(250, 1).shaped(shape).warming(Duration.ofSeconds(10)));
        List<Integer> used = used(gate, 14);
        assertThat(used.get(0)).isBetween(78, 110);
        assertThat(used.subList(1, 14)).as("it grows").isSorted();
        assertThat(used.get(5)).isBetween(100, 210);
        assertThat(used.get(13)).isBetween(240, 250);
        assertThat(used.stream().limit(10).mapToInt(each -> each).sum())
                .as("in the warm-up time half of what a whole one lets pass")
                .isBetween(1_000, 1_500);
        ticker.advance(Duration.ofSeconds(10));
        assertThat(used(gate, 1).get(0)).as("cold again").isBetween(78, 110);
    }

    @Test
    void aRateThatIsHardlyUsedStaysCold() {
        RateGate gate = gate(RateTerms.bucket(250, 1).warming(Duration.ofSeconds(10)));
        for (int i = 0; i < 1_000; i++) {
            call(gate);
            ticker.advance(Duration.ofMillis(20)); // a fifth of the rate
        }
        assertThat(refused).isZero();
        assertThat(used(gate, 1).get(0)).isBetween(78, 110);
    }

    @ParameterizedTest
    @EnumSource(RateShape.class)
    void noInterleavingLetsOneMorePass(RateShape shape) throws Exception {
        int threads = 8;
        RateGate gate = gate(RateTerms.bucket(1_000, 300).shaped(shape).waiting(Duration.ofMillis(100)));
        CyclicBarrier together = new CyclicBarrier(threads);
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        List<Long> turns = new ArrayList<>();
        try {
            List<Future<List<Long>>> all = new ArrayList<>();
            for (int i = 0; i < threads; i++) {
                all.add(pool.submit(() -> {
                    together.await();
                    List<Long> mine = new ArrayList<>();
                    for (int j = 0; j < 1_000; j++) {
                        Admission admission = gate.admit(RateGateTest.CALL);
                        if (admission instanceof Admission.Later later) {
                            mine.add(later.delayNanos());
                        } else if (admission instanceof Permit) {
                            mine.add(0L);
                        }
                    }
                    return mine;
                }));
            }
            for (Future<List<Long>> one : all) {
                turns.addAll(one.get());
            }
        } finally {
            pool.shutdownNow();
        }
        long atOnce = turns.stream().filter(each -> each == 0).count();
        switch (shape) {
            case TOKEN_BUCKET -> {
                assertThat(atOnce).isEqualTo(300);
                assertThat(turns).as("and a tenth of a second's who wait").hasSize(400);
            }
            case SLIDING_WINDOW -> assertThat(turns).hasSizeBetween(980, 1_000).allMatch(each -> each == 0);
            case PACING -> {
                assertThat(turns).hasSize(101);
                assertThat(new TreeSet<>(turns))
                        .as("each has a moment of its own")
                        .hasSize(101);
            }
        }
    }
}
