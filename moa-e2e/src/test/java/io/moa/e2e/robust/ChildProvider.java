package io.moa.e2e.robust;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/** A {@link ProviderProcess} as the test sees it. Closing kills it, if it has not ended. */
final class ChildProvider implements AutoCloseable {

    private final Process process;
    private final Set<String> told = ConcurrentHashMap.newKeySet();
    private volatile int port;
    private volatile int healthPort;

    /**
     * Starts one, and waits until it serves.
     *
     * @param wrapper what the command line begins with, such as a program that sets limits
     */
    ChildProvider(String uuid, int filesHeldOpen, String... wrapper) throws IOException {
        List<String> command = new ArrayList<>(List.of(wrapper));
        command.addAll(List.of(
                ProcessHandle.current().info().command().orElse("java"),
                "-Xmx256m",
                "-cp",
                System.getProperty("java.class.path"),
                ProviderProcess.class.getName(),
                uuid,
                Integer.toString(filesHeldOpen)));
        process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        Thread listener = new Thread(this::listen, "ears for " + uuid);
        listener.setDaemon(true);
        listener.start();
        Town.eventually().until(() -> port > 0 || !process.isAlive(), () -> this + " does not serve");
        if (port == 0) {
            throw new IOException(this + " ended before it served");
        }
    }

    private void listen() {
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                told.add(line);
                if (line.startsWith("health ")) {
                    healthPort = Integer.parseInt(line.substring(7));
                } else if (line.startsWith("port ")) {
                    port = Integer.parseInt(line.substring(5));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    int port() {
        return port;
    }

    /** Where its health is told over HTTP. */
    int healthPort() {
        return healthPort;
    }

    boolean hasTold(String what) {
        return told.contains(what);
    }

    Set<String> told() {
        return told;
    }

    /** SIGTERM. By the handle, because {@link Process#destroy()} also closes the streams, and we go on talking. */
    void askToEnd() {
        process.toHandle().destroy();
    }

    void order(String what) throws IOException {
        process.getOutputStream().write((what + "\n").getBytes(StandardCharsets.UTF_8));
        process.getOutputStream().flush();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** How much CPU time it has used. */
    Duration cpuTime() {
        return process.info().totalCpuDuration().orElseThrow();
    }

    int exitValue() throws InterruptedException {
        if (!process.waitFor(Town.PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
            throw new AssertionError(this + " does not end");
        }
        return process.exitValue();
    }

    @Override
    public void close() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    @Override
    public String toString() {
        return "child " + process.pid() + " that told " + told;
    }
}
