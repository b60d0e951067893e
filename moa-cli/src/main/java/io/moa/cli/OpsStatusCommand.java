package io.moa.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.moa.ops.OpsClient;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** {@code moa ops status}. */
@Command(
        name = "status",
        mixinStandardHelpOptions = true,
        description =
                "Which version runs, since when, how it is, and what is being changed. Exits with 1 if no agent serves.")
final class OpsStatusCommand implements Callable<Integer> {

    @ParentCommand
    private OpsCommand ops;

    @Mixin
    private OpsDoor door;

    @Option(names = "--json", description = "Print it as JSON.")
    private boolean json;

    @Override
    public Integer call() throws InterruptedException {
        JsonNode status = door.ask(OpsClient::status);
        JsonNode agent = status.path("agent");
        boolean serves = agent.path("serving").asBoolean();
        if (json) {
            ops.out().println(status.toPrettyString());
            return serves ? 0 : 1;
        }
        TextTable table = new TextTable("WHAT", "VALUE");
        table.row("version", text(status, "version", "none yet"));
        table.row("version before", text(status, "previous", "none"));
        if (agent.path("alive").asBoolean()) {
            table.row(
                    "agent",
                    "process " + agent.path("pid").asLong() + ", version " + text(agent, "version", "?") + ", since "
                            + text(agent, "since", "?") + (serves ? ", serves" : ", does not serve"));
            table.row(
                    "said so",
                    agent.path("silentMillis").asLong() < 0
                            ? "never"
                            : agent.path("silentMillis").asLong() + " ms ago");
            table.row(
                    "calls since then",
                    agent.path("calls").asLong() + ", " + agent.path("failed").asLong() + " failed");
            table.row("connections", agent.path("connections").asLong());
        } else {
            long millis = status.path("startsInMillis").asLong();
            table.row("agent", "none runs" + (millis > 0 ? "; it is started in " + millis + " ms" : ""));
        }
        table.row("restarts of this version", status.path("restarts").asLong());
        table.row("last failure", text(status, "failure", "none"));
        JsonNode change = status.path("change");
        table.row(
                "change",
                change.isObject()
                        ? change.path("number").asLong() + ", " + text(change, "what", "?") + " "
                                + text(change, "version", "?") + " by " + text(change, "by", "?") + ": "
                                + text(change, "told", "")
                        : "none");
        for (JsonNode each : status.path("versions")) {
            table.row(
                    "installed",
                    text(each, "name", "?") + ", " + text(each, "installed", "?") + ", SHA-256 "
                            + text(each, "sha256", "?"));
        }
        table.print(ops.out());
        return serves ? 0 : 1;
    }

    static String text(JsonNode in, String name, String none) {
        return in.hasNonNull(name) ? Printable.of(in.path(name).asText()) : none;
    }
}
