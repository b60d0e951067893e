package io.moa.cli;

import io.moa.registry.redis.StoredRules;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code moa rules rm}. */
@Command(
        name = "rm",
        mixinStandardHelpOptions = true,
        description = "Takes a rule away, and prints the new version; ./moa rules rollback brings it back.")
final class RulesRemoveCommand implements Callable<Integer> {

    @ParentCommand
    private RulesCommand rules;

    @Mixin
    private RuleChangeAction action;

    @Parameters(index = "0", paramLabel = "ID", description = "the rule")
    private String id;

    private String lost() {
        return "Nothing was changed: there is no rule " + Printable.of(id)
                + " here, and this registry knows of no change of"
                + " rules. If it has lost what it knew, processes go by the rules that they hold, until somebody changes"
                + " rules here: " + LostHistory.BRING_BACK + ", without " + Printable.of(id)
                + " if you take it out of the file; ./moa rules clear takes all rules away";
    }

    @Override
    public Integer call() {
        return action.atDesk(desk -> {
            StoredRules stored = RegistryOption.answer(desk.stored());
            if (!stored.rules().containsKey(id) && !stored.tooLong().contains(id)) {
                throw new IllegalStateException(LostHistory.of(stored) ? lost() : RulesGetCommand.unknown(id));
            }
            String version = action.change(
                    desk, stored.version(), (there, expected, author) -> there.removeRule(id, expected, author));
            rules.out().println(Printable.of(id) + ": removed, version " + version);
            return 0;
        });
    }
}
