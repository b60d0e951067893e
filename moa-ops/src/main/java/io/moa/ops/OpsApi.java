package io.moa.ops;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.regex.Pattern;

/** What can be asked of an operations agent. Changes are begun and told of by their numbers; nothing here waits for one. */
final class OpsApi implements AutoCloseable {

    private static final Pattern BY = Pattern.compile("[\\x21-\\x7e]{1,64}");
    private static final Duration DOWNLOAD = Duration.ofMinutes(10);

    private final Supervisor supervisor;
    private final VersionStore versions;
    private final ExecutorService installer = Executors.newSingleThreadExecutor(task -> {
        Thread thread = new Thread(task, "moa-ops-install");
        thread.setDaemon(true);
        return thread;
    });

    OpsApi(Supervisor supervisor, VersionStore versions) {
        this.supervisor = supervisor;
        this.versions = versions;
    }

    JsonNode answer(String method, String path, JsonNode body) throws OpsException, IOException {
        String question = method + " " + path;
        return switch (question) {
            case "GET /v1/status" -> status();
            case "GET /v1/history" -> history();
            case "POST /v1/install" -> install(body);
            case "POST /v1/upgrade" -> upgrade(body);
            case "POST /v1/rollback" -> rollback(body);
            default ->
                throw new OpsException(
                        404,
                        "There are GET /v1/status and /v1/history, POST /v1/install, /v1/upgrade and /v1/rollback");
        };
    }

    private ObjectNode status() throws IOException {
        OpsState state = supervisor.state();
        AgentRun agent = supervisor.agent();
        ObjectNode all = Json.MAPPER.createObjectNode();
        all.put("version", state.version()).put("previous", state.previous());
        all.put("restarts", state.restarts()).put("failure", state.failure());
        all.put("startsInMillis", supervisor.startsInMillis());
        ObjectNode its = all.putObject("agent");
        its.put("alive", agent != null);
        if (agent != null) {
            AgentReport report = agent.report();
            its.put("version", agent.version())
                    .put("pid", agent.pid())
                    .put("since", agent.since().toString());
            its.put("serving", report != null && report.serving());
            its.put("silentMillis", report == null ? -1 : Math.max(0, System.currentTimeMillis() - report.atMillis()));
            its.put("calls", report == null ? 0 : report.calls());
            its.put("failed", report == null ? 0 : report.failed());
            its.put("connections", report == null ? 0 : report.connections());
        }
        Change running = state.running();
        all.set("change", running == null ? all.nullNode() : running.json());
        ArrayNode installed = all.putArray("versions");
        for (Version each : versions.all()) {
            installed
                    .addObject()
                    .put("name", each.name())
                    .put("sha256", each.sha256())
                    .put("installed", each.installed().toString());
        }
        return all;
    }

    private ObjectNode history() {
        OpsState state = supervisor.state();
        ObjectNode all = Json.MAPPER.createObjectNode();
        ArrayNode past = all.putArray("changes");
        Change running = state.running();
        if (running != null) {
            past.add(running.json());
        }
        state.history().forEach(each -> past.add(each.json()));
        return all;
    }

    private static String by(JsonNode body) throws OpsException {
        String by = body.path("by").asText("");
        if (by.isEmpty()) {
            return "unknown";
        }
        if (!BY.matcher(by).matches()) {
            throw new OpsException(400, "Who asks is up to 64 printable characters without blanks");
        }
        return by;
    }

    private static String text(JsonNode body, String name) throws OpsException {
        String value = body.path(name).asText("");
        if (value.isEmpty()) {
            throw new OpsException(400, "The body has no \"" + name + "\"");
        }
        return value;
    }

    private ObjectNode install(JsonNode body) throws OpsException {
        String name = Version.checkedName(text(body, "version"));
        String from = text(body, "from");
        String sha256 = Sha256.parse(text(body, "sha256"));
        Change change = supervisor.begin("install", name, by(body));
        installer.execute(() -> {
            boolean well = false;
            String account = "it failed";
            try {
                account = install(name, from, sha256);
                well = true;
            } catch (OpsException e) {
                account = String.valueOf(e.getMessage());
            } catch (IOException | RuntimeException e) {
                account = "It could not be installed: " + e;
            } finally {
                supervisor.end(change, well, account);
            }
        });
        return begun(change);
    }

    private String install(String name, String from, String sha256) throws OpsException, IOException {
        Path archive = Files.createTempFile(versions.incoming(), "archive", ".zip");
        try {
            new Download(versions.limits().packedBytes(), DOWNLOAD).into(archive, from);
            return versions.install(name, archive, sha256, inUse());
        } finally {
            Files.deleteIfExists(archive);
        }
    }

    private Set<String> inUse() {
        Set<String> names = new LinkedHashSet<>();
        OpsState state = supervisor.state();
        AgentRun agent = supervisor.agent();
        if (state.version() != null) {
            names.add(state.version());
        }
        if (state.previous() != null) {
            names.add(state.previous());
        }
        if (agent != null) {
            names.add(agent.version());
        }
        return names;
    }

    private ObjectNode upgrade(JsonNode body) throws OpsException, IOException {
        String name = Version.checkedName(text(body, "version"));
        if (name.equals(supervisor.state().version()) && !body.path("again").asBoolean()) {
            throw new OpsException(
                    409, name + " runs already; again says that a new process is to take over all the same");
        }
        return begun(supervisor.upgrade("upgrade", installed(name), by(body)));
    }

    private ObjectNode rollback(JsonNode body) throws OpsException, IOException {
        String previous = supervisor.state().previous();
        if (previous == null) {
            throw new OpsException(409, "No version ran before this one");
        }
        return begun(supervisor.upgrade("rollback", installed(previous), by(body)));
    }

    private String installed(String name) throws OpsException, IOException {
        if (versions.find(name) == null) {
            throw new OpsException(404, name + " is not installed");
        }
        return name;
    }

    private static ObjectNode begun(Change change) {
        return Json.MAPPER.createObjectNode().put("change", change.number());
    }

    @Override
    public void close() {
        installer.shutdownNow();
    }
}
