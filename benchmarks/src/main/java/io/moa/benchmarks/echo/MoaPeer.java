package io.moa.benchmarks.echo;

import io.moa.Moa;
import io.moa.client.CallOptions;
import io.moa.client.MoaClient;
import io.moa.client.cluster.EndpointConfig;
import io.moa.discovery.Address;
import io.moa.discovery.Instance;
import io.moa.discovery.ServiceExport;
import io.moa.discovery.ServiceId;
import io.moa.invoke.Ticker;
import io.moa.registry.memory.MemoryRegistry;
import io.moa.server.MoaServer;
import io.moa.server.dispatch.Workers;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/**
 * MOA itself, with governance switched on as it is by default: stub, serialization, deadline, ledger, picking, dispatch.
 *
 * <p>{@code direct} stands for a method declared {@link io.moa.annotation.NonBlocking}, which runs on the event loop;
 * the other way it runs on a pool of {@link EchoOptions#workers()} threads.
 */
record MoaPeer(boolean direct) implements EchoPeer {

    private static final String UUID = "echo-server";

    @Override
    public int start(EchoOptions options) throws Unavailable {
        checkTransport(options);
        Moa moa = Moa.builder("echo").instance(UUID).eventLoops(options.loops()).build();
        return MoaServer.builder(moa)
                .workers(Workers.platform(options.workers(), 1024))
                .export(new Echo())
                .start()
                .port();
    }

    @Override
    public EchoCall connect(String host, int port, EchoOptions options) throws Unavailable {
        checkTransport(options);
        MemoryRegistry registry = new MemoryRegistry(Ticker.system());
        registry.register(new Instance(
                UUID,
                "echo",
                List.of(new Address.Tcp(host, port)),
                List.of(new ServiceExport(ServiceId.of(EchoService.class.getName()), Set.of("hessian"), "")),
                Instance.DEFAULT_WEIGHT,
                0,
                Map.of()));
        Moa moa = Moa.builder("caller")
                .eventLoops(options.loops())
                .registry(registry)
                .build();
        MoaClient client = MoaClient.builder(moa)
                .endpoints(EndpointConfig.DEFAULT.withConnections(options.connections()))
                .build();
        EchoService echo = client.stub(EchoService.class);
        EchoService patient = client.with(echo, CallOptions.NONE.withTimeout(Duration.ofMinutes(1)));
        for (int i = 0; i < options.connections(); i++) {
            patient.direct(new byte[0]); // connections are opened by the first calls, in a cold JVM
        }
        return new EchoCall() {
            @Override
            public byte[] call(byte[] body) {
                return direct ? echo.direct(body) : echo.byWorker(body);
            }

            @Override
            public CompletableFuture<byte[]> callAsync(byte[] body) {
                return direct ? echo.directLater(body) : echo.byWorkerLater(body);
            }
        };
    }

    /** MOA takes the best transport there is. */
    private static void checkTransport(EchoOptions options) throws Unavailable {
        if (options.transport() != Transport.best()) {
            throw new Unavailable("uses epoll where it is available");
        }
    }

    private static final class Echo implements EchoService {
        @Override
        public byte[] byWorker(byte[] body) {
            return body;
        }

        @Override
        public byte[] direct(byte[] body) {
            return body;
        }

        @Override
        public CompletableFuture<byte[]> byWorkerLater(byte[] body) {
            return CompletableFuture.completedFuture(body);
        }

        @Override
        public CompletableFuture<byte[]> directLater(byte[] body) {
            return CompletableFuture.completedFuture(body);
        }
    }
}
