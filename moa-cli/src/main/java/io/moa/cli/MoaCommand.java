package io.moa.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;

/** The {@code moa} command: starts the processes of a node and asks them questions. */
@Command(
        name = "moa",
        mixinStandardHelpOptions = true,
        versionProvider = MoaCommand.Version.class,
        description = "Starts the processes of MOA and asks them questions.")
public final class MoaCommand implements Runnable {

    /** Runs the command and ends the process with its exit code. */
    public static void main(String[] args) {
        System.exit(new CommandLine(new MoaCommand()).execute(args));
    }

    @Override
    public void run() {
        CommandLine.usage(this, System.out);
    }

    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() {
            String version = MoaCommand.class.getPackage().getImplementationVersion();
            return new String[] {"moa " + (version == null ? "(development)" : version)};
        }
    }
}
