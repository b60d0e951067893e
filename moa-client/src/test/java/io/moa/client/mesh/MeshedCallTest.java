package io.moa.client.mesh;

import static org.assertj.core.api.Assertions.assertThat;

import io.moa.invoke.Attributes;
import io.moa.invoke.Cancellation;
import io.moa.invoke.Executed;
import io.moa.invoke.Hop;
import io.moa.invoke.Invocation;
import io.moa.invoke.Phase;
import io.moa.invoke.Reply;
import io.moa.invoke.Seat;
import io.moa.invoke.Status;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What an agent is given of a call, and when the call goes the next way. */
class MeshedCallTest {

    private final MeshedCallStage stage = new MeshedCallStage();

    // ---- what the agent is given

    @Test
    void theAgentGetsTheCallAsItWasAnnouncedAndGovernedNowhereYet() {
        Invocation call =
                stage.call(true).hop(new Hop(1, Seat.DIRECT, 5, Seat.DIRECT)).build();
        stage.begun(call);
        Invocation given = stage.agent.last().invocation;
        assertThat(given.attributes()).isSameAs(MeshedCallStage.NAMED.attributes());
        assertThat(given.hop()).isEqualTo(new Hop(1, Seat.LOCAL, 5, Seat.NONE));
        assertThat(given.service()).isEqualTo(call.service());
        assertThat(given.payload()).isSameAs(call.payload());
        assertThat(given.cancellation()).isSameAs(call.cancellation());
        assertThat(given.ledger()).isSameAs(call.ledger());
        assertThat(call.ledger().sentTo()).isEqualTo("agent-uuid");
        assertThat(call.ledger().current()).isEqualTo(Phase.PICK);
    }

    @Test
    void aCallThatNobodyMayRepeatIsNotRepeatedByTheAgentEither() {
        stage.begun(stage.call(true).hop(Hop.REPEATED).build());
        assertThat(stage.agent.last().invocation.hop()).isEqualTo(new Hop(1, Seat.NONE, Hop.DEFAULT_HOPS, Seat.NONE));
    }

    // ---- what the agent answers

    @Test
    void itsReplyIsTheReply() {
        MeshedCall meshed = stage.begun(stage.call(true).build());
        assertThat(meshed).isNotDone();
        stage.agent.last().reply.complete(MeshedCallStage.VALUE);
        assertThat(meshed).isCompletedWithValue(MeshedCallStage.VALUE);
        assertThat(stage.wentOn).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(Status.class)
    void whatFailsWhileTheAgentIsThereIsAnAnswer(Status status) {
        for (Executed executed : Executed.values()) {
            if (status == Status.UNSUPPORTED && executed == Executed.NO) {
                continue; // that is the agent's own
            }
            MeshedCall meshed = stage.begun(stage.call(true).build());
            stage.agent.last().fail(status, executed);
            assertThat(MeshedCallStage.failure(meshed).status()).isEqualTo(status);
            assertThat(MeshedCallStage.failure(meshed).executed()).isEqualTo(executed);
        }
        assertThat(stage.wentOn).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aCallThatTheAgentGivesBackGoesTheNextWayAsItWas(boolean idempotent) {
        Invocation call = stage.call(idempotent).build();
        MeshedCall meshed = stage.begun(call);
        stage.agent.last().fail(Status.UNSUPPORTED, Executed.NO);
        assertThat(stage.wentOn).containsExactly(call);
        assertThat(meshed).isCompletedWithValue(MeshedCallStage.VALUE);
        assertThat(call.ledger().current()).isEqualTo(Phase.CLIENT_QUEUE);
    }

    @ParameterizedTest
    @CsvSource({"UNAVAILABLE, true", "UNAVAILABLE, false", "DRAINING, true", "DRAINING, false"})
    void whatDidNotRunAtAnAgentThatIsGoneGoesTheNextWayAsItWas(Status status, boolean idempotent) {
        Invocation call = stage.call(idempotent).build();
        MeshedCall meshed = stage.begun(call);
        stage.agent.usable = false;
        stage.agent.last().fail(status, Executed.NO);
        assertThat(stage.wentOn).containsExactly(call);
        assertThat(meshed).isCompletedWithValue(MeshedCallStage.VALUE);
    }

    @Test
    void whatMayHaveRunAtAnAgentThatIsGoneGoesOnIfItMayRunTwice() {
        MeshedCall meshed =
                stage.begun(stage.call(true).hop(Hop.DIRECT.withAttempt(2)).build());
        stage.agent.breakDown(Executed.MAYBE);
        assertThat(stage.wentOn).singleElement().satisfies(again -> assertThat(again.hop())
                .isEqualTo(Hop.DIRECT.withAttempt(3)));
        assertThat(meshed).isCompletedWithValue(MeshedCallStage.VALUE);
    }

    /** The agent is there; the process that was in its place had the call. */
    @Test
    void aCallWhoseProcessIsGoneGoesOnIfItMayRunTwice() {
        MeshedCall meshed = stage.begun(stage.call(true).build());
        stage.agent.last().orphan();
        assertThat(stage.wentOn).hasSize(1);
        assertThat(meshed).isCompletedWithValue(MeshedCallStage.VALUE);
    }

    @Test
    void aCallWhoseProcessIsGoneEndsSoIfItMayNotRunTwice() {
        MeshedCall meshed = stage.begun(stage.call(false).build());
        stage.agent.last().orphan();
        assertThat(stage.wentOn).isEmpty();
        assertThat(MeshedCallStage.failure(meshed).executed()).isEqualTo(Executed.MAYBE);
    }

    @Test
    void whatMayHaveRunThereAndMayNotRunTwiceEndsSo() {
        MeshedCall meshed = stage.begun(stage.call(false).build());
        stage.agent.breakDown(Executed.MAYBE);
        assertThat(stage.wentOn).isEmpty();
        assertThat(MeshedCallStage.failure(meshed).status()).isEqualTo(Status.UNAVAILABLE);
        assertThat(MeshedCallStage.failure(meshed).executed()).isEqualTo(Executed.MAYBE);
    }

    @Test
    void aCallOfWhichNothingIsDeclaredDoesNotRunTwice() {
        MeshedCall meshed =
                stage.begun(stage.call(true).attributes(Attributes.EMPTY).build());
        stage.agent.breakDown(Executed.MAYBE);
        assertThat(stage.wentOn).isEmpty();
        assertThat(meshed).isCompleted();
    }

    @Test
    void aOneWayCallThatMayHaveLeftIsNotSentAgain() {
        MeshedCall meshed = stage.begun(stage.call(true).oneWay(true).build());
        stage.agent.breakDown(Executed.MAYBE);
        assertThat(stage.wentOn).isEmpty();
        assertThat(MeshedCallStage.failure(meshed).executed()).isEqualTo(Executed.MAYBE);
    }

    @Test
    void aOneWayCallThatDidNotLeaveIs() {
        Invocation call = stage.call(false).oneWay(true).build();
        stage.begun(call);
        stage.agent.breakDown(Executed.NO);
        assertThat(stage.wentOn).containsExactly(call);
    }

    @ParameterizedTest
    @EnumSource(
            value = Status.class,
            names = {"UNAVAILABLE", "DRAINING"},
            mode = EnumSource.Mode.EXCLUDE)
    void whatWasDecidedOfACallStandsAlsoIfTheAgentIsGoneBehindIt(Status status) {
        MeshedCall meshed = stage.begun(stage.call(true).build());
        stage.agent.usable = false;
        stage.agent.last().fail(status, Executed.MAYBE);
        assertThat(stage.wentOn).isEmpty();
        assertThat(MeshedCallStage.failure(meshed).status()).isEqualTo(status);
    }

    @Test
    void aWithdrawnCallDoesNotGoOn() {
        Invocation call = stage.call(true).build();
        MeshedCall meshed = stage.begun(call);
        call.cancellation().fire(Cancellation.Reason.CALLER);
        stage.agent.breakDown(Executed.NO);
        assertThat(stage.wentOn).isEmpty();
        assertThat(MeshedCallStage.failure(meshed).executed()).isEqualTo(Executed.NO);
    }

    @Test
    void aCallWhoseTimeIsUpDoesNotGoOn() {
        MeshedCall meshed = stage.begun(stage.call(true).build());
        stage.ticker.advance(Duration.ofSeconds(1));
        stage.agent.breakDown(Executed.NO);
        assertThat(stage.wentOn).isEmpty();
        assertThat(meshed).isCompleted();
    }

    @Test
    void aConnectionThatBreaksItsContractEndsTheCall() {
        MeshedCall meshed = stage.begun(stage.call(true).build());
        stage.agent.last().reply.completeExceptionally(new IllegalStateException("odd"));
        assertThat(MeshedCallStage.failure(meshed).status()).isEqualTo(Status.INTERNAL);
        assertThat(MeshedCallStage.failure(meshed).message()).contains("odd");
        assertThat(stage.wentOn).isEmpty();
    }

    // ---- what the next way answers

    @ParameterizedTest
    @CsvSource({"MAYBE, NO, MAYBE", "MAYBE, MAYBE, MAYBE", "MAYBE, YES, YES", "NO, NO, NO", "NO, YES, YES"})
    void whatWasSentTwiceDidNotRunOnlyIfItDidNotInEither(Executed first, Executed second, Executed both) {
        stage.nextWay = CompletableFuture.completedFuture(Reply.failure(Status.OVERLOADED, second, "full"));
        MeshedCall meshed = stage.begun(stage.call(true).build());
        stage.agent.breakDown(first);
        assertThat(MeshedCallStage.failure(meshed).status()).isEqualTo(Status.OVERLOADED);
        assertThat(MeshedCallStage.failure(meshed).executed()).isEqualTo(both);
        assertThat(MeshedCallStage.failure(meshed).message()).startsWith("full");
    }

    @Test
    void aNextWayThatThrowsEndsTheCall() {
        MeshedCall meshed = new MeshedCall(
                stage.call(true).build(),
                stage.agent,
                (again, before) -> {
                    throw new IllegalStateException("odd");
                },
                stage.ticker,
                any -> {});
        meshed.begin(MeshedCallStage.NAMED);
        stage.agent.breakDown(Executed.NO);
        assertThat(MeshedCallStage.failure(meshed).status()).isEqualTo(Status.INTERNAL);
    }

    @Test
    void aNextWayThatBreaksItsContractEndsTheCall() {
        stage.nextWay = CompletableFuture.failedFuture(new IllegalStateException("odd"));
        MeshedCall meshed = stage.begun(stage.call(true).build());
        stage.agent.breakDown(Executed.NO);
        assertThat(MeshedCallStage.failure(meshed).status()).isEqualTo(Status.INTERNAL);
    }
}
