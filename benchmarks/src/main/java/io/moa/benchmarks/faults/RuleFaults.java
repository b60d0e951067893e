package io.moa.benchmarks.faults;

import io.moa.benchmarks.ChildProcess;
import io.moa.registry.redis.RedisLink;
import io.moa.registry.redis.RuleDesk;
import java.util.Map;

/** What happens to calls when rules change. */
final class RuleFaults {

    private static final int CLIENTS = 20;

    private RuleFaults() {}

    /** R1: policies and routes change one after the other; nobody may fail for that, and all obey soon. */
    static Finding changed(FaultOptions options) throws Exception {
        try (Scene scene = new Scene(options)) {
            scene.standalone().play();
            ChildProcess crowd = scene.other("crowd", Crowd.class, "" + CLIENTS, "200", "ruled");
            crowd.await("ready");
            Scene.pause(options.controlSeconds());
            Seen control = scene.turn();
            crowd.order("turn", "seen");
            long worst = 0;
            long sum = 0;
            try (RedisLink link = scene.link()) {
                RuleDesk desk = new RuleDesk(link);
                for (int round = 0; round < options.rounds(); round++) {
                    String id = "round-" + round;
                    desk.putRule(
                                    id + "-route",
                                    "{\"kind\": \"route\", \"service\": \"*\", \"to\": [{\"where\": {\"host\": \"127.*\"}, \"share\": "
                                            + (10 + round) + "}, {\"where\": {}, \"share\": 50}]}",
                                    null,
                                    "benchmark")
                            .get();
                    long begun = System.nanoTime();
                    desk.putRule(
                                    id,
                                    "{\"kind\": \"policy\", \"service\": \"*\", \"set\": {\"attempts\": "
                                            + (3 + round % 3) + "}}",
                                    null,
                                    "benchmark")
                            .get();
                    if (round > 0) {
                        desk.removeRule("round-" + (round - 1), null, "benchmark")
                                .get();
                        desk.removeRule("round-" + (round - 1) + "-route", null, "benchmark")
                                .get();
                    }
                    crowd.order("ruled " + id, "ruled");
                    long millis = (System.nanoTime() - begun) / 1_000_000;
                    worst = Math.max(worst, millis);
                    sum += millis;
                    Scene.pause(1);
                }
            }
            Seen seen = scene.turn();
            Map<String, String> others = ChildProcess.fields(crowd.order("turn", "seen"));
            return new Finding(
                            "R1",
                            "live rules change: a policy and a route, once a second, for " + CLIENTS
                                    + " clients and the one under load")
                    .came("changes", options)
                    .told("calls under load", seen.sent())
                    .exactly(
                            "calls that failed",
                            seen.failedIdempotent()
                                    + seen.failedUnexecuted()
                                    + seen.unknown()
                                    + seen.wrong()
                                    + seen.unended(),
                            0)
                    .exactly(
                            "calls of the clients that failed", Long.parseLong(ChildProcess.field(others, "failed")), 0)
                    .told("in force for all clients after, on average, ms", sum / Math.max(1, options.rounds()))
                    .atMost("in force for all clients after, at worst", worst, 1_000, " ms")
                    .atMost("p99 against the control", seen.p99() / (double) control.p99(), 2, "×")
                    .end(scene.end());
        }
    }
}
