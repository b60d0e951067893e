package io.moa.e2e.governance;

import io.moa.Moa;
import io.moa.agent.AgentProcess;
import io.moa.client.MoaClient;
import io.moa.client.stub.StubConfig;
import io.moa.governance.policy.PolicyKey;
import io.moa.invoke.Ticker;
import io.moa.registry.memory.MemoryRegistry;
import io.moa.registry.memory.MemoryRuleSource;
import io.moa.registry.memory.MemoryRuleStore;
import io.moa.server.MoaServer;
import io.moa.testkit.Eventually;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * The processes of one test, each with a runtime of its own and sockets between them, around one registry and one store of rules in memory.
 * What was opened is closed after the test, the latest first, and the registry last. Used by the thread of the test.
 */
final class Processes implements AfterEachCallback, AutoCloseable {

    /** A first call on a busy machine may take its time. */
    static final StubConfig PATIENT = StubConfig.ANNOTATED.with(PolicyKey.TIMEOUT, Duration.ofSeconds(30));

    private final MemoryRegistry registry = new MemoryRegistry(Ticker.system());
    private final MemoryRuleStore rules = new MemoryRuleStore();
    private final Map<MoaClient, AgentProcess> agents = new HashMap<>();
    private final List<AutoCloseable> open = new ArrayList<>();

    /** Waits for what other threads do. */
    static Eventually soon() {
        return Eventually.within(Duration.ofSeconds(60));
    }

    MemoryRegistry registry() {
        return registry;
    }

    MemoryRuleStore rules() {
        return rules;
    }

    /** Closed after the test, before what was kept earlier. */
    <T extends AutoCloseable> T keep(T one) {
        open.add(one);
        return one;
    }

    /** The runtime of a process that knows the registry and the rules. */
    Moa moa(String application) {
        return moa(application, any -> any);
    }

    Moa moa(String application, UnaryOperator<Moa.Builder> more) {
        return keep(more.apply(Moa.builder(application)
                        .eventLoops(1)
                        .registry(registry)
                        .rules(keep(new MemoryRuleSource(rules))))
                .build());
    }

    /** A process that serves what is added to its builder. */
    MoaServer serve(Moa moa, UnaryOperator<MoaServer.Builder> more) {
        return keep(more.apply(MoaServer.builder(moa).host("127.0.0.1").closeOnShutdown(false))
                .start());
    }

    MoaServer serve(String application, UnaryOperator<MoaServer.Builder> more) {
        return serve(moa(application), more);
    }

    /** The agent that governs the calls of a client, to be closed with it. */
    void governs(AgentProcess agent, MoaClient client) {
        agents.put(client, agent);
    }

    /** Closes a client before the end of the test, and the agent that governs its calls, if there is one. */
    void closeWithItsAgent(MoaClient client) {
        client.close();
        AgentProcess agent = agents.get(client);
        if (agent != null) {
            agent.close();
        }
    }

    /** A process that calls, with what is added to its builder. */
    MoaClient client(Moa moa, UnaryOperator<MoaClient.Builder> more) {
        boolean mayHaveAgent = moa.hasRegistry() && moa.rules() != null;
        return (mayHaveAgent ? Seats.ofThisRun() : Seats.DIRECT).client(this, moa, more);
    }

    MoaClient client(String application, UnaryOperator<MoaClient.Builder> more) {
        return client(moa(application), more);
    }

    MoaClient client(String application) {
        return client(application, any -> any);
    }

    @Override
    public void afterEach(ExtensionContext context) throws Exception {
        close();
    }

    /** Also what comes after something that cannot be closed. */
    @Override
    public void close() throws Exception {
        open.add(0, registry);
        Exception failed = null;
        for (int i = open.size() - 1; i >= 0; i--) {
            try {
                open.get(i).close();
            } catch (Exception e) {
                if (failed != null) {
                    e.addSuppressed(failed);
                }
                failed = e;
            }
        }
        if (failed != null) {
            throw failed;
        }
    }
}
