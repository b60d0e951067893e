package io.moa.cli;

import io.moa.internal.UntrustedText;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code moa tag}. */
@Command(
        name = "tag",
        mixinStandardHelpOptions = true,
        description = "Replaces the tag (the lane) of a process; neither heartbeat nor restart undoes it.")
final class TagCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    @Mixin
    private OperatorAction action;

    @Parameters(index = "1", arity = "0..1", paramLabel = "TAG", description = "1 to 64 characters")
    private @Nullable String tag;

    @Option(names = "--own", description = "Let the process's own tag hold again.")
    private boolean own;

    @Override
    public Integer call() {
        if (own == (tag != null)) {
            throw new ParameterException(spec.commandLine(), "Say either a TAG or --own");
        }
        if (tag != null && (tag.isBlank() || tag.length() > 64)) {
            throw new ParameterException(spec.commandLine(), "TAG has 1 to 64 characters, not " + tag.length());
        }
        int unseen = tag == null ? -1 : UntrustedText.firstUnseen(tag);
        if (tag != null && unseen >= 0) {
            throw new ParameterException(
                    spec.commandLine(),
                    "TAG has no control characters, such as the end of a line, and no others that nobody sees; this one has "
                            + UntrustedText.codeAt(tag, unseen));
        }
        return action.decide((desk, uuid, author) -> desk.tag(uuid, tag, author));
    }
}
