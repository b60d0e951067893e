package io.moa.benchmarks.parts;

import io.moa.discovery.Address;
import io.moa.discovery.Instance;
import io.moa.discovery.Liveness;
import io.moa.discovery.OperatorState;
import io.moa.discovery.ServiceId;
import io.moa.discovery.Snapshot;
import io.moa.governance.outlier.Ejections;
import io.moa.governance.outlier.OutlierConfig;
import io.moa.governance.outlier.OwnPause;
import io.moa.governance.plan.Plan;
import io.moa.governance.plan.PlanCompiler;
import io.moa.invoke.Invocation;
import io.moa.invoke.Lease;
import io.moa.invoke.Ledger;
import io.moa.invoke.MethodId;
import io.moa.invoke.Payload;
import io.moa.invoke.Phase;
import io.moa.invoke.Reply;
import io.moa.invoke.Ticker;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
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
import org.openjdk.jmh.annotations.Warmup;

/** What it costs to choose one of a hundred instances and to take down how its call went. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
        value = 2,
        jvmArgsAppend = {"-Xms512m", "-Xmx512m", "-XX:+UseG1GC"})
public class Picks {

    private static final ServiceId SERVICE = ServiceId.of("shop.Stock");
    private static final Reply DONE = new Reply.Value(Payload.EMPTY);
    private static final int INSTANCES = 100;

    /** A plan, and a call that is made again and again. */
    @State(Scope.Thread)
    @SuppressWarnings("NullAway.Init") // JMH calls fill() first
    public static class Chosen {
        @Param({"200", "5000"})
        public long micros = 200;

        private final Ticker ticker = Ticker.system();
        private final RandomGenerator chance = new SplittableRandom(1); // of the one thread that measures
        private final OwnPause pause = new OwnPause(ticker.nanos());
        private Plan plan;
        private Invocation call;

        @Setup
        public void fill() {
            List<Snapshot.Entry> entries = new ArrayList<>();
            for (int i = 0; i < INSTANCES; i++) {
                Instance instance = Instance.builder("instance-" + (100 + i), "stock")
                        .addresses(List.of(new Address.Tcp("10.0.0." + i, 9000)))
                        .build();
                entries.add(new Snapshot.Entry(instance, Liveness.ONLINE, OperatorState.NONE));
            }
            plan = new PlanCompiler(
                            chance,
                            ticker,
                            System::currentTimeMillis,
                            instance -> null,
                            new Ejections(OutlierConfig.DEFAULT, chance, Ejections.SILENT),
                            pause)
                    .compile(new Snapshot(SERVICE, 1, entries, ticker.nanos(), "test"));
            call = Invocation.of(
                            SERVICE,
                            MethodId.parse("count()"),
                            Payload.EMPTY,
                            new Ledger(Phase.CLIENT_QUEUE, ticker.nanos()))
                    .build();
        }
    }

    @Benchmark
    public Lease pickAndSettle(Chosen chosen) {
        Lease lease = chosen.plan.pick(chosen.call);
        if (lease == null) {
            throw new IllegalStateException("somebody can always be picked");
        }
        long now = chosen.ticker.nanos();
        chosen.pause.beat(now); // as a timer does
        lease.settle(DONE, now + TimeUnit.MICROSECONDS.toNanos(chosen.micros));
        return lease;
    }
}
