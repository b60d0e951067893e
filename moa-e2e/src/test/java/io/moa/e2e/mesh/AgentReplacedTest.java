package io.moa.e2e.mesh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.moa.agent.AgentConfig;
import io.moa.agent.AgentProcess;
import io.moa.annotation.CircuitBreaker;
import io.moa.annotation.MoaService;
import io.moa.annotation.Timeout;
import io.moa.client.MoaClient;
import io.moa.discovery.Address;
import io.moa.invoke.CallException;
import io.moa.invoke.Status;
import io.moa.mesh.MeshMode;
import io.moa.registry.memory.MemoryRuleSource;
import io.moa.transport.handover.HandOverLedger;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An agent is replaced by another one while calls go through it, and nobody notices. */
@org.junit.jupiter.api.Timeout(180)
class AgentReplacedTest {

    /** It always fails. */
    @MoaService(name = "mesh.Broken")
    @Timeout(millis = 30_000)
    @FunctionalInterface
    public interface Broken {
        @CircuitBreaker(minCalls = 3, openMillis = 600_000)
        int call();
    }

    @TempDir
    Path folder;

    private MeshStage stage;
    private final Counted.Counter counter = new Counted.Counter();

    @BeforeEach
    void open() {
        stage = new MeshStage(folder);
        stage.serve("counted", Counted.class, counter);
    }

    @AfterEach
    void close() throws Exception {
        stage.close();
    }

    private AgentProcess replacing() {
        return stage.keep(AgentProcess.replacing(
                AgentConfig.at(MeshStage.APPLICATION, stage.agentAddress()).withWarmUp(Duration.ofMillis(200)),
                stage.registry,
                stage.keep(new MemoryRuleSource(stage.rules))));
    }

    /** As soon as the agent that is there stands ready for it. */
    private AgentProcess replacingWhenReady() {
        AtomicReference<AgentProcess> next = new AtomicReference<>();
        AtomicReference<RuntimeException> why = new AtomicReference<>();
        MeshStage.soon()
                .until(
                        () -> {
                            try {
                                next.set(replacing());
                                return true;
                            } catch (IllegalStateException notYet) {
                                why.set(notYet);
                                return false;
                            }
                        },
                        () -> "" + why.get());
        return next.get();
    }

    private static int again(Counted counted, int number) {
        try {
            return counted.again(number);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void callsGoOnWithoutANewConnection() throws Exception {
        AgentProcess agent = stage.agent();
        MoaClient client = stage.meshed(stage.client(MeshMode.ON));
        Counted counted = client.stub(Counted.class);
        assertThat(again(counted, 0)).isZero();
        long switches = client.mesh().switches();
        int number = 1;
        for (int i = 0; i < 3; i++) {
            List<CompletableFuture<Integer>> calls = new ArrayList<>();
            AgentProcess next = null;
            for (int n = 0; n < 300; n++) {
                int mine = number++;
                calls.add(client.async(counted, c -> again(c, mine)));
                if (n == 150) {
                    next = replacingWhenReady();
                }
            }
            for (CompletableFuture<Integer> each : calls) {
                each.get();
            }
            HandOverLedger ledger = agent.replaced().get(60, TimeUnit.SECONDS);
            assertThat(ledger.callsLost()).isZero();
            assertThat(ledger.moa()).isEqualTo(1);
            agent.close();
            assertThat(again(counted, number++)).isPositive();
            assertThat(next.callsTaken()).isPositive();
            agent = next;
        }
        assertThat(client.mesh().switches()).as("the connection stayed").isEqualTo(switches);
        assertThat(counter.ran).hasSize(number).allSatisfy((any, times) -> assertThat(times)
                .isEqualTo(1));
    }

    @Test
    void whatTheBreakerKnewGoesAlong() throws Exception {
        stage.serve("broken", Broken.class, () -> {
            throw new IllegalStateException("broken");
        });
        AgentProcess agent = stage.agent();
        Broken broken = stage.meshed(stage.client(MeshMode.ON)).stub(Broken.class);
        for (int i = 0; i < 3; i++) {
            assertThatThrownBy(broken::call).isInstanceOf(IllegalStateException.class);
        }
        assertThatThrownBy(broken::call).isInstanceOfSatisfying(CallException.class, e -> assertThat(e.status())
                .isEqualTo(Status.REJECTED));
        replacing();
        agent.replaced().get(60, TimeUnit.SECONDS);
        agent.close();
        assertThatThrownBy(broken::call).isInstanceOfSatisfying(CallException.class, e -> assertThat(e.status())
                .isEqualTo(Status.REJECTED));
    }

    @Test
    void whereThereIsNoAgentNoneIsReplaced() {
        assertThatThrownBy(this::replacing).hasMessageContaining("No agent stands ready to be replaced");
    }

    @Test
    void anAgentWithOtherAddressesIsRefusedAndTheFirstServesOn() throws Exception {
        AgentProcess agent = stage.agent();
        MoaClient client = stage.meshed(stage.client(MeshMode.ON));
        Counted counted = client.stub(Counted.class);
        AgentConfig none = new AgentConfig(
                MeshStage.APPLICATION,
                List.of(new Address.Tcp("127.0.0.1", 0), stage.agentAddress()),
                Set.of(),
                Map.of(),
                "a token",
                null,
                Duration.ZERO,
                Duration.ofSeconds(10));
        assertThatThrownBy(() -> AgentProcess.replacing(none, stage.registry, null))
                .hasMessageContaining("was not replaced")
                .hasMessageContaining("start it with those of the agent that it replaces");
        assertThat(again(counted, 1)).isEqualTo(1);
        assertThat(agent.callsTaken()).isEqualTo(1);
        replacingWhenReady(); // it stands ready again
        assertThat(again(counted, 2)).isEqualTo(2);
        assertThat(agent.replaced().get(60, TimeUnit.SECONDS).moved()).isEqualTo(1);
    }
}
