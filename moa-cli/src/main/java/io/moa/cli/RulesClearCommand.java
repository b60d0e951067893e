package io.moa.cli;

import io.moa.registry.redis.StoredRules;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code moa rules clear}. */
@Command(
        name = "clear",
        mixinStandardHelpOptions = true,
        description =
                "Takes all rules away, and prints the new version. Processes let go also of rules that they hold from before"
                        + " this registry has lost them. Release settings stay.")
final class RulesClearCommand implements Callable<Integer> {

    @ParentCommand
    private RulesCommand rules;

    @Spec
    private CommandSpec spec;

    @Mixin
    private RuleChangeAction action;

    @Option(names = "--yes", description = "It is meant.")
    private boolean yes;

    @Override
    public Integer call() {
        if (!yes) {
            throw new ParameterException(
                    spec.commandLine(),
                    "Nothing was changed: this takes all rules away from all processes that follow this registry, limits and"
                            + " protections too, also those that they hold from before it has lost them. If that is meant, say"
                            + " --yes; ./moa rules get --all > rules.json keeps a copy first");
        }
        return action.atDesk(desk -> {
            StoredRules stored = RegistryOption.answer(desk.stored());
            int there = stored.rules().size() + stored.tooLong().size();
            if (there == 0 && !LostHistory.of(stored)) {
                rules.out().println("There are no rules; nothing was changed, version " + stored.version());
                return 0;
            }
            String version = action.change(
                    desk, stored.version(), (at, expected, author) -> at.removeAllRules(expected, author));
            rules.out()
                    .println((there == 0
                                    ? "There was none here; processes let go of what they hold from before"
                                    : there + (there == 1 ? " rule" : " rules") + " removed")
                            + ", version " + version);
            return 0;
        });
    }
}
