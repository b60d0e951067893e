package io.moa.e2e.robust;

import io.moa.Moa;
import io.moa.client.MoaClient;
import io.moa.discovery.Address;
import io.moa.discovery.Instance;
import io.moa.discovery.ServiceExport;
import io.moa.discovery.ServiceId;
import io.moa.invoke.CallException;
import io.moa.invoke.Executed;
import io.moa.invoke.Ticker;
import io.moa.registry.memory.MemoryRegistry;
import io.moa.server.ExportConfig;
import io.moa.server.MoaServer;
import io.moa.server.dispatch.Workers;
import io.moa.testkit.CallAccount;
import io.moa.testkit.Eventually;
import io.moa.transport.TransportConfig;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/**
 * Providers and consumers that share a registry. Closing it waits until no provider holds a call or a byte: whatever the
 * test did, nothing may be left behind.
 */
final class Town implements AutoCloseable {

    static final Duration PATIENCE = Duration.ofSeconds(60);

    /** A machine that is busy with other things must not look like a peer that is dead. */
    static final TransportConfig PATIENT = TransportConfig.DEFAULT.toBuilder()
            .connectTimeout(PATIENCE)
            .heartbeatLimit(PATIENCE)
            .build();

    static final String APPLICATION = "work";

    final MemoryRegistry registry = new MemoryRegistry(Ticker.system());
    private final List<MoaServer> servers = new ArrayList<>();
    private final Deque<AutoCloseable> opened = new ArrayDeque<>();

    static Eventually eventually() {
        return Eventually.within(PATIENCE);
    }

    /** A provider that announces itself. */
    <S> MoaServer provider(Class<S> type, S implementation) {
        return provider(runtime(APPLICATION, PATIENT, true), type, implementation);
    }

    /** A provider that the registry does not know, so that the test can say where it is. */
    <S> MoaServer hidden(String application, TransportConfig config, Class<S> type, S implementation) {
        return provider(runtime(application, config, false), type, implementation);
    }

    <S> MoaServer provider(Moa moa, Class<S> type, S implementation) {
        return provider(MoaServer.builder(moa).workers(Workers.platform(256, 4096)), type, implementation);
    }

    <S> MoaServer provider(Moa moa, Class<S> type, S implementation, ExportConfig config) {
        return start(MoaServer.builder(moa).export(type, implementation, config));
    }

    <S> MoaServer provider(MoaServer.Builder builder, Class<S> type, S implementation) {
        return start(builder.export(type, implementation));
    }

    private MoaServer start(MoaServer.Builder builder) {
        MoaServer server = builder.closeOnShutdown(false).start();
        servers.add(server);
        opened.push(server::closeNow);
        return server;
    }

    Moa runtime(String application, TransportConfig config, boolean announced) {
        Moa.Builder builder = Moa.builder(application).transportConfig(config);
        return keep((announced ? builder.registry(registry) : builder).build());
    }

    MoaClient consumer(TransportConfig config) {
        return keep(MoaClient.builder(runtime("caller", config, true)).build());
    }

    /** Closes something with the town, before whatever was opened earlier. */
    <C extends AutoCloseable> C keep(C closeable) {
        opened.push(closeable);
        return closeable;
    }

    /** Tells the registry of a provider of {@link Work} at an address of the test's choice. */
    void announce(String uuid, int port, int weight) {
        registry.register(new Instance(
                uuid,
                APPLICATION,
                List.of(new Address.Tcp("127.0.0.1", port)),
                List.of(new ServiceExport(ServiceId.of(Work.class.getName()), Set.of("hessian"), "")),
                weight,
                0,
                Map.of()));
    }

    /** Records how a call ends. */
    static CompletableFuture<Long> settle(CallAccount account, long id, CompletableFuture<Long> result) {
        return result.whenComplete((answer, thrown) -> {
            if (thrown == null) {
                account.ok(id, answer);
            } else {
                account.outcome(
                        id,
                        executed(thrown) == Executed.NO ? CallAccount.Outcome.REJECTED : CallAccount.Outcome.UNKNOWN);
            }
        });
    }

    static Executed executed(Throwable thrown) {
        return failure(thrown).executed();
    }

    static CallException failure(@Nullable Throwable thrown) {
        Throwable cause = thrown instanceof CompletionException ? thrown.getCause() : thrown;
        if (cause instanceof CallException failure) {
            return failure;
        }
        throw new AssertionError("not a failed call", thrown);
    }

    @Override
    public void close() throws Exception {
        try {
            for (MoaServer server : servers) {
                eventually()
                        .until(
                                () -> server.inFlight() == 0 && server.heldBytes() == 0,
                                () -> server + " has " + server.inFlight() + " calls in flight and holds "
                                        + server.heldBytes() + " bytes");
            }
        } finally {
            for (AutoCloseable closeable : opened) {
                closeable.close();
            }
            registry.close();
        }
    }
}
