package io.moa.invoke;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class LedgerTest {

    private static long sum(Ledger ledger) {
        long sum = 0;
        for (Phase phase : Phase.values()) {
            sum += ledger.spentNanos(phase);
        }
        return sum;
    }

    @Test
    void phasesAddUpToTheTotal() {
        Ledger ledger = new Ledger(Phase.CLIENT_QUEUE, 1_000);
        ledger.enter(Phase.PICK, 1_010);
        ledger.enter(Phase.WRITE, 1_030);
        ledger.enter(Phase.BACK, 1_060);
        ledger.addMeasured(Phase.SERVER_QUEUE, 50);
        ledger.addMeasured(Phase.EXECUTE, 200);
        ledger.settle(1_400);
        assertThat(ledger.spentNanos(Phase.CLIENT_QUEUE)).isEqualTo(10);
        assertThat(ledger.spentNanos(Phase.PICK)).isEqualTo(20);
        assertThat(ledger.spentNanos(Phase.WRITE)).isEqualTo(30);
        assertThat(ledger.spentNanos(Phase.BACK)).isEqualTo(340 - 250);
        assertThat(ledger.totalNanos()).isEqualTo(400);
        assertThat(sum(ledger)).isEqualTo(400);
        assertThat(ledger.guiltiest()).isEqualTo(Phase.EXECUTE);
    }

    /** The flush of the caller returns after the server has begun: what both counted counts once. */
    @Test
    void phasesAddUpEvenIfTheServerBeganBeforeTheFlushReturned() {
        Ledger ledger = new Ledger(Phase.WRITE, 0);
        ledger.enter(Phase.BACK, 100);
        ledger.addMeasured(Phase.EXECUTE, 80);
        ledger.settle(120);
        assertThat(ledger.spentNanos(Phase.EXECUTE)).isEqualTo(80);
        assertThat(ledger.spentNanos(Phase.WRITE)).isEqualTo(40);
        assertThat(ledger.spentNanos(Phase.BACK)).isZero();
        assertThat(sum(ledger)).isEqualTo(ledger.totalNanos());
    }

    @Test
    void noPhaseIsNegativeWhateverTheServerClaims() {
        Ledger ledger = new Ledger(Phase.WRITE, 0);
        ledger.enter(Phase.BACK, 100);
        ledger.addMeasured(Phase.EXECUTE, 1_000_000);
        ledger.settle(120);
        for (Phase phase : Phase.values()) {
            assertThat(ledger.spentNanos(phase)).isNotNegative();
        }
    }

    @Test
    void whatAnotherAttemptSaysIsTheCallsAccountOnceItIsAdopted() {
        Ledger call = new Ledger(Phase.CLIENT_QUEUE, 0);
        call.sentTo("one");
        call.enter(Phase.BACK, 10);
        Ledger other = new Ledger(Phase.CLIENT_QUEUE, 0);
        other.sentTo("two");
        other.enter(Phase.BACK, 50);
        call.adopt(other);
        call.sentTo("one again"); // by the attempt that was withdrawn, which does not know it yet
        call.enter(Phase.WRITE, 60);
        call.addMeasured(Phase.EXECUTE, 1_000);
        call.settle(80);
        call.settle(90);
        assertThat(call.sentTo()).isEqualTo("two");
        assertThat(call.current()).isEqualTo(Phase.BACK);
        assertThat(call.spentNanos(Phase.CLIENT_QUEUE)).isEqualTo(50);
        assertThat(call.spentNanos(Phase.BACK)).isEqualTo(30);
        assertThat(call.totalNanos()).isEqualTo(80);
        assertThat(sum(call)).isEqualTo(80);
        assertThat(call.guiltiest()).isEqualTo(Phase.CLIENT_QUEUE);
        assertThat(call.account()).isEqualTo(other.account());
    }

    @Test
    void silenceIsToldOnceToWhoeverListensLast() {
        Ledger ledger = new Ledger(Phase.BACK, 0);
        List<String> told = new ArrayList<>();
        ledger.silent(reason -> {});
        ledger.onSilence(attempt -> told.add("first"));
        ledger.onSilence(attempt -> told.add("second"));
        ledger.silent(reason -> {});
        ledger.silent(reason -> {});
        assertThat(told).containsExactly("second");
    }

    @Test
    void firstEndCounts() {
        Ledger ledger = new Ledger(Phase.BACK, 0);
        ledger.settle(100);
        ledger.settle(300);
        assertThat(ledger.totalNanos()).isEqualTo(100);
    }

    @Test
    void phaseThatIsEnteredAgainAddsUp() {
        Ledger ledger = new Ledger(Phase.CLIENT_QUEUE, 0);
        ledger.enter(Phase.PICK, 10);
        ledger.enter(Phase.CLIENT_QUEUE, 15);
        ledger.enter(Phase.PICK, 25);
        ledger.settle(30);
        assertThat(ledger.spentNanos(Phase.CLIENT_QUEUE)).isEqualTo(20);
        assertThat(ledger.spentNanos(Phase.PICK)).isEqualTo(10);
    }

    @Test
    void countsTheAttemptsForWhichAnInstanceWasChosen() {
        Ledger ledger = new Ledger(Phase.CLIENT_QUEUE, 0);
        assertThat(ledger.timesSent()).isZero();
        ledger.sentTo("one");
        ledger.sentTo("another");
        ledger.sentBeside();
        assertThat(ledger.timesSent()).isEqualTo(3);
        for (int i = 0; i < 200; i++) {
            ledger.sentTo("many");
        }
        assertThat(ledger.timesSent()).isEqualTo(Byte.MAX_VALUE + 1);
    }

    @Test
    void verdictNamesTheGuiltyPhaseInOneSentence() {
        Ledger ledger = new Ledger(Phase.CLIENT_QUEUE, 0);
        ledger.enter(Phase.BACK, 1_900_000);
        ledger.addMeasured(Phase.SERVER_QUEUE, 98_200_000);
        ledger.settle(100_100_000 + 1_900_000);
        assertThat(ledger.verdict())
                .startsWith("98.2 ms of 102.0 ms went to " + Phase.SERVER_QUEUE.label() + ": ")
                .endsWith(".");
        assertThat(ledger.account()).contains(Phase.SERVER_QUEUE.label() + " 98.2 ms");
    }
}
