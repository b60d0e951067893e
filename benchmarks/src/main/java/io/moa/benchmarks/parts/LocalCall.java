package io.moa.benchmarks.parts;

import io.moa.Moa;
import io.moa.benchmarks.echo.EchoService;
import io.moa.client.MoaClient;
import io.moa.discovery.Address;
import io.moa.invoke.Ticker;
import io.moa.registry.memory.MemoryRegistry;
import io.moa.server.MoaServer;
import io.moa.server.dispatch.Workers;
import io.moa.transport.TransportConfig;
import io.moa.transport.inprocess.InProcessTransport;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * A whole call from stub to implementation and back, with a body of 1 KiB: within the process, which leaves both stacks,
 * dispatch and serialization, and over a socket, one at a time, which adds two system calls and two wake-ups each way.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
        value = 2,
        jvmArgsAppend = {"-Xms512m", "-Xmx512m", "-XX:+UseG1GC"})
public class LocalCall {

    /** A client and a server. */
    @State(Scope.Benchmark)
    @SuppressWarnings("NullAway.Init") // JMH calls open() first
    public static class Pair {
        @Param({"inprocess", "tcp"})
        public String transport = "inprocess";

        private final byte[] body = new byte[1024];
        private final ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(1);
        private EchoService echo;
        private Runnable close;

        @Setup
        public void open() {
            timer.setRemoveOnCancelPolicy(true);
            MemoryRegistry registry = new MemoryRegistry(Ticker.system());
            InProcessTransport network =
                    new InProcessTransport(TransportConfig.DEFAULT, Ticker.system(), (task, delay) -> {
                        ScheduledFuture<?> scheduled = timer.schedule(task, delay, TimeUnit.NANOSECONDS);
                        return () -> scheduled.cancel(false);
                    });
            boolean inProcess = transport.equals("inprocess");
            Moa provider = moa("echo", registry, inProcess ? network : null);
            Moa consumer = moa("caller", registry, inProcess ? network : null);
            MoaServer.Builder builder = MoaServer.builder(provider)
                    .workers(Workers.platform(4, 100))
                    .export(new Echo());
            MoaServer server = (inProcess ? builder.address(new Address.InProcess("echo")) : builder).start();
            MoaClient client = MoaClient.builder(consumer).build();
            echo = client.stub(EchoService.class);
            close = () -> {
                client.close();
                server.close();
                consumer.close();
                provider.close();
                timer.shutdownNow();
            };
        }

        private Moa moa(String application, MemoryRegistry registry, @Nullable InProcessTransport network) {
            Moa.Builder builder = Moa.builder(application).registry(registry).eventLoops(1);
            if (network != null) {
                builder.transport(network).scheduler((task, delay) -> {
                    ScheduledFuture<?> scheduled = timer.schedule(task, delay, TimeUnit.NANOSECONDS);
                    return () -> scheduled.cancel(false);
                });
            }
            return builder.build();
        }

        @TearDown
        public void shut() {
            close.run();
        }
    }

    @Benchmark
    public byte[] direct(Pair pair) {
        return pair.echo.direct(pair.body);
    }

    @Benchmark
    public byte[] byWorker(Pair pair) {
        return pair.echo.byWorker(pair.body);
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
