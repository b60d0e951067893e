package io.moa.cli;

import io.moa.governance.rule.Rule;
import io.moa.governance.rule.RuleReader;
import io.moa.operations.Operations;
import io.moa.protocol.serialize.RuleSetText;
import io.moa.protocol.serialize.RuleText;
import io.moa.registry.redis.RuleDesk;
import io.moa.registry.redis.StoredRules;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code moa rules get}. */
@Command(
        name = "get",
        mixinStandardHelpOptions = true,
        description =
                "Lists the rules, or prints one as JSON, which ./moa rules put takes again; or all, or what a process holds, as"
                        + " ./moa rules put --all takes it.")
final class RulesGetCommand implements Callable<Integer> {

    @ParentCommand
    private RulesCommand rules;

    @Spec
    private CommandSpec spec;

    @Mixin
    private RegistryOption registry;

    @Parameters(index = "0", arity = "0..1", paramLabel = "ID", description = "a rule; all if left out")
    private @Nullable String id;

    @Option(names = "--all", description = "Print all rules as JSON, each under its id.")
    private boolean all;

    @Option(
            names = "--process",
            paramLabel = "ADDRESS",
            description =
                    "Print the rules that a process holds, as JSON, and ask no registry, which may have lost them: where the process"
                            + " listens, and exports io.moa.operations.Operations: host:port, tcp://host:port or unix:/path.")
    private @Nullable String process;

    @Override
    public Integer call() {
        if (id != null && all) {
            throw new ParameterException(spec.commandLine(), "Say either an ID or --all");
        }
        if (process != null) {
            return held(process);
        }
        return registry.with(link -> {
            StoredRules stored = RegistryOption.answer(new RuleDesk(link).stored());
            if (LostHistory.of(stored)) {
                String told = LostHistory.told(stored);
                tell(Character.toUpperCase(told.charAt(0)) + told.substring(1) + ": " + LostHistory.BRING_BACK + ".");
            }
            return id != null ? one(stored, id) : all ? json(stored) : list(stored);
        });
    }

    private int held(String address) {
        Map<String, @Nullable Object> held;
        try {
            held = RuleSetText.read(AskedProcess.ask(spec, address, Operations::rules));
        } catch (IllegalArgumentException e) {
            throw new IllegalStateException(
                    "What the process at " + Printable.of(address) + " answers is no set of rules: "
                            + Printable.of(String.valueOf(e.getMessage())),
                    e);
        }
        if (id != null && !held.containsKey(id)) {
            throw new IllegalStateException("The process holds no rule " + Printable.of(id) + ", but " + held.size()
                    + (held.size() == 1 ? " other" : " others"));
        }
        Object asked = id == null ? held : Objects.requireNonNullElse(held.get(id), "null");
        RuleLines.of(asked).forEach(rules.out()::println);
        return 0;
    }

    private int json(StoredRules stored) {
        Map<String, @Nullable Object> plain = new TreeMap<>();
        Set<String> unreadable = new TreeSet<>(stored.tooLong());
        stored.rules().forEach((each, text) -> {
            Object rule = RuleText.readOrNull(text);
            if (rule == null) {
                unreadable.add(each);
            } else {
                plain.put(each, rule);
            }
        });
        RuleLines.of(plain).forEach(rules.out()::println);
        plain.forEach((each, rule) -> RuleReader.faults(each, rule)
                .forEach(
                        fault -> tell("no process takes " + Printable.of(each) + " as it is: " + Printable.of(fault))));
        unreadable.forEach(each -> tell(Printable.of(each) + " is left out: it is no JSON, or too long"));
        return unreadable.isEmpty() ? 0 : 1;
    }

    private void tell(String line) {
        spec.commandLine().getErr().println("moa: " + line);
    }

    private int list(StoredRules stored) {
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
        List<String> faults = text == null
                ? List.of("its text is over 64 KiB, or its name over 200 characters, and no process reads it")
                : RuleFile.faults(id, text);
        if (text == null || !faults.isEmpty()) {
            table.row(Printable.of(id), "-", "-", "bad", Printable.of(String.join("; ", faults)));
            return;
        }
        Rule rule = RuleReader.read(id, RuleText.read(text));
        table.row(
                id,
                String.valueOf(rule.toPlain().get("kind")),
                Printable.of(String.valueOf(rule.service().toPlain())),
                rule.enabled() ? Printable.of(rule.rollout().toString()) : "not enabled",
                Printable.of(rule.note()));
    }

    private int one(StoredRules stored, String asked) {
        String text = stored.rules().get(asked);
        if (text == null) {
            throw new IllegalStateException(
                    stored.tooLong().contains(asked)
                            ? "The text of " + Printable.of(asked)
                                    + " is over 64 KiB, or its name over 200 characters, and no process reads it"
                            : unknown(asked));
        }
        RuleLines.of(text).forEach(rules.out()::println);
        RuleFile.faults(asked, text).forEach(fault -> tell("no process takes it as it is: " + Printable.of(fault)));
        return 0;
    }

    static String unknown(String id) {
        return "There is no rule " + Printable.of(id) + "; ./moa rules get lists them";
    }
}
