package io.moa.benchmarks.faults;

import io.moa.benchmarks.ChildProcess;
import io.moa.benchmarks.mesh.DyingAgent;
import io.moa.benchmarks.mesh.UpgradedAgent;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** What happens to calls that an agent makes, when it goes, stands still, or changes. */
final class MeshFaults {

    private static final String CLIENT = "faults-client";
    private static final String TIMEOUT = "-Dmoa.policy.timeout@moa.benchmarks.Counted=2s";

    /** After it is left, an agent is not taken for so long; twice as long, if it is left again within that. */
    private static final int AWAY_MILLIS = 5_000;

    /** What the new process says and hears of a hand-over, up to its last word before the connections are its own. */
    private static final List<String> STEPS_OF_NEW = List.of(
            "says GREETING",
            "hears CHALLENGE",
            "says PROOF",
            "hears DOOR",
            "hears OFFER",
            "says READY",
            "hears DOOR_DESCRIPTOR",
            "hears DESCRIPTOR",
            "says HELD",
            "hears STATE",
            "hears LUGGAGE",
            "hears COMMIT",
            "says TAKEN");

    /** What the old one says and hears before the connections are another's. */
    private static final List<String> STEPS_OF_OLD = List.of(
            "hears GREETING",
            "says CHALLENGE",
            "hears PROOF",
            "says OFFER",
            "hears READY",
            "says DESCRIPTOR",
            "hears HELD",
            "says STATE",
            "says LUGGAGE",
            "says COMMIT");

    private static final String AFTER_COMMIT = "hears TAKEN";

    private MeshFaults() {}

    /** A scene with an agent, by which the client's calls go. */
    private static final class Stage {
        final Scene scene;
        final String socket;
        ChildProcess agent;
        private int started;

        Stage(Scene scene) throws Exception {
            this.scene = scene;
            this.socket = "unix:" + scene.folder().resolve("m").resolve("agent.sock");
            scene.standalone().clientOptions(TIMEOUT, "-Dmoa.mesh=auto", "-Dmoa.mesh.agent=" + socket);
            agent = start("start");
            agent.await("ready");
            scene.play();
            awaitSeat("LOCAL", 60);
            Scene.pause(scene.options().warmSeconds()); // the agent is warm, too
            scene.turn();
        }

        ChildProcess start(String how) throws IOException {
            return scene.agent(
                    "agent-" + ++started, UpgradedAgent.class, List.of(), scene.url(), CLIENT, how, "-", socket);
        }

        ChildProcess dying(String at, String how) throws IOException {
            return scene.agent(
                    "agent-" + ++started,
                    DyingAgent.class,
                    List.of(DyingAgent.OPTION),
                    "hand-over: " + at,
                    scene.url(),
                    CLIENT,
                    how,
                    "-",
                    socket);
        }

        /** Milliseconds until calls go so. */
        long awaitSeat(String seat, double limitSeconds) throws Exception {
            long millis = Scene.millisUntil(limitSeconds, () -> seat.equals(ChildProcess.field(scene.mesh(), "seat")));
            if (millis < 0) {
                throw new IllegalStateException(
                        "calls do not go " + seat + " within " + limitSeconds + " s: " + scene.mesh());
            }
            return millis;
        }

        /**
         * Waits until calls have gone by the agent for so long that to leave it next time is no flapping.
         *
         * @return how often they left it again before
         */
        int settle() throws Exception {
            for (int left = 0; ; left++) {
                awaitSeat("LOCAL", 60);
                long before = switches();
                Scene.pause((AWAY_MILLIS + 500) / 1e3);
                if (switches() == before) {
                    return left;
                }
            }
        }

        long switches() throws Exception {
            return Long.parseLong(ChildProcess.field(scene.mesh(), "switches"));
        }
    }

    /** Sums of several windows. */
    private static final class Sum {
        long calls;
        long idempotent;
        long notRun;
        long unknown;
        long longest;
        long unknownAtOnce;

        void add(Seen seen) {
            calls += seen.sent();
            idempotent += seen.failedIdempotent() + seen.wrong() + seen.notSent() + seen.unended();
            notRun += seen.failedUnexecuted();
            unknown += seen.unknown();
            unknownAtOnce = Math.max(unknownAtOnce, seen.unknown());
            longest = Math.max(longest, seen.max());
        }
    }

    /** D1. */
    static Finding killed(FaultOptions options) throws Exception {
        try (Scene scene = new Scene(options)) {
            Stage stage = new Stage(scene);
            Scene.pause(options.controlSeconds());
            Seen control = scene.turn();
            Sum sum = new Sum();
            List<Long> switched = new ArrayList<>();
            List<Long> back = new ArrayList<>();
            long latest = 0;
            int leftAgain = 0;
            for (int i = 0; i < options.rounds(); i++) {
                Scene.pause(1);
                scene.begin();
                long killed = System.currentTimeMillis();
                long begun = System.nanoTime();
                stage.agent.kill();
                switched.add(stage.awaitSeat("DIRECT", 5));
                stage.agent = stage.start("start");
                stage.agent.await("ready");
                stage.awaitSeat("LOCAL", 60);
                back.add((System.nanoTime() - begun) / 1_000_000);
                leftAgain += stage.settle();
                Seen seen = scene.turn();
                sum.add(seen);
                latest = Math.max(latest, seen.lastFailed() == 0 ? 0 : seen.lastFailed() - killed);
            }
            return new Finding("D1", "the agent killed (SIGKILL), and started again")
                    .came("killed", options)
                    .told("calls", sum.calls)
                    .told("longest call without it, ms", control.max() / 1_000)
                    .exactly("idempotent failed", sum.idempotent, 0)
                    .told("others: failed, not run", sum.notRun)
                    .told("others: unknown", sum.unknown)
                    .atMost("calls go directly, after the kill, at worst", max(switched), 100, " ms")
                    .atMost("last call that failed was begun, after the kill", latest, 100, " ms")
                    .atLeast(
                            "they go by it again, after the kill, at the earliest",
                            (double) min(back),
                            AWAY_MILLIS,
                            " ms")
                    .told("the same at the latest, ms", max(back))
                    .told("they left it again within 5 s", leftAgain)
                    .told("longest call, ms", sum.longest / 1_000)
                    .end(scene.end());
        }
    }

    /** D2. */
    static Finding stopped(FaultOptions options) throws Exception {
        try (Scene scene = new Scene(options)) {
            Stage stage = new Stage(scene);
            Scene.pause(options.controlSeconds());
            Seen control = scene.turn();
            Sum sum = new Sum();
            List<Long> switched = new ArrayList<>();
            List<Long> back = new ArrayList<>();
            int leftAgain = 0;
            for (int i = 0; i < options.rounds(); i++) {
                Scene.pause(1);
                scene.begin();
                stage.agent.signal("STOP");
                switched.add(stage.awaitSeat("DIRECT", 5));
                Scene.pause(1);
                stage.agent.signal("CONT");
                back.add(stage.awaitSeat("LOCAL", 60));
                leftAgain += stage.settle();
                sum.add(scene.turn());
            }
            return new Finding("D2", "the agent stopped (SIGSTOP), and a second after it was left let go on (SIGCONT)")
                    .came("stopped", options)
                    .told("calls", sum.calls)
                    .told("longest call without it, ms", control.max() / 1_000)
                    .exactly("idempotent failed", sum.idempotent, 0)
                    .exactly("others failed, or unknown", sum.notRun + sum.unknown, 0)
                    .atMost("calls go directly, after the signal, at worst", max(switched), 500, " ms")
                    .told("they go by it again, after it went on, at the latest, ms", max(back))
                    .told("they left it again within 5 s", leftAgain)
                    .told("longest call, ms", sum.longest / 1_000)
                    .end(scene.end());
        }
    }

    /** D4. */
    static Finding endsDuringHandOver(FaultOptions options) throws Exception {
        Sum ofNew = new Sum();
        Sum ofOld = new Sum();
        Sum afterCommit = new Sum();
        long twice = 0;
        long later = 0;
        long left = 0;
        int deaths = 0;
        long latest = 0;
        try (Scene scene = new Scene(options)) {
            Stage stage = new Stage(scene);
            long switches = stage.switches();
            for (int round = 0; round < options.rounds(); round++) {
                for (String step : STEPS_OF_NEW) {
                    scene.begin();
                    stage.dying(step, "replace-cold").await("gone");
                    deaths++;
                    Scene.pause(0.5);
                    ofNew.add(scene.turn());
                }
            }
            left = stage.switches() - switches;
            Seen end = scene.end();
            twice += end.twice();
            later += end.failed();
        }
        try (Scene scene = new Scene(options)) {
            Stage stage = new Stage(scene);
            for (int round = 0; round < options.rounds(); round++) {
                List<String> steps = new ArrayList<>(List.of(AFTER_COMMIT));
                if (round % 4 == 0) {
                    steps.addAll(STEPS_OF_OLD);
                }
                for (String step : steps) {
                    stage.agent.kill();
                    stage.awaitSeat("DIRECT", 5);
                    stage.agent = stage.dying(step, "start");
                    stage.agent.await("ready");
                    stage.awaitSeat("LOCAL", 60);
                    Scene.pause(0.5);
                    scene.begin();
                    ChildProcess next = stage.start("replace-cold");
                    stage.agent.await("gone");
                    long gone = System.currentTimeMillis();
                    deaths++;
                    Scene.pause(1);
                    Seen seen = scene.turn();
                    (step.equals(AFTER_COMMIT) ? afterCommit : ofOld).add(seen);
                    latest = Math.max(latest, seen.lastFailed() == 0 ? 0 : seen.lastFailed() - gone);
                    stage.agent = next;
                    Scene.pause((AWAY_MILLIS + 500) / 1e3);
                }
            }
            Seen end = scene.end();
            twice += end.twice();
            later += end.failed();
        }
        return new Finding("D4", "either process ends at each step of a hand-over, as if killed")
                .came(
                        "each of " + STEPS_OF_NEW.size() + " steps of the new one, and the old one after the commit",
                        options)
                .told(
                        "each of " + STEPS_OF_OLD.size() + " steps of the old one before it, times",
                        (options.rounds() + 3) / 4)
                .told("processes that ended", deaths)
                .told("calls meanwhile", ofNew.calls + ofOld.calls + afterCommit.calls)
                .exactly("the new one: failed", ofNew.idempotent + ofNew.notRun + ofNew.unknown, 0)
                .exactly("the new one: how often calls went elsewhere", left, 0)
                .atMost("the new one: longest call", ofNew.longest / 1e3, 500, " ms")
                .exactly("the old one, after the commit: idempotent failed", afterCommit.idempotent, 0)
                .told("the old one, after the commit: others unknown", afterCommit.unknown)
                .exactly("the old one, before it: idempotent failed", ofOld.idempotent, 0)
                .told("the old one, before it: others unknown, at most at once", ofOld.unknownAtOnce)
                .atMost("the old one: last call that failed was begun, after its end", latest, 100, " ms")
                .exactly("failed in the end", later, 0)
                .exactly("run twice", twice, 0);
    }

    /** D6. */
    static Finding flaps(FaultOptions options) throws Exception {
        try (Scene scene = new Scene(options)) {
            Stage stage = new Stage(scene);
            Scene.pause(options.controlSeconds());
            Seen control = scene.turn();
            long switches = stage.switches();
            long end = System.nanoTime() + (long) (options.faultSeconds() * 1e9);
            while (System.nanoTime() - end < 0) {
                stage.agent.signal("STOP");
                Scene.pause(0.5);
                stage.agent.signal("CONT");
                Scene.pause(0.5);
            }
            long changed = stage.switches() - switches;
            Seen seen = scene.turn();
            return new Finding("D6", "the agent stops and goes on, each for half a second")
                    .lasted("it flapped for", options)
                    .noneFailed(control, seen)
                    .atMost("switches a minute", changed * 60.0 / options.faultSeconds(), 12, "")
                    .end(scene.end());
        }
    }

    /** D7. */
    static Finding nothingLeft(FaultOptions options) throws Exception {
        try (Scene scene = new Scene(options)) {
            Stage stage = new Stage(scene);
            Scene.pause(options.controlSeconds());
            Seen control = scene.turn();
            stage.agent.kill();
            for (ChildProcess server : scene.servers()) {
                server.kill();
            }
            Scene.pause(2); // those under way have ended
            scene.turn();
            scene.begin();
            Scene.pause(options.faultSeconds());
            Seen seen = scene.turn();
            return new Finding("D7", "the agent and all servers killed")
                    .lasted("nobody was there for", options)
                    .told("calls", seen.sent())
                    .exactly("answered", seen.answered(), 0)
                    .exactly("unknown, or never ended", seen.unknown() + seen.unended() + seen.notSent(), 0)
                    .atMost("p99 of the time until a call failed", seen.p99() / 1e3, 10, " ms")
                    .told("the longest, ms", seen.max() / 1e3)
                    .atMost("threads of the client, beside those before", seen.threads() - control.threads(), 4, "")
                    .atMost("longest that the calling thread was held up", seen.longestStart() / 1e3, 28, " ms");
        }
    }

    private static long max(List<Long> all) {
        return all.stream().mapToLong(Long::longValue).max().orElse(-1);
    }

    private static long min(List<Long> all) {
        return all.stream().mapToLong(Long::longValue).min().orElse(-1);
    }
}
