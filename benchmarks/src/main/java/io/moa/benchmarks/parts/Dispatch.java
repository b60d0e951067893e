package io.moa.benchmarks.parts;

import static java.util.Objects.requireNonNull;

import io.moa.annotation.MoaService;
import io.moa.annotation.NonBlocking;
import io.moa.governance.policy.PolicySettings;
import io.moa.governance.quota.QuotaRounds;
import io.moa.invoke.Invocation;
import io.moa.invoke.Ledger;
import io.moa.invoke.Permit;
import io.moa.invoke.Phase;
import io.moa.invoke.Reply;
import io.moa.invoke.Ticker;
import io.moa.protocol.payload.BytesPayload;
import io.moa.protocol.serialize.SerializationLimits;
import io.moa.protocol.serialize.Serializers;
import io.moa.server.dispatch.Dispatcher;
import io.moa.server.dispatch.ExportedMethod;
import io.moa.server.dispatch.ServiceExporter;
import io.moa.server.dispatch.ServiceTable;
import io.moa.server.dispatch.WorkerPool;
import io.moa.server.dispatch.Workers;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** The end of the server's route on the thread that read the call: decode 1 KiB, run, encode. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
        value = 2,
        jvmArgsAppend = {
            "-Xms512m",
            "-Xmx512m",
            "-XX:+UseG1GC",
            "-Djmh.executor=CUSTOM",
            "-Djmh.executor.class=io.moa.benchmarks.parts.Baselines$LoopThreads"
        })
public class Dispatch {

    /** The service. */
    @MoaService
    public interface Echo {
        @NonBlocking
        byte[] direct(byte[] body);
    }

    /** What a server has. */
    @State(Scope.Thread)
    @SuppressWarnings("NullAway.Init") // JMH calls export() first
    public static class Server {
        private Dispatcher dispatcher;
        private ExportedMethod method;
        private ByteBuf request;

        @Setup
        public void export() {
            Serializers serializers = Serializers.builtIn(SerializationLimits.DEFAULTS);
            Echo echo = body -> body;
            ServiceExporter.Exported exported = ServiceExporter.export(
                    Echo.class,
                    echo,
                    new ServiceExporter.Terms(
                            List.copyOf(serializers.all()),
                            List.of(),
                            new WorkerPool("echo", Workers.DEFAULT, System::nanoTime),
                            call -> Permit.FREE,
                            service -> PolicySettings.NONE,
                            Ticker.system(),
                            QuotaRounds.alone(Ticker.system()),
                            "",
                            ""));
            method = exported.methods().get(0);
            dispatcher = new Dispatcher(new ServiceTable(exported.methods()), Ticker.system(), 8 << 20);
            request = PooledByteBufAllocator.DEFAULT.directBuffer(2048);
            requireNonNull(method.codecs().get(1)).arguments().encode(new Object[] {new byte[1024]}, request);
        }
    }

    @Benchmark
    public Reply direct(Server server) {
        Invocation call = Invocation.of(
                        server.method.service(),
                        server.method.method(),
                        new BytesPayload(server.request.retainedDuplicate()),
                        new Ledger(Phase.SERVER_QUEUE, System.nanoTime()))
                .attributes(server.method.attributes(1))
                .build();
        Reply reply = server.dispatcher.invoke(call).join();
        call.payload().release();
        ((Reply.Value) reply).payload().release();
        return reply;
    }
}
