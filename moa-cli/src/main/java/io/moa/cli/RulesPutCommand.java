package io.moa.cli;

import io.moa.governance.rule.LocalProcess;
import io.moa.governance.rule.RuleBook;
import io.moa.protocol.serialize.RuleText;
import io.moa.registry.redis.StoredRules;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code moa rules put}. */
@Command(
        name = "put",
        mixinStandardHelpOptions = true,
        description =
                "Sets or replaces a rule, if there is nothing wrong with it, and prints the new version. All processes"
                        + " that follow this registry go by it at once.")
final class RulesPutCommand implements Callable<Integer> {

    @ParentCommand
    private RulesCommand rules;

    @Spec
    private CommandSpec spec;

    @Mixin
    private RuleChangeAction action;

    @Parameters(index = "0", paramLabel = "ID", description = "the rule's name, such as slow-stock")
    private String id;

    @Parameters(index = "1", paramLabel = "FILE", description = "its JSON; - for the standard input")
    private String file;

    @Override
    public Integer call() {
        RuleFile given = RuleFile.read(spec, file);
        List<String> faults = given.faults(id);
        if (!faults.isEmpty()) {
            faults.forEach(
                    fault -> spec.commandLine().getErr().println("moa: " + given.name() + ": " + Printable.of(fault)));
            spec.commandLine().getErr().println("moa: Nothing was changed.");
            return 1;
        }
        return action.atDesk(desk -> {
            StoredRules stored = RegistryOption.answer(desk.stored());
            checkRoom(stored, given.text());
            String version = action.change(
                    desk,
                    stored.version(),
                    (there, expected, author) -> there.putRule(id, given.text(), expected, author));
            rules.out()
                    .println(id + (stored.rules().containsKey(id) ? ": replaced" : ": put") + ", version " + version);
            return 0;
        });
    }

    /** A rule too many pushes out another one, and nobody would see it here. */
    private void checkRoom(StoredRules stored, String text) {
        Map<String, String> before = book(stored.rules());
        Map<String, String> with = new HashMap<>(stored.rules());
        with.put(id, text);
        book(with).forEach((each, why) -> {
            if (each.equals(id) || !before.containsKey(each)) {
                throw new IllegalStateException("Nothing was changed: no process would take the rule "
                        + Printable.of(each) + " then, as " + Printable.of(why));
            }
        });
    }

    private static Map<String, String> book(Map<String, String> texts) {
        Map<String, @Nullable Object> plain = new HashMap<>();
        texts.forEach((each, text) -> plain.put(each, RuleText.readOrNull(text)));
        return RuleBook.none(new LocalProcess("", "", Map.of())).next(1, plain).bad();
    }
}
