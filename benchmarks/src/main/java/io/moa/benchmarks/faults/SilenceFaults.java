package io.moa.benchmarks.faults;

import io.moa.benchmarks.ChildProcess;
import java.io.IOException;
import java.net.ServerSocket;

/** What happens to calls when somebody says nothing: a server, the network, or the client itself. */
final class SilenceFaults {

    /** The clients of these rows wait so long for a call. */
    private static final String TIMEOUT = "-Dmoa.policy.timeout@moa.benchmarks.Counted=2s";

    private static final int PAUSE_SECONDS = 10;

    /** More than this at once, after a pause, would be a row of its own. */
    private static final int PAUSED_RATE = 200;

    private SilenceFaults() {}

    /** A2: it takes what is sent and answers nothing. */
    static Finding stopped(FaultOptions options) throws Exception {
        try (Scene scene = new Scene(options)) {
            scene.standalone().clientOptions(TIMEOUT).play();
            Scene.pause(options.controlSeconds());
            Seen control = scene.turn();
            ChildProcess victim = scene.servers().get(0);
            victim.signal("STOP");
            long ejected = Scene.millisUntil(20, () -> scene.ejected() > 0);
            Scene.pause(options.faultSeconds());
            victim.signal("CONT");
            long back = Scene.millisUntil(60, () -> scene.ejected() == 0);
            Scene.pause(1);
            Seen seen = scene.turn();
            return new Finding("A2", "one of four servers stopped (SIGSTOP), and then let go on (SIGCONT)")
                    .lasted("it stood still for", options)
                    .noneIdempotentFailed(control, seen)
                    .exactly("wrong answers", seen.wrong(), 0)
                    .atMost("ejected, after the signal", ejected, 1_000, " ms")
                    .atMost("p99.9 of the idempotent calls", seen.idempotentP999() / 1e3, 1_300, " ms")
                    .atMost("back in rotation, after it went on", back, 5_000, " ms")
                    .end(scene.end());
        }
    }

    /** A5: both sides believe in the connection, and nothing passes. */
    static Finding halfOpen(FaultOptions options) throws Exception {
        try (Scene scene = new Scene(options)) {
            scene.standalone().clientOptions(TIMEOUT);
            int port = freePort();
            Relay relay = scene.keep(new Relay(port));
            scene.servers().add(scene.server(port, "-Dmoa.server.advertise.port=" + relay.port()));
            for (int i = 0; i < 3; i++) {
                scene.servers().add(scene.server(0));
            }
            for (ChildProcess server : scene.servers()) {
                scene.ready(server);
            }
            scene.load();
            Scene.pause(options.controlSeconds());
            Seen control = scene.turn();
            relay.cut();
            long ejected = Scene.millisUntil(20, () -> scene.ejected() > 0);
            long closed = Scene.millisUntil(20, relay::ended);
            Scene.pause(options.faultSeconds());
            relay.heal();
            long back = Scene.millisUntil(60, () -> scene.ejected() == 0);
            Scene.pause(1);
            Seen seen = scene.turn();
            return new Finding("A5", "bytes to and from one of four servers vanish, and new connections are taken")
                    .lasted("they vanished for", options)
                    .noneIdempotentFailed(control, seen)
                    .atMost("ejected, after the cut", ejected, 2_500, " ms")
                    .atMost("longest start of a call, which holds up its thread", seen.longestStart() / 1e3, 100, " ms")
                    .told("the connections that were there were closed by both sides, ms after that", closed)
                    .exactly("connections that were never closed", closed < 0 ? 1 : 0, 0)
                    .told("back in rotation, after it healed, ms", back)
                    .end(scene.end());
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    /** A10: the client itself stands still. */
    static Finding ownPause(FaultOptions chosen) throws Exception {
        FaultOptions options = chosen.slower(PAUSED_RATE);
        try (Scene scene = new Scene(options)) {
            scene.standalone().clientOptions(TIMEOUT).play();
            Scene.pause(options.controlSeconds());
            Seen control = scene.turn();
            long ejected = 0;
            long failed = 0;
            long recovered = 0;
            long calls = 0;
            for (int round = 0; round < options.rounds(); round++) {
                scene.client().signal("STOP");
                Scene.pause(PAUSE_SECONDS);
                long goesOn = System.currentTimeMillis();
                scene.client().signal("CONT");
                for (int i = 0; i < 100; i++) {
                    ejected = Math.max(ejected, scene.ejected());
                    Scene.pause(0.02);
                }
                Seen seen = scene.turn();
                calls += seen.sent();
                failed += seen.failed();
                recovered = Math.max(recovered, seen.lastFailed() - goesOn);
            }
            return new Finding(
                            "A10",
                            "the client stopped for " + PAUSE_SECONDS + " s (SIGSTOP), at " + options.rate()
                                    + " calls a second")
                    .came("times", options)
                    .told("calls", calls)
                    .told("p99 without the fault, us", control.p99())
                    .exactly("instances ejected", ejected, 0)
                    .atMost(
                            "failed: at most those that were under way each time",
                            failed,
                            (long) options.rounds() * options.rate() / 10,
                            "")
                    .atMost("last call that failed was begun, after it went on", Math.max(0, recovered), 500, " ms")
                    .end(scene.end());
        }
    }
}
