package io.moa.cli;

import io.moa.ops.InstanceList;
import io.moa.ops.OpsClient;
import io.moa.ops.Rollout;
import io.moa.ops.RolloutPlan;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** {@code moa ops rollout}. */
@Command(
        name = "rollout", // with a --version of its own
        description =
                "Upgrades many instances, batch by batch, and stops by itself when one of them is worse for it. Those at the version already are"
                        + " passed over. Exits with 1 if it stopped.",
        footer = {
            "",
            "Example:",
            "  ./moa ops rollout instances.txt --version 2 --token-file ops.token --batch 1,10%%,50%% --pause 2m"
        })
final class OpsRolloutCommand implements Callable<Integer> {

    /** Such as {@code 1%}. */
    static final class Share implements ITypeConverter<Double> {
        @Override
        public Double convert(String text) {
            if (!text.matches("[0-9]{1,3}(\\.[0-9]{1,4})?%")) {
                throw new TypeConversionException("'" + text + "' is no share such as 1% or 0.5%");
            }
            return Double.parseDouble(text.substring(0, text.length() - 1)) / 100;
        }
    }

    /** Such as {@code 30s}. */
    static final class Pause implements ITypeConverter<Duration> {
        private static final Pattern TEXT = Pattern.compile("([0-9]{1,6})(ms|s|m)");

        @Override
        public Duration convert(String text) {
            Matcher said = TEXT.matcher(text);
            if (!said.matches()) {
                throw new TypeConversionException("'" + text + "' is no time such as 500ms, 30s or 5m");
            }
            long number = Long.parseLong(said.group(1));
            return switch (said.group(2)) {
                case "ms" -> Duration.ofMillis(number);
                case "s" -> Duration.ofSeconds(number);
                default -> Duration.ofMinutes(number);
            };
        }
    }

    @ParentCommand
    private OpsCommand ops;

    @Spec
    private CommandSpec spec;

    @Parameters(
            index = "0",
            paramLabel = "FILE",
            description =
                    "The instances, a line each: the address of its operations agent, and behind it the file of its token if it has one of its own.")
    private Path instances;

    @Option(names = "--version", required = true, paramLabel = "VERSION", description = "Which is to run everywhere.")
    private String version;

    @Option(
            names = "--token-file",
            paramLabel = "FILE",
            description = "Holds the token of those whose line names none.")
    private @Nullable Path tokenFile;

    @Option(
            names = "--from",
            paramLabel = "FILE|URL",
            description = "Where those who do not have it get it; needs --sha256.")
    private @Nullable String from;

    @Option(names = "--sha256", paramLabel = "HEX", description = "Of that archive.")
    private @Nullable String sha256;

    @Option(
            names = "--batch",
            split = ",",
            paramLabel = "SIZES",
            defaultValue = "1,10%,50%",
            description =
                    "How many at a time, a number or a share of those that are to be upgraded; the last one is repeated. Default ${DEFAULT-VALUE}.")
    private List<String> batches;

    @Option(
            names = "--pause",
            paramLabel = "TIME",
            defaultValue = "60s",
            converter = Pause.class,
            description =
                    "How long those that were upgraded are looked at before the next batch; default ${DEFAULT-VALUE}.")
    private Duration pause;

    @Option(
            names = "--max-error-rate",
            paramLabel = "SHARE",
            defaultValue = "1%",
            converter = Share.class,
            description = "Which share of an agent's calls since the upgrade may fail; default ${DEFAULT-VALUE}.")
    private double maxErrorRate;

    @Option(
            names = "--min-calls",
            paramLabel = "N",
            defaultValue = "100",
            description =
                    "So many calls must have ended before their share of failures is judged; default ${DEFAULT-VALUE}.")
    private long minCalls;

    @Option(
            names = "--max-restarts",
            paramLabel = "N",
            defaultValue = "0",
            description = "How often an agent may have died since the upgrade; default ${DEFAULT-VALUE}.")
    private long maxRestarts;

    @Option(names = "--roll-back-on-stop", description = "If it stops, those that were upgraded go back.")
    private boolean rollBack;

    @Option(names = "--dry-run", description = "Ask all instances, say what would be done, and do nothing.")
    private boolean dryRun;

    @Option(names = "--by", paramLabel = "NAME", description = "Who the histories name; default the user.")
    private String by = OpsDoor.self();

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help message and exit.")
    boolean help; // picocli reads it

    @Override
    public Integer call() throws InterruptedException {
        RolloutPlan plan;
        List<OpsClient> all;
        try {
            plan = new RolloutPlan(
                    version,
                    from == null ? null : OpsInstallCommand.url(from),
                    sha256,
                    batches,
                    pause,
                    maxErrorRate,
                    minCalls,
                    maxRestarts,
                    rollBack,
                    dryRun,
                    by);
            all = InstanceList.read(instances, tokenFile);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
        }
        return Rollout.of(plan, all, this::tell).run() ? 0 : 1;
    }

    private void tell(String line) {
        ops.out().println(Printable.of(line));
        ops.out().flush();
    }
}
