package io.moa.transport.netty;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.moa.invoke.Reply;
import io.moa.invoke.Status;
import io.moa.protocol.frame.HandOverMessage.Step;
import io.moa.testkit.LeakCheck;
import io.moa.transport.TransportConfig;
import io.moa.transport.handover.HandOver;
import io.moa.transport.handover.HandOverFailedException;
import io.moa.transport.handover.HandOverLedger;
import io.moa.transport.handover.Takeover;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** Whichever of the two processes ends, and whenever: every client is served by one of them, and has lost nothing. */
@ExtendWith(LeakCheck.class)
@Timeout(300)
class BrokenHandOverTest {

    private final AtomicReference<CompletableFuture<Reply>> open = new AtomicReference<>();

    private HandOverStage stage() {
        return new HandOverStage(TransportConfig.DEFAULT, call -> UnderWay.route(open, call), HandOverStage::heir);
    }

    @Test
    void newProcessMayEndAtEveryStep() throws Exception {
        List<Step> steps = stepsOfNew();
        assertThat(steps)
                .startsWith(Step.GREETING, Step.PROOF, Step.READY, Step.HELD)
                .endsWith(Step.TAKEN, Step.BYE);
        for (int last = 0; last < steps.size(); last++) {
            endOfNew(steps, last, false);
            endOfNew(steps, last, true);
        }
    }

    /** What the new process says when all goes well. */
    private List<Step> stepsOfNew() throws Exception {
        List<Step> said = CutLine.notes();
        try (HandOverStage stage = stage();
                UnderWay clients = new UnderWay(stage, open)) {
            HandOver offer = stage.offer();
            stage.taken(stage.takeOver(line -> new CutLine(line, CutLine.NEVER, true, said))
                    .get(30, TimeUnit.SECONDS));
            clients.answer();
            clients.goesOn('H', null);
            HandOverLedger ledger = offer.ended().get(30, TimeUnit.SECONDS);
            assertThat(ledger.moved()).isEqualTo(4);
            assertThat(ledger.halfRead()).isEqualTo(2);
            assertThat(ledger.unsent()).isOne();
            assertThat(ledger.callsFinished()).isOne();
            assertThat(ledger.callsLost()).isZero();
            assertThat(ledger.pauses().count()).isEqualTo(4);
        }
        return said;
    }

    private void endOfNew(List<Step> steps, int last, boolean saysLast) throws Exception {
        try (HandOverStage stage = stage();
                UnderWay clients = new UnderWay(stage, open)) {
            HandOver offer = stage.offer();
            CompletableFuture<Takeover> takeover =
                    stage.takeOver(line -> new CutLine(line, last, saysLast, CutLine.notes()));
            boolean takes = last > steps.indexOf(Step.TAKEN) || (last == steps.indexOf(Step.TAKEN) && saysLast);
            if (takes) {
                stage.taken(takeover.get(30, TimeUnit.SECONDS));
                offer.taken().get(30, TimeUnit.SECONDS);
                boolean told = last > steps.indexOf(Step.TAKEN);
                if (told) {
                    clients.answer();
                }
                clients.goesOn('H', told ? null : Status.UNAVAILABLE.code());
                if (!told) {
                    clients.answer();
                }
                offer.ended().get(30, TimeUnit.SECONDS);
            } else {
                assertFailed(takeover);
                if (last <= 1) { // it may never have been let in, and then the offer stands
                    offer.close();
                }
                assertFailed(offer.taken());
                assertFailed(offer.ended());
                clients.answer();
                clients.goesOn('O', null);
            }
        }
    }

    private static void assertFailed(CompletableFuture<?> future) {
        assertThatThrownBy(() -> future.get(30, TimeUnit.SECONDS))
                .isInstanceOf(ExecutionException.class)
                .hasCauseInstanceOf(HandOverFailedException.class);
    }

    @Test
    void oldProcessMayGiveUpAtEveryStep() throws Exception {
        List<Step> steps = CutLine.notes();
        try (HandOverStage stage = stage();
                UnderWay clients = new UnderWay(stage, open)) {
            HandOver offer = stage.offer(HandOverStage.LIMITS, line -> new CutLine(line, CutLine.NEVER, true, steps));
            stage.taken(stage.takeOver(UnaryOperator.identity()).get(30, TimeUnit.SECONDS));
            clients.answer();
            clients.goesOn('H', null);
            offer.ended().get(30, TimeUnit.SECONDS);
        }
        assertThat(steps)
                .startsWith(Step.DOOR, Step.OFFER, Step.DOOR_DESCRIPTOR, Step.DESCRIPTOR)
                .endsWith(Step.STATE, Step.COMMIT, Step.LATE, Step.BYE);
        for (int last = 0; last < steps.size(); last++) {
            endOfOld(steps, last, false);
            if (steps.get(last) != Step.COMMIT) { // a process that lives has a word to say then
                endOfOld(steps, last, true);
            }
        }
    }

    private void endOfOld(List<Step> steps, int last, boolean saysLast) throws Exception {
        try (HandOverStage stage = stage();
                UnderWay clients = new UnderWay(stage, open)) {
            HandOver offer =
                    stage.offer(HandOverStage.LIMITS, line -> new CutLine(line, last, saysLast, CutLine.notes()));
            CompletableFuture<Takeover> takeover = stage.takeOver(UnaryOperator.identity());
            if (last > steps.indexOf(Step.COMMIT)) {
                stage.taken(takeover.get(30, TimeUnit.SECONDS));
                offer.taken().get(30, TimeUnit.SECONDS);
                clients.answer();
                boolean answered = last > steps.indexOf(Step.LATE) || saysLast;
                clients.goesOn('H', answered ? null : Status.UNAVAILABLE.code());
                assertThat(takeover.get(30, TimeUnit.SECONDS)
                                .ended()
                                .get(30, TimeUnit.SECONDS)
                                .callsLost())
                        .isEqualTo(answered ? 0 : 1);
            } else {
                assertFailed(takeover);
                assertFailed(offer.taken());
                clients.answer();
                clients.goesOn('O', null);
            }
        }
    }

    @Test
    void offerThatFailedIsMadeAgain() throws Exception {
        try (HandOverStage stage = stage();
                UnderWay clients = new UnderWay(stage, open)) {
            HandOver failing = stage.offer();
            int beforeTaken = stepsOfNewBefore(stage);
            assertFailed(failing.taken());
            assertThat(beforeTaken).isPositive();
            clients.answer(); // while nobody knows who serves next
            CompletableFuture<HandOverLedger> ended = stage.move();
            clients.goesOn('H', null);
            assertThat(ended.get(30, TimeUnit.SECONDS).moved()).isEqualTo(4);
        }
    }

    private static int stepsOfNewBefore(HandOverStage stage) {
        List<Step> said = CutLine.notes();
        // Greeting, proof, ready, the door and four connections: it ends instead of taking them.
        CompletableFuture<Takeover> takeover = stage.takeOver(line -> new CutLine(line, 8, false, said));
        assertFailed(takeover);
        assertThat(said).hasSize(8).endsWith(Step.HELD);
        return said.size();
    }
}
