package io.moa.cli;

import java.io.File;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * How many lines and columns somebody sees.
 *
 * @param rows at least 1
 * @param columns at least 1
 */
record Terminal(int rows, int columns) {

    /** What every terminal shows. */
    static final Terminal SMALL = new Terminal(24, 80);

    private static final long PATIENCE_MILLIS = 500;

    /** Whether what is printed goes to a terminal: the system is asked, because of {@code System.console()} each Java says something else. */
    static boolean isThere() {
        return ask(new ProcessBuilder("test", "-t", "1").redirectOutput(Redirect.INHERIT)) != null;
    }

    /** As it is now, for it may be resized; {@link #SMALL} if the system does not say. */
    static Terminal now() {
        String said = ask(new ProcessBuilder("stty", "size").redirectInput(new File("/dev/tty")));
        Terminal told = said == null ? null : parse(said);
        return told == null ? SMALL : told;
    }

    /** What a program says; null if there is none, or it fails. */
    private static @Nullable String ask(ProcessBuilder program) {
        try {
            Process asked = program.redirectError(Redirect.DISCARD).start();
            if (!asked.waitFor(PATIENCE_MILLIS, TimeUnit.MILLISECONDS)) {
                asked.destroyForcibly();
                return null;
            }
            return asked.exitValue() == 0
                    ? new String(asked.getInputStream().readAllBytes(), StandardCharsets.US_ASCII)
                    : null;
        } catch (IOException noSuchProgram) {
            return null;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return null;
        }
    }

    /** Rows and columns with a blank between; null if that is not what was said. */
    static @Nullable Terminal parse(String said) {
        String[] parts = said.strip().split(" ");
        try {
            int rows = Integer.parseInt(parts[0]);
            int columns = parts.length == 2 ? Integer.parseInt(parts[1]) : 0;
            return rows > 0 && columns > 0 ? new Terminal(rows, columns) : null;
        } catch (NumberFormatException noNumbers) {
            return null;
        }
    }
}
