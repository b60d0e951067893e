package io.moa.cli;

import io.moa.registry.redis.RuleChange;
import io.moa.registry.redis.RuleDesk;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code moa rules history}. */
@Command(
        name = "history",
        mixinStandardHelpOptions = true,
        description = "Who changed which rule or release setting when: the last " + RuleDesk.HISTORY
                + " changes, newest" + " first.")
final class RulesHistoryCommand implements Callable<Integer> {

    @ParentCommand
    private RulesCommand rules;

    @Mixin
    private RegistryOption registry;

    @Parameters(
            index = "0",
            arity = "0..1",
            paramLabel = "ID",
            description = "of one rule or setting; of all if left out")
    private @Nullable String id;

    @Override
    public Integer call() {
        List<RuleChange> changes = registry
                .with(link -> RuleHistory.read(new RuleDesk(link)).newestFirst())
                .stream()
                .filter(change -> id == null || change.name().equals(id))
                .toList();
        if (changes.isEmpty() && id != null) {
            throw new IllegalStateException("None of the last " + RuleDesk.HISTORY + " changes was one of "
                    + Printable.of(id) + "; ./moa rules history lists them");
        }
        if (changes.isEmpty()) {
            rules.out().println("Nothing was ever changed");
            return 0;
        }
        TextTable table = new TextTable("VERSION", "WHEN", "AUTHOR", "KIND", "ID", "WHAT");
        for (RuleChange change : changes) {
            table.row(
                    Printable.of(change.version()),
                    RuleHistory.when(change.version()),
                    Printable.of(change.author()),
                    Printable.of(change.kind()),
                    Printable.of(change.name()),
                    change.text() == null ? "removed" : "put");
        }
        table.print(rules.out());
        return 0;
    }
}
