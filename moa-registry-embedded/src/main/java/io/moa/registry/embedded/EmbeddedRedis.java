package io.moa.registry.embedded;

import io.moa.registry.redis.RedisConfig;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A Redis process of one's own: on a free port of 127.0.0.1, with a password drawn at random, keeping nothing on disk. It is
 * the {@code redis-server} of the path, or else the one that the artifact brings along; {@link #toString()} tells which. It
 * ends with {@link #close()}, or with the JVM: if that is killed, a small process beside it notices, where there is
 * {@code /bin/sh}. On other systems its process has to be ended by hand then.
 *
 * <p>Safe for many threads.
 */
public final class EmbeddedRedis implements AutoCloseable {

    private static final Path SHELL = Path.of("/bin/sh");
    private static final int OLDEST = 5;
    private static final int TRIES = 3;
    private static final int START_SECONDS = 20;
    private static final int KEPT_LINES = 20;

    private final Path folder;
    private final RedisBinary binary;
    private final int port;
    private final String password;
    private final Process process;
    private final Thread hook;
    private final @Nullable Process mourner; // ends it when this JVM cannot
    private final AtomicBoolean closed = new AtomicBoolean();
    private volatile String version = "of unknown version";

    private EmbeddedRedis(Path folder, RedisBinary binary, int port, String password, Process process) {
        this.folder = folder;
        this.binary = binary;
        this.port = port;
        this.password = password;
        this.process = process;
        this.hook = new Thread(this::end, "moa-embedded-redis-end");
        this.mourner = mourner(process, folder);
    }

    /**
     * Starts one and waits until it answers.
     *
     * @throws IOException if there is no program for this machine, or it does not start; the message says why
     */
    public static EmbeddedRedis start() throws IOException {
        String path = System.getenv("PATH");
        return start(path == null ? "" : path);
    }

    /**
     * Starts one at a port and waits until it answers.
     *
     * @param port 0 to 65,535, 0 for a free one
     * @throws IOException if there is no program for this machine, or it does not start; the message says why
     */
    public static EmbeddedRedis start(int port) throws IOException {
        String path = System.getenv("PATH");
        return start(path == null ? "" : path, port);
    }

    static EmbeddedRedis start(String path) throws IOException {
        return start(path, 0);
    }

    private static EmbeddedRedis start(String path, int port) throws IOException {
        IOException last = null;
        for (int i = 0; i < (port == 0 ? TRIES : 1); i++) {
            Path folder = Files.createTempDirectory("moa-redis-");
            try {
                EmbeddedRedis redis = start(RedisBinary.find(path, folder), folder, port == 0 ? freePort() : port);
                if (!redis.isTooOld()) {
                    return redis;
                }
                redis.close(); // and the folder is gone
                Files.createDirectory(folder);
                String because =
                        ", for " + redis.binary.file() + " is " + redis.version + " and " + OLDEST + ".0 is needed";
                return start(RedisBinary.brought(folder, because), folder, port == 0 ? freePort() : port);
            } catch (IOException e) {
                delete(folder);
                last = e; // perhaps somebody else took the port in the meantime
            }
        }
        throw last == null ? new IOException("unreachable") : last;
    }

    private static EmbeddedRedis start(RedisBinary binary, Path folder, int port) throws IOException {
        byte[] secret = new byte[16];
        new SecureRandom().nextBytes(secret);
        String password = HexFormat.of().formatHex(secret);
        Process process = new ProcessBuilder(binary.file().toString(), "-")
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .start();
        EmbeddedRedis redis = new EmbeddedRedis(folder, binary, port, password, process);
        Runtime.getRuntime().addShutdownHook(redis.hook);
        try {
            redis.configure();
            redis.awaitReady();
            return redis;
        } catch (IOException | RuntimeException e) {
            redis.close();
            throw e;
        }
    }

    /**
     * A shell that waits for the end of its standard input, which comes with the end of this JVM, whatever ended it. It ends before
     * the process's number can be another's.
     */
    private static @Nullable Process mourner(Process redis, Path folder) {
        if (!Files.isExecutable(SHELL)) {
            return null;
        }
        try {
            Process mourner = new ProcessBuilder(
                            SHELL.toString(),
                            "-c",
                            "trap '' HUP INT TERM; read -r never; kill -9 \"$1\"; rm -rf \"$2\"",
                            "moa-embedded-redis",
                            String.valueOf(redis.pid()),
                            folder.toString())
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            redis.onExit().thenRun(mourner::destroyForcibly);
            return mourner;
        } catch (IOException e) {
            return null; // then whoever kills this JVM ends the process by hand
        }
    }

    /** By standard input: a command line can be read by every user of the machine. */
    private void configure() {
        List<String> lines = List.of(
                "bind 127.0.0.1",
                "port " + port,
                "requirepass " + password,
                "save \"\"",
                "appendonly no",
                "daemonize no",
                "dir \"" + folder + "\"",
                "");
        try (OutputStream settings = process.getOutputStream()) {
            settings.write(String.join("\n", lines).getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            // It has ended before it read them, and why it did stands in its last words.
        }
    }

    /** A Redis without streams takes no registrations. */
    private boolean isTooOld() {
        String major = version.split("\\.", 2)[0];
        return major.matches("[0-9]{1,4}") && Integer.parseInt(major) < OLDEST;
    }

    /** Where it works; gone once it is closed. */
    Path folder() {
        return folder;
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByAddress(new byte[] {127, 0, 0, 1}))) {
            return socket.getLocalPort();
        }
    }

    private void awaitReady() throws IOException {
        CountDownLatch told = new CountDownLatch(1);
        AtomicBoolean ready = new AtomicBoolean();
        Deque<String> lines = new ArrayDeque<>();
        // It reads on for as long as the process lives, or that one would stop at a full pipe.
        Thread reading = new Thread(
                () -> {
                    try (BufferedReader output = new BufferedReader(
                            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
                        for (String line = output.readLine(); line != null; line = output.readLine()) {
                            int at = line.indexOf("Redis version=");
                            if (at >= 0) {
                                version = line.substring(at + "Redis version=".length())
                                        .split(",")[0];
                            }
                            synchronized (lines) {
                                lines.add(line);
                                if (lines.size() > KEPT_LINES) {
                                    lines.remove();
                                }
                            }
                            if (line.contains("Ready to accept connections")) {
                                ready.set(true);
                                told.countDown();
                            }
                        }
                    } catch (IOException e) {
                        // it has ended
                    } finally {
                        told.countDown();
                    }
                },
                "moa-embedded-redis-output");
        reading.setDaemon(true);
        reading.start();
        try {
            boolean inTime = told.await(START_SECONDS, TimeUnit.SECONDS);
            if (!ready.get()) {
                synchronized (lines) {
                    if (lines.stream().anyMatch(line -> line.contains("Address already in use"))) {
                        throw new IOException("another process listens there");
                    }
                    throw new IOException(binary.file()
                            + (inTime ? " ended at once" : " was not ready within " + START_SECONDS + " s")
                            + "; it said: " + String.join(" | ", lines));
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("Interrupted while " + binary.file() + " was starting", e);
        }
    }

    /** How to connect to it, with its password; the rest at its default. */
    public RedisConfig config() {
        return RedisConfig.standalone("127.0.0.1", port).password(password).build();
    }

    /** The same as a URL, for another process of the same user. It holds the password: not for logs. */
    public String url() {
        return "redis://:" + password + "@127.0.0.1:" + port;
    }

    /** The process's number. */
    public long pid() {
        return process.pid();
    }

    /** Kills the process and removes its files. Idempotent. */
    @Override
    public void close() {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // the JVM is ending; the hook runs beside this, and only one of the two does something
        }
        end();
    }

    private void end() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        if (mourner != null) {
            mourner.destroyForcibly();
        }
        process.destroyForcibly();
        try {
            process.waitFor(5, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        delete(folder);
    }

    private static void delete(Path folder) {
        try (Stream<Path> files = Files.walk(folder)) {
            files.sorted(Comparator.reverseOrder()).forEach(file -> {
                try {
                    Files.deleteIfExists(file);
                } catch (IOException e) {
                    // a file more in the temporary folder hurts nobody
                }
            });
        } catch (IOException | UncheckedIOException e) {
            // as above
        }
    }

    @Override
    public String toString() {
        return "Redis " + version + " on 127.0.0.1:" + port + " (" + binary.origin() + ")";
    }
}
