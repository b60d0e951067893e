package io.moa.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.moa.discovery.ServiceId;
import io.moa.governance.policy.MethodPolicy;
import io.moa.invoke.Attributes;
import io.moa.invoke.Caller;
import io.moa.invoke.Executed;
import io.moa.invoke.Hop;
import io.moa.invoke.Invocation;
import io.moa.invoke.Ledger;
import io.moa.invoke.MethodId;
import io.moa.invoke.Payload;
import io.moa.invoke.Phase;
import io.moa.invoke.Reply;
import io.moa.invoke.Seat;
import io.moa.invoke.Status;
import io.moa.mesh.MeshProtocol;
import io.moa.protocol.frame.Target;
import io.moa.protocol.payload.BytesPayload;
import io.moa.protocol.serialize.RuleText;
import io.moa.transport.Peer;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** What becomes of the calls that come to an agent. */
class OutboundSeatTest {

    private static final ServiceId STOCK = ServiceId.of("shop.Stock");
    private static final MethodId RESERVE = MethodId.parse("reserve(java.lang.String)");
    private static final Caller WEB = new Caller("web", "web-1");
    private static final Hop HANDED_OVER = new Hop(0, Seat.LOCAL, 5, Seat.NONE);

    @AutoClose
    private final AgentStage stage = new AgentStage();

    private final Standstill standstill = new Standstill(stage.scheduler.ticker(), stage.scheduler);
    private final List<Runnable> aside = new ArrayList<>();
    private final OutboundSeat seat = new OutboundSeat(
            stage.moa.self(),
            new Admission(Set.of("web"), Set.of(7), null),
            stage.calls,
            new AnnouncedMethods(stage.calls, 1),
            standstill,
            question -> {
                if (question.isEmpty()) {
                    throw new IllegalArgumentException("asked for is nothing");
                }
                return "explained: " + question;
            },
            aside::add,
            null,
            null);

    private static Target target(String id) {
        return new Target(STOCK, RESERVE, 1, id);
    }

    private Invocation call(Target target, Hop hop, Payload body) {
        Attributes known = seat.attributesOf(target);
        return Invocation.of(
                        target.service(),
                        target.method(),
                        body,
                        new Ledger(Phase.CLIENT_QUEUE, stage.scheduler.ticker().nanos()))
                .caller(WEB)
                .hop(hop)
                .attributes(known == null ? Attributes.EMPTY : known)
                .build();
    }

    private CompletableFuture<Reply> arrived(Invocation call) {
        return seat.route().invoke(call);
    }

    private Reply asked(MethodId method, String body) {
        return arrived(askedOf(method, body)).join();
    }

    private Invocation askedOf(MethodId method, String body) {
        return call(
                new Target(MeshProtocol.AGENT, method, MeshProtocol.SERIALIZER),
                Hop.DIRECT,
                new BytesPayload(Unpooled.copiedBuffer(body, StandardCharsets.UTF_8)));
    }

    private void announced() {
        assertThat(asked(MeshProtocol.ANNOUNCE, text("a"))).isInstanceOf(Reply.Value.class);
    }

    private static String text(String id) {
        return RuleText.writeLine(Map.of(
                "id",
                id,
                "service",
                "" + STOCK,
                "method",
                "" + RESERVE,
                "serializer",
                1,
                "policy",
                MethodPolicy.DEFAULT.toPlain()));
    }

    private static void failed(@Nullable Reply reply, Status status, Executed executed, String because) {
        assertThat(reply).isInstanceOfSatisfying(Reply.Failure.class, failure -> {
            assertThat(failure.status()).isEqualTo(status);
            assertThat(failure.executed()).isEqualTo(executed);
            assertThat(failure.message()).contains(because);
        });
    }

    @Test
    void itServesWhatAgentsServe() {
        assertThat(seat.serves(MeshProtocol.AGENT)).isTrue();
        assertThat(seat.serves(MeshProtocol.agentsOf("web"))).isTrue();
        assertThat(seat.serves(MeshProtocol.agentsOf("admin"))).isFalse();
        assertThat(seat.serves(STOCK)).isFalse();
    }

    @Test
    void itAsksItsAdmissionWhoComesIn() {
        assertThat(seat.admitsUser(7)).isTrue();
        assertThat(seat.admitsUser(8)).isFalse();
        assertThat(seat.refusal(new Peer("web", "web-1"), new byte[0])).isNull();
        assertThat(seat.refusal(new Peer("admin", "admin-1"), new byte[0])).isNotNull();
    }

    // ---- calls

    @Test
    void aCallOfWhichNothingWasAnnouncedIsGivenBack() {
        for (Target unknown : List.of(target(""), target("a"), new Target(MeshProtocol.AGENT, RESERVE, 2))) {
            Invocation call = call(unknown, HANDED_OVER, Payload.EMPTY);
            assertThat(call.attributes()).isSameAs(Attributes.EMPTY);
            failed(
                    arrived(call).join(),
                    Status.UNSUPPORTED,
                    Executed.NO,
                    "Nothing was announced to this agent of " + unknown.service() + " " + unknown.method());
        }
        assertThat(stage.passedOn).isEmpty();
        assertThat(seat.taken()).isZero();
    }

    @Test
    void aCallThatWasAnnouncedIsPassedOnAndGovernedHere() {
        announced();
        assertThat(arrived(call(target("a"), HANDED_OVER, Payload.EMPTY))).isCompletedWithValue(AgentStage.VALUE);
        assertThat(stage.passedOn).singleElement().satisfies(passed -> {
            assertThat(passed.service()).isEqualTo(STOCK);
            assertThat(passed.caller()).isEqualTo(WEB);
            assertThat(passed.hop()).isEqualTo(new Hop(0, Seat.LOCAL, 4, Seat.LOCAL));
            assertThat(passed.attributes().get(MethodPolicy.KEY)).isNotNull();
        });
        assertThat(seat.taken()).isOne();
    }

    @Test
    void aCallThatNobodyMayRepeatIsNotRepeatedHere() {
        announced();
        arrived(call(target("a"), new Hop(1, Seat.NONE, 5, Seat.NONE), Payload.EMPTY));
        assertThat(stage.passedOn.get(0).hop()).isEqualTo(new Hop(1, Seat.NONE, 4, Seat.LOCAL));
        assertThat(stage.passedOn.get(0).hop().isRepeatedHere()).isFalse();
    }

    @Test
    void aCallThatGoesInACircleOrWasGovernedBeforeIsNotPassedOn() {
        announced();
        failed(
                arrived(call(target("a"), new Hop(0, Seat.LOCAL, 0, Seat.NONE), Payload.EMPTY))
                        .join(),
                Status.UNAVAILABLE,
                Executed.NO,
                "as many agents as a call may");
        for (Seat before : List.of(Seat.DIRECT, Seat.LOCAL, Seat.REMOTE)) {
            failed(
                    arrived(call(target("a"), new Hop(0, Seat.LOCAL, 5, before), Payload.EMPTY))
                            .join(),
                    Status.UNAVAILABLE,
                    Executed.NO,
                    "it was governed before (" + before + ")");
        }
        assertThat(stage.passedOn).isEmpty();
    }

    @Test
    void aCallUnderTheNameOfAnotherMethodIsGivenBack() {
        announced();
        Target other = new Target(ServiceId.of("shop.Orders"), RESERVE, 1, "a");
        failed(
                arrived(call(other, HANDED_OVER, Payload.EMPTY)).join(),
                Status.UNSUPPORTED,
                Executed.NO,
                "Nothing was announced to this agent of shop.Orders");
        assertThat(stage.passedOn).isEmpty();
    }

    // ---- announcements

    @Test
    void anAnnouncementThatCannotBeReadIsAnsweredSo() {
        failed(asked(MeshProtocol.ANNOUNCE, "no"), Status.INVALID_ARGUMENT, Executed.NO, "it is no JSON");
        Invocation without = askedOf(MeshProtocol.ANNOUNCE, "").toBuilder()
                .payload(Payload.EMPTY)
                .build();
        failed(arrived(without).join(), Status.INVALID_ARGUMENT, Executed.NO, "it is no JSON");
    }

    @Test
    void anAnnouncementForWhichThereIsNoRoomIsAnsweredSo() {
        announced();
        failed(asked(MeshProtocol.ANNOUNCE, text("b")), Status.OVERLOADED, Executed.NO, "which is its limit");
    }

    @Test
    void theAgentAnswersNothingElse() {
        assertThat(seat.attributesOf(MeshProtocol.AGENT, MeshProtocol.ANNOUNCE, 1))
                .isNull();
        assertThat(seat.attributesOf(MeshProtocol.AGENT, RESERVE, MeshProtocol.SERIALIZER))
                .isNull();
        assertThat(seat.attributesOf(STOCK, MeshProtocol.ANNOUNCE, MeshProtocol.SERIALIZER))
                .isNull();
    }

    // ---- questions

    @Test
    void aQuestionIsAnsweredBesideTheEventLoop() {
        CompletableFuture<Reply> answer = arrived(askedOf(MeshProtocol.EXPLAIN, "why"));
        assertThat(answer).isNotDone();
        aside.remove(0).run();
        assertThat(answer.join()).isInstanceOfSatisfying(Reply.Value.class, value -> {
            BytesPayload text = (BytesPayload) value.payload();
            assertThat(text.content().toString(StandardCharsets.UTF_8)).isEqualTo("explained: why");
            text.release();
        });
    }

    @Test
    void aQuestionOfAnotherFormIsAnsweredSo() {
        CompletableFuture<Reply> answer = arrived(askedOf(MeshProtocol.EXPLAIN, ""));
        aside.remove(0).run();
        failed(answer.join(), Status.INVALID_ARGUMENT, Executed.NO, "asked for is nothing");
    }

    // ---- after a standstill

    @Test
    void itKnowsHowOftenItsProcessHasStoodStill() {
        standstill.begin();
        assertThat(seat.standstills()).isZero();
        stage.scheduler.ticker().advance(Duration.ofSeconds(1));
        assertThat(seat.standstills()).isOne();
    }

    @Test
    void onlyWhatIsAskedOfTheAgentIsNotHeldBackThen() {
        announced();
        assertThat(seat.isInOrder(askedOf(MeshProtocol.ANNOUNCE, text("b")))).isTrue();
        assertThat(seat.isInOrder(call(target("a"), HANDED_OVER, Payload.EMPTY)))
                .isFalse();
    }

    /** Its connection asks the caller before the call comes here. */
    @Test
    void aCallThatComesHereAfterOneGoesOnAtOnce() {
        standstill.begin();
        announced();
        stage.scheduler.ticker().advance(Duration.ofSeconds(1));
        assertThat(arrived(call(target("a"), HANDED_OVER, Payload.EMPTY))).isCompletedWithValue(AgentStage.VALUE);
    }
}
