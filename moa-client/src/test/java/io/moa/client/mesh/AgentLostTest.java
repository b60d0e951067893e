package io.moa.client.mesh;

import static org.assertj.core.api.Assertions.assertThat;

import io.moa.ReleaseSettings;
import io.moa.invoke.Cancellation;
import io.moa.invoke.Executed;
import io.moa.invoke.Payload;
import io.moa.invoke.Reply;
import io.moa.invoke.Seat;
import io.moa.mesh.MeshConfig;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** When calls leave an agent that is gone or says nothing, and when they come back, by virtual time. */
class AgentLostTest {

    private static final Duration PING = MeshConfig.DEFAULT.pingEvery();
    private static final Reply BY_AGENT = new Reply.Value(Payload.EMPTY);

    @Test
    void whenItsConnectionBreaksCallsGoDirectlyAtOnce() {
        StagedAgent agent = new StagedAgent("agent-1");
        try (MeshedStage stage = MeshedStage.with(agent)) {
            CompletableFuture<Reply> underWay = stage.go();
            agent.breakDown(Executed.MAYBE);
            assertThat(underWay).isCompletedWithValue(MeshedStage.DIRECTLY);
            stage.go();
            assertThat(stage.direct).hasSize(2);
            assertThat(stage.mesh.switches()).isEqualTo(2);
            assertThat(stage.mesh.describe()).contains("its connection broke", "it gets calls again in");
        }
    }

    @Test
    void whenItSaysThatItClosesNewCallsGoDirectlyAndThoseUnderWayAreFinished() {
        StagedAgent agent = new StagedAgent("agent-1");
        try (MeshedStage stage = MeshedStage.with(agent)) {
            CompletableFuture<Reply> underWay = stage.go();
            agent.leave();
            stage.go();
            assertThat(stage.direct).hasSize(1);
            assertThat(stage.mesh.describe()).contains("it has said that it closes");
            assertThat(underWay).isNotDone();
            agent.last().reply.complete(BY_AGENT);
            assertThat(underWay).isCompletedWithValue(BY_AGENT);
        }
    }

    @Test
    void whenItSaysNothingItIsLeftAndTheCallsThereAreToldAfterThat() {
        StagedAgent agent = new StagedAgent("agent-1");
        try (MeshedStage stage = MeshedStage.with(agent)) {
            CompletableFuture<Reply> twice = stage.go();
            CompletableFuture<Reply> once = stage.go(stage.call(false).build());
            stage.after(PING);
            agent.answers = false;
            stage.after(PING.multipliedBy(3));
            assertThat(stage.mesh.seat()).as("silent since the ping after it").isEqualTo(Seat.LOCAL);
            stage.after(PING);
            assertThat(stage.mesh.seat()).isEqualTo(Seat.DIRECT);
            assertThat(agent.toldSilence).isOne();
            assertThat(twice).isCompletedWithValue(MeshedStage.DIRECTLY);
            assertThat(agent.passedOn().get(0).withdrawn).containsExactly(Cancellation.Reason.SUPERSEDED);
            assertThat(once).isNotDone();
            assertThat(stage.mesh.describe()).contains("it has said nothing for 300 ms");
            stage.after(Duration.ofMinutes(1));
            assertThat(agent.toldSilence).as("once").isOne();
            agent.passedOn().get(1).reply.complete(BY_AGENT);
            assertThat(once).isCompletedWithValue(BY_AGENT);
        }
    }

    /** Where more silence is allowed than calls wait for: what they were told counts for all others at once, and for those who come. */
    @Test
    void whenCallsThereHearNothingItIsLeftBeforeItsTime() {
        StagedAgent agent = new StagedAgent("agent-1");
        MeshConfig patient = MeshedStage.CONFIG.withPings(PING, Duration.ofSeconds(10), 3);
        try (MeshedStage stage = new MeshedStage(patient, ReleaseSettings.NONE, agent)) {
            CompletableFuture<Reply> once = stage.go(stage.call(false).build());
            CompletableFuture<Reply> twice = stage.go();
            stage.go();
            stage.after(PING);
            agent.answers = false;
            agent.passedOn().get(0).silent();
            assertThat(stage.mesh.seat()).isEqualTo(Seat.DIRECT);
            assertThat(agent.toldSilence).isOne();
            assertThat(twice).isCompletedWithValue(MeshedStage.DIRECTLY);
            assertThat(stage.direct).hasSize(2);
            assertThat(once).isNotDone();
            stage.go();
            assertThat(agent.passedOn()).as("no other call goes there").hasSize(3);
            stage.after(Duration.ofSeconds(20));
            assertThat(agent.toldSilence).as("once").isOne();
            agent.answers = true;
            agent.pings.get(agent.pings.size() - 1).complete(null);
            stage.after(Duration.ofSeconds(10));
            assertThat(stage.mesh.seat()).isEqualTo(Seat.LOCAL);
        }
    }

    @Test
    void itGetsCallsAgainWhenItWasHeardThreeTimesAndLeftAloneForLongEnough() {
        StagedAgent agent = new StagedAgent("agent-1");
        try (MeshedStage stage = MeshedStage.with(agent)) {
            stage.after(Duration.ofSeconds(10));
            agent.answers = false;
            stage.after(Duration.ofSeconds(1));
            assertThat(stage.mesh.seat()).isEqualTo(Seat.DIRECT);
            agent.answers = true;
            agent.pings.get(agent.pings.size() - 1).complete(null);
            stage.after(Duration.ofMillis(4_200));
            assertThat(stage.mesh.seat()).isEqualTo(Seat.DIRECT);
            stage.after(Duration.ofMillis(500));
            assertThat(stage.mesh.seat()).isEqualTo(Seat.LOCAL);
            assertThat(stage.mesh.switches()).isEqualTo(3);
        }
    }

    @Test
    void aProcessThatStoodStillItselfDoesNotLeaveItsAgent() {
        StagedAgent agent = new StagedAgent("agent-1");
        try (MeshedStage stage = MeshedStage.with(agent)) {
            stage.after(PING);
            agent.answers = false;
            stage.after(PING);
            stage.scheduler.ticker().advance(Duration.ofSeconds(10)); // nobody runs
            stage.after(PING);
            assertThat(stage.mesh.seat()).isEqualTo(Seat.LOCAL);
            assertThat(agent.toldSilence).isZero();
            stage.after(Duration.ofSeconds(1));
            assertThat(stage.mesh.seat()).as("for it says nothing nevertheless").isEqualTo(Seat.DIRECT);
        }
    }

    /** D6: killed and started again each second. Calls of each moment are under way when it goes. */
    @Test
    void anAgentThatIsGoneEachSecondFailsNoCallAndChangesTheWayTwelveTimesAMinuteAtMost() {
        flap((stage, there) -> {
            if (there) {
                stage.agent = new StagedAgent("agent");
            } else if (stage.agent != null) {
                stage.agent.breakDown(Executed.MAYBE);
            }
        });
    }

    /** D6: stopped and continued each second. */
    @Test
    void anAgentThatIsSilentEachSecondFailsNoCallAndChangesTheWayTwelveTimesAMinuteAtMost() {
        StagedAgent agent = new StagedAgent("agent");
        flap((stage, there) -> {
            stage.agent = agent;
            agent.answers = there;
            if (there) {
                List.copyOf(agent.pings).forEach(each -> each.complete(null));
            }
        });
    }

    private interface Change {
        void now(MeshedStage stage, boolean there);
    }

    private static void flap(Change change) {
        try (MeshedStage stage = new MeshedStage(MeshedStage.CONFIG)) {
            List<CompletableFuture<Reply>> made = new ArrayList<>();
            for (int tick = 0; tick < 6_000; tick++) {
                if (tick % 50 == 0) {
                    change.now(stage, tick % 100 == 0);
                }
                StagedAgent agent = stage.agent;
                if (agent != null && agent.answers && agent.usable && agent.inFlight() > 3) {
                    agent.calls.stream()
                            .filter(each -> !each.reply.isDone())
                            .forEach(each -> each.reply.complete(BY_AGENT));
                }
                made.add(stage.go());
                stage.after(Duration.ofMillis(10));
            }
            assertThat(stage.mesh.switches()).isBetween(3L, 12L);
            assertThat(stage.mesh.callsByAgent()).isPositive();
            change.now(stage, false);
            stage.after(Duration.ofSeconds(1));
            assertThat(made).allSatisfy(each -> assertThat(each.join()).isInstanceOf(Reply.Value.class));
        }
    }
}
