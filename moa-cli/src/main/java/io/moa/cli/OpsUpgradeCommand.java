package io.moa.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code moa ops upgrade}. */
@Command(
        name = "upgrade",
        mixinStandardHelpOptions = true,
        description =
                "Lets an installed version take the place of the one that runs, with its connections. If it does not come to that, the other one runs on.")
final class OpsUpgradeCommand implements Callable<Integer> {

    @ParentCommand
    private OpsCommand ops;

    @Mixin
    private OpsDoor door;

    @Parameters(index = "0", paramLabel = "VERSION", description = "One that is installed.")
    private String version;

    @Option(
            names = "--again",
            description = "Also if it runs already: a new process takes over, such as one with other options.")
    private boolean again;

    @Option(names = "--by", paramLabel = "NAME", description = "Who the history names; default the user.")
    private String by = OpsDoor.self();

    @Override
    public Integer call() throws InterruptedException {
        ops.out().println(version + ": " + Printable.of(door.ask(client -> client.upgrade(version, again, by))));
        return 0;
    }
}
