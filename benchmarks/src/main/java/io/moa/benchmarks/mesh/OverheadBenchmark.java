package io.moa.benchmarks.mesh;

import io.moa.Moa;
import io.moa.benchmarks.ChildProcess;
import io.moa.benchmarks.RedisServer;
import io.moa.benchmarks.Report;
import io.moa.benchmarks.Surroundings;
import io.moa.benchmarks.Table;
import io.moa.client.MoaClient;
import io.moa.client.disk.DiskConfig;
import io.moa.discovery.Address;
import io.moa.invoke.Seat;
import io.moa.mesh.MeshConfig;
import io.moa.mesh.MeshMode;
import io.moa.registry.redis.RedisConfig;
import io.moa.registry.redis.RedisLink;
import io.moa.registry.redis.RuleDesk;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What two agents between a client and a server cost, beside two processes that only pass bytes on; and what mesh mode costs a call of three levels that
 * work for 2 ms each. All processes are on one host.
 */
public final class OverheadBenchmark implements AutoCloseable {

    private static final int RATE = 1_000;
    private static final int WARM_CHAIN_RATE = 400; // before anything is looked at
    private static final int BODY = 1_024;
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Path folder = Files.createTempDirectory("moa-overhead");
    private final RedisServer redis = RedisServer.start(folder);
    private final String registry = "redis://127.0.0.1:" + redis.port();
    private final RedisLink link = RedisLink.open(RedisConfig.parse(registry));
    private final List<AutoCloseable> open = new ArrayList<>();
    private final byte[] body = new byte[BODY];
    private final int rounds;
    private final int seconds;
    private final int chainRate;
    private final @Nullable Path proxies;
    private final Report report = new Report();

    private OverheadBenchmark(int rounds, int seconds, int chainRate, @Nullable Path proxies) throws Exception {
        this.chainRate = chainRate;
        this.proxies = proxies;
        this.rounds = rounds;
        this.seconds = seconds;
    }

    /** Measures. */
    public static void main(String[] args) throws Exception {
        String name = null;
        boolean brief = false;
        int chainRate = 200;
        Path proxies = null;
        boolean levelsOnly = false;
        for (int i = 0; i < args.length; i++) {
            switch (args[i]) {
                case "--report" -> name = args[++i];
                case "--short" -> brief = true;
                case "--chain-rate" -> chainRate = Integer.parseInt(args[++i]);
                case "--levels-only" -> levelsOnly = true;
                case "--proxies" -> proxies = Path.of(args[++i]).toAbsolutePath();
                default ->
                    throw new IllegalArgumentException(
                            "--short, --chain-rate CALLS, --levels-only, --proxies FOLDER and --report NAME, not "
                                    + args[i]);
            }
        }
        if (name != null) {
            Report.checkName(name);
        }
        Table surroundings = Surroundings.describe();
        try (OverheadBenchmark run = new OverheadBenchmark(brief ? 2 : 10, brief ? 2 : 5, chainRate, proxies)) {
            run.report.title("What mesh mode costs a call").add(surroundings);
            run.measure(levelsOnly);
            run.report.write(name);
        }
        System.exit(0);
    }

    private <T extends AutoCloseable> T keep(T one) {
        open.add(one);
        return one;
    }

    private ChildProcess child(String name, Class<?> main, String... arguments) throws Exception {
        return keep(new ChildProcess(
                name,
                List.of(),
                List.of(
                        "-Xmx256m",
                        "-Xmn48m",
                        "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
                        "-Dmoa.client.snapshots=off"),
                main,
                List.of(arguments),
                Map.of()));
    }

    private String socket(String application) {
        return folder.resolve(application).resolve("a.sock").toString();
    }

    private void agent(String application) throws Exception {
        child("agent of " + application, LevelAgent.class, registry, application, socket(application))
                .await("ready", PATIENCE);
    }

    private ChildProcess server(String level) throws Exception {
        return child(level, LevelServer.class, registry, level, socket(level));
    }

    private ChildProcess serverWithoutMesh(String level) throws Exception {
        return child(level, LevelServer.class, registry, level, socket(level), "calls-only");
    }

    private MoaClient client(@Nullable MeshMode mode, Address... addresses) throws IOException {
        Moa.Builder moa = Moa.builder("caller").eventLoops(1);
        if (mode != null) {
            moa.registry(registry);
        }
        MoaClient.Builder builder = MoaClient.builder(keep(moa.build())).disk(DiskConfig.OFF);
        if (mode == null) {
            builder.withoutMesh().addresses(addresses);
        } else {
            builder.mesh(MeshConfig.DEFAULT.withMode(mode).withAgent(new Address.Unix(socket("caller"))));
        }
        return keep(builder.build());
    }

    private static Address at(ChildProcess process, String field) throws Exception {
        int port = Integer.parseInt(ChildProcess.field(ChildProcess.fields(process.await("ready", PATIENCE)), field));
        return new Address.Tcp("127.0.0.1", port);
    }

    private void measure(boolean levelsOnly) throws Exception {
        live("on");
        ChildProcess back = server("back");
        Address plain = at(back, "plain");
        agent("back");
        agent("caller");
        Address first = forwarded(plain);
        MoaClient meshed = client(MeshMode.ON);
        await(back, Seat.LOCAL, Seat.LOCAL);
        await(meshed, Seat.LOCAL);
        if (levelsOnly) {
            chain(meshed, back);
            return;
        }
        Map<String, Levels.Back> ways = new LinkedHashMap<>();
        ways.put("directly", client(null, plain).stub(Levels.Back.class));
        ways.put("two forwarders of bytes", client(null, first).stub(Levels.Back.class));
        if (proxies != null) {
            ways.put(
                    "two HAProxy", client(null, haproxies(proxies, port(plain))).stub(Levels.Back.class));
            ways.put("two nginx", client(null, nginxes(proxies, port(plain))).stub(Levels.Back.class));
        }
        ways.put("two agents", meshed.stub(Levels.Back.class));
        overhead(ways);
        chain(meshed, back);
    }

    private Address haproxies(Path programs, int to) throws Exception {
        int second = keep(OutsideProxy.haproxy(programs, folder, to)).port();
        return new Address.Tcp(
                "127.0.0.1",
                keep(OutsideProxy.haproxy(programs, folder, second)).port());
    }

    private Address nginxes(Path programs, int to) throws Exception {
        int second = keep(OutsideProxy.nginx(programs, folder, to)).port();
        return new Address.Tcp(
                "127.0.0.1", keep(OutsideProxy.nginx(programs, folder, second)).port());
    }

    private static int port(Address address) {
        return ((Address.Tcp) address).port();
    }

    // ---- two forwards

    private void overhead(Map<String, Levels.Back> ways) throws Exception {
        Map<String, List<Latencies>> seen = new LinkedHashMap<>();
        for (Levels.Back way : ways.values()) {
            Latencies.of(3 * RATE * seconds * 3, 3 * RATE, () -> way.echo(body)); // what is cold is not looked at
        }
        for (int round = 0; round < rounds; round++) {
            for (Map.Entry<String, Levels.Back> way : ways.entrySet()) {
                Supplier<CompletableFuture<?>> call = () -> way.getValue().echo(body);
                seen.computeIfAbsent(way.getKey(), key -> new ArrayList<>())
                        .add(Latencies.of(RATE * seconds, RATE, call));
            }
        }
        report.section("Two forwards");
        report.add(
                RATE + " calls a second, " + BODY + " bytes there and back, " + rounds + " rounds of " + seconds
                        + " s each, in turn. \"More\" is the median over the rounds of a way's median less that of the direct calls in the same round.");
        Table table = new Table("", "median, ms", "p99, ms", "more, ms");
        Map<String, Long> more = new LinkedHashMap<>();
        seen.forEach((name, each) -> {
            Latencies all = Latencies.all(each);
            more.put(name, more(each, seen.values().iterator().next()));
            table.row(
                    name,
                    Latencies.millis(all.medianNanos()),
                    Latencies.millis(all.quantileNanos(0.99)),
                    Latencies.millis(more.get(name)));
        });
        report.add(table);
        long agents = more.getOrDefault("two agents", 0L);
        Table verdicts = new Table("", "wanted", "seen", "")
                .row("two agents add, ms", "< 0.2", Latencies.millis(agents), agents < 200_000 ? "yes" : "no");
        more.forEach((name, each) -> {
            if (name.startsWith("two ") && !name.equals("two agents")) {
                verdicts.row(
                        "against " + name,
                        "1.3 (stretch)",
                        String.format(Locale.ROOT, "%.2f", (double) agents / each),
                        agents <= 1.3 * each ? "yes" : "no");
            }
        });
        report.add(verdicts);
    }

    private static long more(List<Latencies> way, List<Latencies> direct) {
        long[] differences = new long[way.size()];
        for (int i = 0; i < differences.length; i++) {
            differences[i] = way.get(i).medianNanos() - direct.get(i).medianNanos();
        }
        Arrays.sort(differences);
        return differences[differences.length / 2];
    }

    // ---- three levels

    private void chain(MoaClient caller, ChildProcess back) throws Exception {
        caller.close();
        agent("middle");
        agent("front");
        ChildProcess middle = server("middle");
        at(middle, "plain");
        ChildProcess front = server("front");
        at(front, "plain");
        report.section("Three levels");
        report.add("Three services, each of which works for 2 ms and calls the next one; " + chainRate
                + " calls a second of the first. The mode is changed live, " + rounds + " times each way.");
        // Its mode is said live, so that the same processes are seen both ways.
        MoaClient top = client(MeshMode.OFF);
        compare(
                "In mesh mode each of the four processes has an agent for its calls and its callers: six forwards",
                "mesh mode",
                switched(top, List.of(back, middle, front), true));
        List<ChildProcess> others = new ArrayList<>();
        for (ChildProcess each : List.of(back, middle, front)) {
            each.close();
        }
        for (String level : List.of("back", "middle", "front")) {
            ChildProcess each = serverWithoutMesh(level);
            at(each, "plain");
            others.add(each);
        }
        compare(
                "In mesh mode with agents for calls only, and none in front of servers: three forwards",
                "mesh mode",
                switched(top, others, false));
        Address end = at(others.get(0), "plain");
        Levels.Front direct = fixed(end, false);
        Levels.Front forwarded = fixed(end, true);
        compare(
                "What that many forwards take at least: the same levels at fixed addresses, with two forwarders of bytes before each: six forwards",
                "forwarders of bytes",
                on -> on ? forwarded : direct);
    }

    /** The levels in front of the last one, who know where the next one is. */
    private Levels.Front fixed(Address end, boolean isForwarded) throws Exception {
        Address next = end;
        for (String level : List.of("middle", "front")) {
            next = at(
                    child(
                            level,
                            LevelServer.class,
                            registry,
                            level,
                            socket(level),
                            "next=" + port(isForwarded ? forwarded(next) : next)),
                    "plain");
        }
        return client(null, isForwarded ? forwarded(next) : next).stub(Levels.Front.class);
    }

    /** Where two forwarders are that lead there. */
    private Address forwarded(Address to) throws Exception {
        Address second = at(child("forwarder 2", ByteForwarder.class, Integer.toString(port(to))), "port");
        return at(child("forwarder 1", ByteForwarder.class, Integer.toString(port(second))), "port");
    }

    /** The top call in one of two ways. */
    private interface Turn {
        Levels.Front to(boolean on) throws Exception;
    }

    private Turn switched(MoaClient top, List<ChildProcess> levels, boolean inbound) {
        Levels.Front stub = top.stub(Levels.Front.class);
        return on -> {
            live(on ? "on" : "off");
            Seat calling = on ? Seat.LOCAL : Seat.DIRECT;
            Seat called = inbound ? calling : Seat.DIRECT;
            for (ChildProcess each : levels) {
                await(each, each == levels.get(0) ? called : calling, called); // the first calls nobody
            }
            await(top, calling);
            TimeUnit.SECONDS.sleep(3); // callers who are still connected elsewhere have been told by then
            return stub;
        };
    }

    private void compare(String what, String name, Turn turn) throws Exception {
        List<Latencies> direct = new ArrayList<>();
        List<Latencies> meshed = new ArrayList<>();
        for (int round = -1; round < rounds; round++) {
            for (boolean on : new boolean[] {false, true}) {
                Levels.Front stub = turn.to(on);
                int warm = round < 0 ? WARM_CHAIN_RATE * seconds * 6 : chainRate * seconds;
                Latencies.of(warm, round < 0 ? WARM_CHAIN_RATE : chainRate, () -> stub.work(body));
                Latencies seen = Latencies.of(chainRate * seconds, chainRate, () -> stub.work(body));
                if (round >= 0) {
                    (on ? meshed : direct).add(seen);
                }
            }
        }
        Latencies without = Latencies.all(direct);
        Latencies with = Latencies.all(meshed);
        double percent = 100.0 * more(meshed, direct) / without.medianNanos();
        report.add(what + ".");
        report.add(new Table("", "median, ms", "p99, ms")
                .row("directly", Latencies.millis(without.medianNanos()), Latencies.millis(without.quantileNanos(0.99)))
                .row(name, Latencies.millis(with.medianNanos()), Latencies.millis(with.quantileNanos(0.99))));
        report.add(new Table("", "wanted", "seen", "")
                .row(
                        "the top call is slower by",
                        "< 6 %",
                        String.format(Locale.ROOT, "%.1f %%", percent),
                        percent < 6 ? "yes" : "no"));
    }

    private void live(String mode) {
        new RuleDesk(link).putSetting("moa.mesh", mode, null, "benchmark").join();
    }

    private static void await(ChildProcess level, Seat calling, Seat called) throws Exception {
        String wanted = "client=" + calling + " server=" + called;
        for (long end = System.nanoTime() + PATIENCE.toNanos(); ; TimeUnit.MILLISECONDS.sleep(100)) {
            String seats = level.order("seats", "seats");
            if (seats.equals(wanted)) {
                return;
            }
            if (System.nanoTime() - end > 0) {
                throw new IllegalStateException("A level has " + seats + ", and not " + wanted);
            }
        }
    }

    private static void await(MoaClient client, Seat seat) throws InterruptedException {
        for (long end = System.nanoTime() + PATIENCE.toNanos();
                client.mesh().seat() != seat;
                TimeUnit.MILLISECONDS.sleep(100)) {
            if (System.nanoTime() - end > 0) {
                throw new IllegalStateException(client.toString());
            }
        }
    }

    @Override
    public void close() {
        open.addAll(0, List.of(redis, link));
        for (int i = open.size() - 1; i >= 0; i--) {
            try {
                open.get(i).close();
            } catch (Exception e) {
                throw new IllegalStateException("A part of the measurement did not end", e);
            }
        }
    }
}
