package io.moa.benchmarks.faults;

import io.moa.benchmarks.ChildProcess;

/** What a list that never rests costs those who follow it. */
final class ChurnFaults {

    private static final int INSTANCES = 1_000;
    private static final int CHANGES_PER_SECOND = 100;

    private ChurnFaults() {}

    /** B16: a thousand entries beside the four servers, of which a tenth changes each second. */
    static Finding churn(FaultOptions options) throws Exception {
        try (Scene scene = new Scene(options)) {
            scene.standalone().play();
            ChildProcess churn = scene.other("churn", Churn.class, Integer.toString(INSTANCES));
            churn.await("ready");
            // What a change costs is asked of a client that has seen many, not of a compiler that sees the first.
            churn.order("rate " + CHANGES_PER_SECOND, "changes");
            Scene.pause(options.warmSeconds() * 2);
            long before = Long.parseLong(number(churn.order("rate 0", "changes")));
            Scene.pause(5);
            scene.turn();
            double seconds = Math.max(options.controlSeconds(), options.faultSeconds());
            Scene.pause(seconds);
            Seen control = scene.turn();
            churn.order("rate " + CHANGES_PER_SECOND, "changes");
            Scene.pause(seconds);
            Seen seen = scene.turn();
            long changes = Long.parseLong(number(churn.order("rate 0", "changes"))) - before;
            double cores = (seen.cpuMillis() - control.cpuMillis()) / 1e3 / seconds;
            return new Finding(
                            "B16",
                            INSTANCES + " entries of weight 0 beside the four servers, " + CHANGES_PER_SECOND
                                    + " changes a second, half of them an instance that leaves and another that comes")
                    .extent("churn lasted", seconds, 60, " s", "--fault")
                    .noneFailed(control, seen)
                    .told("changes", changes)
                    .atMost("the client's processor time for it", Math.max(0, cores * 100), 5, " % of a core")
                    .atMost("p99 against the control", seen.p99() / (double) control.p99(), 1.1, "×")
                    .end(scene.end());
        }
    }

    private static String number(String answer) {
        return ChildProcess.fields(answer).getOrDefault("number", "0");
    }
}
