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

    @Override
    public Integer call() {
        return action.atDesk(desk -> {
            StoredRules stored = RegistryOption.answer(desk.stored());
            if (!stored.rules().containsKey(id) && !stored.tooLong().contains(id)) {
                throw new IllegalStateException(RulesGetCommand.unknown(id));
            }
            String version = action.change(
                    desk, stored.version(), (there, expected, author) -> there.removeRule(id, expected, author));
            rules.out().println(Printable.of(id) + ": removed, version " + version);
            return 0;
        });
    }
}
