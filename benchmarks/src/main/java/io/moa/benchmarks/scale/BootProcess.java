package io.moa.benchmarks.scale;

import io.moa.Moa;
import io.moa.benchmarks.ChildProcess;
import io.moa.client.MoaClient;
import io.moa.client.disk.DiskConfig;
import io.moa.discovery.ServiceId;
import io.moa.registry.redis.RedisConfig;
import io.moa.registry.redis.RedisRegistry;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** A client that starts with nothing, not even a list on disk, in a JVM of its own. */
final class BootProcess {

    private BootProcess() {}

    /** Runs it; the arguments are the registry's URL, how many services there are, and how many of them it calls. */
    public static void main(String[] args) throws Exception {
        long start = System.nanoTime();
        int services = Integer.parseInt(args[1]);
        int called = Integer.parseInt(args[2]);
        Population population = new Population(services, 1);
        RedisRegistry registry = RedisRegistry.open(RedisConfig.parse(args[0]));
        Moa moa = Moa.builder("boots").registry(registry).build();
        MoaClient client = MoaClient.builder(moa).disk(DiskConfig.OFF).build();
        CountDownLatch known = new CountDownLatch(called);
        for (int i = 0; i < called; i++) {
            ServiceId service = population.service(i * (services / called));
            client.generic(service);
            registry.subscribe(service, snapshot -> {
                if (!snapshot.entries().isEmpty()) {
                    known.countDown();
                }
            });
        }
        if (!known.await(30, TimeUnit.SECONDS)) {
            throw new IOException("a client did not learn of its " + called + " services within 30 s");
        }
        long micros = TimeUnit.NANOSECONDS.toMicros(System.nanoTime() - start);
        long sinceJvm = System.currentTimeMillis()
                - ManagementFactory.getRuntimeMXBean().getStartTime();
        System.out.println(ChildProcess.MARK + "booted micros=" + micros + " sinceJvmMillis=" + sinceJvm);
        while (System.in.read() >= 0) {
            // the parent says nothing
        }
        System.exit(0);
    }

    /**
     * Starts one, waits for its end and tells what it said: {@code micros} since its main method began, {@code sinceJvmMillis}.
     *
     * @param jvmOptions beside those that all have
     */
    static Map<String, String> boot(List<String> jvmOptions, String url, int services, int called) throws Exception {
        return run(BootProcess.class, jvmOptions, List.of(url, Integer.toString(services), Integer.toString(called)));
    }

    static Map<String, String> run(Class<?> main, List<String> jvmOptions, List<String> arguments) throws Exception {
        List<String> options = new ArrayList<>(List.of("-Xmx256m", "-XX:+UseSerialGC"));
        options.addAll(jvmOptions);
        try (ChildProcess process = new ChildProcess("boot", List.of(), options, main, arguments, Map.of())) {
            Map<String, String> said = ChildProcess.fields(process.await("booted"));
            process.end();
            return said;
        }
    }
}
