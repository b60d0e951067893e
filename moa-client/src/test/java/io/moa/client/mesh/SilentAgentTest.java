package io.moa.client.mesh;

import static org.assertj.core.api.Assertions.assertThat;

import io.moa.invoke.Attributes;
import io.moa.invoke.Cancellation;
import io.moa.invoke.Executed;
import io.moa.invoke.Invocation;
import io.moa.invoke.Reply;
import io.moa.invoke.Status;
import io.moa.protocol.payload.BytesPayload;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** What becomes of a call while its agent says nothing, and who frees the replies that nobody waits for. */
class SilentAgentTest {

    private final MeshedCallStage stage = new MeshedCallStage();

    private static BytesPayload bytes() {
        ByteBuf content = Unpooled.buffer().writeByte(1);
        return new BytesPayload(content);
    }

    private static int references(BytesPayload payload) {
        return payload.content().refCnt();
    }

    // ---- an agent that says nothing

    @Test
    void aCallThatMayRunTwiceIsWithdrawnFromASilentAgentAndGoesOnOnce() {
        MeshedCall meshed = stage.begun(stage.call(true).build());
        StagedAgent.Call there = stage.agent.last();
        there.silent();
        assertThat(there.withdrawn).containsExactly(Cancellation.Reason.SUPERSEDED);
        assertThat(stage.wentOn)
                .singleElement()
                .satisfies(again -> assertThat(again.hop().attempt()).isEqualTo(1));
        assertThat(meshed).isCompletedWithValue(MeshedCallStage.VALUE);
        there.silent();
        stage.agent.breakDown(Executed.MAYBE);
        assertThat(stage.wentOn).hasSize(1);
        assertThat(there.withdrawn).hasSize(1);
    }

    @Test
    void itIsNotSaidToHaveRunNowhere() {
        stage.nextWay = CompletableFuture.completedFuture(Reply.failure(Status.UNAVAILABLE, Executed.NO, "nobody"));
        MeshedCall meshed = stage.begun(stage.call(true).build());
        stage.agent.last().silent();
        assertThat(MeshedCallStage.failure(meshed).executed()).isEqualTo(Executed.MAYBE);
    }

    @Test
    void othersWaitForIt() {
        for (Invocation call : List.of(
                stage.call(false).build(),
                stage.call(true).oneWay(true).build(),
                stage.call(true).attributes(Attributes.EMPTY).build())) {
            MeshedCall meshed = stage.begun(call);
            stage.agent.last().silent();
            assertThat(stage.toldSilent).as("whoever waits").containsExactly(stage.agent);
            stage.toldSilent.clear();
            assertThat(meshed).isNotDone();
            assertThat(stage.agent.last().withdrawn).isEmpty();
            stage.agent.last().reply.complete(MeshedCallStage.VALUE);
            assertThat(meshed).isCompletedWithValue(MeshedCallStage.VALUE);
        }
        assertThat(stage.wentOn).isEmpty();
    }

    @Test
    void aCallThatWasWithdrawnOrIsLateDoesNotLeaveASilentAgent() {
        Invocation call = stage.call(true).build();
        MeshedCall withdrawn = stage.begun(call);
        StagedAgent.Call there = stage.agent.last();
        call.cancellation().fire(Cancellation.Reason.CALLER);
        there.silent();
        assertThat(stage.wentOn).isEmpty();
        there.fail(Status.CANCELLED, Executed.MAYBE);
        assertThat(MeshedCallStage.failure(withdrawn).status()).isEqualTo(Status.CANCELLED);

        stage.begun(stage.call(true).build());
        stage.ticker.advance(Duration.ofSeconds(1));
        stage.agent.last().silent();
        assertThat(stage.wentOn).isEmpty();
        assertThat(stage.agent.last().withdrawn).isEmpty();
    }

    @Test
    void anAnswerThatIsThereIsNotLeft() {
        MeshedCall meshed = stage.begun(stage.call(true).build());
        stage.agent.last().reply.complete(MeshedCallStage.VALUE);
        meshed.silent(stage.agent.last());
        assertThat(stage.wentOn).isEmpty();
        assertThat(stage.agent.last().withdrawn).isEmpty();
    }

    @Test
    void aCallThatWentOnAlreadyDoesNotGoOnAgain() {
        stage.nextWay = new CompletableFuture<>();
        MeshedCall meshed = stage.begun(stage.call(true).build());
        stage.agent.last().fail(Status.UNSUPPORTED, Executed.NO);
        meshed.silent(stage.agent.last());
        assertThat(stage.wentOn).hasSize(1);
        assertThat(stage.agent.last().withdrawn).isEmpty();
    }

    // ---- who frees what nobody waits for

    @Test
    void theLateReplyOfAnAgentThatWasLeftIsFreed() {
        stage.nextWay = new CompletableFuture<>();
        MeshedCall meshed = stage.begun(stage.call(true).build());
        stage.agent.last().silent();
        BytesPayload late = bytes();
        stage.agent.last().reply.complete(new Reply.Value(late));
        assertThat(references(late)).isZero();
        assertThat(meshed).isNotDone();
        BytesPayload counts = bytes();
        stage.nextWay.complete(new Reply.Value(counts));
        assertThat(meshed).isCompleted();
        assertThat(references(counts)).as("is its receiver's").isEqualTo(1);
    }

    @Test
    void aReplyThatIsHandedOnIsItsReceivers() {
        MeshedCall meshed = stage.begun(stage.call(true).build());
        BytesPayload body = bytes();
        stage.agent.last().reply.complete(new Reply.Value(body));
        assertThat(meshed).isCompleted();
        assertThat(references(body)).isEqualTo(1);
    }

    @Test
    void whatComesAfterTheEndIsFreed() {
        MeshedCall first = stage.begun(stage.call(true).build());
        first.complete(Reply.failure(Status.CANCELLED, Executed.MAYBE, "given up"));
        BytesPayload ofAgent = bytes();
        stage.agent.last().reply.complete(new Reply.Value(ofAgent));
        assertThat(references(ofAgent)).isZero();

        stage.nextWay = new CompletableFuture<>();
        MeshedCall second = stage.begun(stage.call(true).build());
        stage.agent.breakDown(Executed.NO);
        second.complete(Reply.failure(Status.CANCELLED, Executed.MAYBE, "given up"));
        BytesPayload ofNextWay = bytes();
        stage.nextWay.complete(new Reply.Value(ofNextWay));
        assertThat(references(ofNextWay)).isZero();
    }
}
