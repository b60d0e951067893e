package io.moa.e2e.mesh;

import io.moa.Moa;
import io.moa.agent.AgentConfig;
import io.moa.agent.AgentProcess;
import io.moa.client.MoaClient;
import io.moa.discovery.Address;
import io.moa.invoke.Seat;
import io.moa.invoke.Ticker;
import io.moa.mesh.MeshConfig;
import io.moa.mesh.MeshMode;
import io.moa.registry.memory.MemoryRegistry;
import io.moa.registry.memory.MemoryRuleSource;
import io.moa.registry.memory.MemoryRuleStore;
import io.moa.server.MoaServer;
import io.moa.testkit.Eventually;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** A registry, rules, an agent, and whoever uses them, in one JVM over real sockets; closed in the reverse of the order in which they came. */
final class MeshStage implements AutoCloseable {

    static final String APPLICATION = "web";

    final MemoryRegistry registry = new MemoryRegistry(Ticker.system());
    final MemoryRuleStore rules = new MemoryRuleStore();
    private final Address agentAddress;
    private final List<AutoCloseable> open = new ArrayList<>();

    MeshStage(Path folder) {
        this.agentAddress =
                new Address.Unix(folder.resolve("own").resolve("agent.sock").toString());
    }

    static Eventually soon() {
        return Eventually.within(Duration.ofSeconds(60));
    }

    <T extends AutoCloseable> T keep(T one) {
        open.add(one);
        return one;
    }

    Address agentAddress() {
        return agentAddress;
    }

    Moa moa(String application) {
        return moa(Moa.builder(application));
    }

    Moa moa(Moa.Builder builder) {
        return keep(builder.registry(registry)
                .rules(keep(new MemoryRuleSource(rules)))
                .eventLoops(1)
                .build());
    }

    AgentProcess agent() {
        return agent(AgentConfig.at(APPLICATION, agentAddress).withDrainLimit(Duration.ofSeconds(30)));
    }

    /** One that begins at once. */
    AgentProcess agent(AgentConfig config) {
        return keep(AgentProcess.start(
                config.withWarmUp(Duration.ofMillis(1)), registry, keep(new MemoryRuleSource(rules))));
    }

    /** A client whose calls go by the agent while there is one. */
    MoaClient client(MeshMode mode) {
        return client(mode, Moa.builder(APPLICATION));
    }

    MoaClient client(MeshMode mode, Moa.Builder runtime) {
        return keep(MoaClient.builder(moa(runtime))
                .mesh(MeshConfig.DEFAULT
                        .withMode(mode)
                        .withAgent(agentAddress)
                        .withPings(Duration.ofMillis(100), Duration.ofSeconds(10), 3)
                        .withStayAway(Duration.ofMillis(200)))
                .build());
    }

    /** Returns when the calls of a client go by the agent. */
    MoaClient meshed(MoaClient client) {
        soon().until(() -> client.mesh().seat() == Seat.LOCAL, client::toString);
        return client;
    }

    /** Returns when the calls of a client go directly. */
    MoaClient direct(MoaClient client) {
        soon().until(() -> client.mesh().seat() == Seat.DIRECT, client::toString);
        return client;
    }

    <S> MoaServer serve(String application, Class<S> type, S implementation) {
        return keep(MoaServer.builder(moa(application))
                .host("127.0.0.1")
                .closeOnShutdown(false)
                .export(type, implementation)
                .start());
    }

    @Override
    public void close() throws Exception {
        for (int i = open.size() - 1; i >= 0; i--) {
            open.get(i).close();
        }
        registry.close();
    }
}
