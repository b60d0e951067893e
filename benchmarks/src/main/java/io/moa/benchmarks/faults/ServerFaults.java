package io.moa.benchmarks.faults;

import io.moa.benchmarks.ChildProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
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
            int restarts = 3 * scene.servers().size();
            double seconds = (double) options.calls() / options.rate();
            long begin = System.nanoTime();
            for (int restart = 0; restart < restarts; restart++) {
                int i = restart % scene.servers().size();
                long start = System.nanoTime();
                scene.servers().get(i).terminate();
                longest = Math.max(longest, System.nanoTime() - start);
                ChildProcess fresh = scene.server(0);
                scene.servers().set(i, fresh);
                scene.ready(fresh);
                double left = seconds * (restart + 1) / restarts - (System.nanoTime() - begin) / 1e9;
                Scene.pause(Math.max(1, left));
            }
            Seen seen = scene.turn();
            return new Finding("A7", "all four servers restarted one after another (SIGTERM), three rounds")
                    .noneFailed(control, seen)
                    .exactly("calls at least " + options.calls(), seen.sent() >= options.calls() ? 1 : 0, 1)
                    .atMost(
                            "longest from SIGTERM to the end of the process, at most 1 s more than the longest call",
                            longest / 1_000_000,
                            seen.max() / 1_000 + 1_000,
                            " ms")
                    .end(scene.end());
        }
    }

    /** The share of a server that warms up beside three that are warm, in percent: the integral of w / (3 + w) for w from 0 to 1. */
    private static final double SHARE_OF_A_RAMP = 100 * (1 - 3 * Math.log(4.0 / 3));

    /**
     * A12: they come back at their ports, as cold as a JVM begins. That JVM also takes its part of the processors which all share here,
     * from calls to the others as from those to itself; so what the restart costs callers is judged by calls to the others in the same
     * seconds.
     */
    static Finding restarted(FaultOptions options) throws Exception {
        try (Scene scene = new Scene(options)) {
            scene.standalone().play();
            Restarts restarts = new Restarts(scene);
            for (int round = 0; round < scene.servers().size(); round++) {
                restarts.next(round);
            }
            long steady = Restarts.median(restarts.steady, Seen::p99);
            long ramp = Restarts.median(restarts.ramps, Seen::p99);
            long others = Restarts.median(restarts.ramps, Seen::unmarkedP99);
            long calls = Restarts.sum(restarts.ramps, Seen::sent);
            long share = Restarts.sum(restarts.ramps, Seen::marked);
            return new Finding(
                            "A12",
                            "each of four servers restarted at its port (SIGTERM), one after another, with a warm-up of "
                                    + Restarts.WARM_UP_SECONDS + " s")
                    .told("calls while one warms up", calls)
                    .exactly("failed before", Restarts.sum(restarts.steady, Seen::failed), 0)
                    .exactly("failed while one left", Restarts.sum(restarts.away, Seen::failed), 0)
                    .exactly("failed while one warms up", Restarts.sum(restarts.ramps, Seen::failed), 0)
                    .atMost("its share of the calls", 100.0 * share / calls, Math.ceil(SHARE_OF_A_RAMP), " %")
                    .atLeast("its share of the calls", 100.0 * share / calls, Math.floor(SHARE_OF_A_RAMP / 2), " %")
                    .told("p99 of the ten seconds before, median of four, us", steady)
                    .told("p99 while one warms up, median, us", ramp)
                    .told(
                            "p99 of the calls to the one that warms up, median, us",
                            Restarts.median(restarts.ramps, Seen::markedP99))
                    .told("p99 of the calls to the three others, median, us", others)
                    .atMost(
                            "p99 of all, against that of the three others, in the worst of four",
                            restarts.worstRatio(),
                            1.5,
                            "×")
                    .told("p99 of all, against the ten seconds before", Finding.times(ramp / (double) steady))
                    .told("longest call, worst, ms", Restarts.worst(restarts.ramps, Seen::max) / 1_000)
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
                    .lasted("without a watcher for", options)
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
            long killed = System.currentTimeMillis();
            victim.kill();
            ChildProcess stranger = scene.other("stranger", StrangerServer.class, ChildProcess.field(ready, "port"));
            stranger.await("ready");
            Scene.pause(options.faultSeconds());
            Seen seen = scene.turn();
            return new Finding("A13", "another service at the port of a server that was killed")
                    .noneIdempotentFailed(control, seen)
                    .atMost(
                            "last call that failed was begun, after the kill",
                            Math.max(0, seen.lastFailed() - killed),
                            200,
                            " ms")
                    .exactly("calls that ran at the stranger", Long.parseLong(stranger.order("runs", "runs")), 0)
                    .end(scene.end());
        }
    }

    /** Longer than a call may take, so that none that began while the servers were away is counted as one of afterwards. */
    private static final int SETTLED_SECONDS = 5;

    static Finding allRestart(FaultOptions options) throws Exception {
        try (Scene scene = new Scene(options)) {
            scene.standalone().serve();
            int clients = options.clients();
            ChildProcess crowd = scene.other("crowd", Crowd.class, Integer.toString(clients), "1000");
            crowd.await("ready");
            Scene.pause(options.controlSeconds());
            long overflowed = backlogOverflows();
            Crowd.Seen before = Crowd.Seen.read(crowd.order("turn", "seen"));
            for (ChildProcess server : scene.servers()) {
                server.kill();
            }
            for (int i = 0; i < scene.servers().size(); i++) {
                String port = ChildProcess.field(scene.ready(scene.servers().get(i)), "port");
                scene.servers().set(i, scene.yieldingServer(Integer.parseInt(port)));
            }
            for (ChildProcess server : scene.servers()) {
                scene.ready(server);
            }
            long back = Long.parseLong(
                    ChildProcess.fields(crowd.order("back", "back")).getOrDefault("millis", "-1"));
            Scene.pause(SETTLED_SECONDS);
            Crowd.Seen during = Crowd.Seen.read(crowd.order("turn", "seen"));
            Scene.pause(options.controlSeconds());
            Crowd.Seen after = Crowd.Seen.read(crowd.order("turn", "seen"));
            return new Finding(
                            "A11",
                            "all four servers killed and started again at the same ports, " + clients + " clients")
                    .told("calls a second, all clients together", 1_000)
                    .exactly("failed before it", before.failed(), 0)
                    .atMost("every client answered, after the last server was up", back, 5_000, " ms")
                    .atMost(
                            "share of clients that began, within one 100 ms, a connect that a server accepted, at most",
                            100.0 * during.busiestBegun() / clients,
                            20,
                            " %")
                    .told(
                            "the same with connects that were refused, because all servers were dead, %",
                            Math.round(100.0 * during.busiestTried() / clients))
                    .told(
                            "share of clients that were connected within one 100 ms, at most, %",
                            Math.round(100.0 * during.busiestEnded() / clients))
                    .atMost(
                            "whole lists read, by the client that read most",
                            during.fullReads() + after.fullReads(),
                            1,
                            "")
                    .exactly("accept queues that overflowed", backlogOverflows() - overflowed, 0)
                    .exactly("failed after it", after.failed(), 0);
        }
    }

    /** The kernel's count of connections refused because an accept queue was full; of the whole machine. */
    private static long backlogOverflows() throws IOException {
        Path file = Path.of("/proc/net/netstat");
        if (!Files.isReadable(file)) {
            return 0;
        }
        List<String> lines = Files.readAllLines(file);
        for (int i = 0; i + 1 < lines.size(); i += 2) {
            List<String> names = List.of(lines.get(i).split(" "));
            int at = names.indexOf("ListenOverflows");
            if (at >= 0) {
                return Long.parseLong(lines.get(i + 1).split(" ")[at]);
            }
        }
        return 0;
    }
}
