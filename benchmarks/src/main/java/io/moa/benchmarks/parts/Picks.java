package io.moa.benchmarks.parts;

import io.moa.annotation.Balancing;
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
import io.moa.governance.policy.MethodPolicy;
import io.moa.governance.policy.PolicyKey;
import io.moa.invoke.Attributes;
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
import java.util.Map;
import java.util.SplittableRandom;
import java.util.UUID;
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

/**
 * What it costs to choose one of some instances and to take down how its call went, under every balancing; and to make a plan after a list
 * has changed, and choose by it for the first time.
 */
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
    private static final int CALLS = 4_096; // each for another customer; a power of two

    /** A plan, and calls that are made again and again. */
    @State(Scope.Thread)
    @SuppressWarnings("NullAway.Init") // JMH calls fill() first
    public static class Chosen {
        @Param({"200", "5000"})
        public long micros = 200;

        @Param({"4", "100", "1000"})
        public int instances = 100;

        @Param
        public Balancing balancing = Balancing.P2C;

        private final Ticker ticker = Ticker.system();
        private final RandomGenerator chance = new SplittableRandom(1); // of the one thread that measures
        private final OwnPause pause = new OwnPause(ticker.nanos());
        private final Snapshot[] lists = new Snapshot[2];
        private final Invocation[] calls = new Invocation[CALLS];
        private PlanCompiler compiler;
        private Plan plan;
        private int next;

        @Setup
        public void fill() {
            List<Snapshot.Entry> entries = new ArrayList<>();
            for (int i = 0; i < instances; i++) {
                entries.add(entry(i, 100));
            }
            lists[0] = new Snapshot(SERVICE, 1, List.copyOf(entries), ticker.nanos(), "test");
            entries.set(0, entry(0, 99)); // as if it warmed up
            lists[1] = new Snapshot(SERVICE, 2, List.copyOf(entries), ticker.nanos(), "test");
            compiler = new PlanCompiler(
                    chance,
                    ticker,
                    System::currentTimeMillis,
                    instance -> null,
                    new Ejections(OutlierConfig.DEFAULT, chance, Ejections.SILENT),
                    pause);
            plan = compiler.compile(lists[0]);
            MethodPolicy policy = MethodPolicy.DEFAULT
                    .withCode(PolicyKey.LOAD_BALANCE, balancing, "benchmark")
                    .withCode(PolicyKey.HASH_BY, "customer", "benchmark");
            for (int i = 0; i < CALLS; i++) {
                calls[i] = Invocation.of(
                                SERVICE,
                                MethodId.parse("count()"),
                                Payload.EMPTY,
                                new Ledger(Phase.CLIENT_QUEUE, ticker.nanos()))
                        .callKeys(Map.of("customer", new UUID(chance.nextLong(), i).toString()))
                        .attributes(Attributes.EMPTY.with(MethodPolicy.KEY, policy))
                        .build();
            }
        }

        private static Snapshot.Entry entry(int i, int weight) {
            Instance instance = Instance.builder("instance-" + (1_000 + i), "stock")
                    .addresses(List.of(new Address.Tcp("10.0." + i / 250 + "." + i % 250, 9000)))
                    .weight(weight)
                    .build();
            return new Snapshot.Entry(instance, Liveness.ONLINE, OperatorState.NONE);
        }

        private Lease pickAndSettle() {
            next = (next + 1) & (CALLS - 1);
            Lease lease = plan.pick(calls[next]);
            if (lease == null) {
                throw new IllegalStateException("somebody can always be picked");
            }
            long now = ticker.nanos();
            pause.beat(now); // as a timer does
            lease.settle(DONE, now + TimeUnit.MICROSECONDS.toNanos(micros));
            return lease;
        }
    }

    @Benchmark
    public Lease pickAndSettle(Chosen chosen) {
        return chosen.pickAndSettle();
    }

    @Benchmark
    public Lease firstPickOfAPlan(Chosen chosen) {
        chosen.plan = chosen.compiler.compile(chosen.lists[chosen.next & 1]);
        return chosen.pickAndSettle();
    }
}
