package io.moa.cli;

import java.util.function.Supplier;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** Reads what somebody wrote on the command line. */
final class Argument {

    private Argument() {}

    /**
     * What the text of one argument means.
     *
     * @param name what the argument is called, for the message
     * @param reader refuses with an IllegalArgumentException
     * @throws ParameterException if it is refused
     */
    static <T> T read(CommandSpec spec, String name, Supplier<T> reader) {
        try {
            return reader.get();
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), name + ": " + e.getMessage(), e);
        }
    }
}
