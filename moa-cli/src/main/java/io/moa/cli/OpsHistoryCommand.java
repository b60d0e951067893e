package io.moa.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.moa.ops.OpsClient;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** {@code moa ops history}. */
@Command(
        name = "history",
        mixinStandardHelpOptions = true,
        description = "What was changed, by whom, and what came of it; the newest first, 200 at most.")
final class OpsHistoryCommand implements Callable<Integer> {

    @ParentCommand
    private OpsCommand ops;

    @Mixin
    private OpsDoor door;

    @Option(names = "--json", description = "Print it as JSON.")
    private boolean json;

    @Override
    public Integer call() throws InterruptedException {
        JsonNode history = door.ask(OpsClient::history);
        if (json) {
            ops.out().println(history.toPrettyString());
            return 0;
        }
        TextTable table = new TextTable("NO", "WHEN", "BY", "WHAT", "VERSION", "OUTCOME", "TOOK", "TOLD");
        for (JsonNode each : history.path("changes")) {
            table.row(
                    each.path("number").asLong(),
                    OpsStatusCommand.text(each, "began", "?"),
                    OpsStatusCommand.text(each, "by", "?"),
                    OpsStatusCommand.text(each, "what", "?"),
                    OpsStatusCommand.text(each, "version", "?"),
                    OpsStatusCommand.text(each, "outcome", "?"),
                    each.path("tookMillis").asLong() + " ms",
                    OpsStatusCommand.text(each, "told", ""));
        }
        table.print(ops.out());
        return 0;
    }
}
