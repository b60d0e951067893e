package io.moa.cli;

import io.moa.testkit.Eventually;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/** What one run of the command in this process printed, and how it ended. */
record CommandRun(int exitCode, String out, String err) {

    static CommandRun of(String... args) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        int exitCode = MoaCommand.run(stream(out), stream(err), false, args);
        return new CommandRun(exitCode, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }

    /** Runs a command at a registry; it may have two words, as {@code rules get}. */
    static CommandRun at(String registry, String command, String... arguments) {
        List<String> all = new ArrayList<>(List.of(command.split(" ")));
        all.addAll(List.of("--registry", registry));
        all.addAll(List.of(arguments));
        return of(all.toArray(String[]::new));
    }

    /**
     * Runs a command that goes on until it is ended, and interrupts it once it has printed what is waited for, however long
     * that takes.
     *
     * @throws AssertionError if it does not print that
     */
    static CommandRun until(Predicate<String> printed, String... args) throws Exception {
        try (RunningCommand running = RunningCommand.start(args)) {
            Eventually.within(Duration.ofSeconds(60))
                    .until(() -> printed.test(running.out()), () -> "it printed\n" + running.out() + running.err());
            return new CommandRun(running.end(), running.out(), running.err());
        }
    }

    private static PrintStream stream(ByteArrayOutputStream bytes) {
        return new PrintStream(bytes, true, StandardCharsets.UTF_8);
    }
}
