package io.moa.benchmarks.echo;

import io.moa.Moa;
import io.moa.annotation.MoaService;
import io.moa.annotation.NonBlocking;
import io.moa.client.MoaClient;
import io.moa.client.cluster.EndpointConfig;
import io.moa.client.stub.StubConfig;
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
 * MOA as a user has it: an annotated interface, a stub, and everything that is on by default. Only what the options ask
 * for is set, and a timeout that a busy machine does not reach. The client finds the server in a registry of its own
 * memory, because nothing of a real one is on the path of a call.
 *
 * @param direct whether the server runs the method on the event loop, or else on {@link EchoOptions#workers()} threads
 */
record MoaPeer(boolean direct) implements EchoPeer {

    /** The service: one method for each way to run it. */
    @MoaService
    public interface Echo {
        @NonBlocking
        byte[] direct(byte[] body);

        byte[] worker(byte[] body);
    }

    private static final String SERVER = "00000000-0000-0000-0000-000000000001";
    private static final int WAITING_FOR_A_WORKER = 100_000;

    @Override
    public int start(EchoOptions options) {
        Moa moa = Moa.builder("echo-server")
                .instance(SERVER)
                .eventLoops(options.loops())
                .build();
        Echo echo = new Echo() {
            @Override
            public byte[] direct(byte[] body) {
                return body;
            }

            @Override
            public byte[] worker(byte[] body) {
                return body;
            }
        };
        Workers workers = Workers.platform(options.workers(), WAITING_FOR_A_WORKER);
        return MoaServer.builder(moa)
                .workers(workers)
                .export(Echo.class, echo)
                .start()
                .port();
    }

    @Override
    public EchoCall connect(String host, int port, EchoOptions options) {
        MemoryRegistry registry = new MemoryRegistry(Ticker.system());
        ServiceExport export = new ServiceExport(ServiceId.of(Echo.class.getName()), Set.of("hessian"), "");
        registry.register(new Instance(
                SERVER,
                "echo-server",
                List.of(new Address.Tcp(host, port)),
                List.of(export),
                Instance.DEFAULT_WEIGHT,
                System.currentTimeMillis(),
                Map.of()));
        Moa moa = Moa.builder("echo-client")
                .registry(registry)
                .eventLoops(options.loops())
                .build();
        MoaClient client = MoaClient.builder(moa)
                .endpoints(EndpointConfig.DEFAULT.withConnections(options.connections()))
                .build();
        Echo echo = client.stub(Echo.class, StubConfig.ANNOTATED.withTimeout(Duration.ofSeconds(30)));
        EchoCall call = new EchoCall() {
            @Override
            public byte[] call(byte[] body) {
                return direct ? echo.direct(body) : echo.worker(body);
            }

            @Override
            public CompletableFuture<byte[]> callAsync(byte[] body) {
                return client.async(echo, stub -> direct ? stub.direct(body) : stub.worker(body));
            }
        };
        call.callAsync(new byte[1]).join(); // a wrong set-up fails here and not under load
        return call;
    }
}
