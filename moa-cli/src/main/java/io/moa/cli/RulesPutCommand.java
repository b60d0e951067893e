package io.moa.cli;

import io.moa.governance.rule.LocalProcess;
import io.moa.governance.rule.RuleBook;
import io.moa.protocol.serialize.RuleText;
import io.moa.registry.redis.StoredRules;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
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

/** {@code moa rules put}. */
@Command(
        name = "put",
        mixinStandardHelpOptions = true,
        customSynopsis = {"moa rules put [OPTIONS] ID FILE", "       moa rules put [OPTIONS] --all FILE"},
        description =
                "Sets or replaces a rule, or several in one change, if there is nothing wrong with them, and prints the new"
                        + " version. All processes that follow this registry go by it at once.")
final class RulesPutCommand implements Callable<Integer> {

    @ParentCommand
    private RulesCommand rules;

    @Spec
    private CommandSpec spec;

    @Mixin
    private RuleChangeAction action;

    @Parameters(index = "0", arity = "0..1", paramLabel = "ID", description = "the rule's name, such as slow-stock")
    private @Nullable String id;

    @Parameters(index = "1", arity = "0..1", paramLabel = "FILE", description = "its JSON; - for the standard input")
    private @Nullable String file;

    @Option(
            names = "--all",
            paramLabel = "FILE",
            description =
                    "Put all rules of a file, an object with each under its id, as ./moa rules get --all prints it. Rules that"
                            + " are not in it stay.")
    private @Nullable String all;

    @Override
    public Integer call() {
        RuleSetFile given = given();
        if (!given.faults().isEmpty()) {
            given.faults().forEach(fault -> tell(given.name() + ": " + Printable.of(fault)));
            tell("Nothing was changed.");
            return 1;
        }
        return action.atDesk(desk -> {
            StoredRules stored = RegistryOption.answer(desk.stored());
            Map<String, String> changed = all == null ? given.texts() : changed(stored, given.texts());
            if (changed.isEmpty()) {
                rules.out()
                        .println("All is there as it is in the file; nothing was changed, version " + stored.version());
                return 0;
            }
            checkRoom(stored, changed);
            String version = action.change(
                    desk, stored.version(), (there, expected, author) -> there.putRules(changed, expected, author));
            told(stored, given, changed, version);
            if (LostHistory.of(stored) && !action.expectsNothingYet()) {
                tell(LostHistory.followed(stored, all != null));
            }
            return 0;
        });
    }

    private void told(StoredRules stored, RuleSetFile given, Map<String, String> changed, String version) {
        for (String each : new TreeSet<>(changed.keySet())) {
            String what = each + (stored.rules().containsKey(each) ? ": replaced" : ": put");
            rules.out().println(all == null ? what + ", version " + version : what);
        }
        if (all != null) {
            int same = given.texts().size() - changed.size();
            rules.out()
                    .println(changed.size() + (changed.size() == 1 ? " rule" : " rules") + " changed"
                            + (same == 0 ? "" : ", " + same + " as before") + ", version " + version);
        }
    }

    private RuleSetFile given() {
        if (all != null && id == null) {
            return RuleSetFile.ofAll(spec, all);
        }
        if (all != null || id == null || file == null) {
            throw new ParameterException(spec.commandLine(), "Say either an ID and a FILE, or --all FILE");
        }
        return RuleSetFile.ofOne(spec, file, id);
    }

    private void tell(String line) {
        spec.commandLine().getErr().println("moa: " + line);
    }

    /** Those that do not say yet what they are to say, whatever spaces their author wrote: the history has room for few changes. */
    private static Map<String, String> changed(StoredRules stored, Map<String, String> texts) {
        Map<String, String> changed = new HashMap<>(texts);
        if (!LostHistory.of(stored)) {
            changed.entrySet().removeIf(each -> {
                String before = stored.rules().get(each.getKey());
                return before != null
                        && Objects.equals(RuleText.readOrNull(before), RuleText.readOrNull(each.getValue()));
            });
        }
        return changed;
    }

    /** A rule too many pushes out another one, and nobody would see it here. */
    private static void checkRoom(StoredRules stored, Map<String, String> texts) {
        Map<String, String> before = book(stored.rules());
        Map<String, String> with = new HashMap<>(stored.rules());
        with.putAll(texts);
        book(with).forEach((each, why) -> {
            if (texts.containsKey(each) || !before.containsKey(each)) {
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
