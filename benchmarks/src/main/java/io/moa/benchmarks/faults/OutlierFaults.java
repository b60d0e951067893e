package io.moa.benchmarks.faults;

import io.moa.benchmarks.ChildProcess;
import java.util.Map;

/** What happens to calls when one server of four is no good. */
final class OutlierFaults {

    private OutlierFaults() {}

    /**
     * A1: each time another one, which comes back at the same port. The death of a process costs the machine some milliseconds, whoever it
     * was: so between two kills the one that is killed has left before, with all that a server needs, and nobody calls it.
     */
    static Finding killedOften(FaultOptions options) throws Exception {
        try (Scene scene = new Scene(options)) {
            scene.standalone().play();
            Scene.pause(options.controlSeconds());
            Seen control = scene.turn();
            Deaths left = new Deaths(scene, true);
            Deaths killed = new Deaths(scene, false);
            for (int round = 0; round < options.rounds(); round++) {
                left.next(round);
                killed.next(round + 1);
            }
            return new Finding(
                            "A1",
                            "one of four servers killed (SIGKILL) and started again at its port, no watcher anywhere")
                    .came("kills", options)
                    .told("calls", left.calls + killed.calls)
                    .exactly("failed when one died that had left", left.idempotent + left.notRun + left.unknown, 0)
                    .exactly("idempotent failed", killed.idempotent, 0)
                    .exactly("others: failed, not run", killed.notRun, 0)
                    .told("others: unknown, in flight when the server died", killed.unknown)
                    .atMost("last call that failed was begun, after the kill", killed.latest, 200, " ms")
                    .told("p99 of a second in which nothing dies, us", control.p99())
                    .told("p99 of the second after one died that had left, median, us", left.medianP99())
                    .told("p99 of the second after a kill, median, us", killed.medianP99())
                    .told("p99 of the second after a kill, worst, us", killed.worstP99())
                    .atMost(
                            "median, against those of deaths that concern nobody",
                            killed.medianP99() / (double) left.medianP99(),
                            3,
                            "×")
                    .end(scene.end());
        }
    }

    /** A4: a server that fails faster than others work attracts nobody. */
    static Finding broken(FaultOptions options) throws Exception {
        try (Scene scene = new Scene(options)) {
            scene.standalone().play();
            Scene.pause(options.controlSeconds());
            Seen control = scene.turn();
            ChildProcess broken = scene.servers().get(0);
            broken.order("fail", "calls");
            Scene.pause(1);
            long first = number(broken.order("fail", "calls"));
            Seen second = scene.turn();
            number(broken.order("fail", "calls"));
            Scene.pause(options.faultSeconds());
            long later = number(broken.order("serve", "calls"));
            Seen seen = scene.turn();
            Scene.pause(40); // the longest ejection, and a little more
            number(broken.order("serve", "calls"));
            scene.turn();
            Scene.pause(options.controlSeconds());
            long healed = number(broken.order("serve", "calls"));
            Seen after = scene.turn();
            return new Finding(
                            "A4",
                            "one of four servers fails each call at once, with an exception that no method declares")
                    .lasted("it failed for", options)
                    .noneIdempotentFailed(control, seen)
                    .exactly("idempotent failed in the first second", second.failedIdempotent(), 0)
                    .atMost(
                            "other calls that failed, all in all",
                            second.unknown() + second.failedUnexecuted() + seen.unknown() + seen.failedUnexecuted(),
                            10,
                            "")
                    .told("calls to it in the first second", first)
                    .atMost("its share of the calls from then on", 100.0 * later / seen.sent(), 2, " %")
                    .told("its share when it works again, %", Math.round(100.0 * healed / after.sent()))
                    .end(scene.end());
        }
    }

    private static long number(String answer) {
        Map<String, String> fields = ChildProcess.fields(answer);
        return Long.parseLong(fields.getOrDefault("number", "0"));
    }
}
