package io.moa.server.mesh;

import static org.assertj.core.api.Assertions.assertThat;

import io.moa.invoke.Executed;
import io.moa.invoke.Reply;
import io.moa.invoke.Seat;
import io.moa.invoke.Status;
import io.moa.mesh.MeshMode;
import io.moa.mesh.MeshProtocol;
import io.moa.mesh.MeshStep;
import io.moa.mesh.ServedProcess;
import io.moa.transport.Host;
import io.moa.transport.Peer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** In which order a server is given to its agent, and taken back, by virtual time. */
class InboundSeatTest {

    private static final Duration MOMENT = Duration.ofMillis(100);
    private static final Peer AGENT = new Peer("shop", "agent-1");

    private InboundStage stage = new InboundStage(UnaryOperator.identity());
    private InboundStage.Agent agent = new InboundStage.Agent();

    @AfterEach
    void end() {
        stage.close();
    }

    /** One whose agent has said yes. */
    private void served() {
        stage.agent = agent;
        stage.seat.open();
        stage.after(MOMENT);
        agent.last("serve").answer(InboundStage.THERE.toString());
        assertThat(stage.seat.seat()).isEqualTo(Seat.LOCAL);
    }

    private static Reply.Failure no(String why) {
        return Reply.failure(Status.UNSUPPORTED, Executed.NO, why);
    }

    @Test
    void whoObservesIsToldOfTheModeAndTheWay() {
        served();
        assertThat(stage.told).endsWith("auto, agent, 1");
        stage.live("off");
        assertThat(stage.told).endsWith("off, direct, 2");
    }

    @Test
    void theAgentIsAnnouncedAndThenWhoIsLeftIsToldAndThenNobodyIsTakenAnyMore() {
        stage.connected = 2;
        served();
        assertThat(stage.news()).containsExactly("at tcp://10.0.0.7:9000");
        stage.after(Duration.ofMillis(1_100));
        assertThat(stage.news()).containsExactly("dismissed 2");
        stage.after(Duration.ofSeconds(60));
        assertThat(stage.news()).as("while anybody comes back").containsOnly("dismissed 2");
        stage.connected = 0;
        stage.after(Duration.ofSeconds(60));
        assertThat(stage.news()).containsExactly("dismissed 0", "shut", "dismissed 0");
        stage.after(Duration.ofMinutes(5));
        assertThat(stage.news()).isEmpty();
    }

    @Test
    void nobodyIsToldToGoWhileTheRegistryDoesNotSayWhere() {
        stage.connected = 2;
        stage.announced = new CompletableFuture<>();
        served();
        stage.news();
        stage.after(Duration.ofMinutes(5));
        assertThat(stage.news()).isEmpty();
        stage.announced.complete(null);
        stage.after(Duration.ofMillis(900));
        assertThat(stage.news()).isEmpty();
        stage.after(Duration.ofMillis(200));
        assertThat(stage.news()).containsExactly("dismissed 2");
        stage.connected = 0;
        stage.after(Duration.ofSeconds(11));
        assertThat(stage.news()).contains("shut");
    }

    /** It is the old address that the registry hears of then, or that it never loses. */
    @Test
    void ifTheAgentBreaksMeanwhileNobodyIsToldAtAll() {
        stage.connected = 2;
        stage.announced = new CompletableFuture<>();
        served();
        stage.live("off");
        stage.news();
        stage.announced.complete(null);
        stage.after(Duration.ofMinutes(1));
        assertThat(stage.news()).isEmpty();
    }

    /** Their lists may be old, so nobody is refused at once. */
    @Test
    void newcomersAreTakenForTenSecondsAtLeast() {
        served();
        stage.after(Duration.ofSeconds(9));
        assertThat(stage.news()).doesNotContain("shut");
        stage.after(Duration.ofSeconds(3));
        assertThat(stage.news()).contains("shut");
    }

    @Test
    void backItIsOpenBeforeItIsAnnouncedAndTheAgentIsToldLast() {
        served();
        stage.after(Duration.ofSeconds(15));
        stage.news();
        stage.live("off");
        assertThat(stage.news()).containsExactly("open", "own");
        assertThat(agent.last("leave").body)
                .as("its callers may take their time")
                .isEqualTo(agent.last("attend").body)
                .hasSize(64);
        assertThat(stage.seat.seat()).isEqualTo(Seat.DIRECT);
        stage.after(Duration.ofMinutes(1));
        assertThat(stage.news()).as("nothing of the time before goes on").isEmpty();
    }

    @Test
    void anAgentThatBreaksIsTakenBackFromAndGetsItAgain() {
        served();
        stage.news();
        agent.breakDown();
        assertThat(stage.news()).containsExactly("open", "own");
        assertThat(agent.count("leave")).as("nobody is there to be told").isZero();
        stage.agent = agent = new InboundStage.Agent();
        stage.after(Duration.ofSeconds(20));
        agent.last("serve").answer(InboundStage.THERE.toString());
        assertThat(stage.seat.seat()).isEqualTo(Seat.LOCAL);
        assertThat(stage.news()).contains("at tcp://10.0.0.7:9000");
    }

    @Test
    void whoMayNotServeItselfIsAwayWithItsAgent() {
        stage.close();
        stage = new InboundStage(config -> config.withMode(MeshMode.ON).withSteps(MeshStep.AGENT));
        served();
        stage.news();
        agent.breakDown();
        assertThat(stage.news())
                .singleElement()
                .asString()
                .startsWith("away: its agent at")
                .contains("connection broke");
        assertThat(stage.seat.seat()).isEqualTo(Seat.LOCAL);
        assertThat(stage.seat.describe()).contains("which is away");
        assertThat(stage.told).endsWith("on, agent, 1", "on, nowhere, 2");
    }

    @Test
    void anAgentThatEndsSaysSoFirst() {
        served();
        stage.news();
        agent.last("attend").answer(MeshProtocol.LEAVING);
        assertThat(stage.news()).containsExactly("open", "own");
        assertThat(agent.count("leave")).isOne();
        stage.after(Duration.ofMinutes(1));
        assertThat(agent.count("serve")).as("it is not asked again").isOne();
    }

    @Test
    void aQuestionThatIsGivenBackIsAskedAgainAndOneThatFailsAfterAPause() {
        served();
        agent.last("attend").answer(MeshProtocol.AGAIN);
        stage.after(MOMENT);
        assertThat(agent.count("attend")).isEqualTo(2);
        agent.last("attend").fail(no("what?"));
        assertThat(agent.count("attend")).isEqualTo(2);
        stage.after(Duration.ofSeconds(2));
        assertThat(agent.count("attend")).isEqualTo(3);
        assertThat(stage.seat.seat()).isEqualTo(Seat.LOCAL);
    }

    @Test
    void anAgentThatServesNoMoreIsAskedAgain() {
        served();
        stage.news();
        agent.last("attend").answer(MeshProtocol.NOT_SERVED);
        assertThat(stage.news()).containsExactly("open", "own");
        stage.after(Duration.ofSeconds(2));
        assertThat(agent.count("serve")).isEqualTo(2);
        agent.last("serve").answer(InboundStage.THERE.toString());
        assertThat(stage.seat.seat()).isEqualTo(Seat.LOCAL);
        assertThat(agent.count("attend")).isEqualTo(2);
    }

    @Test
    void whatWasAskedForIsTakenBackThoughItWasNotAnswered() {
        stage.agent = agent;
        stage.seat.open();
        stage.after(MOMENT);
        stage.live("off");
        assertThat(agent.count("leave")).isOne();
    }

    @Test
    void anAgentThatWillNotIsAskedSeldomAndSaysWhy() {
        stage.agent = agent;
        stage.seat.open();
        stage.after(MOMENT);
        for (int i = 0; i < 8; i++) {
            agent.last("serve").fail(no("this agent has no door"));
            stage.after(Duration.ofSeconds(31));
        }
        assertThat(agent.count("serve")).isBetween(8L, 9L);
        assertThat(stage.seat.describe()).contains("this agent has no door");
        assertThat(stage.news()).doesNotContain("own").noneMatch(each -> each.startsWith("at "));
        agent.last("serve").answer("nowhere at all");
        assertThat(stage.seat.describe()).contains("its address cannot be read");
    }

    @Test
    void whatIsAnsweredTooLateCountsNoMore() {
        stage.agent = agent;
        stage.seat.open();
        stage.after(MOMENT);
        InboundStage.Asked late = agent.last("serve");
        stage.live("off");
        stage.news();
        late.answer(InboundStage.THERE.toString());
        assertThat(stage.seat.seat()).isEqualTo(Seat.DIRECT);
        assertThat(stage.news()).isEmpty();
    }

    @Test
    void behindTheAgentComesWhoKnowsTheSecret() {
        served();
        ServedProcess told = ServedProcess.parse(agent.last("serve").body);
        assertThat(told.instance()).isEqualTo("shop-1");
        assertThat(told.secret()).hasSize(64);
        assertThat(told.toString()).doesNotContain(told.secret());
        Host behind = Objects.requireNonNull(stage.behind);
        assertThat(behind.refusal(AGENT, told.secret().getBytes(StandardCharsets.UTF_8)))
                .isNull();
        assertThat(behind.refusal(AGENT, new byte[0])).contains("for the agent of shop#");
        assertThat(behind.refusal(AGENT, "guess".getBytes(StandardCharsets.UTF_8)))
                .contains("for the agent of shop#");
    }

    @Test
    void whoLeavesHasTheAgentToldAndWaitsForItBeforeTheDoorBehindIsShut() {
        served();
        stage.news();
        CompletableFuture<Integer> done = stage.seat.drain(Duration.ofSeconds(30));
        assertThat(agent.last("leave").body).endsWith(MeshProtocol.NOW);
        assertThat(stage.news()).isEmpty();
        assertThat(done).isNotDone();
        agent.last("leave").answer("");
        assertThat(done).isCompletedWithValue(0);
        assertThat(stage.news()).containsExactly("drained behind");
    }

    @Test
    void aSettingThatCannotBeReadChangesNothing() {
        served();
        stage.live("perhaps");
        assertThat(stage.seat.seat()).isEqualTo(Seat.LOCAL);
        stage.live("off");
        assertThat(stage.seat.seat()).isEqualTo(Seat.DIRECT);
        assertThat(stage.seat.describe()).contains("mesh off (live setting moa.mesh)");
    }
}
