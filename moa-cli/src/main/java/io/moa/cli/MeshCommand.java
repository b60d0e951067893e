package io.moa.cli;

import io.moa.mesh.MeshMode;
import io.moa.mesh.MeshSetting;
import io.moa.registry.redis.StoredRules;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code moa mesh}. */
@Command(
        name = "mesh",
        mixinStandardHelpOptions = true,
        description =
                "Says which processes call through their agents, or shows what is said. Those that follow this registry go by it"
                        + " at once, and no call is lost; an off in a process's own settings stands above it.",
        footer = {
            "",
            "The most exact setting counts: of an instance, of an application, of all. Examples:",
            "  ./moa mesh",
            "  ./moa mesh on --application shop-web --percent 20",
            "  ./moa mesh off --application shop-web",
            "  ./moa mesh unset --application shop-web"
        })
final class MeshCommand implements Callable<Integer> {

    private static final String UNSET = "unset";
    private static final Pattern PERCENT = Pattern.compile("[0-9]{1,3}(\\.[0-9]{1,2})?");

    @ParentCommand
    private MoaCommand moa;

    @Spec
    private CommandSpec spec;

    @Mixin
    private RuleChangeAction action;

    @Parameters(
            index = "0",
            arity = "0..1",
            paramLabel = "MODE",
            description =
                    "off, auto (while an agent is there), on, or unset to take what is said away; nothing to show it.")
    private @Nullable String mode;

    @Option(names = "--application", paramLabel = "NAME", description = "Whose processes; default those of all.")
    private @Nullable String application;

    @Option(
            names = "--instance",
            paramLabel = "UUID",
            description = "Which of its processes; ./moa ls has the uuids of those that serve.")
    private @Nullable String instance;

    @Option(
            names = "--percent",
            paramLabel = "N",
            description =
                    "For how many of them, 0 to 100 with up to two decimals; default all. The others go by what is said"
                            + " less exactly, or nowhere.")
    private @Nullable String percent;

    @Override
    public Integer call() {
        if (mode == null) {
            if (application != null || instance != null || percent != null) {
                throw mistake("Say a mode too: off, auto, on or unset");
            }
            return show();
        }
        String name = name();
        String value = value(mode);
        return action.atDesk(desk -> {
            StoredRules stored = RegistryOption.answer(desk.stored());
            String before = stored.settings().get(name);
            if (value == null ? before == null : value.equals(before)) {
                moa.out()
                        .println(Printable.of(name) + (value == null ? " is not set" : " is " + value + " already")
                                + "; nothing was changed");
                return 0;
            }
            String version = action.change(
                    desk,
                    stored.version(),
                    (there, expected, author) -> value == null
                            ? there.removeSetting(name, expected, author)
                            : there.putSetting(name, value, expected, author));
            moa.out()
                    .println(Printable.of(name) + ": " + (value == null ? "unset" : value)
                            + (before == null ? "" : ", before " + Printable.of(before)) + ", version " + version);
            return 0;
        });
    }

    private Integer show() {
        return action.atDesk(desk -> {
            Map<String, String> said = new TreeMap<>();
            RegistryOption.answer(desk.stored()).settings().forEach((name, value) -> {
                if (name.equals(MeshSetting.NAME) || name.startsWith(MeshSetting.NAME + "@")) {
                    said.put(name, value);
                }
            });
            said.forEach((name, value) -> moa.out().println(Printable.of(name) + ": " + Printable.of(value)));
            if (said.isEmpty()) {
                moa.out().println("Nothing is said here: processes go by their own settings, and directly without one");
            }
            return 0;
        });
    }

    private String name() {
        if (instance != null && application == null) {
            throw mistake("--instance goes with --application");
        }
        if (instance != null && percent != null) {
            throw mistake("--percent is of many processes, and --instance is one");
        }
        checkName("--application", application);
        checkName("--instance", instance);
        return MeshSetting.NAME
                + (application == null ? "" : "@" + application)
                + (instance == null ? "" : "#" + instance);
    }

    /** An empty variable of a script is a mistake; what it would say would be followed by nobody, and seem to be said. */
    private void checkName(String option, @Nullable String name) {
        if (name != null && name.isBlank()) {
            throw mistake(option + " is empty");
        }
        if (name != null && name.indexOf('#') >= 0) {
            throw mistake(option + " has no '#'; one process is said by --application and --instance");
        }
    }

    private @Nullable String value(String said) {
        if (said.equals(UNSET)) {
            if (percent != null) {
                throw mistake("--percent goes with a mode");
            }
            return null;
        }
        MeshMode parsed;
        try {
            parsed = MeshMode.parse(said, "MODE");
        } catch (IllegalArgumentException e) {
            throw mistake("MODE is off, auto, on or unset, not \"" + said + "\"");
        }
        if (percent == null) {
            return parsed.text();
        }
        if (!PERCENT.matcher(percent).matches() || Double.parseDouble(percent) > 100) {
            throw mistake("--percent is 0 to 100 with up to two decimals, not " + percent);
        }
        return parsed.text() + " " + percent + "%";
    }

    private ParameterException mistake(String why) {
        return new ParameterException(spec.commandLine(), why);
    }
}
