package io.moa.benchmarks.scale;

import com.sun.management.UnixOperatingSystemMXBean;
import io.moa.Moa;
import io.moa.benchmarks.ChildProcess;
import io.moa.discovery.Instance;
import io.moa.invoke.Scheduler;
import io.moa.node.watch.WatcherProcess;
import io.moa.registry.redis.RedisConfig;
import io.moa.registry.redis.RedisLink;
import io.moa.registry.redis.RedisWatchStore;
import io.moa.registry.watch.Probe;
import io.moa.registry.watch.WatcherStatus;
import io.moa.transport.Connection;
import io.moa.transport.TransportConfig;
import io.moa.transport.Wanted;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/** A watcher in a process of its own, which says what it uses. */
final class ProbingProcess {

    private static final UnixOperatingSystemMXBean SYSTEM =
            (UnixOperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

    private ProbingProcess() {}

    /** Runs it; the arguments are the registry's URL and the kind of probe. */
    public static void main(String[] args) throws Exception {
        Moa moa = Moa.builder("moa-watcher")
                .eventLoops(1)
                .transportConfig(TransportConfig.DEFAULT.toBuilder()
                        .connectTimeout(Duration.ofSeconds(1))
                        .heartbeat(Duration.ofMinutes(1)) // the kept ones are asked by the watcher alone
                        .heartbeatLimit(Duration.ofMinutes(10))
                        .build())
                .build();
        try (RedisLink link = RedisLink.open(RedisConfig.parse(args[0]));
                WatcherProcess watcher = WatcherProcess.builder(new RedisWatchStore(link))
                        .probe(probe -> switch (args[1]) {
                            case "ping" -> probe;
                            case "handshake" -> instance -> handshake(moa, instance);
                            case "kept" -> new Kept(moa, moa.scheduler());
                            default -> throw new IllegalArgumentException("no such kind of probe: " + args[1]);
                        })
                        .start()) {
            System.out.println(ChildProcess.MARK + "ready");
            BufferedReader orders = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
            for (String order = orders.readLine(); order != null; order = orders.readLine()) {
                if (order.startsWith("measure ")) {
                    System.out.println(ChildProcess.MARK + "measured "
                            + measure(watcher, Integer.parseInt(order.substring("measure ".length()))));
                } else {
                    System.out.println(
                            ChildProcess.MARK + "watched " + watcher.status().instances());
                }
            }
        }
        System.exit(0);
    }

    /** The probe as it was before it waited for a ping: for comparison. */
    private static CompletableFuture<Probe.Finding> handshake(Moa moa, Instance instance) {
        return moa.transport()
                .connect(
                        instance.addresses().get(0),
                        moa.self(),
                        new Wanted(instance.application(), instance.uuid(), List.of()))
                .handle((connection, failure) -> {
                    if (connection == null) {
                        return Probe.Finding.failed(String.valueOf(failure));
                    }
                    connection.close();
                    return Probe.Finding.REACHED;
                });
    }

    /** One connection for each instance, kept; a probe is a ping on it. */
    private record Kept(Moa moa, Scheduler scheduler, Map<String, Connection> open) implements Probe {

        Kept(Moa moa, Scheduler scheduler) {
            this(moa, scheduler, new ConcurrentHashMap<>());
        }

        @Override
        public CompletableFuture<Finding> probe(Instance instance) {
            Connection kept = open.get(instance.uuid());
            if (kept != null && kept.usable()) {
                return ping(kept);
            }
            return moa.transport()
                    .connect(
                            instance.addresses().get(0),
                            moa.self(),
                            new Wanted(instance.application(), instance.uuid(), List.of()))
                    .thenCompose(connection -> {
                        open.put(instance.uuid(), connection);
                        return ping(connection);
                    });
        }

        private CompletableFuture<Finding> ping(Connection connection) {
            Scheduler.Timer alarm = scheduler.schedule(connection::abort, 1_000_000_000L);
            return connection.ping().handle((answered, failure) -> {
                alarm.cancel();
                return failure == null ? Finding.REACHED : Finding.failed(failure.toString());
            });
        }
    }

    private static String measure(WatcherProcess watcher, int seconds) throws InterruptedException {
        WatcherStatus before = watcher.status();
        long cpu = SYSTEM.getProcessCpuTime();
        long start = System.nanoTime();
        long until = start + TimeUnit.SECONDS.toNanos(seconds);
        long descriptors = 0;
        long heap = 0;
        int threads = 0;
        while (System.nanoTime() - until < 0) {
            descriptors = Math.max(descriptors, SYSTEM.getOpenFileDescriptorCount());
            Runtime runtime = Runtime.getRuntime();
            heap = Math.max(heap, runtime.totalMemory() - runtime.freeMemory());
            threads = Math.max(threads, ManagementFactory.getThreadMXBean().getThreadCount());
            TimeUnit.MILLISECONDS.sleep(50);
        }
        double nanos = System.nanoTime() - start;
        long used = SYSTEM.getProcessCpuTime() - cpu;
        WatcherStatus after = watcher.status();
        System.gc();
        Runtime runtime = Runtime.getRuntime();
        return String.format(
                Locale.ROOT,
                "cores=%.3f probes=%.1f failed=%d late=%d descriptors=%d threads=%d heap=%d live=%d marked=%d watched=%d",
                used / nanos,
                (after.probes() - before.probes()) / (nanos / 1e9),
                after.failedProbes() - before.failedProbes(),
                after.lateProbes() - before.lateProbes(),
                descriptors,
                threads,
                heap >> 20,
                (runtime.totalMemory() - runtime.freeMemory()) >> 20,
                after.suspected() + after.removed(),
                after.instances());
    }
}
