package io.moa.benchmarks.scale;

import io.moa.benchmarks.ChildProcess;
import io.moa.benchmarks.RedisServer;
import io.moa.benchmarks.Report;
import io.moa.benchmarks.Surroundings;
import io.moa.discovery.Registry;
import io.moa.registry.redis.RedisConfig;
import io.moa.registry.redis.RedisRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
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

    /** How many connections the comparison keeps. */
    private static final int KEPT = 15_000;

    private static final List<String> ROWS = List.of(
            "heartbeats", "boots", "lookup", "changes", "restarts", "probes", "probes-handshake", "probes-kept");

    @Option(names = "--services", description = "How many services.")
    private int services = 2_000;

    @Option(names = "--instances", description = "How many instances.")
    private int instances = 20_000;

    @Option(names = "--followers", description = "How many clients follow one service.")
    private int followers = 200;

    @Option(names = "--restarting", description = "How many instances restart together.")
    private int restarting = 1_000;

    @Option(
            names = "--rows",
            split = ",",
            paramLabel = "ROW",
            description =
                    "What is measured: heartbeats, boots, lookup, changes, restarts, probes; to compare probes with, also"
                            + " probes-handshake (no ping) and probes-kept (a connection for each instance, kept).")
    private List<String> rows = List.of("heartbeats", "boots", "lookup", "changes", "restarts", "probes");

    @Option(names = "--seconds", description = "How long the probes are measured, after a warm-up.")
    private int seconds = 30;

    @Option(names = "--report", paramLabel = "NAME", description = "Write benchmarks/reports/NAME.md.")
    private @Nullable String report;

    private final Findings findings = new Findings();

    public static void main(String[] args) {
        System.exit(new CommandLine(new ScaleBenchmark()).execute(args));
    }

    @Override
    public Integer call() throws Exception {
        if (report != null) {
            Report.checkName(report);
        }
        Report out = new Report().title("Scale").add(Surroundings.describe());
        out.add(services + " services, " + instances + " instances; Redis and all processes on one machine. Rows: "
                + String.join(", ", rows) + ".");
        for (String row : rows) {
            if (!ROWS.contains(row)) {
                throw new IllegalArgumentException("There is no row " + row + "; the rows are " + ROWS);
            }
        }
        Path folder = Files.createTempDirectory("moa-scale-");
        try {
            if (rows.stream().anyMatch(row -> !row.startsWith("probes"))) {
                discovery(folder);
            }
            ProbeRows probes = new ProbeRows(findings, services, seconds);
            for (String row : rows) {
                if (row.startsWith("probes")) {
                    String kind = row.equals("probes") ? "ping" : row.substring("probes-".length());
                    // A kept connection takes a descriptor for each instance, of which a process here has 20,000.
                    probes.run(
                            folder,
                            kind,
                            kind.equals("kept") ? Math.min(instances, KEPT) : instances,
                            kind.equals("ping"));
                }
            }
        } finally {
            delete(folder);
        }
        findings.writeTo(out);
        out.write(report);
        return findings.met() ? 0 : 1;
    }

    private void discovery(Path folder) throws Exception {
        try (RedisServer redis = RedisServer.start(folder, "maxclients 20000")) {
            String url = "redis://127.0.0.1:" + redis.port();
            RedisConfig config = RedisConfig.parse(url);
            Population population = new Population(services, 9000);
            try (ChildProcess world = WorldProcess.start(url, services, instances, 9000)) {
                findings.told(
                        "all instances registered by one process after",
                        ChildProcess.fields(world.await("registered", Duration.ofMinutes(10)))
                                        .get("millis") + " ms");
                findings.told("memory of Redis", megabytes(redis));
                if (rows.contains("heartbeats")) {
                    heartbeats(redis);
                }
                if (rows.contains("boots")) {
                    new BootRow(findings, url, services).run();
                }
                if (rows.contains("lookup")) {
                    lookup(url);
                }
                if (rows.contains("changes")) {
                    new ChangeRow(findings, services, instances, followers).run(config, url, population, redis);
                }
                if (rows.contains("restarts")) {
                    restarts(config, population, redis);
                }
            }
        }
    }

    private void heartbeats(RedisServer redis) throws InterruptedException {
        TimeUnit.SECONDS.sleep(5);
        double cores = cores(redis, 15);
        findings.told("Redis, for the heartbeats of all instances from one process", cores + " of a core");
    }

    /** A lookup, which knows everything. */
    private void lookup(String url) throws Exception {
        Map<String, String> said = KnowingProcess.know(url, instances);
        findings.told(
                "a lookup knows " + ChildProcess.field(said, "processes") + " processes after",
                ChildProcess.field(said, "millis") + " ms");
        findings.wanted(
                "all of its heap after a collection",
                Long.parseLong(ChildProcess.field(said, "heapKiB")) / 1024.0,
                instances <= 20_000 ? 40 : 40.0 * instances / 20_000,
                " MiB");
    }

    /**
     * Processes with connections of their own that all go and come again under other uuids, as with a new release; each follows the
     * service of another one that does the same.
     */
    private void restarts(RedisConfig config, Population population, RedisServer redis) throws Exception {
        List<RedisRegistry> before = new ArrayList<>();
        List<RedisRegistry> after = new ArrayList<>();
        try {
            await(start(config, population, instances, before));
            long cpu = redis.cpuMillis();
            long start = System.nanoTime();
            before.forEach(RedisRegistry::close); // says goodbye
            List<Registry.Registration> registrations = start(config, population, instances + services, after);
            await(registrations);
            long nanos = System.nanoTime() - start;
            long cpuMillis = redis.cpuMillis() - cpu;
            findings.told(restarting + " processes said goodbye and are registered anew after", millis(nanos) + " ms");
            findings.wanted("Redis meanwhile", cpuMillis / (nanos / 1e6), 0.5, " of a core");
            findings.told(
                    "Redis, for their heartbeats and followings",
                    cores(redis, 15) + " of a core, with those of the rest");
        } finally {
            before.forEach(RedisRegistry::close);
            after.forEach(RedisRegistry::close);
        }
    }

    private List<Registry.Registration> start(
            RedisConfig config, Population population, int from, List<RedisRegistry> into) {
        List<Registry.Registration> registrations = new ArrayList<>();
        for (int i = 0; i < restarting; i++) {
            RedisRegistry process = RedisRegistry.open(config);
            into.add(process);
            registrations.add(process.register(population.instance(from + i)));
            process.subscribe(population.service((i + 1) % restarting % services), snapshot -> {});
        }
        return registrations;
    }

    private static void await(List<Registry.Registration> registrations) throws Exception {
        for (Registry.Registration registration : registrations) {
            registration.registered().get(2, TimeUnit.MINUTES);
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

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }
}
