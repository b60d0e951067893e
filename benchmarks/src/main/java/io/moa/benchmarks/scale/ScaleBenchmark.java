package io.moa.benchmarks.scale;

import io.moa.benchmarks.RedisServer;
import io.moa.benchmarks.Report;
import io.moa.benchmarks.Surroundings;
import io.moa.benchmarks.Table;
import io.moa.discovery.Instance;
import io.moa.discovery.Registry;
import io.moa.discovery.Snapshot;
import io.moa.registry.redis.RedisConfig;
import io.moa.registry.redis.RedisRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Measures what discovery costs when there is much to discover. */
@Command(
        name = "benchmarks/run scale",
        mixinStandardHelpOptions = true,
        showDefaultValues = true,
        sortOptions = false,
        description =
                "Fills a Redis with services and instances, and measures booting, following, restarting and heartbeats.")
public final class ScaleBenchmark implements Callable<Integer> {

    private static final int BOOTS = 7;
    private static final int CHANGES = 100;

    @Option(names = "--services", description = "How many services.")
    private int services = 2_000;

    @Option(names = "--instances", description = "How many instances.")
    private int instances = 20_000;

    @Option(names = "--followers", description = "How many clients follow one service.")
    private int followers = 200;

    @Option(names = "--restarting", description = "How many instances restart together.")
    private int restarting = 1_000;

    @Option(names = "--report", paramLabel = "NAME", description = "Write benchmarks/reports/NAME.md.")
    private @Nullable String report;

    private final Table table = new Table("what", "seen", "wanted", "met").leftAligned(1);
    private boolean met = true;

    public static void main(String[] args) {
        System.exit(new CommandLine(new ScaleBenchmark()).execute(args));
    }

    @Override
    public Integer call() throws Exception {
        if (report != null) {
            Report.checkName(report);
        }
        Report out = new Report().title("Scale").add(Surroundings.describe());
        out.add(services + " services, " + instances + " instances. Redis runs on the same machine.");
        Path folder = Files.createTempDirectory("moa-scale-");
        try (RedisServer redis = RedisServer.start(folder, "maxclients 20000")) {
            RedisConfig config = RedisConfig.parse("redis://127.0.0.1:" + redis.port());
            Population population = new Population(services, 9000);
            try (RedisRegistry world = RedisRegistry.open(config)) {
                long start = System.nanoTime();
                population.register(world, 0, instances);
                told("all instances registered by one process after", millis(System.nanoTime() - start) + " ms");
                told("memory of Redis", megabytes(redis));
                heartbeats(redis);
                boots(config, population);
                changes(config, population, world, redis);
                restarts(config, population, redis);
            }
        } finally {
            delete(folder);
        }
        out.add(table);
        out.add(met ? "Everything wanted was seen." : "Not everything wanted was seen: look for \"no\".");
        out.write(report);
        return met ? 0 : 1;
    }

    private void heartbeats(RedisServer redis) throws InterruptedException {
        TimeUnit.SECONDS.sleep(5);
        double cores = cores(redis, 15);
        told("Redis, for the heartbeats of all instances from one process", cores + " of a core");
    }

    /** A client of fifty services, from nothing to knowing them all. */
    private void boots(RedisConfig config, Population population) throws Exception {
        List<Long> nanos = new ArrayList<>();
        for (int i = 0; i < BOOTS; i++) {
            long start = System.nanoTime();
            try (RedisRegistry client = RedisRegistry.open(config)) {
                CountDownLatch known = new CountDownLatch(50);
                for (int service = 0; service < 50; service++) {
                    client.subscribe(population.service(service * (services / 50)), snapshot -> {
                        if (!snapshot.entries().isEmpty()) {
                            known.countDown();
                        }
                    });
                }
                if (!known.await(30, TimeUnit.SECONDS)) {
                    throw new IOException("a client did not learn of its 50 services within 30 s");
                }
                nanos.add(System.nanoTime() - start);
            }
        }
        nanos.sort(Comparator.naturalOrder());
        told(
                "a client of 50 services knows them, the first time in this JVM",
                millis(nanos.get(BOOTS - 1)) + " ms at worst");
        wanted("the same, median of " + BOOTS, millis(nanos.get(BOOTS / 2)), 1_000, " ms");
    }

    /** Followers with connections and threads of their own, as processes have them. */
    private void changes(RedisConfig config, Population population, RedisRegistry world, RedisServer redis)
            throws Exception {
        List<RedisRegistry> clients = new ArrayList<>();
        Histogram late = new ConcurrentHistogram(TimeUnit.MINUTES.toNanos(1), 3);
        AtomicLong changedAt = new AtomicLong();
        AtomicLong seen = new AtomicLong();
        Instance one = population.instance(0);
        try {
            CountDownLatch known = new CountDownLatch(followers);
            for (int i = 0; i < followers; i++) {
                RedisRegistry client = RedisRegistry.open(config);
                clients.add(client);
                client.subscribe(population.service(0), snapshot -> {
                    if (weight(snapshot, one.uuid()) == one.weight()) {
                        known.countDown();
                    } else if (weight(snapshot, one.uuid()) > 0) {
                        late.recordValue(System.nanoTime() - changedAt.get());
                        seen.incrementAndGet();
                    }
                });
            }
            if (!known.await(60, TimeUnit.SECONDS)) {
                throw new IOException("not all followers learned of their service within 60 s");
            }
            Registry.Registration registration = world.register(one);
            registration.registered().get(30, TimeUnit.SECONDS);
            for (int change = 1; change <= CHANGES; change++) {
                long before = seen.get();
                changedAt.set(System.nanoTime());
                registration.update(one.withWeight(1_000 + change));
                long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
                while (seen.get() < before + followers && System.nanoTime() - deadline < 0) {
                    TimeUnit.MILLISECONDS.sleep(5);
                }
                TimeUnit.MILLISECONDS.sleep(50);
            }
            told(
                    "changes told to " + followers + " clients, of " + (long) CHANGES * followers,
                    Long.toString(seen.get()));
            told("a change reaches a client, median", millis(late.getValueAtPercentile(50)) + " ms");
            wanted("a change reaches a client, p99", millis(late.getValueAtPercentile(99)), 500, " ms");
            told(
                    "Redis, for " + followers + " clients that follow and nothing changes",
                    cores(redis, 10) + " of a core");
        } finally {
            clients.forEach(RedisRegistry::close);
        }
    }

    private static int weight(Snapshot snapshot, String uuid) {
        for (Snapshot.Entry entry : snapshot.entries()) {
            if (entry.instance().uuid().equals(uuid)) {
                return entry.instance().weight();
            }
        }
        return 0;
    }

    /** Processes with connections of their own that all come at once, each of which also follows a service. */
    private void restarts(RedisConfig config, Population population, RedisServer redis) throws Exception {
        List<RedisRegistry> processes = new ArrayList<>();
        try {
            long cpu = redis.cpuMillis();
            long start = System.nanoTime();
            List<Registry.Registration> registrations = new ArrayList<>();
            for (int i = 0; i < restarting; i++) {
                RedisRegistry process = RedisRegistry.open(config);
                processes.add(process);
                registrations.add(process.register(population.instance(instances + i)));
                process.subscribe(population.service(i % services), snapshot -> {});
            }
            for (Registry.Registration registration : registrations) {
                registration.registered().get(2, TimeUnit.MINUTES);
            }
            long nanos = System.nanoTime() - start;
            long cpuMillis = redis.cpuMillis() - cpu;
            told(restarting + " processes are registered after", millis(nanos) + " ms");
            wanted("Redis meanwhile", cpuMillis / (nanos / 1e6), 0.5, " of a core");
            told("Redis, for their heartbeats and followings", cores(redis, 15) + " of a core, with those of the rest");
        } finally {
            processes.forEach(RedisRegistry::close);
        }
    }

    private static double cores(RedisServer redis, int seconds) throws InterruptedException {
        long before = redis.cpuMillis();
        TimeUnit.SECONDS.sleep(seconds);
        return Math.round((redis.cpuMillis() - before) / (seconds * 10.0)) / 100.0;
    }

    private static String megabytes(RedisServer redis) {
        return redis.command("INFO", "memory")
                .lines()
                .filter(line -> line.startsWith("used_memory:"))
                .map(line ->
                        Long.parseLong(line.substring("used_memory:".length()).trim()) / (1 << 20) + " MiB")
                .findFirst()
                .orElse("unknown");
    }

    private static double millis(long nanos) {
        return Math.round(nanos / 1e4) / 100.0;
    }

    private void told(String what, String seen) {
        table.row(what, seen, "", "");
        System.err.println(what + ": " + seen);
    }

    private void wanted(String what, double seen, double limit, String unit) {
        boolean good = seen <= limit;
        met &= good;
        table.row(
                what,
                String.format(Locale.ROOT, "%.2f%s", seen, unit),
                String.format(Locale.ROOT, "≤ %s%s", limit, unit),
                good ? "yes" : "no");
        System.err.println(what + ": " + seen + unit);
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }
}
