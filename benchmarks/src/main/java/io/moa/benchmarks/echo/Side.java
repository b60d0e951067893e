package io.moa.benchmarks.echo;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The parent's hold on one measured process. Used by one thread; closing it ends the process. */
final class Side implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final String name;
    private final Process process;
    private final Writer orders;
    private final BlockingQueue<String> answers = new LinkedBlockingQueue<>();
    private final int port;

    /**
     * Starts a process and waits until it is ready.
     *
     * @param processors for taskset, such as {@code 0} or {@code 0-3}; or null to run anywhere
     */
    Side(
            String role,
            String contender,
            int port,
            EchoOptions options,
            List<String> jvmOptions,
            @Nullable String processors)
            throws Exception {
        this.name = contender + " " + role;
        List<String> command = new ArrayList<>();
        if (processors != null) {
            command.addAll(List.of("taskset", "-c", processors));
        }
        command.add(ProcessHandle.current().info().command().orElse("java"));
        command.addAll(jvmOptions);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), EchoProcess.class.getName()));
        command.addAll(List.of(role, contender, Integer.toString(port)));
        command.addAll(options.words());
        this.process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        this.orders = new OutputStreamWriter(process.getOutputStream(), StandardCharsets.UTF_8);
        Thread reader = new Thread(this::read, name + " answers");
        reader.setDaemon(true);
        reader.start();
        try {
            this.port = Integer.parseInt(await("ready"));
        } catch (Exception e) {
            close();
            throw e;
        }
    }

    /** Where the server listens. */
    int port() {
        return port;
    }

    /** Gives an order and waits for the answer of that name; returns the rest of the line. */
    String order(String order, String answer) throws Exception {
        send(order);
        return await(answer);
    }

    /** Gives an order without waiting. */
    void send(String order) throws IOException {
        orders.write(order + "\n");
        orders.flush();
    }

    /** Waits for the answer of that name; returns the rest of the line. */
    String await(String answer) throws Exception {
        String line = answers.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        if (line == null) {
            throw new IOException(name + " did not answer \"" + answer + "\" within " + PATIENCE.toSeconds() + " s");
        }
        int blank = line.indexOf(' ');
        String word = blank < 0 ? line : line.substring(0, blank);
        String rest = blank < 0 ? "" : line.substring(blank + 1);
        if (word.equals("missing")) {
            throw new Unavailable(rest);
        }
        if (!word.equals(answer)) {
            throw new IOException(name + " answered \"" + line + "\" and not \"" + answer + "\"");
        }
        return rest;
    }

    /** Splits the fields of an answer. */
    static Map<String, String> fields(String line) {
        Map<String, String> fields = new HashMap<>();
        for (String field : line.split(" ")) {
            int equals = field.indexOf('=');
            fields.put(field.substring(0, equals), field.substring(equals + 1));
        }
        return fields;
    }

    private void read() {
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.startsWith(EchoProcess.MARK)) {
                    answers.add(line.substring(EchoProcess.MARK.length()));
                } else {
                    System.err.println(name + ": " + line);
                }
            }
            answers.add("gone");
        } catch (IOException e) {
            answers.add("gone " + e.getMessage());
        }
    }

    @Override
    public void close() {
        try {
            orders.close(); // the process ends with its input
            if (!process.waitFor(5, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (IOException e) {
            process.destroyForcibly();
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
