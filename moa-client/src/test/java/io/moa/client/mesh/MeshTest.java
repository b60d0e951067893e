package io.moa.client.mesh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.moa.ReleaseSettings;
import io.moa.discovery.Address;
import io.moa.invoke.Attributes;
import io.moa.invoke.Executed;
import io.moa.invoke.Invocation;
import io.moa.invoke.Payload;
import io.moa.invoke.Reply;
import io.moa.invoke.Seat;
import io.moa.invoke.Status;
import io.moa.mesh.MeshConfig;
import io.moa.mesh.MeshMode;
import io.moa.mesh.MeshProtocol;
import io.moa.mesh.MeshStep;
import io.moa.protocol.payload.BytesPayload;
import io.moa.protocol.serialize.RuleText;
import io.moa.transport.WireForm;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** By which way calls go, and when that changes, by virtual time. */
class MeshTest {

    private static final Reply BY_AGENT = new Reply.Value(Payload.EMPTY);

    private static Map<?, ?> said(StagedAgent.Call announcement) {
        return (Map<?, ?>) RuleText.read(announcement.text);
    }

    // ---- which way

    @Test
    void withoutAModeNobodyIsLookedForAndCallsGoDirectly() {
        try (MeshedStage stage = new MeshedStage(MeshConfig.DEFAULT)) {
            stage.after(Duration.ofMinutes(1));
            assertThat(stage.go()).isCompletedWithValue(MeshedStage.DIRECTLY);
            assertThat(stage.dials).isEmpty();
            assertThat(stage.mesh.seat()).isEqualTo(Seat.DIRECT);
            assertThat(stage.mesh.describe()).contains("off (nothing says otherwise)", "go directly");
        }
    }

    @Test
    void whileAnAgentIsThereCallsGoByIt() {
        StagedAgent agent = new StagedAgent("agent-1");
        try (MeshedStage stage = MeshedStage.with(agent)) {
            CompletableFuture<Reply> reply = stage.go();
            agent.last().reply.complete(BY_AGENT);
            assertThat(reply).isCompletedWithValue(BY_AGENT);
            assertThat(stage.direct).isEmpty();
            assertThat(stage.mesh.seat()).isEqualTo(Seat.LOCAL);
            assertThat(stage.mesh.step()).isEqualTo(MeshStep.AGENT);
            assertThat(stage.mesh.callsByAgent()).isOne();
            assertThat(stage.mesh.describe()).contains("auto (the code)", "governed by the agent at inproc:agent-1");
            assertThat(stage.dials).singleElement().satisfies(wanted -> {
                assertThat(wanted.application()).isEqualTo("web");
                assertThat(wanted.services()).containsExactly(MeshProtocol.AGENT);
                assertThat(wanted.credential()).isEmpty();
            });
        }
    }

    @Test
    void whoObservesIsToldOfTheModeAndTheWay() {
        try (MeshedStage stage = MeshedStage.with(new StagedAgent("agent-1"))) {
            assertThat(stage.told).endsWith("auto, agent, 1");
            stage.live("on");
            assertThat(stage.told).endsWith("on, agent, 1");
            stage.live("off");
            assertThat(stage.told).endsWith("off, direct, 2");
        }
        try (MeshedStage stage = new MeshedStage(MeshedStage.CONFIG.withSteps(MeshStep.AGENT))) {
            assertThat(stage.told).endsWith("auto, nowhere, 0");
        }
        try (MeshedStage stage = new MeshedStage(MeshConfig.DEFAULT)) {
            assertThat(stage.told).containsExactly("off, direct, 0");
        }
    }

    @Test
    void anAgentThatComesLaterGetsTheCallsThatBeginThen() {
        try (MeshedStage stage = new MeshedStage(MeshedStage.CONFIG)) {
            stage.after(Duration.ofSeconds(30));
            assertThat(stage.go()).isCompletedWithValue(MeshedStage.DIRECTLY);
            assertThat(stage.mesh.describe()).contains("go directly", "nobody listens");
            int dials = stage.dials.size();
            assertThat(dials)
                    .as("in 30 s, at most one a second in the long run")
                    .isBetween(20, 90);
            stage.agent = new StagedAgent("agent-1");
            stage.after(Duration.ofSeconds(2));
            stage.go();
            assertThat(stage.agent.passedOn()).hasSize(1);
            assertThat(stage.mesh.switches()).isOne();
        }
    }

    @Test
    void aCallOfWhichNothingCanBeAnnouncedGoesDirectly() {
        StagedAgent agent = new StagedAgent("agent-1");
        try (MeshedStage stage = MeshedStage.with(agent)) {
            stage.go(stage.call(true).attributes(Attributes.EMPTY).build());
            assertThat(agent.calls).isEmpty();
            assertThat(stage.direct).hasSize(1);
        }
    }

    @Test
    void whereCallsMayNotGoDirectlyTheyFailAndSayWhy() {
        try (MeshedStage stage = new MeshedStage(MeshedStage.CONFIG.withSteps(MeshStep.AGENT))) {
            assertThat(stage.go().join()).isInstanceOfSatisfying(Reply.Failure.class, failure -> {
                assertThat(failure.status()).isEqualTo(Status.UNAVAILABLE);
                assertThat(failure.executed()).isEqualTo(Executed.NO);
                assertThat(failure.message())
                        .contains("x.Y z() was not sent, as there is no agent, and moa.mesh.steps has no \"direct\"")
                        .contains("calls go nowhere");
            });
            assertThat(stage.direct).isEmpty();
        }
    }

    @Test
    void theReleaseStandsAboveTheCode() {
        ReleaseSettings release =
                ReleaseSettings.of(Map.of("moa.mesh", "on", "moa.mesh.steps", "agent", "moa.mesh.agent", "unix:/x"));
        try (MeshedStage stage = new MeshedStage(MeshedStage.CONFIG, release, null)) {
            assertThat(stage.mesh.setting()).hasToString("on (setting moa.mesh)");
            assertThat(stage.go().join()).isInstanceOf(Reply.Failure.class);
            assertThat(stage.mesh.describe()).contains("unix:/x");
        }
    }

    @Test
    void overTcpTheTokenIsSaid() {
        try (MeshedStage stage = new MeshedStage(
                MeshedStage.CONFIG.withAgent(new Address.Tcp("127.0.0.1", 7)).withToken("secret"))) {
            assertThat(stage.dials).singleElement().satisfies(wanted -> {
                assertThat(wanted.credential()).isEqualTo("secret");
                assertThat(wanted.toString()).doesNotContain("secret");
            });
        }
        try (MeshedStage stage = new MeshedStage(MeshedStage.CONFIG.withToken("secret"))) {
            assertThat(stage.dials).singleElement().satisfies(wanted -> assertThat(wanted.credential())
                    .isEmpty());
        }
    }

    // ---- announcements

    @Test
    void aMethodIsAnnouncedAheadOfItsFirstCallAndOnceForAConnection() {
        StagedAgent agent = new StagedAgent("agent-1");
        try (MeshedStage stage = MeshedStage.with(agent)) {
            stage.go();
            stage.go();
            assertThat(agent.calls).hasSize(3);
            assertThat(agent.announced()).containsExactly(agent.calls.get(0));
            Map<?, ?> said = said(agent.calls.get(0));
            assertThat(said.get("service")).isEqualTo("x.Y");
            assertThat(said.get("method")).isEqualTo("z()");
            Announcement.Named named = stage.announcement.named(() -> "another");
            assertThat(named.id()).isEqualTo(said.get("id"));
            assertThat(agent.calls.get(1).invocation.attributes().get(WireForm.KEY))
                    .isSameAs(agent.calls.get(2).invocation.attributes().get(WireForm.KEY))
                    .isSameAs(named.attributes().get(WireForm.KEY));
        }
    }

    @Test
    void onANewConnectionItIsAnnouncedAgainUnderTheSameName() {
        StagedAgent first = new StagedAgent("agent-1");
        try (MeshedStage stage = MeshedStage.with(first)) {
            stage.go();
            StagedAgent second = new StagedAgent("agent-2");
            stage.agent = second;
            first.breakDown(Executed.NO);
            stage.after(Duration.ofSeconds(20));
            stage.go();
            stage.go();
            assertThat(second.announced()).containsExactly(second.calls.get(0));
            assertThat(second.passedOn()).hasSize(2);
            assertThat(said(second.calls.get(0))).isEqualTo(said(first.calls.get(0)));
        }
    }

    @Test
    void whatWasAnnouncedIsFreedWhenItIsAnswered() {
        StagedAgent agent = new StagedAgent("agent-1");
        try (MeshedStage stage = MeshedStage.with(agent)) {
            stage.go();
            StagedAgent.Call announced = agent.calls.get(0);
            BytesPayload body = (BytesPayload) announced.invocation.payload();
            assertThat(body.content().refCnt()).isOne();
            announced.fail(Status.OVERLOADED, Executed.NO);
            assertThat(body.content().refCnt()).isZero();
        }
    }

    /** An agent that takes no further method gives its calls back. */
    @Test
    void whatTheAgentWasNotToldGoesDirectly() {
        StagedAgent agent = new StagedAgent("agent-1");
        try (MeshedStage stage = MeshedStage.with(agent)) {
            CompletableFuture<Reply> reply = stage.go(stage.call(false).build());
            agent.calls.get(0).fail(Status.OVERLOADED, Executed.NO);
            agent.calls.get(1).fail(Status.UNSUPPORTED, Executed.NO);
            assertThat(reply).isCompletedWithValue(MeshedStage.DIRECTLY);
            assertThat(stage.mesh.seat()).isEqualTo(Seat.LOCAL);
        }
    }

    @Test
    void whatARuleAnswersIsAnsweredHereAlsoWhereNothingMayGoDirectly() {
        StagedAgent agent = new StagedAgent("agent-1");
        try (MeshedStage stage =
                new MeshedStage(MeshedStage.CONFIG.withSteps(MeshStep.AGENT), ReleaseSettings.NONE, agent)) {
            stage.ruleAnswer = MeshedStage.DIRECTLY;
            CompletableFuture<Reply> reply = stage.go();
            agent.last().fail(Status.UNSUPPORTED, Executed.NO);
            assertThat(reply).isCompletedWithValue(MeshedStage.DIRECTLY);
            assertThat(stage.direct).isEmpty();
        }
    }

    /** Its labels say otherwise, for example. */
    @Test
    void anAgentThatDoesNotTakeAMethodIsNotGivenItsCalls() {
        StagedAgent agent = new StagedAgent("agent-1");
        try (MeshedStage stage = MeshedStage.with(agent)) {
            stage.go();
            agent.calls.get(0).fail(Status.INVALID_ARGUMENT, Executed.NO);
            agent.calls.get(1).fail(Status.UNSUPPORTED, Executed.NO);
            assertThat(stage.go()).isCompletedWithValue(MeshedStage.DIRECTLY);
            assertThat(agent.calls).hasSize(2);
        }
    }

    // ---- another mode

    @Test
    void anotherModeHoldsForCallsThatBeginThen() {
        StagedAgent agent = new StagedAgent("agent-1");
        try (MeshedStage stage = MeshedStage.with(agent)) {
            CompletableFuture<Reply> underWay = stage.go();
            stage.live("off");
            assertThat(stage.mesh.setting()).hasToString("off (live setting moa.mesh)");
            assertThat(stage.mesh.switches()).as("there and back").isEqualTo(2);
            assertThat(stage.go()).isCompletedWithValue(MeshedStage.DIRECTLY);
            stage.after(Duration.ofSeconds(1));
            assertThat(agent.closed).as("it waits for what is under way").isFalse();
            agent.calls.get(0).reply.complete(BY_AGENT); // the announcement
            agent.calls.get(1).reply.complete(BY_AGENT);
            assertThat(underWay).isCompletedWithValue(BY_AGENT);
            stage.after(Duration.ofMillis(50));
            assertThat(agent.closed).isTrue();
            int dials = stage.dials.size();
            stage.after(Duration.ofMinutes(1));
            assertThat(stage.dials).hasSize(dials);
            assertThat(stage.mesh.switches()).as("nobody was lost").isEqualTo(2);
        }
    }

    @Test
    void whatIsNotSaidLiveAnyMoreFallsBackToWhatTheProcessSays() {
        try (MeshedStage stage = new MeshedStage(MeshConfig.DEFAULT.withAgent(MeshedStage.AT))) {
            stage.live("on");
            assertThat(stage.mesh.setting().mode()).isEqualTo(MeshMode.ON);
            stage.mesh.live(Map.of("timeout@x", "1s"));
            assertThat(stage.mesh.setting()).hasToString("off (nothing says otherwise)");
        }
    }

    @Test
    void aTextThatCannotBeReadChangesNothing() {
        try (MeshedStage stage = new MeshedStage(MeshedStage.CONFIG)) {
            stage.live("on");
            stage.live("sometimes");
            assertThat(stage.mesh.setting()).hasToString("on (live setting moa.mesh)");
        }
    }

    @Test
    void anOffOfTheProcessStandsAboveWhatIsSaidLive() {
        ReleaseSettings release = ReleaseSettings.of(Map.of("moa.mesh", "off"));
        try (MeshedStage stage = new MeshedStage(MeshedStage.CONFIG, release, null)) {
            stage.live("on");
            stage.mesh.live(Map.of("moa.mesh@web#web-1", "on"));
            assertThat(stage.mesh.setting()).hasToString("off (setting moa.mesh)");
            assertThat(stage.dials).isEmpty();
        }
    }

    @Test
    void whatCannotBeIsRefusedAtTheStartAlsoOfAClientThatIsOff() {
        ReleaseSettings release = ReleaseSettings.of(Map.of("moa.mesh", "of"));
        assertThatThrownBy(() -> new MeshedStage(MeshConfig.DEFAULT, release, null))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("setting moa.mesh");
    }

    @Test
    void aClosedClientLooksForNobodyAndItsCallsThereFail() {
        StagedAgent agent = new StagedAgent("agent-1");
        MeshedStage stage = MeshedStage.with(agent);
        CompletableFuture<Reply> underWay = stage.go(stage.call(false).build());
        stage.close();
        assertThat(agent.closed).isTrue();
        assertThat(underWay.join()).isInstanceOf(Reply.Failure.class);
        int dials = stage.dials.size();
        stage.live("on");
        stage.after(Duration.ofMinutes(1));
        assertThat(stage.dials).hasSize(dials);
    }

    @Test
    void oneWayCallsGoByTheAgentToo() {
        StagedAgent agent = new StagedAgent("agent-1");
        try (MeshedStage stage = MeshedStage.with(agent)) {
            Invocation call = stage.call(false).oneWay(true).build();
            CompletableFuture<Reply> gone = stage.go(call);
            assertThat(agent.last().invocation.oneWay()).isTrue();
            assertThat(agent.announced().get(0).invocation.oneWay()).isFalse();
            agent.last().reply.complete(BY_AGENT);
            assertThat(gone).isCompletedWithValue(BY_AGENT);
        }
    }
}
