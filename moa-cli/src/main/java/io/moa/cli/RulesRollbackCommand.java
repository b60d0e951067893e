package io.moa.cli;

import io.moa.registry.redis.RuleChange;
import io.moa.registry.redis.StoredRules;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code moa rules rollback}. */
@Command(
        name = "rollback",
        mixinStandardHelpOptions = true,
        description =
                "Makes the rule that was changed at a version what it was made then, as a new change; other rules stay."
                        + " To undo the latest change of a rule, say the version before it in ./moa rules history ID.")
final class RulesRollbackCommand implements Callable<Integer> {

    @ParentCommand
    private RulesCommand rules;

    @Spec
    private CommandSpec spec;

    @Mixin
    private RuleChangeAction action;

    @Parameters(index = "0", paramLabel = "VERSION", description = "as ./moa rules history lists it")
    private String version;

    @Override
    public Integer call() {
        return action.atDesk(desk -> {
            RuleHistory history = RuleHistory.read(desk);
            RuleChange then = history.newestFirst().get(history.placeOf(version));
            String id = then.name();
            String text = then.text();
            if (!then.kind().equals("rule")) {
                throw new IllegalStateException("At " + version + " the " + Printable.of(then.kind() + " " + id)
                        + " was changed, which is no rule; nothing was changed now");
            }
            List<String> faults = text == null ? List.of() : RuleFile.faults(id, text);
            if (!faults.isEmpty()) {
                throw new IllegalStateException("Nothing was changed: " + Printable.of(id)
                        + " as it was then is no rule: " + Printable.of(String.join("; ", faults)));
            }
            StoredRules stored = RegistryOption.answer(desk.stored());
            if (Objects.equals(stored.rules().get(id), text)
                    && !stored.tooLong().contains(id)) {
                rules.out().println(Printable.of(id) + ": it is what it was at " + version + "; nothing was changed");
                return 0;
            }
            String next = action.change(
                    desk,
                    stored.version(),
                    (there, expected, author) -> text == null
                            ? there.removeRule(id, expected, author)
                            : there.putRule(id, text, expected, author));
            rules.out().println(Printable.of(id) + ": " + told(text) + " as at " + version + ", version " + next);
            if (LostHistory.of(stored)) {
                spec.commandLine().getErr().println("moa: " + LostHistory.followed(stored, false));
            }
            return 0;
        });
    }

    private static String told(@Nullable String text) {
        return text == null ? "removed" : "put";
    }
}
