package io.moa.benchmarks.faults;

import io.moa.benchmarks.ChildProcess;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What happens to calls when the kernel drops packets, or connections are reset. */
final class PacketFaults {

    /** The clients of these rows wait so long for a call. */
    private static final String TIMEOUT = "-Dmoa.policy.timeout@moa.benchmarks.Counted=2s";

    private static final int RATE = 500;

    private PacketFaults() {}

    /** A5 by a packet filter: what is sent is not even acknowledged, and nobody takes new connections. */
    static Finding dropped(FaultOptions options) throws Exception {
        String unavailable = PacketFilter.unavailable();
        if (unavailable != null) {
            return Finding.notPlayed("A5P", unavailable);
        }
        try (Scene scene = new Scene(options)) {
            scene.standalone().clientOptions(TIMEOUT).play();
            PacketFilter filter = scene.keep(PacketFilter.open());
            Scene.pause(options.controlSeconds());
            Seen control = scene.turn();
            ChildProcess victim = scene.servers().get(0);
            filter.drop(port(scene, victim));
            long ejected = Scene.millisUntil(20, () -> scene.ejected() > 0);
            long closed = Scene.millisUntil(20, () -> sockets(scene.client(), port(scene, victim)) == 0);
            Scene.pause(options.faultSeconds());
            filter.heal();
            long back = Scene.millisUntil(60, () -> scene.ejected() == 0);
            Scene.pause(1);
            Seen seen = scene.turn();
            return new Finding("A5P", "packets to and from one of four servers are dropped")
                    .lasted("they were dropped for", options)
                    .noneIdempotentFailed(control, seen)
                    .atMost("ejected, after the first drop", ejected, 2_500, " ms")
                    .atMost("longest start of a call, which holds up its thread", seen.longestStart() / 1e3, 100, " ms")
                    .told("the client's connection that was there was closed, ms after that", closed)
                    .exactly("connections that were never closed", closed < 0 ? 1 : 0, 0)
                    .atMost("back in rotation, after it healed", back, 5_000, " ms")
                    .end(scene.end());
        }
    }

    /** A6: one of ten packets from the servers is lost, and then connections are reset, each 200 ms those of another server. */
    static Finding lossAndResets(FaultOptions chosen) throws Exception {
        String unavailable = PacketFilter.unavailable();
        if (unavailable != null) {
            return Finding.notPlayed("A6", unavailable);
        }
        FaultOptions options = chosen.slower(RATE);
        try (Scene scene = new Scene(options)) {
            scene.standalone().clientOptions(TIMEOUT).play();
            PacketFilter filter = scene.keep(PacketFilter.open());
            int[] ports = new int[scene.servers().size()];
            for (int i = 0; i < ports.length; i++) {
                ports[i] = port(scene, scene.servers().get(i));
            }
            Scene.pause(options.controlSeconds());
            Seen control = scene.turn();
            filter.lose(10, ports);
            Scene.pause(options.faultSeconds());
            Seen loss = scene.turn();
            filter.heal();
            Scene.pause(5);
            scene.begin();
            long noticed = 0;
            for (int i = 0; i < options.faultSeconds() * 5; i++) {
                filter.reset(ports[i % ports.length]);
                Scene.pause(0.02);
                filter.heal();
                noticed += scene.ejected() > 0 ? 1 : 0;
                Scene.pause(0.18);
            }
            Seen resets = scene.turn();
            Scene.millisUntil(60, () -> scene.ejected() == 0);
            Scene.pause(5);
            scene.turn();
            return new Finding(
                            "A6",
                            "one of ten packets from the servers is lost; then each 200 ms the connections of another"
                                    + " server are reset; at " + options.rate() + " calls a second")
                    .lasted("each for", options)
                    .told("p99 without the fault, us", control.p99())
                    .told("calls while packets were lost", loss.sent())
                    .told("p99 of them, us", loss.p99())
                    .atMost(
                            "idempotent calls that failed then, of a hundred",
                            100.0 * (loss.failedIdempotent() + loss.wrong() + loss.unended()) * 2 / loss.sent(),
                            0.1,
                            "")
                    .told("others: unknown", loss.unknown())
                    .told("calls while connections were reset", resets.sent())
                    .told("p99 of them, us", resets.p99())
                    .exactly("resets happened: somebody was ejected for one", noticed > 0 ? 1 : 0, 1)
                    .exactly(
                            "idempotent calls that failed then",
                            resets.failedIdempotent() + resets.wrong() + resets.unended(),
                            0)
                    .told("others: failed, not run", resets.failedUnexecuted())
                    .told("others: unknown", resets.unknown())
                    .end(scene.end());
        }
    }

    private static int port(Scene scene, ChildProcess server) throws Exception {
        return Integer.parseInt(ChildProcess.field(scene.ready(server), "port"));
    }

    /** How many connections a process has to a port of this host that it believes to be open. */
    private static long sockets(ChildProcess process, int port) throws Exception {
        String suffix = String.format(Locale.ROOT, ":%04X", port);
        List<String> lines = new ArrayList<>();
        for (String table : List.of("tcp", "tcp6")) {
            lines.addAll(Files.readAllLines(Path.of("/proc/" + process.pid() + "/net/" + table)));
        }
        return lines.stream()
                .map(line -> line.strip().split("\\s+"))
                .filter(fields -> fields.length > 3 && fields[2].endsWith(suffix) && fields[3].equals("01"))
                .count();
    }
}
