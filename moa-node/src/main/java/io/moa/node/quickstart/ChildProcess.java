package io.moa.node.quickstart;

import io.moa.registry.redis.RedisConfig;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A process of the quickstart, led over its standard input and output, a line each. It ends when its input does. */
final class ChildProcess implements AutoCloseable {

    /** Where the child finds its registry. In the environment, because every user can read a command line. */
    private static final String REGISTRY = "MOA_REGISTRY";

    private static final long END_SECONDS = 30;

    private final Process process;
    private final PrintStream orders;
    private final BufferedReader answers;

    private ChildProcess(Process process) {
        this.process = process;
        this.orders = new PrintStream(process.getOutputStream(), true, StandardCharsets.UTF_8);
        this.answers = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    }

    /**
     * Starts one, with this process's Java and class path.
     *
     * @param registry the URL of the registry
     * @param more further arguments
     */
    static ChildProcess start(Class<?> main, String name, String registry, String... more) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx128m",
                "-XX:TieredStopAtLevel=1", // it lives for seconds: what is compiled quickly serves it best
                "-Dorg.slf4j.simpleLogger.defaultLogLevel=error", // the account tells it
                "-cp",
                classPath(),
                main.getName(),
                name));
        command.addAll(List.of(more));
        ProcessBuilder builder = new ProcessBuilder(command);
        // What the user's own servers are told is not meant for a part of the quickstart.
        builder.environment().keySet().removeIf(variable -> variable.startsWith("MOA_"));
        builder.environment().put(REGISTRY, registry);
        builder.redirectError(Redirect.INHERIT);
        return new ChildProcess(builder.start());
    }

    /** Absolute, for the child may be started elsewhere. */
    private static String classPath() {
        return String.join(
                File.pathSeparator,
                List.of(System.getProperty("java.class.path").split(File.pathSeparator)).stream()
                        .map(entry -> Path.of(entry).toAbsolutePath().toString())
                        .toList());
    }

    /** The registry of a child; its lease is shorter than usual, so that nobody who looks on waits for long. */
    static RedisConfig registry() {
        return hasty(System.getenv(REGISTRY));
    }

    /** The settings with which all parts of the quickstart use the registry. */
    static RedisConfig hasty(String url) {
        return RedisConfig.parse(url).toBuilder()
                .lease(Duration.ofSeconds(3))
                .heartbeat(Duration.ofSeconds(1))
                .build();
    }

    /** Reads a line that begins with this word, and returns its words. */
    String[] answer(String expected) throws IOException {
        String line = answers.readLine();
        if (line == null) {
            throw new IOException("it ended" + (process.isAlive() ? "" : " with exit code " + process.exitValue())
                    + " without saying " + expected);
        }
        String[] words = line.split(" ");
        if (!words[0].equals(expected)) {
            throw new IOException("it said: " + line);
        }
        return words;
    }

    /** Gives an order and returns the words of the answer. */
    String[] order(String order) throws IOException {
        orders.println(order);
        return answer(order);
    }

    boolean isAlive() {
        return process.isAlive();
    }

    long pid() {
        return process.pid();
    }

    /** SIGKILL. Idempotent. */
    void kill() {
        process.destroyForcibly();
        await();
    }

    /** SIGTERM, as an orchestrator ends a process; blocks until it has ended. Idempotent. */
    @Override
    public void close() {
        process.destroy();
        if (!await()) {
            kill();
        }
    }

    private boolean await() {
        try {
            return process.waitFor(END_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
