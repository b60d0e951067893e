package io.moa.benchmarks.scale;

import io.moa.benchmarks.ChildProcess;
import io.moa.discovery.Registry;
import io.moa.registry.redis.RedisConfig;
import io.moa.registry.redis.RedisRegistry;
import java.util.List;

/** All instances' announcements and heartbeats, in a process of their own, so that its work delays no other's thread. */
final class WorldProcess {

    private WorldProcess() {}

    /** Runs it; the arguments are the registry's URL, how many services and instances, and the instances' port. */
    public static void main(String[] args) throws Exception {
        Population population = new Population(Integer.parseInt(args[1]), Integer.parseInt(args[3]));
        try (RedisRegistry registry = RedisRegistry.open(RedisConfig.parse(args[0]))) {
            long start = System.nanoTime();
            List<Registry.Registration> all = population.register(registry, 0, Integer.parseInt(args[2]));
            System.out.println(ChildProcess.MARK + "registered millis=" + (System.nanoTime() - start) / 1_000_000
                    + " instances=" + all.size());
            while (System.in.read() >= 0) {
                // the parent says nothing
            }
        }
        System.exit(0);
    }

    /** Starts it and waits until everybody is registered; the milliseconds that took are told to whoever asks. */
    static ChildProcess start(String url, int services, int instances, int port) throws Exception {
        return new ChildProcess(
                "world",
                List.of(),
                List.of("-Xmx1g"),
                WorldProcess.class,
                List.of(url, Integer.toString(services), Integer.toString(instances), Integer.toString(port)),
                java.util.Map.of());
    }
}
