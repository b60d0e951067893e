package io.moa.cli;

import io.moa.registry.redis.RuleDesk;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** A change of a rule: in which registry, by whom, and on which version it builds. */
final class RuleChangeAction {

    private static final String NOTHING_YET = "none";
    private static final int MAX_AUTHOR = 100;

    /** What is changed. */
    @FunctionalInterface
    interface Change {
        CompletableFuture<String> at(RuleDesk desk, String expectedVersion, String author);
    }

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    @Mixin
    private RegistryOption registry;

    @Option(
            names = "--author",
            paramLabel = "NAME",
            description = "Who does it, for the history; default: the user of this command.")
    private @Nullable String author;

    @Option(
            names = "--expect",
            paramLabel = "VERSION",
            description =
                    "Change nothing if the rules are at another version, which ./moa rules get prints; \"none\" for no"
                            + " change yet. Default: the version that this command finds when it begins.")
    private @Nullable String expect;

    <T> T atDesk(Function<RuleDesk, T> work) {
        if (author != null && (author.isBlank() || author.length() > MAX_AUTHOR)) {
            throw new ParameterException(
                    spec.commandLine(), "--author has 1 to " + MAX_AUTHOR + " characters, not " + author.length());
        }
        return registry.with(link -> work.apply(new RuleDesk(link)));
    }

    /** Whether the author has said that there was no change yet. */
    boolean expectsNothingYet() {
        return NOTHING_YET.equals(expect);
    }

    /**
     * Makes a change, unless somebody else has made one.
     *
     * @param found the version that this command has looked at
     * @return the new version
     * @throws IllegalStateException if there is another version, with a message for people
     */
    String change(RuleDesk desk, String found, Change change) {
        String expected = expect == null ? found : expect.equals(NOTHING_YET) ? "" : expect;
        String name = author != null ? author : System.getProperty("user.name", "unknown");
        String version = RegistryOption.answer(change.at(desk, expected, name));
        if (!version.isEmpty()) {
            return version;
        }
        throw new IllegalStateException("Nothing was changed: the rules are at version "
                + RuleHistory.read(desk).newest() + ", and not at " + (expected.isEmpty() ? NOTHING_YET : expected)
                + ". Look at what was changed with ./moa rules history, and try again.");
    }
}
