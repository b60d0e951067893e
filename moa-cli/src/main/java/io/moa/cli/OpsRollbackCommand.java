package io.moa.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** {@code moa ops rollback}. */
@Command(
        name = "rollback",
        mixinStandardHelpOptions = true,
        description = "Lets the version before take the place of the one that runs, as an upgrade does.")
final class OpsRollbackCommand implements Callable<Integer> {

    @ParentCommand
    private OpsCommand ops;

    @Mixin
    private OpsDoor door;

    @Option(names = "--by", paramLabel = "NAME", description = "Who the history names; default the user.")
    private String by = OpsDoor.self();

    @Override
    public Integer call() throws InterruptedException {
        ops.out().println("Back: " + Printable.of(door.ask(client -> client.rollback(by))));
        return 0;
    }
}
