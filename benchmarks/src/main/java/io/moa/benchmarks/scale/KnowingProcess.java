package io.moa.benchmarks.scale;

import io.moa.benchmarks.ChildProcess;
import io.moa.node.lookup.LookupProcess;
import io.moa.registry.redis.RedisConfig;
import io.moa.registry.redis.RedisLink;
import io.moa.registry.redis.RedisRegistry;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** What {@code moa lookup} is, and how much of its heap is left after a collection once it knows everything. */
final class KnowingProcess {

    private KnowingProcess() {}

    /** Runs it; the arguments are the registry's URL and how many instances there are at least. */
    public static void main(String[] args) throws Exception {
        int instances = Integer.parseInt(args[1]);
        long start = System.nanoTime();
        try (RedisLink link = RedisLink.open(RedisConfig.parse(args[0]));
                RedisRegistry followed = RedisRegistry.over(link);
                LookupProcess lookup = LookupProcess.builder(followed)
                        .host("127.0.0.1")
                        .port(0)
                        .start()) {
            while (lookup.status().processes() < instances) {
                if (System.nanoTime() - start > TimeUnit.MINUTES.toNanos(1)) {
                    throw new IOException("a lookup knew " + lookup.status().processes() + " processes after 1 min");
                }
                TimeUnit.MILLISECONDS.sleep(10);
            }
            long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
            TimeUnit.SECONDS.sleep(5); // until it follows what changes
            long live = Long.MAX_VALUE;
            for (int i = 0; i < 5; i++) {
                System.gc();
                live = Math.min(
                        live,
                        ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed());
            }
            System.out.println(ChildProcess.MARK + "knows processes="
                    + lookup.status().processes() + " millis=" + millis + " heapKiB=" + live / 1024);
            while (System.in.read() >= 0) {
                // the parent says nothing
            }
        }
        System.exit(0);
    }

    /** Starts one and tells what it said: {@code processes}, {@code millis} until it knew them, {@code heapKiB}. */
    static Map<String, String> know(String url, int instances) throws Exception {
        try (ChildProcess process = new ChildProcess(
                "lookup",
                List.of(),
                List.of("-Xmx512m", "-XX:+UseSerialGC"),
                KnowingProcess.class,
                List.of(url, Integer.toString(instances)),
                Map.of())) {
            return ChildProcess.fields(process.await("knows"));
        }
    }
}
