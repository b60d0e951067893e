package io.moa.benchmarks.mesh;

import io.moa.benchmarks.ChildProcess;
import io.moa.benchmarks.RedisServer;
import io.moa.benchmarks.Report;
import io.moa.benchmarks.Surroundings;
import io.moa.benchmarks.Table;
import io.moa.discovery.Address;
import io.moa.transport.handover.PauseHistogram;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Row D3: an agent is replaced again and again under load, by MOA and RESP, over TCP and Unix sockets, while one part in five of what clients send comes in
 * two halves, and one client reads slowly. Beside it, under the same load, processes that only start and warm up, and replace nobody.
 */
public final class UpgradeBenchmark {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private UpgradeBenchmark() {}

    /** Measures. */
    public static void main(String[] args) throws Exception {
        Map<String, String> options = options(args);
        int upgrades = Integer.parseInt(options.getOrDefault("upgrades", "50"));
        int everySeconds = Integer.parseInt(options.getOrDefault("every", "10"));
        int rate = Integer.parseInt(options.getOrDefault("rate", "2000"));
        String report = options.get("report");
        if (report != null) {
            Report.checkName(report);
        }
        Table surroundings = Surroundings.describe();
        Path folder = Files.createTempDirectory("moa-upgrades");
        try (RedisServer redis = RedisServer.start(folder)) {
            Run run = new Run(folder, "redis://127.0.0.1:" + redis.port(), upgrades, everySeconds, rate);
            run.measure();
            run.tell(surroundings).write(report);
        }
        System.exit(0);
    }

    private static Map<String, String> options(String... args) {
        Map<String, String> options = new HashMap<>();
        for (int i = 0; i + 1 < args.length; i += 2) {
            if (!List.of("--upgrades", "--every", "--rate", "--report").contains(args[i])) {
                throw new IllegalArgumentException(
                        "--upgrades N, --every SECONDS, --rate CALLS and --report NAME, not " + args[i]);
            }
            options.put(args[i].substring(2), args[i + 1]);
        }
        return options;
    }

    /** One run of both. */
    private static final class Run {
        private final String redis;
        private final int upgrades;
        private final int everySeconds;
        private final int rate;
        private final Address.Unix unix;
        private final Address.Tcp tcp;
        private final Path folder;
        private final Map<String, Long> ledger = new HashMap<>();
        private final PauseHistogram pauses = new PauseHistogram();
        private @Nullable UpgradeLoad load;
        private UpgradeLoad.Window upgraded = new UpgradeLoad.Window(0, 0, 0, 0, 0, 0);
        private UpgradeLoad.Window control = upgraded;
        private long halves;
        private long parts;
        private long disconnects;

        Run(Path folder, String redis, int upgrades, int everySeconds, int rate) throws IOException {
            this.folder = folder;
            this.redis = redis;
            this.upgrades = upgrades;
            this.everySeconds = everySeconds;
            this.rate = rate;
            this.unix =
                    new Address.Unix(folder.resolve("a").resolve("agent.sock").toString());
            try (java.net.ServerSocket free = new java.net.ServerSocket(0)) {
                this.tcp = new Address.Tcp("127.0.0.1", free.getLocalPort());
            }
        }

        private ChildProcess agent(String name, Address.Unix socket, Address.Tcp port, String how) throws IOException {
            return new ChildProcess(
                    name,
                    List.of(),
                    List.of(
                            "-Xmx256m",
                            "-Xmn48m",
                            "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
                            "-Dmoa.client.snapshots=off"),
                    UpgradedAgent.class,
                    List.of(
                            redis,
                            UpgradedAgent.APPLICATION,
                            how,
                            UpgradeLoad.TOKEN,
                            socket.toString(),
                            port.toString()),
                    Map.of());
        }

        void measure() throws Exception {
            ChildProcess agent = agent("agent 0", unix, tcp, "start");
            agent.await("ready", PATIENCE);
            int calls = rate * (everySeconds * 2 * (upgrades + 2) + 120) * 2;
            try (UpgradeLoad made = new UpgradeLoad(folder, redis, unix, tcp, rate, calls)) {
                load = made;
                made.begin();
                TimeUnit.SECONDS.sleep(everySeconds);
                made.window(); // what was cold is not looked at
                for (int i = 1; i <= upgrades; i++) {
                    long begun = System.nanoTime();
                    ChildProcess next = agent("agent " + i, unix, tcp, "replace");
                    next.await("ready", PATIENCE);
                    add(ChildProcess.fields(agent.await("replaced", PATIENCE)));
                    agent.close();
                    agent = next;
                    rest(begun);
                }
                upgraded = made.window();
                Address.Tcp aside;
                try (java.net.ServerSocket free = new java.net.ServerSocket(0)) {
                    aside = new Address.Tcp("127.0.0.1", free.getLocalPort());
                }
                int controls = Math.max(1, upgrades / 5);
                for (int i = 1; i <= controls; i++) {
                    long begun = System.nanoTime();
                    Address.Unix socket = new Address.Unix(
                            folder.resolve("b").resolve(i + ".sock").toString());
                    try (ChildProcess beside = agent("beside " + i, socket, aside, "start")) {
                        beside.await("ready", PATIENCE);
                        TimeUnit.SECONDS.sleep(3); // as long as the others make calls to themselves
                        beside.terminate();
                    }
                    rest(begun);
                }
                control = made.window();
                made.end();
                halves = made.halved();
                parts = made.parts();
                disconnects = made.disconnects();
            }
            agent.close();
        }

        private void rest(long begun) throws InterruptedException {
            long left = TimeUnit.SECONDS.toNanos(everySeconds) - (System.nanoTime() - begun);
            TimeUnit.NANOSECONDS.sleep(Math.max(0, left));
        }

        private void add(Map<String, String> fields) {
            fields.forEach((name, value) -> {
                if (name.equals("pauses")) {
                    pauses.add(PauseHistogram.of(Arrays.stream(value.split(","))
                            .mapToLong(Long::parseLong)
                            .toArray()));
                } else {
                    ledger.merge(name, Long.parseLong(value), Long::sum);
                }
            });
        }

        private String sum(String name) {
            return Long.toString(ledger.getOrDefault(name, 0L));
        }

        private static String millis(long nanos) {
            return String.format(Locale.ROOT, "%.3f", nanos / 1e6);
        }

        Report tell(Table surroundings) {
            UpgradeLoad made = java.util.Objects.requireNonNull(load);
            Report report = new Report();
            report.title("An agent that is replaced under load").add(surroundings);
            report.add(upgrades + " replacements, one each " + everySeconds + " s, at " + rate
                    + " calls a second: half by MOA, half by RESP, each half over TCP and half over a Unix socket; "
                    + halves + " of " + parts
                    + " parts that clients sent came in two halves; one more client reads slowly.");
            report.section("What callers saw");
            report.add(new Table("", "replaced", "only started", "wanted")
                    .row("calls", "" + upgraded.calls(), "" + control.calls(), "1000000 in all")
                    .row("failed", "" + upgraded.failed(), "" + control.failed(), "0")
                    .row("answered and never run, or run twice", "" + made.wrong(), "", "0")
                    .row("disconnects", "" + disconnects, "", "0")
                    .row("median, ms", millis(upgraded.medianNanos()), millis(control.medianNanos()), "")
                    .row("p99.9, ms", millis(upgraded.p999Nanos()), millis(control.p999Nanos()), "")
                    .row("longest, ms", millis(upgraded.maxNanos()), millis(control.maxNanos()), ""));
            report.section("The account of the agents, summed");
            report.add(new Table("", "sum", "wanted")
                    .row("connections moved by MOA", sum("moa"), "")
                    .row("connections moved by RESP", sum("resp"), "")
                    .row("not moved", sum("kept"), "0")
                    .row("with half a frame or command", sum("half"), "> 0")
                    .row("bytes of these", sum("halfBytes"), "> 0")
                    .row("with bytes not sent", sum("unsent"), "> 0")
                    .row("bytes of these", sum("unsentBytes"), "> 0")
                    .row("calls in flight", sum("inFlight"), "> 0")
                    .row("of these finished by the old one", sum("finished"), "")
                    .row("lost", sum("lost"), "0")
                    .row("pause of a connection, p99, ms", millis(pauses.quantileNanos(0.99)), "20")
                    .row("pause of a connection, longest, ms", millis(pauses.maxNanos()), "50"));
            return report;
        }
    }
}
