package io.moa.benchmarks.resp;

import io.moa.benchmarks.ChildProcess;
import io.moa.benchmarks.RedisServer;
import io.moa.benchmarks.Report;
import io.moa.benchmarks.Surroundings;
import io.moa.benchmarks.Table;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * The parent of a run. In each round every contender is measured once with each depth of the pipeline, by JVMs that are started for the round;
 * the order moves on by one from round to round.
 */
@Command(
        name = "benchmarks/run resp",
        mixinStandardHelpOptions = true,
        showDefaultValues = true,
        sortOptions = false,
        description =
                "Measures calls by RESP with redis-benchmark, 1 KiB there and 1 KiB back, beside redis-server and beside a"
                        + " Netty responder that answers the same bytes to everything.")
public final class RespBenchmark implements Callable<Integer> {

    private static final String BEFORE = "{\"result\":\"";
    private static final String BEHIND = "\"}";
    private static final String KEY = "text";

    @Option(names = "--connections", description = "Connections of redis-benchmark.")
    private int connections = 50;

    @Option(names = "--pipeline", split = ",", description = "How many requests a connection sends before it waits.")
    private List<Integer> depths = List.of(1, 32);

    @Option(names = "--loops", description = "Event loops of each JVM; by default as many as MOA has by default.")
    private int loops = Math.max(1, Math.min(4, Runtime.getRuntime().availableProcessors() / 2));

    @Option(names = "--rounds", description = "How often each contender is measured.")
    private int rounds = 5;

    @Option(names = "--warmup", description = "Seconds of load on each JVM before it is measured.")
    private double warmup = 40;

    @Option(names = "--measure", description = "Seconds of a load, about.")
    private double measure = 5;

    @Option(
            names = "--jvm",
            split = " ",
            description = "Options of the virtual machines, in one word with blanks.",
            showDefaultValue = CommandLine.Help.Visibility.ALWAYS)
    // Up to 512 MiB Netty saves memory: no buffer above 16 KiB is pooled, such as those for what is received.
    private List<String> jvm = List.of("-Xms1g", "-Xmx1g", "-XX:+AlwaysPreTouch", "-XX:+UseG1GC");

    @Option(names = "--pin", description = "Servers on the first processor, redis-benchmark on the second (taskset).")
    private boolean pin;

    @Option(
            names = "--only",
            split = ",",
            description = "Some of the contenders, to look at them: nothing is judged then.")
    private List<String> only = List.of();

    @Option(names = "--report", paramLabel = "NAME", description = "Write benchmarks/reports/NAME.md.")
    private @Nullable String report;

    private final Path work = Path.of(System.getProperty("moa.benchmarks.work", "target"));
    private final Map<String, String> libraries =
            Map.of("LD_LIBRARY_PATH", System.getProperty("moa.benchmarks.redis.libraries", ""));

    public static void main(String[] args) {
        System.exit(new CommandLine(new RespBenchmark()).execute(args));
    }

    @Override
    public Integer call() throws Exception {
        if (report != null) {
            Report.checkName(report);
        }
        LoadGenerator load = new LoadGenerator(connections, pin ? "1" : null, libraries);
        Report out = new Report()
                .title("Calls by RESP")
                .add(Surroundings.describe().row("load generator", load.version()))
                .add(conditions());
        Comparison comparison = new Comparison();
        for (int round = 0; round < rounds; round++) {
            round(round, load, comparison);
        }
        for (int depth : depths) {
            out.section(depth == 1 ? "One request at a time" : depth + " requests at a time (-P " + depth + ")");
            out.add(comparison.table(depth));
        }
        out.add(
                "Median over rounds (lowest..highest). A ratio is taken against the contender of the same round, then the median of the"
                        + " ratios. CPU is that of the whole server process; busy is its share of one processor. Load average at the end: "
                        + Surroundings.loadAverage() + ".");
        boolean met = true;
        if (only.isEmpty()) {
            out.section("What is wanted").add(comparison.verdict());
            met = comparison.isMet();
        }
        out.section("Every round").add(comparison.raw());
        out.write(report);
        return met ? 0 : 1;
    }

    private Table conditions() {
        String text = RespText.some(RespText.BYTES - BEFORE.length() - BEHIND.length());
        return new Table("contender", "what is sent", "bytes", "what is answered", "bytes ")
                .leftAligned(2)
                .row("redis-echo", "`ECHO` text", "1024", "the text", "1024")
                .row("redis-get", "`GET` key", Integer.toString(KEY.length()), "its value", "1024")
                .row("bare", "as moa-direct", length(call("direct", text)), "a constant", "1024")
                .row(
                        "moa-direct",
                        "`GET` a call of a `@NonBlocking` method",
                        length(call("direct", text)),
                        "its text",
                        "1024")
                .row(
                        "moa-worker",
                        "`GET` a call of a method on workers",
                        length(call("worker", text)),
                        "its text",
                        "1024");
    }

    private static String length(String text) {
        return Integer.toString(text.length());
    }

    private static String call(String method, String text) {
        return "{\"service\":\"" + Echo.NAME + "\",\"method\":\"" + method + "\",\"args\":[\"" + text + "\"]}";
    }

    private void round(int round, LoadGenerator load, Comparison comparison) throws Exception {
        Files.createDirectories(work);
        List<String> prefix = pin ? List.of("taskset", "-c", "0") : List.of();
        try (RedisServer redis = RedisServer.start(work, libraries);
                ChildProcess bare = start("bare", prefix);
                ChildProcess direct = start("moa", prefix);
                ChildProcess worker = start("moa", prefix)) {
            if (pin) {
                new ProcessBuilder("taskset", "-acp", "0", Long.toString(redis.pid()))
                        .start()
                        .waitFor();
            }
            List<Contender> all = contenders(redis, bare, direct, worker);
            for (int depth : depths) { // what one depth has made of the compiled code is not measured with the other
                Map<String, Double> perSecond = new LinkedHashMap<>();
                for (int place = 0; place < all.size(); place++) {
                    Contender each = all.get((place + round) % all.size());
                    System.err.println("round " + (round + 1) + ": " + each.name() + " warms up, -P " + depth);
                    boolean compiles =
                            each.name().startsWith("moa") || each.name().equals("bare");
                    perSecond.put(each.name(), each.warmUp(load, depth, compiles ? warmup / depths.size() : 0));
                }
                for (int place = 0; place < all.size(); place++) {
                    Contender each = all.get((place + round) % all.size());
                    Measured seen = each.measure(load, depth, perSecond.getOrDefault(each.name(), 10_000.0), measure);
                    System.err.println("round " + (round + 1) + ": " + each.name() + " " + seen);
                    comparison.add(round, depth, each.name(), seen);
                }
            }
            for (Contender each : all) { // still right after all of it
                RespText.check(each.name(), each.port(), each.command(), each.answer());
            }
        }
    }

    private List<Contender> contenders(RedisServer redis, ChildProcess bare, ChildProcess direct, ChildProcess worker)
            throws Exception {
        String kib = RespText.some(RespText.BYTES);
        String text = kib.substring(BEFORE.length() + BEHIND.length());
        String answer = BEFORE + text + BEHIND;
        redis.command("SET", KEY, kib);
        int barePort = Integer.parseInt(bare.await("ready"));
        int directPort = Integer.parseInt(direct.await("ready"));
        int workerPort = Integer.parseInt(worker.await("ready"));
        List<String> toDirect = List.of("GET", call("direct", text));
        List<String> toWorker = List.of("GET", call("worker", text));
        List<Contender> all = new ArrayList<>(List.of(
                new Contender("redis-echo", redis.port(), List.of("ECHO", kib), kib, redis.pid(), null),
                new Contender("redis-get", redis.port(), List.of("GET", KEY), kib, redis.pid(), null),
                new Contender("bare", barePort, toDirect, kib, bare.pid(), null),
                new Contender("moa-direct", directPort, toDirect, answer, direct.pid(), direct),
                new Contender("moa-worker", workerPort, toWorker, answer, worker.pid(), worker)));
        all.removeIf(each -> !only.isEmpty() && !only.contains(each.name()));
        return all;
    }

    private ChildProcess start(String role, List<String> prefix) throws IOException {
        return new ChildProcess(role, prefix, jvm, RespProcess.class, List.of(role, Integer.toString(loops)), Map.of());
    }
}
