package io.moa.cli;

import io.moa.ops.OpsAddress;
import io.moa.ops.OpsConfig;
import io.moa.ops.OpsProcess;
import io.moa.ops.TokenFile;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code moa ops serve}. */
@Command(
        name = "serve",
        mixinStandardHelpOptions = true,
        description =
                "Keeps an agent running, and answers the other commands of ops. Ends with Ctrl+C or SIGTERM, and the agent with it;"
                        + " if it is killed, the agent goes on, and the next one finds it.",
        footer = {
            "",
            "Example:",
            "  ./moa ops serve --dir /var/lib/moa --listen unix:/run/moa/ops.sock --token-file /etc/moa/ops.token -- --application shop-web"
        })
final class OpsServeCommand implements Callable<Integer> {

    @ParentCommand
    private OpsCommand ops;

    @Spec
    private CommandSpec spec;

    @Option(
            names = "--dir",
            required = true,
            paramLabel = "DIR",
            description = "Where it keeps versions, state and logs.")
    private Path folder;

    @Option(
            names = "--listen",
            required = true,
            paramLabel = "ADDRESS",
            description = "127.0.0.1:PORT or unix:/PATH; port 0 is a free one.")
    private String listen;

    @Option(
            names = "--token-file",
            required = true,
            paramLabel = "FILE",
            description = "Holds what callers say, 32 characters or more; nobody else may read it.")
    private Path tokenFile;

    @Option(
            names = "--java-option",
            paramLabel = "OPTION",
            description = "Of the agent's Java, such as --java-option=-Xmx128m; may be repeated.")
    private List<String> javaOptions = new ArrayList<>();

    @Option(
            names = "--start-millis",
            paramLabel = "MS",
            defaultValue = "60000",
            converter = WholeNumber.Millis.class,
            description = "How long a new agent may take before an upgrade is given up; default ${DEFAULT-VALUE}.")
    private long startMillis;

    @Option(
            names = "--end-millis",
            paramLabel = "MS",
            defaultValue = "40000",
            converter = WholeNumber.Millis.class,
            description = "How long the agent may take to end before it is killed; default ${DEFAULT-VALUE}.")
    private long endMillis;

    @Parameters(arity = "0..*", paramLabel = "OPTIONS", description = "Behind --: the options of ./moa agent.")
    private List<String> agentOptions = new ArrayList<>();

    @Mixin
    private TimeLimit limit;

    @Override
    public Integer call() throws InterruptedException {
        OpsConfig config = config();
        try (EndRequest end = new EndRequest("ops", endMillis / 1_000 + 10);
                OpsProcess process = OpsProcess.start(config, this::tell)) {
            tell("The operations agent of " + folder + " listens at " + process.address());
            end.await(limit.millis(), 600_000, () -> tell(process.describe()));
        } catch (IOException e) {
            throw new IllegalStateException(
                    "The operations agent of " + folder + " does not run: " + e.getMessage(), e);
        }
        return 0;
    }

    private OpsConfig config() {
        try {
            checkAgentOptions();
            return new OpsConfig(
                    folder.toAbsolutePath(),
                    OpsAddress.parse(listen),
                    TokenFile.read(tokenFile),
                    java(),
                    agentOptions,
                    Duration.ofMillis(startMillis),
                    Duration.ofMillis(endMillis),
                    OpsConfig.LOG_BYTES);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
        }
    }

    /** What no agent takes would be found by an agent that dies again and again. */
    private void checkAgentOptions() {
        try {
            new CommandLine(new AgentCommand()).parseArgs(agentOptions.toArray(new String[0]));
        } catch (CommandLine.ParameterException e) {
            throw new IllegalArgumentException("Behind --, as options of ./moa agent: " + e.getMessage(), e);
        }
    }

    private List<String> java() {
        List<String> java = new ArrayList<>();
        java.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        int version = Runtime.version().feature();
        if (version >= 22) { // as the script moa does
            java.add("--enable-native-access=ALL-UNNAMED");
        }
        if (version >= 24) {
            java.add("--sun-misc-unsafe-memory-access=allow");
        }
        java.addAll(javaOptions);
        return java;
    }

    private void tell(String line) {
        ops.out().println(Printable.of(line));
        ops.out().flush();
    }
}
