package io.moa.node.quickstart;

import io.moa.discovery.Address;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A provider in a process of its own, led over its standard input and output. */
final class ProviderProcess implements Provider {

    /** Where the child finds its registry. In the environment, because every user can read a command line. */
    static final String REGISTRY = "MOA_REGISTRY";

    private static final long END_SECONDS = 30;

    private final String name;
    private final Process process;
    private final PrintStream orders;
    private final BufferedReader answers;
    private final String uuid;
    private final Address address;
    private Counts last = new Counts(0, 0, 0, 0); // guarded by this

    private ProviderProcess(String name, Process process) throws IOException {
        this.name = name;
        this.process = process;
        this.orders = new PrintStream(process.getOutputStream(), true, StandardCharsets.UTF_8);
        this.answers = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        String[] ready = answer("ready");
        this.uuid = ready[1];
        this.address = Address.parse(ready[2]);
    }

    /**
     * Starts one, with this process's Java and class path, and waits until it has announced itself.
     *
     * @param registry the URL of the registry
     * @throws IllegalStateException if it does not start; the message tells what it said
     */
    static ProviderProcess start(String name, String registry) {
        ProcessBuilder builder = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx128m",
                "-XX:TieredStopAtLevel=1", // it lives for seconds: what is compiled quickly serves it best
                "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
                "-cp",
                classPath(),
                ProviderMain.class.getName(),
                name);
        builder.environment().put(REGISTRY, registry);
        builder.redirectError(Redirect.INHERIT);
        Process process = null;
        try {
            process = builder.start();
            return new ProviderProcess(name, process);
        } catch (IOException e) {
            if (process != null) {
                process.destroyForcibly();
            }
            throw new IllegalStateException(
                    "Instance " + name + " could not be started as a process: " + e.getMessage(), e);
        }
    }

    /** Absolute, for the child may be started elsewhere. */
    private static String classPath() {
        return String.join(
                File.pathSeparator,
                List.of(System.getProperty("java.class.path").split(File.pathSeparator)).stream()
                        .map(entry -> Path.of(entry).toAbsolutePath().toString())
                        .toList());
    }

    /** Reads a line that begins with this word, and returns its words. */
    private String[] answer(String expected) throws IOException {
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

    @Override
    public String name() {
        return name;
    }

    @Override
    public String uuid() {
        return uuid;
    }

    @Override
    public Address address() {
        return address;
    }

    @Override
    public String what() {
        return "process " + process.pid();
    }

    /** What it counts now; after its end, what it counted when it was asked last. */
    @Override
    public synchronized Counts counts() {
        if (process.isAlive()) {
            try {
                orders.println("counts");
                String[] words = answer("counts");
                last = new Counts(
                        Long.parseLong(words[1]),
                        Integer.parseInt(words[2]),
                        Integer.parseInt(words[3]),
                        Long.parseLong(words[4]));
            } catch (IOException e) {
                // it is just ending; the last figures stand
            }
        }
        return last;
    }

    @Override
    public void kill() {
        process.destroyForcibly(); // SIGKILL
        await();
    }

    @Override
    public void close() {
        process.destroy(); // SIGTERM, as an orchestrator does
        if (!await()) {
            process.destroyForcibly();
            await();
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
