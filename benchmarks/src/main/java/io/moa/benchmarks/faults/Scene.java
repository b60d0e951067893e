package io.moa.benchmarks.faults;

import io.moa.benchmarks.ChildProcess;
import io.moa.benchmarks.RedisServer;
import io.moa.registry.redis.RedisConfig;
import io.moa.registry.redis.RedisLink;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Redis, four servers and a client under load, each a process. Used by one thread. */
final class Scene implements AutoCloseable {

    /** The variable of the environment with the URL of the registry. */
    static final String REGISTRY = "MOA_REGISTRY";

    private static final int SERVERS = 4;
    private static final int IDS = 40_000_000;

    /** Longer than a call may take. */
    private static final int CALL_MILLIS = 3_500;

    private final FaultOptions options;
    private final Path folder;
    private final Path counts;
    private final List<RedisServer> redis = new ArrayList<>();
    private final List<ChildProcess> servers = new ArrayList<>();
    private final Map<Long, Map<String, String>> saidReady = new HashMap<>(); // by number of the process
    private final List<Closeable> others = new ArrayList<>();
    private String url = "";
    private @Nullable ChildProcess client;
    private @Nullable Clocks clocks;
    private int started;
    private List<String> clientOptions = List.of();

    Scene(FaultOptions options) throws IOException {
        this.options = options;
        this.folder = Files.createTempDirectory("moa-faults-");
        this.counts = Files.createDirectories(folder.resolve("counts"));
    }

    FaultOptions options() {
        return options;
    }

    Path folder() {
        return folder;
    }

    String url() {
        return url;
    }

    List<RedisServer> redis() {
        return redis;
    }

    List<ChildProcess> servers() {
        return servers;
    }

    ChildProcess client() {
        if (client == null) {
            throw new IllegalStateException("no client yet");
        }
        return client;
    }

    /** The client, when it is started, is given these options of the JVM. */
    Scene clientOptions(String... options) {
        clientOptions = List.of(options);
        return this;
    }

    /** How many instances the client has ejected now. */
    long ejected() throws Exception {
        return Long.parseLong(
                ChildProcess.field(ChildProcess.fields(client().order("standing", "standing")), "ejected"));
    }

    /** Where the client's calls go, how often that has changed, and how many were handed over. */
    Map<String, String> mesh() throws Exception {
        return ChildProcess.fields(client().order("mesh", "mesh"));
    }

    /** Gives each process that is started from now on a clock of its own, which can be set. */
    Scene clocks(Clocks value) {
        clocks = value;
        return this;
    }

    /** What a process of that name finds in its environment. */
    private Map<String, String> environment(String name) throws IOException {
        Map<String, String> variables = new HashMap<>();
        variables.put(REGISTRY, url);
        variables.put("MOA_CLIENT_SNAPSHOTS", folder.resolve("snapshots").toString());
        variables.put("MOA_SERVER_RULES", folder.resolve("snapshots").toString());
        if (clocks != null) {
            variables.putAll(clocks.of(name));
        }
        return variables;
    }

    /** One Redis. */
    Scene standalone() throws Exception {
        redis.add(RedisServer.start(folder, environment("redis")));
        url = "redis://127.0.0.1:" + redis.get(0).port();
        return this;
    }

    /** A master, a replica and three Sentinels, in this order. */
    Scene sentinels() throws Exception {
        RedisServer master = RedisServer.start(folder, "repl-diskless-sync yes", "repl-diskless-sync-delay 0");
        redis.add(master);
        redis.add(RedisServer.start(
                folder,
                "repl-diskless-sync yes",
                "repl-diskless-sync-delay 0",
                "replicaof 127.0.0.1 " + master.port()));
        StringBuilder hosts = new StringBuilder();
        for (int i = 0; i < 3; i++) {
            RedisServer sentinel = RedisServer.sentinel(folder, master.port());
            redis.add(sentinel);
            hosts.append(i == 0 ? "" : ",").append("127.0.0.1:").append(sentinel.port());
        }
        url = "redis-sentinel://" + hosts + "/faults";
        return this;
    }

    /** The same, with a relay in front of each Sentinel, through which alone servers and client know them. */
    List<Relay> relayedSentinels() throws Exception {
        sentinels();
        List<Relay> relays = new ArrayList<>();
        StringBuilder hosts = new StringBuilder();
        for (RedisServer sentinel : redis.subList(2, redis.size())) {
            Relay relay = keep(new Relay(sentinel.port()));
            relays.add(relay);
            hosts.append(hosts.isEmpty() ? "" : ",").append("127.0.0.1:").append(relay.port());
        }
        url = "redis-sentinel://" + hosts + "/faults";
        return relays;
    }

    /** Starts the servers, without a client. */
    Scene serve() throws Exception {
        for (int i = 0; i < SERVERS; i++) {
            servers.add(server(0));
        }
        for (ChildProcess server : servers) {
            ready(server);
        }
        return this;
    }

    /** Starts the servers and the client, and lets the load run until it is warm. */
    Scene play() throws Exception {
        return serve().load();
    }

    /** Starts the client, and lets the load run until it is warm. */
    Scene load() throws Exception {
        client = startClient(options.rate());
        client.await("ready");
        pause(options.warmSeconds());
        client.order("turn 1", "seen");
        return this;
    }

    /** Starts a server, without waiting until it is ready. */
    ChildProcess server(int port) throws IOException {
        return server(port, List.of(), jvm("192m"));
    }

    /** As {@link #server(int)}, with further options of the JVM. */
    ChildProcess server(int port, String... options) throws IOException {
        List<String> jvm = jvm("192m");
        jvm.addAll(List.of(options));
        return server(port, List.of(), jvm);
    }

    /** Ends something with the scene. */
    <T extends Closeable> T keep(T other) {
        others.add(other);
        return other;
    }

    /**
     * As {@link #server(int)}, for many that start at once: what their starts take from the processors is taken from nobody else, as
     * if each had a host of its own.
     */
    ChildProcess yieldingServer(int port) throws IOException {
        List<String> jvm = jvm("192m");
        jvm.add(QUICK);
        return server(port, List.of("nice", "-n", "10"), jvm);
    }

    private ChildProcess server(int port, List<String> prefix, List<String> jvm) throws IOException {
        started++;
        return new ChildProcess(
                "server-" + started,
                prefix,
                jvm,
                CountedServer.class,
                List.of(counts.resolve("server-" + started).toString(), Integer.toString(IDS), Integer.toString(port)),
                environment("server-" + started));
    }

    /** What a server said when it was ready; waits for it. */
    Map<String, String> ready(ChildProcess server) throws Exception {
        Map<String, String> said = saidReady.get(server.pid());
        if (said == null) {
            said = ChildProcess.fields(server.await("ready"));
            saidReady.put(server.pid(), said);
        }
        return said;
    }

    /** Starts another client, which makes one call and no more, without waiting until it is ready. */
    ChildProcess startClient() throws IOException {
        return startClient(0);
    }

    private ChildProcess startClient(int rate) throws IOException {
        List<String> jvm = jvm("384m");
        jvm.addAll(clientOptions);
        return new ChildProcess(
                "client",
                List.of(),
                jvm,
                CountedClient.class,
                List.of(Integer.toString(rate), Integer.toString(IDS)),
                environment("client"));
    }

    /** A child with another main class, ended with the scene. */
    ChildProcess other(String name, Class<?> main, String... arguments) throws IOException {
        List<String> jvm = jvm("512m");
        jvm.add(QUICK);
        jvm.add("-Xmn320m"); // few collections, each of which would stand in for a fault
        ChildProcess child = new ChildProcess(name, List.of(), jvm, main, List.of(arguments), environment(name));
        others.add(child::close);
        return child;
    }

    /** A child that is compiled as well as a server, ended with the scene if it lives so long. */
    ChildProcess agent(String name, Class<?> main, List<String> options, String... arguments) throws IOException {
        List<String> jvm = jvm("256m");
        jvm.addAll(options);
        ChildProcess child = new ChildProcess(name, List.of(), jvm, main, List.of(arguments), environment(name));
        others.add(child::close);
        return child;
    }

    /** This process's own way to the registry, ended with the scene. */
    RedisLink link() {
        RedisLink link = RedisLink.open(RedisConfig.parse(url));
        others.add(link::close);
        return link;
    }

    /** Code that is compiled at once and not well: for processes of which only what they decide is looked at. */
    private static final String QUICK = "-XX:TieredStopAtLevel=1";

    private static List<String> jvm(String heap) {
        List<String> options = new ArrayList<>(List.of(
                "-Xmx" + heap,
                "-XX:+UseSerialGC",
                "-Dio.netty.allocator.type=pooled",
                "-Dorg.slf4j.simpleLogger.showDateTime=true",
                "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn"));
        if (Runtime.version().feature() >= 24) {
            options.add("--enable-native-access=ALL-UNNAMED");
            options.add("--sun-misc-unsafe-memory-access=allow");
        }
        return options;
    }

    /** How many lines each of the servers, and the client last, have written to their logs. */
    List<Long> logLines() {
        List<Long> lines = new ArrayList<>();
        for (ChildProcess server : servers) {
            lines.add(server.errorLines());
        }
        lines.add(client().errorLines());
        return lines;
    }

    /** What the client sees is counted from now on; the look at its heap, which ends a turn, is none of it. */
    void begin() throws Exception {
        client().order("begin", "begun");
    }

    /** What the client saw since it was asked last. */
    Seen turn() throws Exception {
        return Seen.read(ChildProcess.fields(client().order("turn " + CALL_MILLIS, "seen")));
    }

    /** Ends the load and counts what has run twice. */
    Seen end() throws Exception {
        return Seen.read(ChildProcess.fields(client().order("end", "seen"))).withTwice(Executions.twice(counts));
    }

    /** Lets the load run on for so long. */
    static void pause(double seconds) throws InterruptedException {
        TimeUnit.MICROSECONDS.sleep(Math.round(seconds * 1_000_000));
    }

    /** Waits until something is so, and returns after how many milliseconds; -1 if it is not so in time. */
    static long millisUntil(double limitSeconds, Condition condition) throws Exception {
        long start = System.nanoTime();
        while (System.nanoTime() - start < limitSeconds * 1e9) {
            if (condition.holds()) {
                return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
            }
            TimeUnit.MILLISECONDS.sleep(5);
        }
        return -1;
    }

    /** Something that is so, or not yet. */
    @FunctionalInterface
    interface Condition {
        boolean holds() throws Exception;
    }

    @Override
    public void close() throws IOException {
        if (client != null) {
            client.close();
        }
        for (Closeable other : others) {
            other.close();
        }
        for (ChildProcess server : servers) {
            server.close();
        }
        for (RedisServer one : redis) {
            one.close();
        }
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }
}
