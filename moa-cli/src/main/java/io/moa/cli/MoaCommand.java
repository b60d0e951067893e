package io.moa.cli;

import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.Charset;
import java.util.Set;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.UnmatchedArgumentException;

/** The {@code moa} command: starts the processes of a node and asks them questions. */
@Command(
        name = "moa",
        mixinStandardHelpOptions = true,
        versionProvider = MoaCommand.Version.class,
        subcommands = {
            QuickstartCommand.class,
            CallCommand.class,
            ListCommand.class,
            WhyCommand.class,
            OfflineCommand.class,
            OnlineCommand.class,
            WeightCommand.class,
            TagCommand.class,
            RulesCommand.class,
            ExplainCommand.class,
            TopCommand.class,
            WatchCommand.class,
            WatcherCommand.class,
            LookupCommand.class,
            ProxyCommand.class,
            AgentCommand.class,
            OpsCommand.class,
            MeshCommand.class,
            ConformanceCommand.class,
            RedisCommand.class,
            DoctorCommand.class
        },
        description = "Starts the processes of MOA and asks them questions.",
        footer = {"", "Begin with: ./moa quickstart"})
public final class MoaCommand implements Runnable {

    /** Those that ask the registry and end. */
    private static final Set<String> ASKS_ONCE =
            Set.of("ls", "why", "online", "offline", "weight", "tag", "rules", "mesh", "explain", "doctor");

    private final PrintStream out;
    private final boolean colour;

    @Spec
    private CommandSpec spec;

    private MoaCommand(PrintStream out, boolean colour) {
        this.out = out;
        this.colour = colour;
    }

    /** Runs the command and ends the process with its exit code. */
    public static void main(String[] args) {
        quietLogging(args);
        System.exit(run(System.out, System.err, Ansi.AUTO.enabled(), args));
    }

    /**
     * Runs the command in this process.
     *
     * @param out where results go
     * @param err where messages about errors go
     * @param colour whether to colour the output
     * @return 0 if all is well, 1 if what was asked for failed, 2 if the arguments are wrong
     */
    static int run(PrintStream out, PrintStream err, boolean colour, String... args) {
        return new CommandLine(new MoaCommand(out, colour))
                .setOut(writer(out))
                .setErr(writer(err))
                .setColorScheme(CommandLine.Help.defaultColorScheme(colour ? Ansi.ON : Ansi.OFF))
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setParameterExceptionHandler(MoaCommand::mistake)
                .setExecutionExceptionHandler((thrown, command, parsed) -> {
                    // Those two are written for people and say what to do; anything else should not have come this far.
                    boolean said =
                            thrown instanceof IllegalArgumentException || thrown instanceof IllegalStateException;
                    command.getErr()
                            .println("moa: "
                                    + withoutLogin(String.valueOf(
                                            said && thrown.getMessage() != null ? thrown.getMessage() : thrown)));
                    if (!said) {
                        command.getErr()
                                .println("moa: this is a bug of MOA; please report it with the command you ran");
                    }
                    return CommandLine.ExitCode.SOFTWARE;
                })
                .execute(args);
    }

    /** Only reads arguments, and runs nothing. */
    static CommandLine reader() {
        return new CommandLine(new MoaCommand(System.out, false)).setCaseInsensitiveEnumValuesAllowed(true);
    }

    /** A mistake in the arguments: what is wrong, and where to read on. The whole help would push that off the screen. */
    private static int mistake(ParameterException mistake, String[] args) {
        CommandLine command = mistake.getCommandLine();
        PrintWriter err = command.getErr();
        err.println("moa: " + withoutLogin(String.valueOf(mistake.getMessage())));
        StringWriter suggestion = new StringWriter();
        if (UnmatchedArgumentException.printSuggestions(mistake, new PrintWriter(suggestion, true))) {
            err.println("moa: " + suggestion.toString().strip().replaceAll("\\R", " "));
        } else {
            err.println("moa: try ./" + command.getCommandSpec().qualifiedName() + " --help");
        }
        err.flush();
        return CommandLine.ExitCode.USAGE;
    }

    /** A URL in the wrong place is told back, and it may hold a password. */
    static String withoutLogin(String text) {
        return text.replaceAll("(?i)\\b([a-z][a-z0-9+.-]*://)[^\\s'\"]*@", "$1...@");
    }

    private static PrintWriter writer(PrintStream stream) {
        return new PrintWriter(stream, true, Charset.defaultCharset());
    }

    /** A command's output is for people; whoever wants the log sets the level: {@code MOA_JAVA_OPTS=-Dorg.slf4j...}. */
    private static void quietLogging(String[] args) {
        setUnlessSet("org.slf4j.simpleLogger.defaultLogLevel", "warn");
        if (args.length > 0 && args[0].equals("proxy")) { // who was taken off and why is what it is watched for
            setUnlessSet("org.slf4j.simpleLogger.log.io.moa.node.proxy", "info");
        }
        if (args.length > 0 && ASKS_ONCE.contains(args[0])) {
            // What it could not ask is its own sentence, and need not be told twice.
            setUnlessSet("org.slf4j.simpleLogger.log.io.moa.registry.redis.Complaints", "error");
        }
    }

    private static void setUnlessSet(String property, String value) {
        if (System.getProperty(property) == null) {
            System.setProperty(property, value);
        }
    }

    /** Where results go. */
    PrintStream out() {
        return out;
    }

    boolean colour() {
        return colour;
    }

    @Override
    public void run() {
        spec.commandLine().usage(out);
    }

    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() {
            String version = MoaCommand.class.getPackage().getImplementationVersion();
            return new String[] {
                "moa " + (version == null ? "(development)" : version),
                "Java " + Runtime.version() + ", " + System.getProperty("os.name") + " " + System.getProperty("os.arch")
            };
        }
    }
}
