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
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;

/**
 * A server as a process. Arguments: the file of its counts, how many ids there are, its port or 0. It answers {@code @ready
 * uuid=… port=… millis=…} when the registry has it, and leaves by SIGTERM, or when its input ends. After the order {@code fail} each
 * call ends with an exception that no method declares, after {@code serve} with its answer, after {@code unmark} it is marked no more, and after {@code leave} it has left and its
 * process is still there; each is answered by {@code @calls number=…}, how many calls came since the order before.
 */
public final class CountedServer {

    /** The property that says how long its share grows, in milliseconds. */
    static final String WARM_UP = "moa.benchmarks.warmUpMillis";

    /** The property that marks a server, so that callers tell its answers from those of others. */
    static final String MARKED = "moa.benchmarks.marked";

    private CountedServer() {}

    /** Runs it. */
    public static void main(String[] args) throws Exception {
        long start = System.nanoTime();
        Executions executions = Executions.open(Path.of(args[0]), Integer.parseInt(args[1]));
        RedisRegistry registry = RedisRegistry.open(RedisConfig.parse(System.getenv(Scene.REGISTRY)));
        String uuid = UUID.randomUUID().toString();
        Moa moa = Moa.builder("faults")
                .instance(uuid)
                .eventLoops(1)
                .registry(registry)
                .build();
        AtomicBoolean failing = new AtomicBoolean();
        LongAdder calls = new LongAdder();
        AtomicBoolean marked = new AtomicBoolean(Boolean.getBoolean(MARKED));
        Counted counted = new Counted() {
            @Override
            public CompletableFuture<Long> read(long id, byte[] payload) {
                calls.increment();
                if (failing.get()) {
                    throw new IllegalStateException("this server is broken");
                }
                return CompletableFuture.completedFuture(marked.get() ? ~id : id);
            }

            @Override
            public CompletableFuture<Long> write(long id, byte[] payload) {
                calls.increment();
                if (failing.get()) {
                    throw new IllegalStateException("this server is broken");
                }
                executions.ran(id);
                return CompletableFuture.completedFuture(marked.get() ? ~id : id);
            }

            @Override
            public CompletableFuture<String> led() {
                return CompletableFuture.completedFuture(uuid);
            }

            @Override
            public CompletableFuture<String> unled() {
                return CompletableFuture.completedFuture(uuid);
            }
        };
        MoaServer server = MoaServer.builder(moa)
                .host("127.0.0.1")
                .port(Integer.parseInt(args[2]))
                .warmUp(Duration.ofMillis(Long.getLong(WARM_UP, 0)))
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
        System.out.println(ChildProcess.MARK + "ready uuid=" + uuid + " port=" + server.port() + " millis="
                + TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start));
        BufferedReader orders = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String order = orders.readLine(); order != null; order = orders.readLine()) {
            failing.set(order.equals("fail"));
            if (order.equals("unmark")) {
                marked.set(false);
            }
            if (order.equals("leave")) {
                server.close();
            }
            System.out.println(ChildProcess.MARK + "calls number=" + calls.sumThenReset());
        }
        System.exit(0); // through the hook
    }
}
