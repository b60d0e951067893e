package io.moa.benchmarks.parts;

import io.moa.discovery.Address;
import io.moa.discovery.Instance;
import io.moa.discovery.Liveness;
import io.moa.discovery.OperatorState;
import io.moa.discovery.ServiceId;
import io.moa.discovery.Snapshot;
import io.moa.governance.belief.Belief;
import io.moa.governance.belief.BeliefConfig;
import io.moa.governance.belief.Believed;
import io.moa.governance.outlier.Ejections;
import io.moa.governance.outlier.OutlierConfig;
import io.moa.governance.outlier.OwnPause;
import io.moa.governance.plan.Plan;
import io.moa.governance.plan.PlanCompiler;
import io.moa.invoke.Ticker;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
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
 * What a client does with a new list of a thousand instances, of which thirty are others than before: whom it believes, and the plan. The
 * row B16 plays it with instances of weight 0, which take no calls; here it is seen what the others cost.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
        value = 2,
        jvmArgsAppend = {"-Xms512m", "-Xmx512m", "-XX:+UseG1GC"})
public class ListChanges {

    private static final ServiceId SERVICE = ServiceId.of("shop.Stock");
    private static final int INSTANCES = 1_000;
    private static final int CHANGED = 30;
    private static final int LISTS = 200;

    /** Lists that follow one another, the last one followed by the first. */
    @State(Scope.Thread)
    @SuppressWarnings("NullAway.Init") // JMH calls fill() first
    public static class Lists {
        @Param({"0", "100"})
        public int weight;

        private final List<Snapshot> snapshots = new ArrayList<>();
        private Belief belief;
        private PlanCompiler compiler;
        private int next;

        @Setup
        public void fill() {
            Random random = new Random(1);
            TreeMap<String, Snapshot.Entry> entries = new TreeMap<>();
            List<String> uuids = new ArrayList<>();
            for (int i = 0; i < INSTANCES; i++) {
                String uuid = new UUID(random.nextLong(), random.nextLong()).toString();
                uuids.add(uuid);
                entries.put(uuid, entry(uuid, i, 0));
            }
            for (int list = 0; list < LISTS; list++) {
                for (int i = 0; i < CHANGED; i++) {
                    int at = random.nextInt(INSTANCES);
                    entries.put(uuids.get(at), entry(uuids.get(at), at, list));
                }
                snapshots.add(new Snapshot(SERVICE, 1 + list, List.copyOf(entries.values()), 0, "test"));
            }
            Ticker ticker = Ticker.system();
            belief = new Belief(SERVICE, BeliefConfig.DEFAULT, random, ticker.nanos());
            compiler = new PlanCompiler(
                    random,
                    ticker,
                    System::currentTimeMillis,
                    instance -> null,
                    new Ejections(OutlierConfig.DEFAULT, random, Ejections.SILENT),
                    new OwnPause(ticker.nanos()));
        }

        private Snapshot.Entry entry(String uuid, int at, int edition) {
            Instance instance = Instance.builder(uuid, "stock")
                    .host("host" + at)
                    .addresses(List.of(new Address.Tcp("10.1." + at / 250 + "." + at % 250, 9000)))
                    .startedAtEpochMillis(1)
                    .metadata("edition", Integer.toString(edition))
                    .weight(weight)
                    .build();
            return new Snapshot.Entry(instance, Liveness.ONLINE, OperatorState.NONE);
        }
    }

    @Benchmark
    public Plan change(Lists lists) {
        lists.next = (lists.next + 1) % LISTS;
        Believed believed = lists.belief.update(lists.snapshots.get(lists.next), System.nanoTime());
        return lists.compiler.compile(believed.snapshot(), believed.doubts());
    }
}
