package io.moa.ops;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * How an instance is after its upgrade. Immutable.
 *
 * @param version which runs there; empty if none
 * @param serving whether its agent lives and serves
 * @param silentMillis how long ago its agent said so; negative if never
 * @param restarts how often it died since the upgrade
 * @param calls which have ended since its process began
 * @param failed of these
 */
record InstanceHealth(String version, boolean serving, long silentMillis, long restarts, long calls, long failed) {

    /** An agent that says nothing for so long stands still. */
    private static final long SILENT_MILLIS = 15_000;

    static InstanceHealth of(JsonNode status) {
        JsonNode agent = status.path("agent");
        return new InstanceHealth(
                agent.path("version").asText(""),
                agent.path("alive").asBoolean() && agent.path("serving").asBoolean(),
                agent.path("silentMillis").asLong(-1),
                status.path("restarts").asLong(),
                agent.path("calls").asLong(),
                agent.path("failed").asLong());
    }

    boolean runs(String wanted) {
        return serving && version.equals(wanted) && silentMillis >= 0 && silentMillis <= SILENT_MILLIS;
    }

    /** Why this does not pass; empty if it does. */
    String complaint(RolloutPlan plan) {
        if (restarts > plan.maxRestarts()) {
            return "its agent died " + restarts + " times since";
        }
        if (!runs(plan.version())) {
            return !serving
                    ? "its agent does not serve"
                    : version.equals(plan.version())
                            ? "its agent says nothing for " + silentMillis + " ms"
                            : "it runs " + version;
        }
        if (tooMany(plan, calls, failed)) {
            return rate(calls, failed) + " failed";
        }
        return "";
    }

    static boolean tooMany(RolloutPlan plan, long calls, long failed) {
        return calls >= plan.minCalls() && calls > 0 && failed > plan.maxErrorRate() * calls;
    }

    static String rate(long calls, long failed) {
        double percent = calls == 0 ? 0 : 100.0 * failed / calls;
        return String.format(java.util.Locale.ROOT, "%.2f %% of %d calls", percent, calls);
    }
}
