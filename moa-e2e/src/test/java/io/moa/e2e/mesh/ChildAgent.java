package io.moa.e2e.mesh;

import io.moa.discovery.Address;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** An agent with a process of its own, started by the command line. Closing kills it. */
final class ChildAgent implements AutoCloseable {

    private final Process process;

    private ChildAgent(Process process) {
        this.process = process;
    }

    /** Starts one, and does not wait until it is there. */
    static ChildAgent start(String application, Address at, String registry, String... more) throws IOException {
        return start(List.of("io.moa.cli.MoaCommand"), application, at, registry, more);
    }

    /** Starts one that ends as if it was killed when it has come to a step of a hand-over, with the code {@link DyingCommand#CODE}. */
    static ChildAgent dying(String step, String application, Address at, String registry, String... more)
            throws IOException {
        return start(List.of(DyingCommand.class.getName(), "hand-over: " + step), application, at, registry, more);
    }

    private static ChildAgent start(List<String> main, String application, Address at, String registry, String... more)
            throws IOException {
        List<String> command = new ArrayList<>(List.of(
                ProcessHandle.current().info().command().orElse("java"),
                "-Xmx128m",
                "-XX:TieredStopAtLevel=1",
                "-Dmoa.client.snapshots=off", // nothing is kept in the home of whoever builds
                "-cp",
                System.getProperty("java.class.path")));
        if (main.size() > 1) {
            command.add(1, DyingCommand.OPTION);
        }
        command.addAll(main);
        command.addAll(List.of("agent", "--registry", registry, "--application", application, "--at", at.toString()));
        command.addAll(List.of(more));
        return new ChildAgent(new ProcessBuilder(command)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start());
    }

    /** Sends a signal, such as {@code KILL}, {@code STOP} or {@code CONT}. */
    void signal(String name) throws IOException, InterruptedException {
        Process kill = new ProcessBuilder("kill", "-" + name, Long.toString(process.pid()))
                .inheritIO()
                .start();
        if (kill.waitFor() != 0) {
            throw new IOException("kill -" + name + " " + process.pid() + " failed");
        }
    }

    /** Whether a stop has reached all of it. */
    boolean isStopped() {
        try (Stream<Path> threads = Files.list(Path.of("/proc", Long.toString(process.pid()), "task"))) {
            return threads.allMatch(each -> {
                try {
                    String stat = Files.readString(each.resolve("stat"));
                    return stat.substring(stat.lastIndexOf(')') + 2).startsWith("T");
                } catch (IOException gone) {
                    return true;
                }
            });
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Asks it to end, and waits until it has. */
    int end() throws InterruptedException {
        process.toHandle().destroy();
        return waitFor();
    }

    /** Waits until it has ended. */
    int waitFor() throws InterruptedException {
        if (!process.waitFor(60, TimeUnit.SECONDS)) {
            throw new AssertionError("the agent does not end");
        }
        return process.exitValue();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    @Override
    public void close() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }
}
