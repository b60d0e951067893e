package io.moa.cli;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** A command that goes on until it is ended, in a thread of its own. */
final class RunningCommand implements AutoCloseable {

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private final CompletableFuture<Integer> ended = new CompletableFuture<>();
    private final Thread thread;

    private RunningCommand(String... args) {
        thread = new Thread(
                () -> {
                    try {
                        ended.complete(MoaCommand.run(stream(out), stream(err), false, args));
                    } catch (RuntimeException | Error e) {
                        ended.completeExceptionally(e);
                    }
                },
                "running-command");
        thread.setDaemon(true);
    }

    static RunningCommand start(String... args) {
        RunningCommand command = new RunningCommand(args);
        command.thread.start();
        return command;
    }

    private static PrintStream stream(ByteArrayOutputStream bytes) {
        return new PrintStream(bytes, true, StandardCharsets.UTF_8);
    }

    /** What it has printed so far. */
    String out() {
        return out.toString(StandardCharsets.UTF_8);
    }

    String err() {
        return err.toString(StandardCharsets.UTF_8);
    }

    /** Waits until it ends by itself; its exit code. */
    int awaitEnd() throws Exception {
        return ended.get(60, TimeUnit.SECONDS);
    }

    /** Interrupts it and waits for its end; its exit code. */
    int end() throws Exception {
        thread.interrupt();
        return ended.get(60, TimeUnit.SECONDS);
    }

    @Override
    public void close() {
        thread.interrupt();
    }
}
