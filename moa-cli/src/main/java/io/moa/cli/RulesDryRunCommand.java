package io.moa.cli;

import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code moa rules dry-run}. */
@Command(
        name = "dry-run",
        mixinStandardHelpOptions = true,
        description =
                "Asks a process that runs what a rule would change for calls that it made of late; the rule is written"
                        + " nowhere. The process must export io.moa.operations.Operations.")
final class RulesDryRunCommand implements Callable<Integer> {

    @ParentCommand
    private RulesCommand rules;

    @Spec
    private CommandSpec spec;

    @Parameters(index = "0", paramLabel = "ID", description = "the rule's name; there may be one of this name")
    private String id;

    @Parameters(index = "1", arity = "0..1", paramLabel = "FILE", description = "its JSON; - for the standard input")
    private @Nullable String file;

    @Option(names = "--without", description = "Ask what would change if the rule were taken away.")
    private boolean without;

    @Option(
            names = "--process",
            required = true,
            paramLabel = "ADDRESS",
            description = "Where the process listens: host:port, tcp://host:port or unix:/path.")
    private String process;

    @Override
    public Integer call() {
        if (without == (file != null)) {
            throw new ParameterException(spec.commandLine(), "Say either a FILE or --without");
        }
        RuleFile given = file == null ? null : RuleFile.read(spec, file);
        List<String> faults = given == null ? List.of() : given.faults(id);
        if (given != null && !faults.isEmpty()) {
            faults.forEach(
                    fault -> spec.commandLine().getErr().println("moa: " + given.name() + ": " + Printable.of(fault)));
            return 1;
        }
        String told =
                AskedProcess.ask(spec, process, operations -> operations.dryRun(id, given == null ? "" : given.text()));
        told.lines().forEach(line -> rules.out().println(Printable.of(line)));
        return 0;
    }
}
