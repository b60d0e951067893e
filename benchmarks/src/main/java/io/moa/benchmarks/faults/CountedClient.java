package io.moa.benchmarks.faults;

import com.sun.management.OperatingSystemMXBean;
import io.moa.Moa;
import io.moa.benchmarks.ChildProcess;
import io.moa.client.MoaClient;
import io.moa.discovery.ServiceId;
import io.moa.registry.redis.RedisConfig;
import io.moa.registry.redis.RedisRegistry;
import io.moa.registry.redis.RedisRules;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.lang.management.MemoryUsage;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/**
 * The client as a process. Arguments: calls a second, none if it is 0, and how many ids there are. It answers {@code @ready millis=… failures=…}
 * after its first call succeeded; {@code mesh} with where its calls go and how often that changed; {@code standing} with how many instances are ejected; {@code turn} with what was seen since the last turn, or since {@code begin}, which throws away what was
 * seen before; {@code end} after the last call has ended.
 */
public final class CountedClient {

    private static final ServiceId COUNTED = ServiceId.of("moa.benchmarks.Counted");

    private CountedClient() {}

    private static long ejected(String explained) {
        return explained
                .lines()
                .filter(line -> line.contains("ejected for another") || line.contains("ejected, and tried"))
                .count();
    }

    /** Runs it. */
    public static void main(String[] args) throws Exception {
        PrintStream answers = System.out;
        System.setOut(System.err);
        long start = System.nanoTime();
        RedisRegistry registry = RedisRegistry.open(RedisConfig.parse(System.getenv(Scene.REGISTRY)));
        Moa moa = Moa.builder("faults-client")
                .registry(registry)
                .rules(RedisRules.open(RedisConfig.parse(System.getenv(Scene.REGISTRY))))
                .build();
        MoaClient client = MoaClient.builder(moa).build();
        Counted counted = client.stub(Counted.class);
        int failures = 0;
        while (counted.read(0, new byte[0]).handle((answer, failure) -> failure).join() != null) {
            failures++;
        }
        answers.println(ChildProcess.MARK + "ready millis=" + TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start)
                + " failures=" + failures);

        Traffic traffic = new Traffic(counted, Math.max(1, Integer.parseInt(args[0])), Long.parseLong(args[1]));
        if (!args[0].equals("0")) {
            traffic.start();
        }
        BufferedReader orders = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        long cpu = cpuNanos();
        for (String order = orders.readLine(); order != null; order = orders.readLine()) {
            if (order.equals("begin")) {
                traffic.turn();
                cpu = cpuNanos();
                answers.println(ChildProcess.MARK + "begun");
                continue;
            }
            if (order.equals("mesh")) {
                answers.println(ChildProcess.MARK + "mesh seat=" + client.mesh().seat() + " switches="
                        + client.mesh().switches() + " handed="
                        + client.mesh().callsByAgent());
                continue;
            }
            if (order.equals("standing")) {
                answers.println(ChildProcess.MARK + "standing ejected=" + ejected(client.explain(COUNTED)));
                continue;
            }
            boolean end = order.equals("end");
            if (end) {
                traffic.stop();
            }
            Traffic.Window window = traffic.turn();
            if (!end) {
                // The last calls of the window are under way, and one may just be beginning; none may take longer than
                // its timeout.
                TimeUnit.MILLISECONDS.sleep(20);
                long until = System.nanoTime()
                        + TimeUnit.MILLISECONDS.toNanos(Integer.parseInt(order.substring("turn ".length())));
                while (!window.settled() && System.nanoTime() - until < 0) {
                    TimeUnit.MILLISECONDS.sleep(5);
                }
            }
            long now = cpuNanos();
            answers.println(ChildProcess.MARK + "seen " + told(window) + " cpuMillis="
                    + TimeUnit.NANOSECONDS.toMillis(now - cpu) + " threads="
                    + ManagementFactory.getThreadMXBean().getThreadCount() + " heapKiB=" + liveHeap() / 1024 + " wall="
                    + System.currentTimeMillis());
            cpu = cpuNanos();
        }
        Runtime.getRuntime().halt(0);
    }

    private static String told(Traffic.Window window) {
        Histogram latencies = window.latencies.getIntervalHistogram();
        Histogram marked = window.marked.getIntervalHistogram();
        return "sent=" + window.sent.sum() + " answered=" + window.answered.sum() + " failedIdempotent="
                + window.failedIdempotent.sum() + " failedUnexecuted=" + window.failedUnexecuted.sum() + " unknown="
                + window.unknown.sum() + " wrong=" + window.wrong.sum() + " notSent=" + window.notSent.sum() + " p50="
                + latencies.getValueAtPercentile(50) / 1_000 + " p99=" + latencies.getValueAtPercentile(99) / 1_000
                + " idempotentP999="
                + window.idempotent.getIntervalHistogram().getValueAtPercentile(99.9) / 1_000 + " usualP99="
                + window.slices.usualP99(latencies) / 1_000 + " max=" + latencies.getMaxValue() / 1_000
                + " longestStart=" + window.longestStartNanos / 1_000 + " lastFailed=" + window.lastFailedMillis
                + " marked=" + marked.getTotalCount() + " markedP99="
                + marked.getValueAtPercentile(99) / 1_000 + " unmarkedP99="
                + window.unmarked.getIntervalHistogram().getValueAtPercentile(99) / 1_000;
    }

    private static long cpuNanos() {
        return ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getProcessCpuTime();
    }

    /** What a collection left; what calls have allocated since then does not count. */
    private static long liveHeap() {
        System.gc();
        long used = 0;
        for (MemoryPoolMXBean pool : ManagementFactory.getMemoryPoolMXBeans()) {
            MemoryUsage left = pool.getType() == MemoryType.HEAP ? pool.getCollectionUsage() : null;
            used += left == null ? 0 : left.getUsed();
        }
        return used;
    }
}
