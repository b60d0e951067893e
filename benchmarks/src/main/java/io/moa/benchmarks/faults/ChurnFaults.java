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
            churn.order("here " + CHANGES_PER_SECOND, "changes");
            Scene.pause(options.warmSeconds() * 2);
            long before = Long.parseLong(number(churn.order("here 0", "changes")));
            // As many changes that the client does not follow: what they cost Redis and the machine is none of the
            // client's.
            churn.order("elsewhere " + CHANGES_PER_SECOND, "changes");
            Scene.pause(5);
            scene.turn();
            double seconds = options.faultSeconds();
            Scene.pause(options.longControlSeconds());
            Seen control = scene.turn();
            churn.order("elsewhere 0", "changes");
            churn.order("here " + CHANGES_PER_SECOND, "changes");
            Scene.pause(seconds);
            Seen seen = scene.turn();
            long changes = Long.parseLong(number(churn.order("here 0", "changes"))) - before;
            double cores = seen.cpuMillis() / 1e3 / seconds - control.cpuMillis() / 1e3 / options.longControlSeconds();
            return new Finding(
                            "B16",
                            INSTANCES + " entries of weight 0 beside the four servers, " + CHANGES_PER_SECOND
                                    + " changes a second, half of them an instance that leaves and another that comes; beside as"
                                    + " many changes of a service that the client does not follow")
                    .lasted("churn lasted", options)
                    .noneFailed(control, seen)
                    .told("changes", changes)
                    .atMost("the client's processor time for it", Math.max(0, cores * 100), 5, " % of a core")
                    .p99(control, seen, 1.1)
                    .end(scene.end());
        }
    }

    private static String number(String answer) {
        return ChildProcess.fields(answer).getOrDefault("number", "0");
    }
}
