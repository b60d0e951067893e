package io.moa.cli.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** An SDK under test, as a process that does what it is told, a line of JSON each, and says what came of it. For one thread. */
final class ConformanceDriver implements AutoCloseable {

    private final Process process;
    private final PrintStream orders;
    private final BufferedReader answers;
    private final Duration patience;
    private int number;

    /**
     * Starts it.
     *
     * @param command the program and its arguments
     * @param patience how long it may take for one order
     * @throws IllegalStateException if it cannot be started
     */
    ConformanceDriver(List<String> command, Duration patience) {
        this.patience = patience;
        try {
            this.process =
                    new ProcessBuilder(command).redirectError(Redirect.INHERIT).start();
        } catch (IOException e) {
            throw new IllegalStateException("The driver cannot be started: " + e.getMessage(), e);
        }
        this.orders = new PrintStream(process.getOutputStream(), true, StandardCharsets.UTF_8);
        this.answers = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    }

    /**
     * Tells it to do something.
     *
     * @param order what; an id is added
     * @return its answer
     * @throws IllegalStateException if it gives none, or none to this order; the message says so, and the driver is of no more use
     */
    JsonNode tell(ObjectNode order) {
        int id = ++number;
        order.put("id", id);
        orders.println(order);
        CompletableFuture<String> line = CompletableFuture.supplyAsync(this::line);
        String said;
        try {
            said = line.get(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            throw new IllegalStateException("The driver said nothing within " + patience.toSeconds() + " s", e);
        } catch (ExecutionException e) {
            throw new IllegalStateException("The driver cannot be heard: " + e.getCause(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted", e);
        }
        if (said == null) {
            throw new IllegalStateException("The driver has ended");
        }
        JsonNode answer;
        try {
            answer = ConformanceCases.JSON.readTree(said);
        } catch (IOException e) {
            throw new IllegalStateException(
                    "The driver wrote a line that is not JSON; what is for people belongs on its error stream: "
                            + said.substring(0, Math.min(200, said.length())),
                    e);
        }
        if (answer.path("id").asInt(-1) != id) {
            throw new IllegalStateException("The driver did not repeat the id " + id + " of the order: " + said);
        }
        return answer;
    }

    private String line() {
        try {
            return answers.readLine();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        orders.close(); // it ends when its input does
        try {
            if (!process.waitFor(5, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
