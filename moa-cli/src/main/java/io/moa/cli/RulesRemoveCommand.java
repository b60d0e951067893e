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

    private String lost(StoredRules stored) {
        return "Nothing was changed: there is no rule " + Printable.of(id) + " here, and "
                + LostHistory.told(stored) + ", until somebody changes rules here: " + LostHistory.BRING_BACK
                + ", without " + Printable.of(id)
                + " if you take it out of the file; ./moa rules clear takes all rules away";
    }

    @Override
    public Integer call() {
        return action.atDesk(desk -> {
            StoredRules stored = RegistryOption.answer(desk.stored());
            if (!stored.rules().containsKey(id) && !stored.tooLong().contains(id)) {
                throw new IllegalStateException(LostHistory.of(stored) ? lost(stored) : RulesGetCommand.unknown(id));
            }
            String version = action.change(
                    desk, stored.version(), (there, expected, author) -> there.removeRule(id, expected, author));
            rules.out().println(Printable.of(id) + ": removed, version " + version);
            return 0;
        });
    }
}
