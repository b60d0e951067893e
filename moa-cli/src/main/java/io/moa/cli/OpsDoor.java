package io.moa.cli;

import io.moa.ops.OpsAddress;
import io.moa.ops.OpsClient;
import io.moa.ops.OpsException;
import io.moa.ops.TokenFile;
import java.nio.file.Path;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Spec.Target;

/** Which operations agent is asked. */
final class OpsDoor {

    /** A question to it. */
    @FunctionalInterface
    interface Question<T> {
        T ask(OpsClient client) throws OpsException, InterruptedException;
    }

    @Spec(Target.MIXEE)
    private CommandSpec spec;

    @Option(
            names = "--at",
            required = true,
            paramLabel = "ADDRESS",
            description = "Where the operations agent listens: http://127.0.0.1:PORT or unix:/PATH.")
    private String at;

    @Option(names = "--token-file", required = true, paramLabel = "FILE", description = "Holds its token.")
    private Path tokenFile;

    /**
     * Its answer.
     *
     * @throws IllegalStateException if it refuses, or does not answer; the message says why
     */
    <T> T ask(Question<T> question) throws InterruptedException {
        OpsClient client = new OpsClient(
                Argument.read(spec, "--at", () -> OpsAddress.parse(at)),
                Argument.read(spec, "--token-file", () -> TokenFile.read(tokenFile)));
        try {
            return question.ask(client);
        } catch (OpsException e) {
            throw new IllegalStateException(Printable.of(String.valueOf(e.getMessage())), e);
        }
    }

    /** Who asks, if nobody says it. */
    static String self() {
        return System.getProperty("user.name", "unknown").replaceAll("[^\\x21-\\x7e]", "?");
    }
}
