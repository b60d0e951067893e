package io.moa.benchmarks.faults;

import io.moa.benchmarks.ChildProcess;
import java.util.Map;

/** What happens to calls when servers go and come. */
final class ServerFaults {

    private ServerFaults() {}

    static Finding rolling(FaultOptions options) throws Exception {
        try (Scene scene = new Scene(options)) {
            scene.standalone().play();
            Scene.pause(options.controlSeconds());
            Seen control = scene.turn();
            long longest = 0;
            for (int round = 0; round < 3; round++) {
                for (int i = 0; i < scene.servers().size(); i++) {
                    long start = System.nanoTime();
                    scene.servers().get(i).terminate();
                    longest = Math.max(longest, System.nanoTime() - start);
                    ChildProcess fresh = scene.server(0);
                    scene.servers().set(i, fresh);
                    scene.ready(fresh);
                    Scene.pause(1);
                }
            }
            Seen seen = scene.turn();
            return new Finding("A7", "all four servers restarted one after another (SIGTERM), three rounds")
                    .noneFailed(control, seen)
                    .told("longest drain and end", longest / 1_000_000 + " ms")
                    .end(scene.end());
        }
    }

    static Finding killed(FaultOptions options) throws Exception {
        try (Scene scene = new Scene(options)) {
            scene.standalone().play();
            Scene.pause(options.controlSeconds());
            Seen control = scene.turn();
            scene.servers().get(0).kill();
            Scene.pause(options.faultSeconds());
            Seen seen = scene.turn();
            return new Finding("B12", "one of four servers killed (SIGKILL), and no watcher anywhere")
                    .noneIdempotentFailed(control, seen)
                    .end(scene.end());
        }
    }

    static Finding another(FaultOptions options) throws Exception {
        try (Scene scene = new Scene(options)) {
            scene.standalone().play();
            Scene.pause(options.controlSeconds());
            Seen control = scene.turn();
            ChildProcess victim = scene.servers().get(0);
            Map<String, String> ready = scene.ready(victim);
            victim.kill();
            ChildProcess stranger = scene.other("stranger", StrangerServer.class, ready.get("port"));
            stranger.await("ready");
            Scene.pause(options.faultSeconds());
            Seen seen = scene.turn();
            return new Finding("A13", "another service at the port of a server that was killed")
                    .noneIdempotentFailed(control, seen)
                    .exactly("calls that ran at the stranger", Long.parseLong(stranger.order("runs", "runs")), 0)
                    .end(scene.end());
        }
    }

    static Finding allRestart(FaultOptions options) throws Exception {
        try (Scene scene = new Scene(options)) {
            scene.standalone().play();
            Scene.pause(options.controlSeconds());
            Seen control = scene.turn();
            for (ChildProcess server : scene.servers()) {
                server.kill();
            }
            for (int i = 0; i < scene.servers().size(); i++) {
                scene.servers()
                        .set(
                                i,
                                scene.server(Integer.parseInt(
                                        scene.ready(scene.servers().get(i)).get("port"))));
            }
            for (ChildProcess server : scene.servers()) {
                scene.ready(server);
            }
            long start = System.nanoTime();
            // Windows of half a second, until one has no failure.
            long back = -1;
            for (int i = 0; i < 60 && back < 0; i++) {
                Scene.pause(0.3);
                if (scene.turn().failed() == 0) {
                    back = (System.nanoTime() - start) / 1_000_000;
                }
            }
            Scene.pause(options.controlSeconds());
            Seen seen = scene.turn();
            return new Finding("A11", "all four servers killed and started again at the same ports")
                    .noneFailed(control, seen)
                    .atMost("a window without a failure, after the last was up", back, 5_000, " ms")
                    .end(scene.end());
        }
    }
}
