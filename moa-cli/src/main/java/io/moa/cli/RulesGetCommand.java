package io.moa.cli;

import io.moa.governance.rule.RouteRule;
import io.moa.governance.rule.Rule;
import io.moa.governance.rule.RuleReader;
import io.moa.protocol.serialize.RuleText;
import io.moa.registry.redis.RuleDesk;
import io.moa.registry.redis.StoredRules;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code moa rules get}. */
@Command(
        name = "get",
        mixinStandardHelpOptions = true,
        description = "Lists the rules, or prints one as JSON, which ./moa rules put takes again.")
final class RulesGetCommand implements Callable<Integer> {

    @ParentCommand
    private RulesCommand rules;

    @Spec
    private CommandSpec spec;

    @Mixin
    private RegistryOption registry;

    @Parameters(index = "0", arity = "0..1", paramLabel = "ID", description = "a rule; all if left out")
    private @Nullable String id;

    @Override
    public Integer call() {
        return registry.with(link -> {
            StoredRules stored = RegistryOption.answer(new RuleDesk(link).stored());
            return id == null ? all(stored) : one(stored, id);
        });
    }

    private int all(StoredRules stored) {
        Set<String> ids = new TreeSet<>(stored.rules().keySet());
        ids.addAll(stored.tooLong());
        if (!ids.isEmpty()) {
            TextTable table = new TextTable("ID", "KIND", "SERVICE", "STANDS", "NOTE");
            for (String each : ids) {
                row(table, each, stored.rules().get(each));
            }
            table.print(rules.out());
        }
        rules.out()
                .println((ids.isEmpty() ? "There are no rules" : ids.size() + (ids.size() == 1 ? " rule" : " rules"))
                        + "; version " + (stored.version().isEmpty() ? "none" : stored.version()));
        return 0;
    }

    private static void row(TextTable table, String id, @Nullable String text) {
        List<String> faults =
                text == null ? List.of("its text is over 64 KiB, and no process reads it") : RuleFile.faults(id, text);
        if (text == null || !faults.isEmpty()) {
            table.row(Printable.of(id), "-", "-", "bad", Printable.of(String.join("; ", faults)));
            return;
        }
        Rule rule = RuleReader.read(id, RuleText.read(text));
        table.row(
                id,
                rule instanceof RouteRule ? "route" : "policy",
                Printable.of(String.valueOf(rule.service().toPlain())),
                rule.enabled() ? Printable.of(rule.rollout().toString()) : "not enabled",
                Printable.of(rule.note()));
    }

    private int one(StoredRules stored, String asked) {
        String text = stored.rules().get(asked);
        if (text == null) {
            throw new IllegalStateException(
                    stored.tooLong().contains(asked)
                            ? "The text of " + Printable.of(asked) + " is over 64 KiB, and no process reads it"
                            : unknown(asked));
        }
        RuleLines.of(text).forEach(rules.out()::println);
        RuleFile.faults(asked, text).forEach(fault -> spec.commandLine()
                .getErr()
                .println("moa: no process takes it as it is: " + Printable.of(fault)));
        return 0;
    }

    static String unknown(String id) {
        return "There is no rule " + Printable.of(id) + "; ./moa rules get lists them";
    }
}
