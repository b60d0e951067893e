package io.moa.benchmarks.faults;

import io.moa.benchmarks.ChildProcess;
import java.util.Map;

/** What happens to calls when one server of four is no good. */
final class OutlierFaults {

    private OutlierFaults() {}

    /** A1: each time another one, which comes back at the same port. */
    static Finding killedOften(FaultOptions options) throws Exception {
        try (Scene scene = new Scene(options)) {
            scene.standalone().play();
            Scene.pause(options.controlSeconds());
            Seen control = scene.turn();
            long idempotent = 0;
            long notRun = 0;
            long unknown = 0;
            long latest = 0;
            long worst = 0;
            long calls = 0;
            for (int round = 0; round < options.rounds(); round++) {
                int i = round % scene.servers().size();
                ChildProcess victim = scene.servers().get(i);
                int port = Integer.parseInt(ChildProcess.field(scene.ready(victim), "port"));
                long killed = System.currentTimeMillis();
                victim.kill();
                Scene.pause(1);
                Seen second = scene.turn();
                ChildProcess fresh = scene.server(port);
                scene.servers().set(i, fresh);
                scene.ready(fresh);
                Scene.pause(4);
                Seen rest = scene.turn();
                for (Seen seen : new Seen[] {second, rest}) {
                    calls += seen.sent();
                    idempotent += seen.failedIdempotent() + seen.wrong() + seen.notSent() + seen.unended();
                    notRun += seen.failedUnexecuted();
                    unknown += seen.unknown();
                    latest = Math.max(latest, seen.lastFailed() == 0 ? 0 : seen.lastFailed() - killed);
                }
                worst = Math.max(worst, second.p99());
            }
            return new Finding(
                            "A1",
                            "one of four servers killed (SIGKILL) and started again at its port, no watcher anywhere")
                    .came("kills", options)
                    .told("calls", calls)
                    .exactly("idempotent failed", idempotent, 0)
                    .exactly("others: failed, not run", notRun, 0)
                    .told("others: unknown, in flight when the server died", unknown)
                    .atMost("last call that failed was begun, after the kill", latest, 200, " ms")
                    .atMost(
                            "p99 of the second after a kill, worst, against the control",
                            worst / (double) control.p99(),
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
