package io.moa.e2e.mesh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.moa.Moa;
import io.moa.agent.AgentConfig;
import io.moa.agent.AgentProcess;
import io.moa.client.MoaClient;
import io.moa.discovery.Address;
import io.moa.discovery.Instance;
import io.moa.invoke.Seat;
import io.moa.mesh.MeshConfig;
import io.moa.mesh.MeshMode;
import io.moa.registry.memory.MemoryRuleSource;
import io.moa.server.MoaServer;
import io.moa.transport.handover.HandOverLedger;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.Jedis;

/** An agent that serves a server's callers is replaced while they call, and neither they nor the server notice. */
@org.junit.jupiter.api.Timeout(180)
class InboundReplacedTest {

    private static final String OWNER = "counted";

    @TempDir
    Path folder;

    private final Counted.Counter counter = new Counted.Counter();
    private MeshStage stage;
    private MoaServer server;

    @BeforeEach
    void open() {
        stage = new MeshStage(folder);
        server = stage.keep(MoaServer.builder(stage.moa(OWNER))
                .host("127.0.0.1")
                .closeOnShutdown(false)
                .mesh(MeshConfig.DEFAULT
                        .withMode(MeshMode.AUTO)
                        .withAgent(stage.agentAddress())
                        .withPings(Duration.ofMillis(100), Duration.ofSeconds(10), 3)
                        .withStayAway(Duration.ofMillis(200)))
                .export(Counted.class, counter)
                .start());
    }

    @AfterEach
    void close() throws Exception {
        stage.close();
    }

    private AgentConfig config() {
        return AgentConfig.at(OWNER, stage.agentAddress())
                .withWarmUp(Duration.ofMillis(200))
                .withInbound(new AgentConfig.Inbound(new Address.Tcp("127.0.0.1", 0)));
    }

    private AgentProcess replacing(AgentConfig config) {
        return stage.keep(
                AgentProcess.replacing(config, stage.registry, stage.keep(new MemoryRuleSource(stage.rules))));
    }

    private AgentProcess replacingWhenReady() {
        AtomicReference<AgentProcess> next = new AtomicReference<>();
        AtomicReference<RuntimeException> why = new AtomicReference<>();
        MeshStage.soon()
                .until(
                        () -> {
                            try {
                                next.set(replacing(config()));
                                return true;
                            } catch (IllegalStateException notYet) {
                                why.set(notYet);
                                return false;
                            }
                        },
                        () -> "" + why.get());
        return next.get();
    }

    private static int once(Counted counted, int number) {
        try {
            return counted.once(number);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private AgentProcess serving() {
        AgentProcess agent = stage.agent(config());
        MeshStage.soon().until(() -> server.seat() == Seat.LOCAL, server::describe);
        return agent;
    }

    @Test
    void callersKeepTheirConnectionsAndTheServerItsAddress() throws Exception {
        AgentProcess agent = serving();
        Instance announced = server.instance();
        Address.Tcp at = (Address.Tcp) announced.addresses().get(0);
        MoaClient client =
                stage.keep(MoaClient.builder(stage.moa("web")).withoutMesh().build());
        Counted counted = client.stub(Counted.class);
        assertThat(once(counted, 0)).isZero();
        int number = 1;
        try (Jedis jedis = new Jedis(at.host(), at.port(), 60_000)) {
            assertThat(jedis.get(call(number++))).isNotNull();
            for (int i = 0; i < 3; i++) {
                List<CompletableFuture<Integer>> calls = new ArrayList<>();
                AgentProcess next = null;
                for (int n = 0; n < 300; n++) {
                    int mine = number++;
                    calls.add(client.async(counted, c -> once(c, mine)));
                    if (n == 150) {
                        next = replacingWhenReady();
                    }
                }
                for (CompletableFuture<Integer> each : calls) {
                    each.get();
                }
                HandOverLedger ledger = agent.replaced().get(60, TimeUnit.SECONDS);
                assertThat(ledger.callsLost()).isZero();
                assertThat(ledger.moa())
                        .as("the server's, and that of its caller")
                        .isEqualTo(2);
                assertThat(ledger.resp()).isOne();
                agent.close();
                assertThat(jedis.get(call(number++)))
                        .as("on the same connection")
                        .startsWith("{\"result\":");
                assertThat(server.seat()).isEqualTo(Seat.LOCAL);
                assertThat(server.instance()).isEqualTo(announced);
                assertThat(String.join("\n", next.describe())).contains("serves the callers of counted#");
                agent = next;
            }
        }
        assertThat(counter.ran).hasSize(number);
        assertThat(counter.ran.values()).allMatch(each -> each == 1);
        agent.close(); // and it is told as it would be of the first one
        assertThat(server.seat()).isEqualTo(Seat.DIRECT);
        assertThat(once(counted, number)).isEqualTo(number);
    }

    private static String call(int number) {
        return "{\"service\":\"mesh.Counted\",\"method\":\"once\",\"args\":[" + number + "],\"timeoutMs\":30000}";
    }

    @Test
    void anAgentWithoutADoorDoesNotReplaceOneThatServesCallers() {
        serving();
        assertThatThrownBy(() -> replacing(AgentConfig.at(OWNER, stage.agentAddress())))
                .hasMessageContaining("start it with --inbound");
        MoaClient client =
                stage.keep(MoaClient.builder(stage.moa("web")).withoutMesh().build());
        assertThat(once(client.stub(Counted.class), 1)).isOne();
        assertThat(server.seat()).isEqualTo(Seat.LOCAL);
    }

    @Test
    void whoIsServedAfterAnAgentStoodReadyIsHandedOverToo() throws Exception {
        AgentProcess agent = serving();
        MoaServer second =
                stage.keep(MoaServer.builder(stage.moa(Moa.builder(OWNER).instance("second")))
                        .host("127.0.0.1")
                        .closeOnShutdown(false)
                        .mesh(MeshConfig.DEFAULT.withMode(MeshMode.AUTO).withAgent(stage.agentAddress()))
                        .export(Counted.class, counter)
                        .start());
        MeshStage.soon().until(() -> second.seat() == Seat.LOCAL, second::describe);
        AgentProcess next = replacingWhenReady();
        agent.replaced().get(60, TimeUnit.SECONDS);
        agent.close();
        assertThat(String.join("\n", next.describe()).split("serves the callers", -1))
                .hasSize(3);
        second.close();
        assertThat(String.join("\n", next.describe())).containsOnlyOnce("serves the callers");
    }
}
