package io.moa.e2e.mesh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.moa.agent.AgentConfig;
import io.moa.agent.AgentProcess;
import io.moa.annotation.MoaService;
import io.moa.annotation.Timeout;
import io.moa.client.MoaClient;
import io.moa.discovery.Address;
import io.moa.discovery.ServiceId;
import io.moa.invoke.CallException;
import io.moa.invoke.CallScope;
import io.moa.invoke.Status;
import io.moa.mesh.MeshConfig;
import io.moa.mesh.MeshMode;
import io.moa.mesh.MeshStep;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where calls go while the agent of their process is gone: one way after the other, as far as each leads somewhere. */
@org.junit.jupiter.api.Timeout(180)
class AgentChainTest {

    private static final String TOKEN = "a token of this test";
    private static final Address.Tcp ANY = new Address.Tcp("127.0.0.1", 0);

    /** Says who calls. */
    @MoaService(name = "mesh.Who")
    @Timeout(millis = 30_000)
    @FunctionalInterface
    public interface Who {
        String calls();
    }

    @TempDir
    Path folder;

    private MeshStage stage;

    @BeforeEach
    void open() {
        stage = new MeshStage(folder);
        stage.serve("who", Who.class, () -> CallScope.current().caller().application());
    }

    @AfterEach
    void close() throws Exception {
        stage.close();
    }

    private AgentProcess peer() {
        return stage.agent(new AgentConfig(
                MeshStage.APPLICATION,
                List.of(),
                Set.of(),
                Map.of(),
                TOKEN,
                new AgentConfig.Remote(ANY, null, Set.of()),
                Duration.ZERO,
                Duration.ofSeconds(30)));
    }

    private AgentProcess shared(String... applications) {
        return stage.agent(new AgentConfig(
                "mesh",
                List.of(),
                Set.of(),
                Map.of(),
                TOKEN,
                new AgentConfig.Remote(ANY, null, Set.of(applications)),
                Duration.ZERO,
                Duration.ofSeconds(30)));
    }

    private MoaClient client(MeshStep... steps) {
        return stage.keep(MoaClient.builder(stage.moa(MeshStage.APPLICATION))
                .mesh(MeshConfig.DEFAULT
                        .withMode(MeshMode.ON)
                        .withAgent(stage.agentAddress())
                        .withPings(Duration.ofMillis(100), Duration.ofSeconds(10), 3)
                        .withStayAway(Duration.ofMillis(200))
                        .withSteps(steps)
                        .withToken(TOKEN))
                .build());
    }

    private static void until(MoaClient client, MeshStep step) {
        MeshStage.soon().until(() -> client.mesh().step() == step, client::toString);
    }

    @Test
    void eachStepIsTakenWhenTheOneBeforeIsGoneAndLeftWhenItIsBack() {
        AgentProcess own = stage.agent();
        AgentProcess peer = peer();
        AgentProcess shared = shared("web", "other");
        MoaClient client = client(MeshStep.values());
        Who who = client.stub(Who.class);
        until(client, MeshStep.AGENT);
        assertThat(who.calls()).isEqualTo("web");
        assertThat(own.callsTaken()).isEqualTo(1);
        own.close();
        until(client, MeshStep.PEER);
        assertThat(who.calls()).isEqualTo("web");
        assertThat(peer.callsTaken()).isEqualTo(1);
        peer.close();
        until(client, MeshStep.SHARED);
        assertThat(who.calls()).isEqualTo("web");
        assertThat(shared.callsTaken()).isEqualTo(1);
        shared.close();
        until(client, MeshStep.DIRECT);
        assertThat(who.calls()).isEqualTo("web");
        assertThat(client.toString())
                .contains("calls are governed here and go directly")
                .contains("; agent, " + stage.agentAddress())
                .contains("; peer, ")
                .contains("; shared, ");
        AgentProcess again = stage.agent();
        until(client, MeshStep.AGENT);
        assertThat(who.calls()).isEqualTo("web");
        assertThat(again.callsTaken()).isEqualTo(1);
    }

    @Test
    void withoutTheDirectStepACallFailsAndSaysWhy() {
        MoaClient client = client(MeshStep.AGENT, MeshStep.PEER);
        Who who = client.stub(Who.class);
        assertThatThrownBy(who::calls)
                .isInstanceOfSatisfying(
                        CallException.class, e -> assertThat(e.status()).isEqualTo(Status.UNAVAILABLE))
                .hasMessageContaining("was not sent, as there is no agent, and moa.mesh.steps has no \"direct\"");
        AgentProcess own = stage.agent();
        until(client, MeshStep.AGENT);
        assertThat(who.calls()).isEqualTo("web");
        assertThat(own.callsTaken()).isEqualTo(1);
    }

    /** A shared agent is for whom it is configured, and for who knows its token. */
    @Test
    void whoIsNotMeantOrSaysAnotherTokenIsNotLetIn() {
        AgentProcess shared = shared("other");
        MoaClient stranger = client(MeshStep.SHARED, MeshStep.DIRECT);
        assertThat(stranger.stub(Who.class).calls()).isEqualTo("web");
        MeshStage.soon().until(() -> stranger.toString().contains("no such agent is registered"), stranger::toString);

        AgentProcess peer = peer();
        MoaClient wrong = stage.keep(MoaClient.builder(stage.moa(MeshStage.APPLICATION))
                .mesh(MeshConfig.DEFAULT
                        .withMode(MeshMode.ON)
                        .withSteps(MeshStep.PEER, MeshStep.DIRECT)
                        .withToken("another one"))
                .build());
        MeshStage.soon().until(() -> wrong.toString().contains("another one was said"), wrong::toString);
        assertThat(wrong.stub(Who.class).calls()).isEqualTo("web");
        assertThat(wrong.toString()).doesNotContain(TOKEN);
        assertThat(shared.callsTaken() + peer.callsTaken()).isZero();
        assertThat(shared.toString() + peer).doesNotContain(TOKEN);
    }

    /** What a rule says of callers holds for those who call through a shared agent. */
    @Test
    void aSharedAgentGovernsEachApplicationAsThatApplication() {
        shared("web", "other");
        MoaClient client = client(MeshStep.SHARED, MeshStep.DIRECT);
        Who who = client.stub(Who.class);
        until(client, MeshStep.SHARED);
        assertThat(who.calls()).isEqualTo("web");
        stage.rules.putRule(
                "not-web",
                "{\"kind\":\"fault\",\"service\":\"mesh.Who\",\"when\":{\"caller\":\"web\"},\"fail\":{\"status\":\"UNAVAILABLE\"}}");
        MeshStage.soon()
                .until(
                        () -> {
                            try {
                                who.calls();
                                return false;
                            } catch (CallException e) {
                                return e.getMessage().contains("not-web");
                            }
                        },
                        () -> client.explain(ServiceId.of("mesh.Who")));
    }

    @Test
    void overTcpThereIsNoAgentWithoutAToken() {
        assertThatThrownBy(() -> AgentConfig.at("web", (Address) ANY))
                .hasMessageContaining("say a token, of which its processes know, or take a Unix socket");
    }
}
