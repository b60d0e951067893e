package io.moa.ops;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the operations agent must not forget. Immutable.
 *
 * @param version which is to run; null before the first upgrade
 * @param previous which ran before it; null if none did
 * @param launches how many processes were started; each has a number of its own
 * @param restarts how often the agent had to be started again since it has this version
 * @param failure why, the last time; null if never
 * @param running the change that is being made; null for none
 * @param history changes that have ended, the newest first
 */
record OpsState(
        @Nullable String version,
        @Nullable String previous,
        long launches,
        long restarts,
        @Nullable String failure,
        @Nullable Change running,
        List<Change> history) {

    static final int HISTORY = 200;
    static final OpsState EMPTY = new OpsState(null, null, 0, 0, null, null, List.of());

    OpsState {
        history = List.copyOf(history);
    }

    OpsState launched() {
        return new OpsState(version, previous, launches + 1, restarts, failure, running, history);
    }

    OpsState restarting(String why) {
        return new OpsState(version, previous, launches, restarts + 1, why, running, history);
    }

    OpsState withRunning(@Nullable Change change) {
        return new OpsState(version, previous, launches, restarts, failure, change, history);
    }

    /** Another version runs from now on. */
    OpsState runs(String now) {
        return now.equals(version)
                ? new OpsState(version, previous, launches, 0, null, running, history)
                : new OpsState(now, version, launches, 0, null, running, history);
    }

    OpsState ended(Change change) {
        List<Change> all = new ArrayList<>();
        all.add(change);
        all.addAll(history.subList(0, Math.min(history.size(), HISTORY - 1)));
        boolean its = running != null && running.number() == change.number();
        return new OpsState(version, previous, launches, restarts, failure, its ? null : running, all);
    }

    /** The number of the next change. */
    long nextChange() {
        long last = history.stream().mapToLong(Change::number).max().orElse(0);
        return 1 + Math.max(last, running == null ? 0 : running.number());
    }

    ObjectNode json() {
        ObjectNode all = Json.MAPPER.createObjectNode();
        all.put("format", 1).put("version", version).put("previous", previous);
        all.put("launches", launches).put("restarts", restarts).put("failure", failure);
        all.set("running", running == null ? all.nullNode() : running.json());
        ArrayNode past = all.putArray("history");
        history.forEach(each -> past.add(each.json()));
        return all;
    }

    static OpsState read(JsonNode said) {
        if (said.path("format").asInt() != 1) {
            throw new IllegalStateException("The state is of a format that is not known here: " + said.path("format"));
        }
        List<Change> history = new ArrayList<>();
        for (JsonNode each : said.path("history")) {
            Change change = Change.read(each);
            if (change != null) {
                history.add(change);
            }
        }
        return new OpsState(
                said.path("version").textValue(),
                said.path("previous").textValue(),
                said.path("launches").asLong(),
                said.path("restarts").asLong(),
                said.path("failure").textValue(),
                Change.read(said.path("running")),
                history);
    }
}
