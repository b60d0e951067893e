package io.moa.cli;

import io.moa.testkit.Eventually;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;

/** What one run of the command in this process printed, and how it ended. */
record CommandRun(int exitCode, String out, String err) {

    static CommandRun of(String... args) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        int exitCode = MoaCommand.run(stream(out), stream(err), false, args);
        return new CommandRun(exitCode, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }

    /**
     * Runs a command that goes on until it is ended, and interrupts it once it has printed what is waited for, however long
     * that takes.
     *
     * @throws AssertionError if it does not print that
     */
    static CommandRun until(Predicate<String> printed, String... args) throws InterruptedException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        AtomicInteger exitCode = new AtomicInteger(-1);
        Thread running =
                new Thread(() -> exitCode.set(MoaCommand.run(stream(out), stream(err), false, args)), "command");
        running.start();
        try {
            Eventually.within(Duration.ofSeconds(60))
                    .until(
                            () -> printed.test(out.toString(StandardCharsets.UTF_8)),
                            () -> "it printed\n" + out.toString(StandardCharsets.UTF_8)
                                    + err.toString(StandardCharsets.UTF_8));
        } finally {
            running.interrupt();
            running.join(60_000);
        }
        return new CommandRun(
                exitCode.get(), out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }

    private static PrintStream stream(ByteArrayOutputStream bytes) {
        return new PrintStream(bytes, true, StandardCharsets.UTF_8);
    }
}
