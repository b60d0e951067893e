package io.moa.benchmarks;

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
import java.util.concurrent.atomic.LongAdder;

/**
 * The parent's hold on a JVM of its own, which takes orders, a line each, on its standard input and answers on its standard
 * output with lines that begin with {@value #MARK}; what else it prints goes to the parent's error stream. A child ends when
 * its input does, so that none outlives the parent. Used by one thread.
 */
public final class ChildProcess implements AutoCloseable {

    /** Begins an answer. */
    public static final String MARK = "@";

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final String name;
    private final Process process;
    private final Writer orders;
    private final BlockingQueue<String> answers = new LinkedBlockingQueue<>();
    private final LongAdder errorLines = new LongAdder();

    /**
     * Starts a JVM with this one's class path.
     *
     * @param name for messages
     * @param prefix words before the command, such as taskset's
     * @param jvmOptions the JVM's own
     * @param main its main class
     * @param arguments what it is told
     * @param environment variables beside those of this process
     */
    public ChildProcess(
            String name,
            List<String> prefix,
            List<String> jvmOptions,
            Class<?> main,
            List<String> arguments,
            Map<String, String> environment)
            throws IOException {
        this.name = name;
        List<String> command = new ArrayList<>(prefix);
        command.add(ProcessHandle.current().info().command().orElse("java"));
        command.addAll(jvmOptions);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
        command.addAll(arguments);
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().putAll(environment);
        this.process = builder.start();
        this.orders = new OutputStreamWriter(process.getOutputStream(), StandardCharsets.UTF_8);
        daemon(this::read, name + " answers");
        daemon(this::relayErrors, name + " errors");
    }

    private static void daemon(Runnable work, String name) {
        Thread thread = new Thread(work, name);
        thread.setDaemon(true);
        thread.start();
    }

    /** Whether it has not ended. */
    public boolean isAlive() {
        return process.isAlive();
    }

    /** The process's number. */
    public long pid() {
        return process.pid();
    }

    /** Gives an order and waits for the answer of that name; returns the rest of the line. */
    public String order(String order, String answer) throws IOException, InterruptedException {
        send(order);
        return await(answer);
    }

    /** Gives an order without waiting. */
    public void send(String order) throws IOException {
        orders.write(order + "\n");
        orders.flush();
    }

    /** Waits up to a minute for the answer of that name; returns the rest of the line. */
    public String await(String answer) throws IOException, InterruptedException {
        return await(answer, PATIENCE);
    }

    /** Waits so long for the answer of that name; returns the rest of the line. */
    public String await(String answer, Duration patience) throws IOException, InterruptedException {
        String line = answers.poll(patience.toSeconds(), TimeUnit.SECONDS);
        if (line == null) {
            throw new IOException(name + " did not answer \"" + answer + "\" within " + patience.toSeconds() + " s");
        }
        int blank = line.indexOf(' ');
        String word = blank < 0 ? line : line.substring(0, blank);
        if (!word.equals(answer)) {
            throw new IOException(name + " answered \"" + line + "\" and not \"" + answer + "\"");
        }
        return blank < 0 ? "" : line.substring(blank + 1);
    }

    /** Splits the fields {@code name=value} of an answer. */
    public static Map<String, String> fields(String line) {
        Map<String, String> fields = new HashMap<>();
        for (String field : line.split(" ")) {
            int equals = field.indexOf('=');
            fields.put(field.substring(0, equals), field.substring(equals + 1));
        }
        return fields;
    }

    /** A field that must be there. */
    public static String field(Map<String, String> fields, String name) {
        String value = fields.get(name);
        if (value == null) {
            throw new IllegalArgumentException("The child did not say " + name + ", only " + fields);
        }
        return value;
    }

    private void read() {
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.startsWith(MARK)) {
                    answers.add(line.substring(MARK.length()));
                } else {
                    System.err.println(name + ": " + line);
                }
            }
            answers.add("gone");
        } catch (IOException e) {
            answers.add("gone " + e.getMessage());
        }
    }

    private void relayErrors() {
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(process.getErrorStream(), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                errorLines.increment();
                System.err.println(line);
            }
        } catch (IOException e) {
            // the process has ended
        }
    }

    /** How many lines it has written to its error stream, where its log goes. */
    public long errorLines() {
        return errorLines.sum();
    }

    /** Sends a signal, such as {@code STOP}. */
    public void signal(String signal) throws IOException, InterruptedException {
        new ProcessBuilder("kill", "-" + signal, Long.toString(pid()))
                .inheritIO()
                .start()
                .waitFor();
    }

    /** SIGKILL, and waits for the end. */
    public void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    /** SIGTERM, and waits up to a minute for the end. */
    public void terminate() throws InterruptedException {
        process.destroy();
        if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
            kill();
        }
    }

    /** Ends its input, and waits up to a minute for it to end by itself, in order. */
    public void end() throws IOException, InterruptedException {
        orders.close();
        if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
            throw new IOException(name + " did not end within " + PATIENCE.toSeconds() + " s");
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
