package io.moa.benchmarks.echo;

import io.moa.benchmarks.ChildProcess;
import io.moa.benchmarks.Report;
import io.moa.benchmarks.Surroundings;
import io.moa.benchmarks.Table;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * The parent of a run. In each round every contender gets a fresh server and a fresh client process; the order moves on by
 * one from round to round, so that whatever drifts or follows from the place in the order hits all alike.
 */
@Command(
        name = "benchmarks/run echo",
        mixinStandardHelpOptions = true,
        showDefaultValues = true,
        sortOptions = false,
        description = "Measures an echo between two processes, beside the bare-Netty floor of the same run.")
public final class EchoBenchmark implements Callable<Integer> {

    private static final int PROFILE_ROWS = 15;

    /** Both compilers together work less than this in a second: 5 % of one processor. */
    private static final long RESTING_MILLIS = 50;

    @Option(names = "--contenders", split = ",", description = "Who is measured.")
    private List<String> contenders = List.of("netty-floor", "netty-floor-worker", "moa-direct", "moa-worker");

    @Option(names = "--floor", description = "The contender that the others are compared with; always measured.")
    private String floor = "netty-floor";

    @Option(names = "--callers", description = "Threads that call and block (closed loop).")
    private int callers = 32;

    @Option(names = "--rate", description = "Calls per second of the open loop; 0: closed loop.")
    private int rate = 0;

    @Option(names = "--connections", description = "Connections between client and server.")
    private int connections = 1;

    @Option(names = "--loops", description = "Event loops of each side.")
    private int loops = 1;

    @Option(names = "--workers", description = "Threads of a server with workers.")
    private int workers = 32;

    @Option(names = "--payload", description = "Bytes of the body.")
    private int payload = 1024;

    @Option(names = "--transport", description = "${COMPLETION-CANDIDATES}")
    private Transport transport = Transport.best();

    @Option(names = "--allocator", description = "Netty's default allocator in every process: pooled, adaptive.")
    private String allocator = "pooled";

    @Option(names = "--warmup", description = "Least seconds of calls before the window.")
    private int warmup = 10;

    @Option(
            names = "--warmup-most",
            description = "Most seconds of calls before the window; between the two it opens when both compilers rest.")
    private int warmupMost = 40;

    @Option(names = "--measure", description = "Seconds of the window.")
    private int measure = 10;

    @Option(names = "--rounds", description = "How often each contender is measured.")
    private int rounds = 5;

    @Option(
            names = "--jvm",
            split = " ",
            description = "Options of both virtual machines, in one word with blanks.",
            showDefaultValue = CommandLine.Help.Visibility.ALWAYS)
    private List<String> jvm = List.of("-Xms512m", "-Xmx512m", "-XX:+AlwaysPreTouch", "-XX:+UseG1GC");

    @Option(names = "--pin", description = "Server on the first processor, client on the second (taskset).")
    private boolean pin;

    @Option(names = "--pin-server", description = "Processors of the server, as taskset -c takes them.")
    private @Nullable String pinServer;

    @Option(names = "--pin-client", description = "Processors of the client.")
    private @Nullable String pinClient;

    @Option(names = "--profile", description = "One more round per contender, uncounted, with the Flight Recorder on.")
    private boolean profile;

    @Option(names = "--report", paramLabel = "NAME", description = "Write benchmarks/reports/NAME.md.")
    private @Nullable String report;

    public static void main(String[] args) {
        System.exit(new CommandLine(new EchoBenchmark()).execute(args));
    }

    @Override
    public Integer call() throws Exception {
        EchoOptions options = checked();
        List<String> names = new ArrayList<>(List.of(floor));
        contenders.stream().filter(name -> !names.contains(name)).forEach(names::add);

        Report out = new Report().title("Echo").add(Surroundings.describe()).add(conditions(options));
        Map<String, List<Round>> measured = new LinkedHashMap<>();
        Map<String, String> leftOut = new LinkedHashMap<>();
        boolean broken = false;
        names.forEach(name -> measured.put(name, new ArrayList<>()));
        for (int number = 0; number < rounds; number++) {
            for (int place = 0; place < names.size(); place++) {
                String name = names.get((place + number) % names.size());
                if (leftOut.containsKey(name)) {
                    continue;
                }
                try {
                    System.err.println("round " + (number + 1) + " of " + rounds + ": " + name);
                    measured.computeIfAbsent(name, first -> new ArrayList<>()).add(measure(name, options, null));
                } catch (Unavailable e) {
                    leftOut.put(name, String.valueOf(e.getMessage()));
                } catch (IOException | RuntimeException e) {
                    broken = true;
                    leftOut.put(name, "failed in round " + (number + 1) + ": " + e.getMessage());
                }
            }
        }
        leftOut.keySet().forEach(measured::remove);
        write(out, new Summary(measured, floor), leftOut, options);
        if (profile) {
            for (String name : measured.keySet()) {
                profile(out, name, options);
            }
        }
        out.write(report);
        return broken || !measured.containsKey(floor) ? 1 : 0;
    }

    private EchoOptions checked() {
        try {
            if (report != null) {
                Report.checkName(report);
            }
            Contenders.named(floor);
            contenders.forEach(Contenders::named);
            return new EchoOptions(callers, connections, loops, workers, payload, rate, transport);
        } catch (IllegalArgumentException e) {
            throw new CommandLine.ParameterException(new CommandLine(this), String.valueOf(e.getMessage()));
        }
    }

    private Round measure(String name, EchoOptions options, @Nullable Path recordings) throws Exception {
        List<String> jvmOptions = new ArrayList<>(jvm);
        // Netty 4.2 would take the adaptive allocator; one setting for all, so that allocators are not what is compared
        jvmOptions.add("-Dio.netty.allocator.type=" + allocator);
        // whoever prefers epoll by itself takes NIO then
        jvmOptions.add("-Dio.netty.transport.noNative=" + (transport == Transport.nio));
        jvmOptions.add("-Dorg.slf4j.simpleLogger.defaultLogLevel=warn");
        if (Runtime.version().feature() >= 24) {
            jvmOptions.add("--enable-native-access=ALL-UNNAMED");
            jvmOptions.add("--sun-misc-unsafe-memory-access=allow");
        }
        try (Side server = new Side("server", name, 0, options, jvmOptions, serverProcessors());
                Side client = new Side("client", name, server.port(), options, jvmOptions, clientProcessors())) {
            client.order("load", "loading");
            warmUp(name, server, client);
            // both orders leave before either answer is awaited: the windows differ by a message, not by a round trip
            server.send("begin" + recording(recordings, "server"));
            client.send("begin" + recording(recordings, "client"));
            server.await("begun");
            client.await("begun");
            TimeUnit.SECONDS.sleep(measure);
            server.send("end");
            client.send("end");
            Map<String, String> ofServer = ChildProcess.fields(server.await("ended"));
            Map<String, String> ofClient = ChildProcess.fields(client.await("ended"));
            Round round = new Round(Calls.read(ofClient), Usage.read(ofClient), Usage.read(ofServer));
            if (round.calls().answered() == 0) {
                throw new IOException("no call was answered");
            }
            return round;
        }
    }

    /** The same seconds warm up less on a busy machine; so what ends the warm-up is that little is being compiled. */
    private void warmUp(String name, Side server, Side client) throws Exception {
        TimeUnit.SECONDS.sleep(warmup);
        for (int second = warmup; second < warmupMost; second++) {
            long before = compiled(server) + compiled(client);
            TimeUnit.SECONDS.sleep(1);
            if (compiled(server) + compiled(client) - before < RESTING_MILLIS) {
                return;
            }
        }
        System.err.println(name + ": still being compiled after " + warmupMost + " s of warm-up; see the JIT columns");
    }

    private static long compiled(Side side) throws Exception {
        return Long.parseLong(side.order("compiled", "compiled"));
    }

    private static String recording(@Nullable Path folder, String side) {
        return folder == null ? "" : " " + folder.resolve(side + ".jfr");
    }

    private void profile(Report out, String name, EchoOptions options) throws Exception {
        Path folder =
                Path.of(System.getProperty("moa.benchmarks.work", "target")).resolve(name);
        System.err.println("profile: " + name);
        measure(name, options, folder);
        for (String side : List.of("client", "server")) {
            out.section("Profile of " + name + ", " + side);
            for (Map.Entry<String, Table> table :
                    Profile.read(folder.resolve(side + ".jfr"), PROFILE_ROWS).entrySet()) {
                out.add("**" + table.getKey() + "**").add(table.getValue());
            }
        }
    }

    private void write(Report out, Summary summary, Map<String, String> leftOut, EchoOptions options) {
        if (!summary.rounds().isEmpty()) {
            out.section("Speed").add(summary.speed(options.open()));
            out.section("CPU per call").add(summary.cpu());
            out.section("Heap allocation per call").add(summary.memory());
            out.add("Median over rounds (lowest..highest). A ratio is taken against " + floor
                    + " of the same round, then the median of the ratios. How it is measured: benchmarks/README.md. "
                    + "Load average at the end: " + Surroundings.loadAverage() + ".");
        }
        leftOut.forEach((name, reason) -> out.add("Left out: " + name + ", " + reason + "."));
        if (summary.failed() > 0) {
            out.add("**" + summary.failed() + " calls failed: do not use these figures.**");
        }
        if (!summary.rounds().isEmpty()) {
            out.section("Every round").add(summary.raw());
        }
    }

    private Table conditions(EchoOptions options) {
        return new Table("condition", "value")
                .leftAligned(2)
                .row("load", options.describe())
                .row("workers", Integer.toString(workers))
                .row(
                        "rounds",
                        rounds + ", each " + warmup + " to " + warmupMost + " s warm-up and " + measure
                                + " s measured, fresh processes")
                .row("JVM options", String.join(" ", jvm))
                .row("Netty's allocator", allocator)
                .row("processors", "server " + where(serverProcessors()) + ", client " + where(clientProcessors()));
    }

    private static String where(@Nullable String processors) {
        return processors == null ? "any" : processors;
    }

    private @Nullable String serverProcessors() {
        return pinServer != null ? pinServer : pin ? "0" : null;
    }

    private @Nullable String clientProcessors() {
        return pinClient != null
                ? pinClient
                : pin ? (Runtime.getRuntime().availableProcessors() > 1 ? "1" : "0") : null;
    }
}
