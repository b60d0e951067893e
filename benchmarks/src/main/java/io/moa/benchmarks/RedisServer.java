package io.moa.benchmarks;

import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import redis.embedded.core.ExecutableProvider;

/** A Redis process that can be stopped, killed and started again at its port; or a Sentinel. Used by one thread. */
public final class RedisServer implements AutoCloseable {

    /** Those that run: none may outlive this process, not even if it is interrupted. */
    private static final Set<Process> RUNNING = ConcurrentHashMap.newKeySet();

    static {
        Runtime.getRuntime()
                .addShutdownHook(new Thread(() -> RUNNING.forEach(Process::destroyForcibly), "redis-servers-end"));
    }

    private final Path folder;
    private final int port;
    private final List<String> settings;
    private final boolean sentinel;
    private final Map<String, String> environment;
    private @Nullable Process process;

    private RedisServer(
            Path folder, int port, List<String> settings, boolean sentinel, Map<String, String> environment) {
        this.folder = folder;
        this.port = port;
        this.settings = settings;
        this.sentinel = sentinel;
        this.environment = environment;
    }

    /** One that runs, with further lines of its configuration. */
    public static RedisServer start(Path parent, String... settings) throws Exception {
        return start(parent, Map.of(), settings);
    }

    /** The same, with variables of its environment beside those of this process. */
    public static RedisServer start(Path parent, Map<String, String> environment, String... settings) throws Exception {
        int port = freePort();
        Path folder = Files.createDirectories(parent.resolve("redis-" + port));
        return new RedisServer(folder, port, List.of(settings), false, environment).start();
    }

    /** A Sentinel of the master "faults" at this port, with a quorum of two and a second of patience. */
    public static RedisServer sentinel(Path parent, int masterPort) throws Exception {
        int port = freePort();
        return new RedisServer(
                        Files.createDirectories(parent.resolve("sentinel-" + port)),
                        port,
                        List.of(
                                "sentinel monitor faults 127.0.0.1 " + masterPort + " 2",
                                "sentinel down-after-milliseconds faults 1000",
                                "sentinel failover-timeout faults 3000"),
                        true,
                        Map.of())
                .start();
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    /** Where it listens. */
    public int port() {
        return port;
    }

    /** The number of its process; 0 if it was not started. */
    public long pid() {
        return process == null ? 0 : process.pid();
    }

    /** Starts it, for the first time or again, and waits until it answers. */
    public RedisServer start() throws Exception {
        Path config = folder.resolve("redis.conf");
        if (!sentinel || !Files.exists(config)) { // a Sentinel keeps what it learned in its file
            List<String> lines = new ArrayList<>(List.of("bind 127.0.0.1", "port " + port, "dir \"" + folder + "\""));
            if (!sentinel) {
                lines.addAll(List.of("save \"\"", "appendonly no"));
            }
            lines.addAll(settings);
            Files.write(config, lines);
        }
        List<String> command = new ArrayList<>(List.of(binary(folder), config.toString()));
        if (sentinel) {
            command.add("--sentinel");
        }
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("log").toFile());
        builder.environment().putAll(environment);
        Process started = builder.start();
        RUNNING.add(started);
        started.onExit().thenAccept(RUNNING::remove);
        process = started;
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (!command("PING").startsWith("+PONG")) {
            if (System.nanoTime() - deadline > 0) {
                throw new IOException("Redis did not start: " + Files.readString(folder.resolve("log")));
            }
            TimeUnit.MILLISECONDS.sleep(20);
        }
        return this;
    }

    private static String binary(Path folder) throws IOException {
        for (String directory : System.getenv().getOrDefault("PATH", "").split(File.pathSeparator)) {
            File file = new File(directory, "redis-server");
            if (!directory.isEmpty() && file.canExecute() && file.isFile()) {
                return file.toString();
            }
        }
        return ExecutableProvider.newJarResourceProvider(folder.toFile()).get().toString();
    }

    /** Sends one command of plain words and returns the first 64 KiB of its answer; empty if there is no answer. */
    public String command(String... words) {
        StringBuilder text = new StringBuilder("*" + words.length + "\r\n");
        for (String word : words) {
            text.append('$').append(word.length()).append("\r\n").append(word).append("\r\n");
        }
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 500);
            socket.setSoTimeout(2_000);
            socket.getOutputStream().write(text.toString().getBytes(StandardCharsets.US_ASCII));
            byte[] answer = new byte[64 << 10];
            int read = Math.max(0, socket.getInputStream().read(answer));
            return new String(answer, 0, read, StandardCharsets.UTF_8);
        } catch (IOException e) {
            return "";
        }
    }

    /** SIGKILL. */
    public void kill() throws InterruptedException {
        if (process != null) {
            process.destroyForcibly().waitFor();
        }
    }

    /** Sends a signal, such as STOP or CONT. */
    public void signal(String signal) throws Exception {
        if (process != null) {
            new ProcessBuilder("kill", "-" + signal, Long.toString(process.pid()))
                    .inheritIO()
                    .start()
                    .waitFor();
        }
    }

    /** Processor time so far. */
    public long cpuMillis() {
        return process == null
                ? 0
                : process.info()
                        .totalCpuDuration()
                        .map(java.time.Duration::toMillis)
                        .orElse(0L);
    }

    @Override
    public void close() {
        if (process != null) {
            process.destroyForcibly().onExit().join();
        }
    }
}
