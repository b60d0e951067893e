package io.moa.registry.redis;

import io.moa.discovery.Address;
import io.moa.testkit.Eventually;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import redis.embedded.core.ExecutableProvider;

/**
 * A real Redis or Sentinel as a process of its own, which a test may kill, stop and start again at the same port. It is the
 * {@code redis-server} of the path if there is one, else the one out of the artifact of the tests.
 */
final class RedisProcess implements AutoCloseable {

    private static final Eventually READY = Eventually.within(Duration.ofSeconds(30));
    private static final int BUS = 10_000;

    private static Path binary; // one file for all tests of the JVM

    private final List<String> settings;
    private final boolean sentinel;
    private final int port;
    private final Path folder;
    private final Thread hook;
    private RedisConfig access;
    private Process process;
    private boolean stopped;

    private RedisProcess(int port, boolean sentinel, List<String> settings) {
        this.port = port;
        this.sentinel = sentinel;
        this.settings = List.copyOf(settings);
        this.access = RedisConfig.standalone("127.0.0.1", port)
                .socketTimeout(Duration.ofSeconds(10))
                .build();
        try {
            this.folder = Files.createTempDirectory("moa-registry-test-");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        this.hook = new Thread(this::end);
        Runtime.getRuntime().addShutdownHook(hook);
        startAgain();
    }

    /** Starts a Redis that answers when this returns. */
    static RedisProcess open(String... settings) {
        return new RedisProcess(freePort(), false, List.of(settings));
    }

    static RedisProcess openAt(int port, String... settings) {
        return new RedisProcess(port, false, List.of(settings));
    }

    /** Starts one that asks for a password, which the test's own hand says. */
    static RedisProcess withPassword(String password) {
        RedisProcess redis = open("requirepass " + password);
        redis.access(RedisConfig.standalone("127.0.0.1", redis.port)
                .password(password)
                .build());
        return redis;
    }

    static RedisProcess sentinel(String... settings) {
        return new RedisProcess(freePort(), true, List.of(settings));
    }

    /** A free port, of which the one 10,000 above is free too, as a Cluster needs it. */
    static int freePort() {
        for (int i = 0; i < 1000; i++) {
            try (ServerSocket one = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
                int port = one.getLocalPort();
                if (port + BUS > 65_535) {
                    continue;
                }
                try (ServerSocket other = new ServerSocket(port + BUS, 1, InetAddress.getByName("127.0.0.1"))) {
                    return other.getLocalPort() - BUS;
                }
            } catch (IOException e) {
                // taken; the next one
            }
        }
        throw new IllegalStateException("No free port was found");
    }

    /** Starts it, again if need be, at the same port and with what it was given at first. */
    void startAgain() {
        try {
            Path config = folder.resolve("redis.conf");
            // A Sentinel writes its own state into the file, and goes on from there.
            if (!sentinel || !Files.exists(config)) {
                List<String> lines = new ArrayList<>(List.of(
                        "bind 127.0.0.1", "dir " + folder, "logfile " + folder.resolve("redis.log"), "daemonize no"));
                if (settings.stream().noneMatch(line -> line.startsWith("port "))) {
                    lines.add("port " + port);
                }
                if (!sentinel) {
                    lines.addAll(List.of(
                            "save \"\"", "appendonly no", "repl-diskless-sync yes", "repl-diskless-sync-delay 0"));
                }
                lines.addAll(settings);
                Files.write(config, lines);
            }
            List<String> command = new ArrayList<>(List.of(binary().toString(), config.toString()));
            if (sentinel) {
                command.add("--sentinel");
            }
            process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            stopped = false;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        READY.until(this::answers, () -> "Redis at " + port + " does not answer; its log: " + log());
    }

    private boolean answers() {
        try {
            return process.isAlive() && "PONG".equals(Replies.text(call("PING")));
        } catch (RedisError e) {
            return !e.code().equals("LOADING"); // a login is wanted: it answers
        } catch (UncheckedIOException e) {
            return false;
        }
    }

    private String log() {
        try {
            return Files.readString(folder.resolve("redis.log"));
        } catch (IOException e) {
            return "none";
        }
    }

    int port() {
        return port;
    }

    Address.Tcp address() {
        return new Address.Tcp("127.0.0.1", port);
    }

    Path folder() {
        return folder;
    }

    /** How the test's own hand gets in. */
    void access(RedisConfig config) {
        access = config;
    }

    /** Settings of a registry on it that are quick, so that tests are. */
    RedisConfig.Builder config() {
        return quick(RedisConfig.standalone("127.0.0.1", port));
    }

    static RedisConfig.Builder quick(RedisConfig.Builder builder) {
        return builder.heartbeat(Duration.ofMillis(400))
                .lease(Duration.ofSeconds(20))
                .poll(Duration.ofMillis(500))
                .fullRead(Duration.ofSeconds(5))
                .coalesce(Duration.ofMillis(20));
    }

    /** Runs one command on a connection of its own. */
    Object call(String name, Object... parts) {
        try (RedisConnection connection = RedisConnection.open(access, address())) {
            return connection.call(name, parts);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    String text(String name, Object... parts) {
        return Replies.text(call(name, parts));
    }

    /** Whether it knows the rights that Redis knows since 7.0. */
    boolean isSince7() {
        return !String.valueOf(text("INFO", "server")).contains("redis_version:6.");
    }

    void kill() {
        process.destroyForcibly();
        try {
            process.waitFor(10, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Lets it stand still: it accepts, and answers nothing. */
    void stop() {
        signal("-STOP");
        stopped = true;
    }

    void cont() {
        if (stopped) {
            signal("-CONT");
            stopped = false;
        }
    }

    private void signal(String signal) {
        try {
            int code = new ProcessBuilder("kill", signal, Long.toString(process.pid()))
                    .start()
                    .waitFor();
            if (code != 0) {
                throw new IllegalStateException("kill " + signal + " ended with " + code);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void end() {
        kill();
        try (Stream<Path> files = Files.walk(folder)) {
            files.sorted(Comparator.reverseOrder())
                    .forEach(file -> file.toFile().delete());
        } catch (IOException e) {
            // a file more in the temporary folder hurts nobody
        }
    }

    @Override
    public void close() {
        Runtime.getRuntime().removeShutdownHook(hook);
        end();
    }

    private static synchronized Path binary() throws IOException {
        if (binary == null) {
            String path = System.getenv("PATH");
            for (String directory : (path == null ? "" : path).split(File.pathSeparator)) {
                Path file = Path.of(directory, "redis-server");
                if (!directory.isEmpty() && Files.isExecutable(file)) {
                    binary = file;
                    return binary;
                }
            }
            File folder = Files.createTempDirectory("moa-registry-redis-").toFile();
            folder.deleteOnExit();
            binary = ExecutableProvider.newJarResourceProvider(folder).get().toPath();
            binary.toFile().deleteOnExit();
        }
        return binary;
    }
}
