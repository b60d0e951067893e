package io.moa.benchmarks.resp;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * {@code redis-benchmark}, as a process for each load. It takes any answer but an error of RESP for a good one; what was answered has to be
 * checked otherwise.
 *
 * @param connections how many it opens
 * @param processor where it runs, as taskset takes it; null for anywhere
 * @param environment what it needs beside the variables of this process
 */
record LoadGenerator(int connections, @Nullable String processor, Map<String, String> environment) {

    /** What it says of a load; latencies in milliseconds. With several requests at once, that of a request is that of all sent with it. */
    record Seen(long requests, double perSecond, double p50, double p99) {}

    /** Its version; an exception that says what to do, if it is not there. */
    String version() throws IOException, InterruptedException {
        try {
            return run(List.of("redis-benchmark", "--version")).strip();
        } catch (IOException e) {
            throw new IOException(
                    "redis-benchmark cannot be run (" + e.getMessage() + "): run benchmarks/redis, which fetches it",
                    e);
        }
    }

    /**
     * Sends a command so many times.
     *
     * @param together how many each connection sends before it waits for answers
     */
    Seen load(int port, List<String> command, int together, long requests) throws IOException, InterruptedException {
        long whole = Math.max(1, requests / together) * together;
        List<String> line = new ArrayList<>();
        if (processor != null) {
            line.addAll(List.of("taskset", "-c", processor));
        }
        line.addAll(List.of("redis-benchmark", "-p", Integer.toString(port), "-c", Integer.toString(connections)));
        line.addAll(List.of("-n", Long.toString(whole), "-P", Integer.toString(together), "--csv"));
        line.addAll(command);
        return read(whole, run(line));
    }

    /** The last line of its output: the command, which may have commas and quotes in it, and seven numbers. */
    static Seen read(long requests, String csv) throws IOException {
        String[] lines = csv.strip().split("\n");
        String[] cells = lines[lines.length - 1].replace("\"", "").split(",");
        int numbers = cells.length - 7; // requests a second, then average, least, p50, p95, p99, most
        try {
            return new Seen(
                    requests,
                    Double.parseDouble(cells[numbers]),
                    Double.parseDouble(cells[numbers + 3]),
                    Double.parseDouble(cells[numbers + 5]));
        } catch (RuntimeException e) {
            throw new IOException("redis-benchmark said no figures but: " + csv.strip(), e);
        }
    }

    private String run(List<String> line) throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(line).redirectErrorStream(true);
        builder.environment().putAll(environment);
        builder.redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")));
        Process process = builder.start();
        try {
            String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (!process.waitFor(1, TimeUnit.MINUTES) || process.exitValue() != 0) {
                throw new IOException(line.get(0) + " ended with an error: " + said.strip());
            }
            return said;
        } finally {
            process.destroyForcibly();
        }
    }
}
