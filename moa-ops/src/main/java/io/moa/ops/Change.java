package io.moa.ops;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One thing that was done, or is being done. Immutable.
 *
 * @param number of this folder's changes, from 1
 * @param what {@code install}, {@code upgrade} or {@code rollback}
 * @param version which is installed or goes to run
 * @param by who asked for it, as they said
 * @param began when
 * @param outcome {@code running}, {@code done} or {@code failed}
 * @param told what came of it, or which step is being made, for people
 * @param tookMillis how long; 0 while it runs
 */
record Change(
        long number,
        String what,
        String version,
        String by,
        Instant began,
        String outcome,
        String told,
        long tookMillis) {

    static final String RUNNING = "running";
    static final String DONE = "done";
    static final String FAILED = "failed";

    Change step(String step) {
        return new Change(number, what, version, by, began, RUNNING, step, 0);
    }

    Change ended(boolean well, String account, Instant now) {
        return new Change(
                number,
                what,
                version,
                by,
                began,
                well ? DONE : FAILED,
                account,
                Math.max(0, now.toEpochMilli() - began.toEpochMilli()));
    }

    boolean isRunning() {
        return outcome.equals(RUNNING);
    }

    ObjectNode json() {
        return Json.MAPPER
                .createObjectNode()
                .put("number", number)
                .put("what", what)
                .put("version", version)
                .put("by", by)
                .put("began", began.toString())
                .put("outcome", outcome)
                .put("told", told)
                .put("tookMillis", tookMillis);
    }

    static @Nullable Change read(JsonNode said) {
        return said.isObject()
                ? new Change(
                        said.path("number").asLong(),
                        said.path("what").asText(),
                        said.path("version").asText(),
                        said.path("by").asText(),
                        Instant.parse(said.path("began").asText()),
                        said.path("outcome").asText(),
                        said.path("told").asText(),
                        said.path("tookMillis").asLong())
                : null;
    }
}
