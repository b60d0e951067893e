package io.moa.client.mesh;

import static org.assertj.core.api.Assertions.assertThat;

import io.moa.client.Calls;
import io.moa.invoke.Attributes;
import io.moa.invoke.Cancellation;
import io.moa.invoke.Deadline;
import io.moa.invoke.Executed;
import io.moa.invoke.Hop;
import io.moa.invoke.Invocation;
import io.moa.invoke.Payload;
import io.moa.invoke.Phase;
import io.moa.invoke.Reply;
import io.moa.invoke.Seat;
import io.moa.invoke.Status;
import io.moa.protocol.payload.BytesPayload;
import io.moa.testkit.FakeTicker;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** When a call that an agent was given goes the next way, and what becomes of its replies. */
class MeshedCallTest {

    private static final Announcement.Named NAMED =
            new Announcement.Named("7f", Attributes.EMPTY.with(new Attributes.Key<>("named"), "7f"));
    private static final Reply VALUE = new Reply.Value(Payload.EMPTY);

    private final FakeTicker ticker = new FakeTicker();
    private final StagedAgent agent = new StagedAgent("agent-uuid");

    /** What went the next way, and how it ends there. */
    private final List<Invocation> wentOn = new ArrayList<>();

    private CompletableFuture<Reply> nextWay = CompletableFuture.completedFuture(VALUE);

    private Invocation.Builder call(boolean idempotent) {
        return Calls.of(ticker, Duration.ofSeconds(1)).attributes(Calls.policy(idempotent, 1));
    }

    private MeshedCall begun(Invocation call) {
        MeshedCall meshed = new MeshedCall(
                call,
                agent,
                again -> {
                    wentOn.add(again);
                    return nextWay;
                },
                ticker);
        meshed.begin(NAMED);
        return meshed;
    }

    private static Reply.Failure failure(MeshedCall ended) {
        assertThat(ended).isCompleted();
        return (Reply.Failure) ended.join();
    }

    private static BytesPayload bytes() {
        ByteBuf content = Unpooled.buffer().writeByte(1);
        return new BytesPayload(content);
    }

    private static int references(BytesPayload payload) {
        return payload.content().refCnt();
    }

    // ---- what the agent is given

    @Test
    void theAgentGetsTheCallAsItWasAnnouncedAndGovernedNowhereYet() {
        Invocation call =
                call(true).hop(new Hop(1, Seat.DIRECT, 5, Seat.DIRECT)).build();
        begun(call);
        Invocation given = agent.last().invocation;
        assertThat(given.attributes()).isSameAs(NAMED.attributes());
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
        begun(call(true).hop(Hop.REPEATED).build());
        assertThat(agent.last().invocation.hop()).isEqualTo(new Hop(1, Seat.NONE, Hop.DEFAULT_HOPS, Seat.NONE));
    }

    @ParameterizedTest
    @CsvSource({"1000000, 3000", "48000, 3000", "47984, 2999", "16000, 1000", "16, 1", "15, 0.9375", "0, 0"})
    void theAgentHasALittleLessTime(long leftMicros, double lessMicros) {
        begun(call(true)
                .deadline(Deadline.after(leftMicros * 1_000, ticker.nanos()))
                .build());
        assertThat(agent.last().invocation.deadline().remainingNanos(ticker.nanos()))
                .isEqualTo(leftMicros * 1_000 - (long) (lessMicros * 1_000));
    }

    @Test
    void aCallWithoutALimitHasNoneThere() {
        begun(call(true).deadline(Deadline.NONE).build());
        assertThat(agent.last().invocation.deadline().isNone()).isTrue();
    }

    // ---- what the agent answers

    @Test
    void itsReplyIsTheReply() {
        MeshedCall meshed = begun(call(true).build());
        assertThat(meshed).isNotDone();
        agent.last().reply.complete(VALUE);
        assertThat(meshed).isCompletedWithValue(VALUE);
        assertThat(wentOn).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(Status.class)
    void whatFailsWhileTheAgentIsThereIsAnAnswer(Status status) {
        for (Executed executed : Executed.values()) {
            if (status == Status.UNSUPPORTED && executed == Executed.NO) {
                continue; // that is the agent's own
            }
            MeshedCall meshed = begun(call(true).build());
            agent.last().fail(status, executed);
            assertThat(failure(meshed).status()).isEqualTo(status);
            assertThat(failure(meshed).executed()).isEqualTo(executed);
        }
        assertThat(wentOn).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aCallThatTheAgentGivesBackGoesTheNextWayAsItWas(boolean idempotent) {
        Invocation call = call(idempotent).build();
        MeshedCall meshed = begun(call);
        agent.last().fail(Status.UNSUPPORTED, Executed.NO);
        assertThat(wentOn).containsExactly(call);
        assertThat(meshed).isCompletedWithValue(VALUE);
        assertThat(call.ledger().current()).isEqualTo(Phase.CLIENT_QUEUE);
    }

    @ParameterizedTest
    @CsvSource({"UNAVAILABLE, true", "UNAVAILABLE, false", "DRAINING, true", "DRAINING, false"})
    void whatDidNotRunAtAnAgentThatIsGoneGoesTheNextWayAsItWas(Status status, boolean idempotent) {
        Invocation call = call(idempotent).build();
        MeshedCall meshed = begun(call);
        agent.usable = false;
        agent.last().fail(status, Executed.NO);
        assertThat(wentOn).containsExactly(call);
        assertThat(meshed).isCompletedWithValue(VALUE);
    }

    @Test
    void whatMayHaveRunAtAnAgentThatIsGoneGoesOnIfItMayRunTwice() {
        MeshedCall meshed = begun(call(true).hop(Hop.DIRECT.withAttempt(2)).build());
        agent.breakDown(Executed.MAYBE);
        assertThat(wentOn).singleElement().satisfies(again -> assertThat(again.hop())
                .isEqualTo(Hop.DIRECT.withAttempt(3)));
        assertThat(meshed).isCompletedWithValue(VALUE);
    }

    @Test
    void whatMayHaveRunThereAndMayNotRunTwiceEndsSo() {
        MeshedCall meshed = begun(call(false).build());
        agent.breakDown(Executed.MAYBE);
        assertThat(wentOn).isEmpty();
        assertThat(failure(meshed).status()).isEqualTo(Status.UNAVAILABLE);
        assertThat(failure(meshed).executed()).isEqualTo(Executed.MAYBE);
    }

    @Test
    void aCallOfWhichNothingIsDeclaredDoesNotRunTwice() {
        MeshedCall meshed = begun(call(true).attributes(Attributes.EMPTY).build());
        agent.breakDown(Executed.MAYBE);
        assertThat(wentOn).isEmpty();
        assertThat(meshed).isCompleted();
    }

    @Test
    void aOneWayCallThatMayHaveLeftIsNotSentAgain() {
        MeshedCall meshed = begun(call(true).oneWay(true).build());
        agent.breakDown(Executed.MAYBE);
        assertThat(wentOn).isEmpty();
        assertThat(failure(meshed).executed()).isEqualTo(Executed.MAYBE);
    }

    @Test
    void aOneWayCallThatDidNotLeaveIs() {
        Invocation call = call(false).oneWay(true).build();
        begun(call);
        agent.breakDown(Executed.NO);
        assertThat(wentOn).containsExactly(call);
    }

    @ParameterizedTest
    @EnumSource(
            value = Status.class,
            names = {"UNAVAILABLE", "DRAINING"},
            mode = EnumSource.Mode.EXCLUDE)
    void whatWasDecidedOfACallStandsAlsoIfTheAgentIsGoneBehindIt(Status status) {
        MeshedCall meshed = begun(call(true).build());
        agent.usable = false;
        agent.last().fail(status, Executed.MAYBE);
        assertThat(wentOn).isEmpty();
        assertThat(failure(meshed).status()).isEqualTo(status);
    }

    @Test
    void aWithdrawnCallDoesNotGoOn() {
        Invocation call = call(true).build();
        MeshedCall meshed = begun(call);
        call.cancellation().fire(Cancellation.Reason.CALLER);
        agent.breakDown(Executed.NO);
        assertThat(wentOn).isEmpty();
        assertThat(failure(meshed).executed()).isEqualTo(Executed.NO);
    }

    @Test
    void aCallWhoseTimeIsUpDoesNotGoOn() {
        MeshedCall meshed = begun(call(true).build());
        ticker.advance(Duration.ofSeconds(1));
        agent.breakDown(Executed.NO);
        assertThat(wentOn).isEmpty();
        assertThat(meshed).isCompleted();
    }

    @Test
    void aConnectionThatBreaksItsContractEndsTheCall() {
        MeshedCall meshed = begun(call(true).build());
        agent.last().reply.completeExceptionally(new IllegalStateException("odd"));
        assertThat(failure(meshed).status()).isEqualTo(Status.INTERNAL);
        assertThat(failure(meshed).message()).contains("odd");
        assertThat(wentOn).isEmpty();
    }

    // ---- what the next way answers

    @ParameterizedTest
    @CsvSource({"MAYBE, NO, MAYBE", "MAYBE, MAYBE, MAYBE", "MAYBE, YES, YES", "NO, NO, NO", "NO, YES, YES"})
    void whatWasSentTwiceDidNotRunOnlyIfItDidNotInEither(Executed first, Executed second, Executed both) {
        nextWay = CompletableFuture.completedFuture(Reply.failure(Status.OVERLOADED, second, "full"));
        MeshedCall meshed = begun(call(true).build());
        agent.breakDown(first);
        assertThat(failure(meshed).status()).isEqualTo(Status.OVERLOADED);
        assertThat(failure(meshed).executed()).isEqualTo(both);
        assertThat(failure(meshed).message()).startsWith("full");
    }

    @Test
    void aNextWayThatThrowsEndsTheCall() {
        MeshedCall meshed = new MeshedCall(
                call(true).build(),
                agent,
                again -> {
                    throw new IllegalStateException("odd");
                },
                ticker);
        meshed.begin(NAMED);
        agent.breakDown(Executed.NO);
        assertThat(failure(meshed).status()).isEqualTo(Status.INTERNAL);
    }

    @Test
    void aNextWayThatBreaksItsContractEndsTheCall() {
        nextWay = CompletableFuture.failedFuture(new IllegalStateException("odd"));
        MeshedCall meshed = begun(call(true).build());
        agent.breakDown(Executed.NO);
        assertThat(failure(meshed).status()).isEqualTo(Status.INTERNAL);
    }

    // ---- an agent that says nothing

    @Test
    void aCallThatMayRunTwiceIsWithdrawnFromASilentAgentAndGoesOnOnce() {
        MeshedCall meshed = begun(call(true).build());
        StagedAgent.Call there = agent.last();
        there.silent();
        assertThat(there.withdrawn).containsExactly(Cancellation.Reason.SUPERSEDED);
        assertThat(wentOn)
                .singleElement()
                .satisfies(again -> assertThat(again.hop().attempt()).isEqualTo(1));
        assertThat(meshed).isCompletedWithValue(VALUE);
        there.silent();
        agent.breakDown(Executed.MAYBE);
        assertThat(wentOn).hasSize(1);
        assertThat(there.withdrawn).hasSize(1);
    }

    @Test
    void itIsNotSaidToHaveRunNowhere() {
        nextWay = CompletableFuture.completedFuture(Reply.failure(Status.UNAVAILABLE, Executed.NO, "nobody"));
        MeshedCall meshed = begun(call(true).build());
        agent.last().silent();
        assertThat(failure(meshed).executed()).isEqualTo(Executed.MAYBE);
    }

    @Test
    void othersWaitForIt() {
        for (Invocation call : List.of(
                call(false).build(),
                call(true).oneWay(true).build(),
                call(true).attributes(Attributes.EMPTY).build())) {
            MeshedCall meshed = begun(call);
            agent.last().silent();
            assertThat(meshed).isNotDone();
            assertThat(agent.last().withdrawn).isEmpty();
            agent.last().reply.complete(VALUE);
            assertThat(meshed).isCompletedWithValue(VALUE);
        }
        assertThat(wentOn).isEmpty();
    }

    @Test
    void aCallThatWasWithdrawnOrIsLateDoesNotLeaveASilentAgent() {
        Invocation call = call(true).build();
        MeshedCall withdrawn = begun(call);
        StagedAgent.Call there = agent.last();
        call.cancellation().fire(Cancellation.Reason.CALLER);
        there.silent();
        assertThat(wentOn).isEmpty();
        there.fail(Status.CANCELLED, Executed.MAYBE);
        assertThat(failure(withdrawn).status()).isEqualTo(Status.CANCELLED);

        begun(call(true).build());
        ticker.advance(Duration.ofSeconds(1));
        agent.last().silent();
        assertThat(wentOn).isEmpty();
        assertThat(agent.last().withdrawn).isEmpty();
    }

    @Test
    void anAnswerThatIsThereIsNotLeft() {
        MeshedCall meshed = begun(call(true).build());
        agent.last().reply.complete(VALUE);
        meshed.silent(agent.last());
        assertThat(wentOn).isEmpty();
        assertThat(agent.last().withdrawn).isEmpty();
    }

    // ---- who frees what nobody waits for

    @Test
    void theLateReplyOfAnAgentThatWasLeftIsFreed() {
        nextWay = new CompletableFuture<>();
        MeshedCall meshed = begun(call(true).build());
        agent.last().silent();
        BytesPayload late = bytes();
        agent.last().reply.complete(new Reply.Value(late));
        assertThat(references(late)).isZero();
        assertThat(meshed).isNotDone();
        BytesPayload counts = bytes();
        nextWay.complete(new Reply.Value(counts));
        assertThat(meshed).isCompleted();
        assertThat(references(counts)).as("is its receiver's").isEqualTo(1);
    }

    @Test
    void aReplyThatIsHandedOnIsItsReceivers() {
        MeshedCall meshed = begun(call(true).build());
        BytesPayload body = bytes();
        agent.last().reply.complete(new Reply.Value(body));
        assertThat(meshed).isCompleted();
        assertThat(references(body)).isEqualTo(1);
    }

    @Test
    void whatComesAfterTheEndIsFreed() {
        MeshedCall first = begun(call(true).build());
        first.complete(Reply.failure(Status.CANCELLED, Executed.MAYBE, "given up"));
        BytesPayload ofAgent = bytes();
        agent.last().reply.complete(new Reply.Value(ofAgent));
        assertThat(references(ofAgent)).isZero();

        nextWay = new CompletableFuture<>();
        MeshedCall second = begun(call(true).build());
        agent.breakDown(Executed.NO);
        second.complete(Reply.failure(Status.CANCELLED, Executed.MAYBE, "given up"));
        BytesPayload ofNextWay = bytes();
        nextWay.complete(new Reply.Value(ofNextWay));
        assertThat(references(ofNextWay)).isZero();
    }
}
