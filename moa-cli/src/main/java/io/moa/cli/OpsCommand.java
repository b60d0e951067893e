package io.moa.cli;

import java.io.PrintStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code moa ops}: an agent is kept running, and changes its version while it runs. */
@Command(
        name = "ops",
        mixinStandardHelpOptions = true,
        subcommands = {
            OpsServeCommand.class,
            OpsPackageCommand.class,
            OpsInstallCommand.class,
            OpsUpgradeCommand.class,
            OpsRollbackCommand.class,
            OpsStatusCommand.class,
            OpsHistoryCommand.class,
            OpsRolloutCommand.class
        },
        description = "Keeps an agent running and changes its version, on one host or on many.",
        footer = {"", "See docs/operations.md, \"The operations agent\"."})
final class OpsCommand implements Runnable {

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
