package io.moa.cli;

import java.io.PrintStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code moa rules}: what stands in a registry for all processes to go by. */
@Command(
        name = "rules",
        mixinStandardHelpOptions = true,
        subcommands = {
            RulesGetCommand.class,
            RulesPutCommand.class,
            RulesRemoveCommand.class,
            RulesClearCommand.class,
            RulesCheckCommand.class,
            RulesDryRunCommand.class,
            RulesHistoryCommand.class,
            RulesDiffCommand.class,
            RulesRollbackCommand.class
        },
        description = "Reads, checks and changes the live rules of a registry.")
final class RulesCommand implements Runnable {

    @ParentCommand
    private MoaCommand moa;

    @Spec
    private CommandSpec spec;

    /** Where results go. */
    PrintStream out() {
        return moa.out();
    }

    @Override
    public void run() {
        spec.commandLine().usage(moa.out());
    }
}
