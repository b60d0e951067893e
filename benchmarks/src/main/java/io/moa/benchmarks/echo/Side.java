package io.moa.benchmarks.echo;

import io.moa.benchmarks.ChildProcess;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One end of a contender, as a process. Used by one thread; closing it ends the process. */
final class Side implements AutoCloseable {

    private final ChildProcess child;
    private final int port;

    /**
     * Starts a process and waits until it is ready.
     *
     * @param processors for taskset, such as {@code 0} or {@code 0-3}; or null to run anywhere
     * @throws Unavailable if the peer cannot do what is asked
     */
    Side(
            String role,
            String contender,
            int port,
            EchoOptions options,
            List<String> jvmOptions,
            @Nullable String processors)
            throws Exception {
        List<String> arguments = new ArrayList<>(List.of(role, contender, Integer.toString(port)));
        arguments.addAll(options.words());
        this.child = new ChildProcess(
                contender + " " + role,
                processors == null ? List.of() : List.of("taskset", "-c", processors),
                jvmOptions,
                EchoProcess.class,
                arguments,
                Map.of());
        try {
            Map<String, String> ready = ChildProcess.fields(child.await("ready"));
            String missing = ready.get("missing");
            if (missing != null) {
                throw new Unavailable(missing.replace('_', ' '));
            }
            this.port = Integer.parseInt(ready.getOrDefault("port", "0"));
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
        return child.order(order, answer);
    }

    /** Gives an order without waiting. */
    void send(String order) throws Exception {
        child.send(order);
    }

    /** Waits for the answer of that name; returns the rest of the line. */
    String await(String answer) throws Exception {
        return child.await(answer);
    }

    @Override
    public void close() {
        child.close();
    }
}
