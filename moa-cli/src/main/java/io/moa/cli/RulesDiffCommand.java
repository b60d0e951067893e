package io.moa.cli;

import io.moa.registry.redis.RuleDesk;
import io.moa.registry.redis.StoredRules;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code moa rules diff}. */
@Command(
        name = "diff",
        mixinStandardHelpOptions = true,
        customSynopsis = {"moa rules diff [-r=URL] VERSION [VERSION]", "       moa rules diff [-r=URL] ID FILE"},
        description =
                "What changed in all rules from one version to another, or until now; or what ./moa rules put ID FILE"
                        + " would change.")
final class RulesDiffCommand implements Callable<Integer> {

    private static final String RULE = "rule";

    @ParentCommand
    private RulesCommand rules;

    @Spec
    private CommandSpec spec;

    @Mixin
    private RegistryOption registry;

    @Parameters(index = "0", paramLabel = "VERSION|ID", description = "the older version, or a rule")
    private String first;

    @Parameters(
            index = "1",
            arity = "0..1",
            paramLabel = "VERSION|FILE",
            description = "the newer version, default the present one; or the JSON of a rule, - for the standard input")
    private @Nullable String second;

    @Override
    public Integer call() {
        if (RuleHistory.isVersion(first) && (second == null || RuleHistory.isVersion(second))) {
            return registry.with(link -> versions(RuleHistory.read(new RuleDesk(link)), first, second));
        }
        if (second == null) {
            throw new ParameterException(
                    spec.commandLine(),
                    "Say VERSION, VERSION VERSION or ID FILE; " + Printable.of(first)
                            + " is no version, as ./moa rules history lists them");
        }
        RuleFile file = RuleFile.read(spec, second);
        StoredRules stored = registry.with(link -> RegistryOption.answer(new RuleDesk(link).stored()));
        if (stored.tooLong().contains(first)) {
            throw new IllegalStateException(
                    "The text of " + Printable.of(first) + " is over 64 KiB, and is not compared");
        }
        if (!tell(first, stored.rules().get(first), file.text())) {
            rules.out().println("No difference");
        }
        return 0;
    }

    private int versions(RuleHistory history, String from, @Nullable String to) {
        int older = history.placeOf(from);
        int newer = to == null ? 0 : history.placeOf(to);
        if (older < newer) {
            throw new ParameterException(spec.commandLine(), "The older version comes first");
        }
        boolean told = false;
        for (String id : history.changedBetween(older, newer, RULE)) {
            RuleHistory.Text before = history.textAt(older, RULE, id);
            String after = history.textAt(newer, RULE, id).text();
            if (!before.known()) {
                rules.out().println(Printable.of(id) + ": what it was at " + from + " is older than the history");
            }
            told |= tell(id, before.text(), after);
        }
        if (!told) {
            rules.out().println("No difference");
        }
        return 0;
    }

    private boolean tell(String id, @Nullable String before, @Nullable String after) {
        List<String> was = before == null ? List.of() : RuleLines.of(before);
        List<String> is = after == null ? List.of() : RuleLines.of(after);
        if (was.equals(is)) {
            return false;
        }
        rules.out().println(Printable.of(id) + (is.isEmpty() ? ": removed" : was.isEmpty() ? ": new" : ": changed"));
        LineDiff.of(was, is).forEach(line -> rules.out().println("  " + line));
        return true;
    }
}
