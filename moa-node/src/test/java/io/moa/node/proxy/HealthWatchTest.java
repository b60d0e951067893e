package io.moa.node.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.moa.invoke.Executed;
import io.moa.invoke.Status;
import io.moa.node.local.LocalProcessException;
import io.moa.testkit.FakeScheduler;
import io.netty.buffer.Unpooled;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** When a process is said to be there, and when not. */
class HealthWatchTest {

    private static final Duration EVERY = Duration.ofSeconds(1);

    private final FakeScheduler scheduler = new FakeScheduler();
    private final ScriptedProcess process = new ScriptedProcess();
    private final List<String> told = new ArrayList<>();
    private boolean listenerFails;
    private final HealthWatch watch = new HealthWatch(
            process, new PublishedConfig.Health(null, EVERY, EVERY, 3, 2), scheduler, new HealthWatch.Listener() {
                @Override
                public void well() {
                    tell("well");
                }

                @Override
                public void ill(String why, boolean silent) {
                    tell((silent ? "ill: " : "not well: ") + why);
                }
            });

    private void tell(String what) {
        told.add(what);
        if (listenerFails) {
            throw new IllegalStateException("a listener that fails");
        }
    }

    private void good() {
        process.last().answer().complete(Unpooled.EMPTY_BUFFER);
    }

    private void bad(String why) {
        process.last().answer().completeExceptionally(new LocalProcessException(Status.UNAVAILABLE, Executed.NO, why));
    }

    private void notWell(String why) {
        process.last()
                .answer()
                .completeExceptionally(new LocalProcessException(Status.OVERLOADED, Executed.MAYBE, why));
    }

    private void next() {
        int before = process.asked();
        scheduler.advance(EVERY);
        assertThat(process.asked()).isEqualTo(before + 1);
    }

    @Test
    void theFirstWordIsToldAtOnce() {
        watch.begin();
        good();
        assertThat(told).containsExactly("well");
    }

    @Test
    void theFirstWordMayBeABadOne() {
        watch.begin();
        bad("is not there");
        assertThat(told).containsExactly("ill: is not there");
        next();
        good();
        assertThat(told).as("two in a row put it back").hasSize(1);
        next();
        good();
        assertThat(told).containsExactly("ill: is not there", "well");
    }

    @Test
    void soManyFailuresInARowTakeItOffAndTheLastOneIsTold() {
        watch.begin();
        good();
        for (String why : List.of("one", "two", "three", "four")) {
            next();
            bad(why);
        }
        assertThat(told).containsExactly("well", "ill: three");
    }

    @Test
    void aGoodAnswerBetweenFailuresBeginsTheCountAgain() {
        watch.begin();
        good();
        for (int i = 0; i < 10; i++) {
            next();
            bad("is away");
            next();
            bad("is away");
            next();
            good();
        }
        assertThat(told).containsExactly("well");
    }

    @Test
    void aBadAnswerBetweenGoodOnesBeginsTheCountAgain() {
        watch.begin();
        bad("is away");
        for (int i = 0; i < 10; i++) {
            next();
            good();
            next();
            bad("is away");
        }
        assertThat(told).containsExactly("ill: is away");
    }

    @Test
    void itIsNotAskedAgainWhileItIsAsked() {
        watch.begin();
        scheduler.advance(Duration.ofMinutes(1));
        watch.hurry();
        watch.hurry();
        assertThat(process.asked()).isEqualTo(1);
    }

    @Test
    void whoHurriesAsksAtOnceAndInPlaceOfTheNextTime() {
        watch.begin();
        good();
        watch.hurry();
        assertThat(process.asked()).isEqualTo(2);
        watch.hurry();
        assertThat(process.asked()).as("one at a time").isEqualTo(2);
        bad("is away");
        scheduler.runDue();
        assertThat(process.asked()).as("somebody could not reach it meanwhile").isEqualTo(3);
        bad("is away");
        scheduler.runDue();
        assertThat(process.asked()).isEqualTo(3);
        assertThat(scheduler.pending()).as("one timer").isEqualTo(1);
    }

    @Test
    void whoHurriesForWhatIsKnownToBeOffAsksNobody() {
        watch.begin();
        bad("is away");
        watch.hurry();
        assertThat(process.asked()).isEqualTo(1);
    }

    @Test
    void nothingIsToldOrAskedAfterClosing() {
        watch.begin();
        good();
        next();
        watch.close();
        bad("is away");
        watch.hurry();
        scheduler.advance(Duration.ofMinutes(1));
        assertThat(told).containsExactly("well");
        assertThat(process.asked()).isEqualTo(2);
        assertThat(scheduler.pending()).isZero();
        watch.close();
    }

    @Test
    void closingBetweenChecksTakesTheTimerBack() {
        watch.begin();
        good();
        watch.close();
        assertThat(scheduler.pending()).isZero();
    }

    @Test
    void aCheckThatThrowsIsAFailureAndTheNextOneIsMade() {
        process.throwsNow = true;
        watch.begin();
        assertThat(told)
                .singleElement()
                .asString()
                .startsWith("ill: cannot be asked")
                .contains("a process that throws");
        process.throwsNow = false;
        next();
        good();
        next();
        good();
        assertThat(told).last().isEqualTo("well");
    }

    @Test
    void aListenerThatFailsIsNotTheLastOneToHear() {
        listenerFails = true;
        watch.begin();
        good();
        for (int i = 0; i < 3; i++) {
            next();
            bad("is away");
        }
        assertThat(told).containsExactly("well", "ill: is away");
    }

    @Test
    void whoSaysItselfThatItIsNotWellIsNotTakenForSilent() {
        watch.begin();
        process.last()
                .answer()
                .completeExceptionally(
                        new LocalProcessException(Status.OVERLOADED, Executed.MAYBE, "answered the HTTP status 503"));
        assertThat(told).containsExactly("not well: answered the HTTP status 503");
    }

    @Test
    void whoHangsIsSilent() {
        watch.begin();
        process.last()
                .answer()
                .completeExceptionally(new LocalProcessException(
                        Status.DEADLINE_EXCEEDED, Executed.MAYBE, "gave no answer within 1000 ms"));
        assertThat(told).containsExactly("ill: gave no answer within 1000 ms");
    }

    @Test
    void whoSaysThatItIsNotWellAndThenHangsIsToldAgainAsSilent() {
        watch.begin();
        notWell("503");
        for (String why : List.of("one", "two", "three", "four", "five", "six", "seven")) {
            next();
            bad(why);
        }
        assertThat(told).as("after so many in a row, and once").containsExactly("not well: 503", "ill: three");
    }

    @Test
    void whoWasSilentAndThenSaysThatItIsNotWellIsToldAgain() {
        watch.begin();
        bad("is away");
        for (String why : List.of("500", "501", "502", "503")) {
            next();
            notWell(why);
        }
        assertThat(told).containsExactly("ill: is away", "not well: 502");
        next();
        good();
        next();
        good();
        assertThat(told).last().isEqualTo("well");
    }

    @Test
    void whoIsSilentNowAndThenIsToldNoMore() {
        watch.begin();
        notWell("503");
        for (int i = 0; i < 10; i++) {
            next();
            bad("is away");
            next();
            bad("is away");
            next();
            if (i % 2 == 0) {
                notWell("503");
            } else {
                good();
            }
        }
        assertThat(told).containsExactly("not well: 503");
    }

    @Test
    void silenceOfAnotherTimeIsNotCounted() {
        watch.begin();
        notWell("503");
        next();
        bad("is away");
        next();
        bad("is away");
        next();
        good();
        next();
        good();
        for (int i = 0; i < 3; i++) {
            next();
            notWell("503");
        }
        next();
        bad("is away");
        assertThat(told).containsExactly("not well: 503", "well", "not well: 503");
    }
}
