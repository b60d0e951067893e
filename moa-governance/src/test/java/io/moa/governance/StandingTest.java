package io.moa.governance;

import static org.assertj.core.api.Assertions.assertThat;

import io.moa.discovery.Instance;
import io.moa.governance.outlier.Ejections;
import io.moa.governance.outlier.Outcome;
import io.moa.governance.outlier.OutlierConfig;
import io.moa.governance.outlier.OwnPause;
import io.moa.governance.outlier.Standing;
import io.moa.testkit.FakeTicker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class StandingTest {

    private final FakeTicker ticker = new FakeTicker();
    private final List<String> told = new ArrayList<>();
    private final Ejections ejections = new Ejections(OutlierConfig.DEFAULT, new Random(1), new Ejections.Listener() {
        @Override
        public void ejected(Instance instance, String why) {
            told.add(instance.uuid() + " ejected: " + why);
        }

        @Override
        public void released(Instance instance, int times) {
            told.add(instance.uuid() + " released after " + times);
        }
    });
    private final Standing a = newcomer("a");
    private final Standing b = newcomer("b");
    private final Standing c = newcomer("c");
    private final Standing d = newcomer("d");

    StandingTest() {
        ejections.usable(List.of(a, b, c, d));
    }

    private Standing newcomer(String uuid) {
        return ejections.newcomer(Instance.builder(uuid, "x").build());
    }

    private void call(Standing one, Outcome outcome) {
        one.begin(ticker.nanos());
        one.end(outcome, ticker.nanos(), ticker.nanos());
    }

    private void fail(Standing one, int times) {
        for (int i = 0; i < times; i++) {
            call(one, Outcome.FAILED);
        }
    }

    private boolean avoided(Standing one) {
        return one.isAvoided(ticker.nanos());
    }

    @Test
    void aBrokenConnectionEjectsAtOnceAndTheFiguresAreTold() {
        call(a, Outcome.UNREACHABLE);
        assertThat(avoided(a)).isTrue();
        assertThat(told)
                .containsExactly("a ejected: it cannot be reached, or the connection broke; this is ejection 1,"
                        + " and 1 of 4 instances are ejected");
    }

    @Test
    void whoSaysNothingIsEjectedUntilItIsHeardAndThenTried() {
        long until = a.silent(ticker.nanos());
        assertThat(told)
                .containsExactly("a ejected: calls wait for it, and it says nothing although it was asked;"
                        + " this is ejection 1, and 1 of 4 instances are ejected");
        ticker.advance(Duration.ofSeconds(10));
        assertThat(a.wantsTrial(ticker.nanos())).as("a trial would only wait").isFalse();
        assertThat(until - ticker.nanos()).isEqualTo(Duration.ofSeconds(20).toNanos());
        assertThat(a.describe(ticker.nanos())).startsWith("says nothing; until it does, ejected");
        a.heard(ticker.nanos());
        assertThat(a.wantsTrial(ticker.nanos())).isTrue();
        call(a, Outcome.ANSWERED);
        assertThat(avoided(a)).isFalse();
        assertThat(told).hasSize(2).last().isEqualTo("a released after 1");
        assertThat(ejections.count()).isZero();
    }

    @Test
    void whoGoesOnSayingNothingStaysEjectedWithoutATrial() {
        for (int i = 0; i < 20; i++) {
            a.silent(ticker.nanos());
            ticker.advance(Duration.ofSeconds(5));
            assertThat(a.wantsTrial(ticker.nanos())).isFalse();
        }
        assertThat(told).hasSize(1);
        ticker.advance(OutlierConfig.DEFAULT.longest());
        assertThat(a.wantsTrial(ticker.nanos()))
                .as("whoever watched it is gone")
                .isTrue();
    }

    @Test
    void aTrialThatFindsItSilentAgainEndsTheTrial() {
        a.silent(ticker.nanos());
        a.heard(ticker.nanos());
        long begun = ticker.nanos();
        a.begin(begun);
        a.silent(ticker.nanos());
        a.end(Outcome.UNKNOWN, begun, ticker.nanos());
        ticker.advance(Duration.ofSeconds(5));
        assertThat(a.wantsTrial(ticker.nanos())).isFalse();
    }

    @Test
    void whatIsHeardOfOneThatIsEjectedForFailuresChangesNothing() {
        call(a, Outcome.UNREACHABLE);
        a.heard(ticker.nanos());
        assertThat(avoided(a)).isTrue();
    }

    @Test
    void whenAllSayNothingHalfAreEjected() {
        for (Standing each : List.of(a, b, c, d)) {
            each.silent(ticker.nanos());
        }
        assertThat(ejections.count()).isEqualTo(2);
    }

    @Test
    void fiveFailuresInARowEjectAndFourDoNot() {
        fail(a, 4);
        call(a, Outcome.ANSWERED);
        fail(a, 4);
        assertThat(avoided(a)).isFalse();
        fail(a, 1);
        assertThat(avoided(a)).isTrue();
        assertThat(told.get(0)).contains("5 calls in a row failed");
    }

    @Test
    void halfOfTheCallsEjectAndAFifthDoesNot() {
        Random random = new Random(5);
        for (int i = 0; i < 5_000; i++) {
            call(a, i % 5 == 0 ? Outcome.FAILED : Outcome.ANSWERED);
        }
        assertThat(avoided(a)).isFalse();
        for (int i = 0; i < 200 && !avoided(b); i++) {
            call(b, random.nextInt(3) == 0 ? Outcome.ANSWERED : Outcome.FAILED);
        }
        assertThat(avoided(b)).isTrue();
    }

    @Test
    void whatSaysNothingEjectsNobody() {
        for (int i = 0; i < 1_000; i++) {
            call(a, Outcome.UNKNOWN);
        }
        assertThat(avoided(a)).isFalse();
    }

    @Test
    void whoFailsLikeAllOthersStays() {
        for (int i = 0; i < 100; i++) {
            for (Standing each : List.of(a, b, c, d)) {
                fail(each, 1);
            }
        }
        assertThat(told).isEmpty();
    }

    @Test
    void whoIsTheFirstOfAllToFailFiveTimesStays() {
        for (Standing each : List.of(b, c, d)) {
            fail(each, 1);
        }
        fail(a, 20);
        assertThat(told).isEmpty();
        call(b, Outcome.ANSWERED);
        call(c, Outcome.ANSWERED);
        fail(a, 1);
        assertThat(avoided(a)).as("most of the others work again").isTrue();
    }

    @Test
    void atMostHalfAreEjectedAndNeverTheLastOne() {
        for (Standing each : List.of(a, b, c, d)) {
            call(each, Outcome.UNREACHABLE);
        }
        assertThat(ejections.count()).isEqualTo(2);
        Ejections alone = new Ejections(OutlierConfig.DEFAULT, new Random(1), Ejections.SILENT);
        Standing only = alone.newcomer(Instance.builder("only", "x").build());
        alone.usable(List.of(only));
        call(only, Outcome.UNREACHABLE);
        assertThat(avoided(only)).isFalse();
    }

    @Test
    void whoCannotBeReachedAndIsTheOnlyOneIsOutForRulesAloneAndForLongerEachTime() {
        Ejections alone = new Ejections(OutlierConfig.DEFAULT, new Random(1), Ejections.SILENT);
        Standing only = alone.newcomer(Instance.builder("only", "x").build());
        alone.usable(List.of(only));
        call(only, Outcome.FAILED);
        assertThat(only.isReachable()).as("one that answers with failures").isTrue();
        call(only, Outcome.UNREACHABLE);
        assertThat(avoided(only)).isFalse();
        assertThat(only.isInService()).isTrue();
        assertThat(only.isReachable()).isFalse();
        assertThat(only.isOut(ticker.nanos())).isTrue();
        ticker.advance(Duration.ofMillis(1_300));
        assertThat(only.isOut(ticker.nanos())).as("a call may try it").isFalse();
        call(only, Outcome.UNREACHABLE);
        ticker.advance(Duration.ofMillis(1_300));
        assertThat(only.isOut(ticker.nanos())).as("twice as long").isTrue();
        call(only, Outcome.ANSWERED);
        assertThat(only.isReachable()).isTrue();
        assertThat(only.isOut(ticker.nanos())).isFalse();
    }

    @Test
    void whoHasSaidGoodbyeIsNotEjectedForACallThatWasOnItsWayWhenItLeft() {
        a.leaves(ticker.nanos());
        call(a, Outcome.UNREACHABLE);
        assertThat(told).isEmpty();
        assertThat(a.isOut(ticker.nanos())).isTrue();
        ticker.advance(Duration.ofSeconds(31));
        call(a, Outcome.UNREACHABLE);
        assertThat(told).as("it is still there, and gone").hasSize(1);
        b.leaves(ticker.nanos());
        b.heard(ticker.nanos());
        call(b, Outcome.UNREACHABLE);
        assertThat(told).as("it had come back").hasSize(2);
    }

    @Test
    void oneCallTriesAndTheOthersWaitForIt() {
        call(a, Outcome.UNREACHABLE);
        ticker.advance(Duration.ofMillis(1_101));
        assertThat(avoided(a)).isFalse();
        assertThat(a.wantsTrial(ticker.nanos())).isTrue();
        long begun = ticker.nanos();
        a.begin(begun);
        assertThat(avoided(a)).as("while it is tried").isTrue();
        assertThat(a.wantsTrial(ticker.nanos())).isFalse();
        a.end(Outcome.ANSWERED, begun, ticker.nanos());
        assertThat(avoided(a)).isFalse();
        assertThat(told).hasSize(2).last().isEqualTo("a released after 1");
        assertThat(ejections.count()).isZero();
    }

    @Test
    void aTrialThatTakesItsTimeIsFollowedByAnother() {
        call(a, Outcome.UNREACHABLE);
        ticker.advance(Duration.ofMillis(1_101));
        a.begin(ticker.nanos());
        ticker.advance(Duration.ofMillis(999));
        assertThat(avoided(a)).isTrue();
        ticker.advance(Duration.ofMillis(1));
        assertThat(a.wantsTrial(ticker.nanos())).isTrue();
        call(a, Outcome.ANSWERED);
        assertThat(avoided(a)).isFalse();
        assertThat(ejections.count()).isZero();
    }

    @Test
    void aTrialThatFailsDoublesTheTimeUpToTheLongest() {
        call(a, Outcome.UNREACHABLE);
        long[] seconds = {1, 2, 4, 8, 16, 30, 30};
        for (long wanted : seconds) {
            long lasted = 0;
            while (avoided(a)) {
                ticker.advance(Duration.ofMillis(10));
                lasted += 10;
            }
            assertThat(lasted).isBetween(wanted * 900 - 10, wanted * 1_100 + 10);
            call(a, Outcome.FAILED);
        }
        assertThat(told).as("told once, not at every trial").hasSize(1);
    }

    @Test
    void aTrialThatFailsWhileEverybodyFailsIsRepeatedSoon() {
        call(a, Outcome.UNREACHABLE);
        for (Standing other : List.of(b, c, d)) {
            fail(other, 1);
        }
        for (int i = 0; i < 10; i++) {
            ticker.advance(Duration.ofMillis(1_100));
            assertThat(a.wantsTrial(ticker.nanos())).as("trial " + i).isTrue();
            call(a, Outcome.UNREACHABLE);
            assertThat(avoided(a)).isTrue();
        }
        call(d, Outcome.ANSWERED);
        ticker.advance(Duration.ofMillis(1_100));
        call(a, Outcome.UNREACHABLE);
        ticker.advance(Duration.ofMillis(1_100));
        assertThat(avoided(a)).as("now it is this one alone").isTrue();
    }

    @Test
    void whoFailsLikeAllOthersAfterItsEjectionIsCalledLikeThem() {
        fail(a, 5);
        assertThat(avoided(a)).as("the others had not failed yet").isTrue();
        for (Standing other : List.of(b, c, d)) {
            fail(other, 1);
        }
        ticker.advance(Duration.ofMillis(1_100));
        call(a, Outcome.FAILED);
        assertThat(a.isInService()).isTrue();
        assertThat(ejections.count()).isZero();
        assertThat(told).hasSize(2).last().asString().contains("released");
        fail(a, 20);
        assertThat(a.isInService()).isTrue();
        for (int i = 0; i < 20; i++) {
            for (Standing other : List.of(b, c, d)) {
                call(other, Outcome.ANSWERED);
            }
        }
        fail(a, 1);
        assertThat(avoided(a)).as("now it is this one alone").isTrue();
    }

    @Test
    void aTrialThatTellsNothingIsFollowedByAnother() {
        call(a, Outcome.UNREACHABLE);
        ticker.advance(Duration.ofMillis(1_101));
        call(a, Outcome.UNKNOWN);
        assertThat(a.wantsTrial(ticker.nanos())).isTrue();
    }

    @Test
    void anAnswerToACallFromBeforeTheEjectionSaysNothing() {
        long before = ticker.nanos();
        a.begin(before);
        ticker.advance(Duration.ofMillis(5));
        call(a, Outcome.UNREACHABLE);
        a.end(Outcome.ANSWERED, before, ticker.nanos());
        assertThat(avoided(a)).isTrue();
    }

    @Test
    void whoServesWellIsForgiven() {
        for (int i = 0; i < 3; i++) {
            call(a, Outcome.UNREACHABLE);
            ticker.advance(Duration.ofSeconds(10));
            call(a, Outcome.ANSWERED);
        }
        ticker.advance(OutlierConfig.DEFAULT.calm().multipliedBy(3));
        call(a, Outcome.UNREACHABLE);
        ticker.advance(Duration.ofMillis(1_101));
        assertThat(avoided(a)).as("the first again").isFalse();
    }

    @Test
    void whoLeavesTakesNoPlace() {
        call(a, Outcome.UNREACHABLE);
        call(b, Outcome.UNREACHABLE);
        a.leave();
        a.leave();
        assertThat(ejections.count()).isEqualTo(1);
        call(c, Outcome.UNREACHABLE);
        assertThat(avoided(c)).isTrue();
    }

    /** The process died, was taken off the list, and then its connections break. */
    @Test
    void whatTheLastCallsOfOneThatLeftTellTakesNoPlace() {
        a.begin(ticker.nanos());
        a.leave();
        a.end(Outcome.UNREACHABLE, ticker.nanos(), ticker.nanos());
        fail(a, 20);
        assertThat(ejections.count()).isZero();
        assertThat(told).isEmpty();
        a.enter(Instance.builder("a", "x").build());
        call(a, Outcome.ANSWERED);
        assertThat(a.describe(ticker.nanos()))
                .as("nothing of before is held against it")
                .isEmpty();
    }

    @Test
    void ownPausesAreSeenBeforeAndAfterTheTimerHasRun() {
        OwnPause pause = new OwnPause(ticker.nanos());
        long begun = ticker.nanos();
        for (int i = 0; i < 10; i++) {
            ticker.advance(Duration.ofMillis(100));
            pause.beat(ticker.nanos());
        }
        assertThat(pause.since(begun, ticker.nanos())).isFalse();
        ticker.advance(Duration.ofSeconds(10));
        assertThat(pause.since(begun, ticker.nanos())).as("before the timer").isTrue();
        pause.beat(ticker.nanos());
        assertThat(pause.since(begun, ticker.nanos())).as("after it").isTrue();
        ticker.advance(Duration.ofMillis(100));
        assertThat(pause.since(ticker.nanos(), ticker.nanos()))
                .as("what began later")
                .isFalse();
    }
}
