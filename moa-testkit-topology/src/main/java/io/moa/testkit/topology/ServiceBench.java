package io.moa.testkit.topology;

import io.moa.Moa;
import io.moa.client.MoaClient;
import io.moa.discovery.Address;
import io.moa.invoke.Ticker;
import io.moa.registry.memory.MemoryRegistry;
import io.moa.registry.memory.MemoryRegistryStore;
import io.moa.registry.memory.MemoryRuleSource;
import io.moa.registry.memory.MemoryRuleStore;
import io.moa.server.MoaServer;
import io.moa.testkit.CallAccount;
import io.moa.testkit.ChaosProxy;
import io.moa.testkit.Eventually;
import io.moa.transport.TransportConfig;
import io.moa.transport.inprocess.InProcessTransport;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What stands around a service while it is tested: a registry, a server, a client, and what lies between them. */
final class ServiceBench implements AutoCloseable {

    /** What is built, and how. */
    record Plan(
            List<BiConsumer<MoaServer.Builder, MoaClient>> exports,
            List<Consumer<MoaServer.Builder>> serverSettings,
            List<Consumer<MoaClient.Builder>> clientSettings,
            TransportConfig transport,
            boolean inProcess) {}

    /** What both sides share within the process. */
    private record Wire(InProcessTransport transport, TimerThread timer) {}

    private static final Eventually ENDS = Eventually.within(Duration.ofSeconds(30));

    private final CallBook book = new CallBook((id, call, reply) -> {});
    private final MemoryRegistryStore store = new MemoryRegistryStore();
    private final Deque<AutoCloseable> opened = new ArrayDeque<>();
    private final @Nullable ProxiedRegistry proxied;
    private final MoaClient client;
    private final MemoryRuleStore rules = new MemoryRuleStore();
    private final @Nullable MoaServer server;

    ServiceBench(Plan plan) {
        try {
            MemoryRegistry announced = keep(new MemoryRegistry(store, Ticker.system()));
            boolean served = !plan.exports().isEmpty();
            this.proxied = plan.inProcess() || !served ? null : new ProxiedRegistry(announced);
            Wire wire = plan.inProcess() ? wire(plan.transport()) : null;
            Moa provider = keep(runtime("service", plan, wire)
                    .registry(proxied == null ? announced : proxied)
                    .build());
            Moa consumer = keep(runtime("test", plan, wire)
                    .registry(keep(new MemoryRegistry(store, Ticker.system())))
                    .rules(keep(new MemoryRuleSource(rules)))
                    .build());

            MoaClient.Builder clients = MoaClient.builder(consumer).filter(book.callerFilter());
            plan.clientSettings().forEach(setting -> setting.accept(clients));
            this.client = clients.build(); // before the server, whose implementations may call with it

            this.server = served ? keep(server(plan, provider)) : null;
            if (proxied != null) {
                keep(proxied); // before the server, which would wait for clients that a stalled proxy hides
            }
            keep(client);
        } catch (Throwable failed) {
            closeAll(failed);
            throw failed;
        }
    }

    private MoaServer server(Plan plan, Moa provider) {
        MoaServer.Builder servers =
                MoaServer.builder(provider).closeOnShutdown(false).drainLimit(Duration.ofSeconds(1));
        plan.exports().forEach(export -> export.accept(servers, client));
        plan.serverSettings().forEach(setting -> setting.accept(servers));
        servers.filter(book.serverFilter());
        if (plan.inProcess()) {
            servers.address(new Address.InProcess("service"));
        }
        return servers.start();
    }

    private static Moa.Builder runtime(String application, Plan plan, @Nullable Wire wire) {
        Moa.Builder runtime = Moa.builder(application).transportConfig(plan.transport());
        return wire == null
                ? runtime.eventLoops(1)
                : runtime.transport(wire.transport()).scheduler(wire.timer());
    }

    private Wire wire(TransportConfig config) {
        TimerThread timer = keep(new TimerThread());
        return new Wire(keep(new InProcessTransport(config, Ticker.system(), timer)), timer);
    }

    private <C extends AutoCloseable> C keep(C closeable) {
        opened.push(closeable);
        return closeable;
    }

    MoaClient client() {
        return client;
    }

    /** The server; null if nothing is served. */
    @Nullable
    MoaServer server() {
        return server;
    }

    MemoryRuleStore rules() {
        return rules;
    }

    MemoryRegistryStore registry() {
        return store;
    }

    CallAccount calls() {
        return book.account();
    }

    /** The network; null within the process, and if nothing is served. */
    @Nullable
    ChaosProxy network() {
        return proxied == null ? null : proxied.proxy();
    }

    /**
     * Closes everything and asserts that the calls balance.
     *
     * @throws AssertionError if they do not
     */
    @Override
    public void close() {
        AssertionError failed = new AssertionError("The server and client of the test could not be closed");
        closeAll(failed);
        if (failed.getSuppressed().length > 0) {
            throw failed;
        }
        ENDS.until(() -> calls().open() == 0, () -> calls().open() + " calls have not ended: " + calls().tally());
        if (!calls().tally().balanced()) {
            calls().verify(); // which names the calls
        }
    }

    private void closeAll(Throwable failure) {
        while (!opened.isEmpty()) {
            try {
                opened.pop().close();
            } catch (Exception e) {
                failure.addSuppressed(e);
            }
        }
    }
}
