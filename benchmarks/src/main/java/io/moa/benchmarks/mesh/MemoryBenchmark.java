package io.moa.benchmarks.mesh;

import io.moa.Moa;
import io.moa.benchmarks.ChildProcess;
import io.moa.benchmarks.RedisServer;
import io.moa.benchmarks.Report;
import io.moa.benchmarks.Surroundings;
import io.moa.benchmarks.Table;
import io.moa.client.MoaClient;
import io.moa.client.disk.DiskConfig;
import io.moa.client.stub.StubConfig;
import io.moa.discovery.Address;
import io.moa.invoke.Seat;
import io.moa.mesh.MeshConfig;
import io.moa.mesh.MeshMode;
import io.moa.mesh.MeshStep;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * How much memory an agent takes that serves a thousand connections, half of MOA and half of RESP, whose calls go to two thousand services, and what the
 * two take together while one replaces the other under load.
 */
public final class MemoryBenchmark implements AutoCloseable {

    private static final int SERVICES_OF_A_SERVER = 100;
    private static final int AT_ONCE = 64;
    private static final int MOST_FAILURES_TOLD = 5;
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final String APPLICATION = "memory";

    private final Path folder = Files.createTempDirectory("moa-memory");
    private final RedisServer redis = RedisServer.start(folder);
    private final String registry = "redis://127.0.0.1:" + redis.port();
    private final Address.Unix socket =
            new Address.Unix(folder.resolve("m").resolve("agent.sock").toString());
    private final List<AutoCloseable> open = new ArrayList<>();
    private final Resident resident = new Resident();
    private final Semaphore places = new Semaphore(AT_ONCE);
    private final LongAdder answered = new LongAdder();
    private final LongAdder failed = new LongAdder();
    private final List<Runnable> calls = new ArrayList<>();
    private final int connections;
    private final int services;
    private final int seconds;
    private final int rate;
    private final List<String> options;
    private final Map<String, String> environment;

    private MemoryBenchmark(
            int connections, int services, int seconds, int rate, List<String> options, Map<String, String> environment)
            throws Exception {
        this.environment = environment;
        this.connections = connections;
        this.services = services;
        this.seconds = seconds;
        this.rate = rate;
        this.options = options;
    }

    /** Measures. */
    public static void main(String[] args) throws Exception {
        String name = null;
        int connections = 1_000;
        int services = 2_000;
        int seconds = 60;
        int rate = 1_000;
        List<String> options = new ArrayList<>(List.of("-Xmx256m", "-Xmn48m"));
        Map<String, String> environment = new TreeMap<>();
        for (int i = 0; i + 1 < args.length; i += 2) {
            String value = args[i + 1];
            switch (args[i]) {
                case "--report" -> name = value;
                case "--connections" -> connections = Integer.parseInt(value);
                case "--services" -> services = Integer.parseInt(value);
                case "--seconds" -> seconds = Integer.parseInt(value);
                case "--rate" -> rate = Integer.parseInt(value);
                case "--jvm" -> options.addAll(List.of(value.split(",")));
                case "--env" ->
                    environment.put(value.substring(0, value.indexOf('=')), value.substring(value.indexOf('=') + 1));
                default ->
                    throw new IllegalArgumentException("--connections N, --services N, --seconds N, --rate N,"
                            + " --jvm OPTION,OPTION, --env NAME=VALUE and --report NAME, not " + args[i]);
            }
        }
        if (name != null) {
            Report.checkName(name);
        }
        Table surroundings = Surroundings.describe();
        try (MemoryBenchmark run = new MemoryBenchmark(connections, services, seconds, rate, options, environment)) {
            Report report = new Report();
            report.title("The memory of an agent").add(surroundings);
            run.measure(report);
            report.write(name);
        }
        System.exit(0);
    }

    private ChildProcess agent(String name, String how) throws IOException {
        List<String> jvm = new ArrayList<>(options);
        jvm.addAll(List.of("-Dorg.slf4j.simpleLogger.defaultLogLevel=warn", "-Dmoa.client.snapshots=off"));
        ChildProcess agent = new ChildProcess(
                name,
                List.of(),
                jvm,
                UpgradedAgent.class,
                List.of(registry, APPLICATION, how, "-", socket.toString()),
                environment);
        resident.watch(agent);
        open.add(agent);
        return agent;
    }

    private void measure(Report report) throws Exception {
        ChildProcess servers = new ChildProcess(
                "servers",
                List.of(),
                List.of("-Xmx1g", "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn"),
                ManyServers.class,
                List.of(registry, Integer.toString(services), Integer.toString(SERVICES_OF_A_SERVER)),
                Map.of());
        open.add(servers);
        servers.await("ready", PATIENCE);
        ChildProcess first = agent("agent 1", "start");
        first.await("ready", PATIENCE);
        TimeUnit.SECONDS.sleep(2);
        long idle = Resident.kib(first, "VmRSS");
        connect();
        Thread caller = new Thread(this::call, "caller");
        caller.setDaemon(true);
        caller.start();
        TimeUnit.SECONDS.sleep(seconds);
        long working = Resident.kib(first, "VmRSS");
        long mostWorking = resident.most(first);
        long answeredBefore = answered.sum();
        resident.mostTogether();
        ChildProcess second = agent("agent 2", "replace");
        second.await("ready", PATIENCE);
        Map<String, String> ledger = ChildProcess.fields(first.await("replaced", PATIENCE));
        first.close();
        TimeUnit.SECONDS.sleep(2);
        long together = resident.mostTogether();
        long mostOfFirst = resident.most(first);
        resident.forget(first);
        TimeUnit.SECONDS.sleep(seconds);
        long afterwards = Resident.kib(second, "VmRSS");
        long most = Math.max(mostOfFirst, resident.most(second));
        caller.interrupt();
        caller.join();
        int moved =
                Integer.parseInt(ledger.getOrDefault("moa", "0")) + Integer.parseInt(ledger.getOrDefault("resp", "0"));
        report.add(connections + " connections, half of them of MOA and half of RESP, over a Unix socket; " + services
                + " services, each of two servers; " + rate + " calls a second. The agent's JVM has "
                + String.join(" ", options) + (environment.isEmpty() ? "" : ", in the environment " + environment)
                + ".");
        report.add(new Table("", "MiB resident")
                .row("it has begun", mib(idle))
                .row("it has worked for " + seconds + " s", mib(working))
                .row("the most until then", mib(mostWorking))
                .row("the most, while it was replaced", mib(mostOfFirst))
                .row("two at once, while one replaced the other", mib(together))
                .row("the second one, " + seconds + " s later", mib(afterwards))
                .row("the most of the second one", mib(resident.most(second))));
        report.add(new Table("", "wanted", "seen", "")
                .row("one, at most, MiB", "300", mib(most), most <= 300 * 1024 ? "yes" : "no")
                .row("two at once, at most, MiB", "600", mib(together), together <= 600 * 1024 ? "yes" : "no")
                .row(
                        "connections that were moved",
                        Integer.toString(connections),
                        Integer.toString(moved),
                        moved >= connections ? "yes" : "no")
                .row("calls failed", "0", "" + failed.sum(), failed.sum() == 0 ? "yes" : "no"));
        report.add("Calls answered: " + answeredBefore + " by the first, " + (answered.sum() - answeredBefore)
                + " from then on. Connections moved: " + ledger.get("moa") + " of MOA, " + ledger.get("resp")
                + " of RESP; calls in flight " + ledger.get("inFlight") + ", lost " + ledger.get("lost") + ".");
    }

    private static String mib(long kib) {
        return Long.toString(Math.round(kib / 1024.0));
    }

    /** Each connection calls a few services, together all. */
    private void connect() throws Exception {
        int half = connections / 2;
        int each = Math.max(1, services / half);
        Moa moa = Moa.builder(APPLICATION).registry(registry).eventLoops(1).build();
        open.add(moa);
        List<MoaClient> clients = new ArrayList<>();
        for (int i = 0; i < half; i++) {
            MoaClient client = MoaClient.builder(moa)
                    .disk(DiskConfig.OFF)
                    .mesh(MeshConfig.DEFAULT
                            .withMode(MeshMode.ON)
                            .withAgent(socket)
                            .withSteps(MeshStep.AGENT)
                            // Half a thousand clients of one process stand in for as many processes, which have more
                            // processors.
                            .withPings(Duration.ofSeconds(5), Duration.ofMinutes(1), 1))
                    .build();
            open.add(client);
            clients.add(client);
        }
        for (MoaClient client : clients) {
            while (client.mesh().seat() != Seat.LOCAL) {
                LockSupport.parkNanos(1_000_000);
            }
        }
        List<Runnable> byMoa = new ArrayList<>();
        for (int i = 0; i < half * each; i++) {
            Many many = clients.get(i / each).stub(Many.class, StubConfig.ANNOTATED.withVersion(version(i)));
            MoaClient client = clients.get(i / each);
            byMoa.add(() -> client.async(many, one -> one.same(7))
                    .whenComplete((answer, thrown) -> ended(thrown == null ? null : thrown.toString())));
        }
        // The last: a connection that says nothing for long is closed.
        for (int i = 0; i < half; i++) {
            RespCaller caller = new RespCaller(socket, "", 0, (asked, answer) -> {
                String text = new String(answer, StandardCharsets.US_ASCII);
                ended(text.contains("result") ? null : text);
            });
            open.add(caller);
            for (int j = 0; j < each; j++) {
                calls.add(byMoa.get(i * each + j));
                calls.add(byResp(caller, version(i * each + j)));
            }
        }
    }

    private String version(int number) {
        return Integer.toString(number % services);
    }

    private Runnable byResp(RespCaller caller, String version) {
        String request = "{\"service\":\"memory.Many\",\"version\":\"" + version
                + "\",\"method\":\"same\",\"args\":[7],\"timeoutMs\":20000}";
        return () -> {
            try {
                caller.call(0, request);
            } catch (IOException e) {
                ended(e.toString());
            }
        };
    }

    private void ended(@Nullable String wrong) {
        places.release();
        if (wrong == null) {
            answered.increment();
            return;
        }
        if (failed.sum() < MOST_FAILURES_TOLD) {
            System.err.println(wrong);
        }
        failed.increment();
    }

    private void call() {
        long next = System.nanoTime();
        for (int i = 0; ; i = (i + 1) % calls.size()) {
            try {
                places.acquire();
            } catch (InterruptedException over) {
                return;
            }
            calls.get(i).run();
            next += 1_000_000_000L / rate;
            LockSupport.parkNanos(next - System.nanoTime());
        }
    }

    @Override
    public void close() {
        resident.close();
        open.add(0, redis);
        for (int i = open.size() - 1; i >= 0; i--) {
            try {
                open.get(i).close();
            } catch (Exception e) {
                throw new IllegalStateException("A part of the measurement did not end", e);
            }
        }
    }
}
