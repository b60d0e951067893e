package io.moa.benchmarks.faults;

import io.moa.Moa;
import io.moa.benchmarks.ChildProcess;
import io.moa.registry.redis.RedisConfig;
import io.moa.registry.redis.RedisRegistry;
import io.moa.server.MoaServer;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * A server as a process. Arguments: the file of its counts, how many ids there are, its port or 0. It answers {@code @ready
 * uuid=… port=… millis=…} when the registry has it, and leaves by SIGTERM, or when its input ends.
 */
public final class CountedServer {

    private CountedServer() {}

    /** Runs it. */
    public static void main(String[] args) throws Exception {
        long start = System.nanoTime();
        Executions executions = Executions.open(Path.of(args[0]), Integer.parseInt(args[1]));
        RedisRegistry registry = RedisRegistry.open(RedisConfig.parse(System.getenv(Scene.REGISTRY)));
        Moa moa = Moa.builder("faults").eventLoops(1).registry(registry).build();
        Counted counted = new Counted() {
            @Override
            public CompletableFuture<Long> read(long id, byte[] payload) {
                return CompletableFuture.completedFuture(id);
            }

            @Override
            public CompletableFuture<Long> write(long id, byte[] payload) {
                executions.ran(id);
                return CompletableFuture.completedFuture(id);
            }
        };
        MoaServer server = MoaServer.builder(moa)
                .host("127.0.0.1")
                .port(Integer.parseInt(args[2]))
                .export(counted)
                .closeOnShutdown(false)
                .start();
        Runtime.getRuntime()
                .addShutdownHook(new Thread(
                        () -> {
                            server.close();
                            moa.close();
                            registry.close();
                        },
                        "end"));
        System.out.println(ChildProcess.MARK + "ready uuid=" + server.instance().uuid() + " port=" + server.port()
                + " millis=" + TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start));
        BufferedReader orders = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        while (orders.readLine() != null) {
            // only its end matters
        }
        System.exit(0); // through the hook
    }
}
