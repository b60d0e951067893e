package io.moa.benchmarks.scale;

import io.moa.benchmarks.ChildProcess;
import io.moa.benchmarks.RedisServer;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * What one watcher costs that probes everybody every five seconds. Redis, the instances, their heartbeats and the watcher are four
 * processes; only the watcher's own use is asked for.
 */
final class ProbeRows {

    private static final int WARM_SECONDS = 20;

    /** How often each instance is to be probed. */
    private static final int EVERY_SECONDS = 5;

    /** A pause between two probes begins when the first has ended, and a tick is 100 ms: two of a hundred are theirs. */
    private static final double SHARE_IN_TIME = 0.98;

    private final Findings findings;
    private final int services;
    private final int seconds;

    ProbeRows(Findings findings, int services, int seconds) {
        this.findings = findings;
        this.services = services;
        this.seconds = seconds;
    }

    /**
     * Measures.
     *
     * @param kind of the probe: ping, handshake or kept
     * @param wanted whether this is the one that must be in time and below a core
     */
    void run(Path folder, String kind, int instances, boolean wanted) throws Exception {
        try (RedisServer redis = RedisServer.start(folder);
                ChildProcess rig = child("rig", InstanceRig.class, List.of("-Xmx512m"), List.of())) {
            String url = "redis://127.0.0.1:" + redis.port();
            try (ChildProcess world =
                    WorldProcess.start(url, services, instances, Integer.parseInt(rig.await("port")))) {
                world.await("registered", Duration.ofMinutes(10));
                try (ChildProcess watcher =
                        child("watcher", ProbingProcess.class, List.of("-Xmx512m"), List.of(url, kind))) {
                    watcher.await("ready");
                    awaitAll(watcher, instances);
                    watcher.order("measure " + WARM_SECONDS, "measured"); // the compiler's share is not the watcher's
                    long timeWait = timeWait();
                    Map<String, String> seen = ChildProcess.fields(watcher.order("measure " + seconds, "measured"));
                    String what = "probes (" + kind + ") of " + instances + " instances: ";
                    judge(findings, what, seen, instances, wanted);
                    findings.told(
                            what + "sockets in TIME_WAIT on this host, before and after",
                            timeWait + " and " + timeWait());
                }
            }
        }
    }

    /**
     * Enters what a watcher said of its measurement.
     *
     * @param wanted whether it must have probed all of them in time, or is only there to compare with
     */
    static void judge(Findings findings, String what, Map<String, String> seen, int instances, boolean wanted) {
        if (wanted) {
            double each = (double) instances / EVERY_SECONDS * SHARE_IN_TIME;
            findings.wantedAtLeast(what + "ended a second", number(seen, "probes"), each, "");
            findings.wanted(what + "the watcher", number(seen, "cores"), 1, " of a core");
            findings.wanted(what + "failed", number(seen, "failed"), 0, "");
            findings.wanted(what + "began over 1 s late", number(seen, "late"), 0, "");
            findings.wanted(what + "marked", number(seen, "marked"), 0, "");
        } else {
            findings.told(what + "ended a second", ChildProcess.field(seen, "probes"));
            findings.told(what + "the watcher", ChildProcess.field(seen, "cores") + " of a core");
            findings.told(what + "failed", ChildProcess.field(seen, "failed"));
            findings.told(what + "began over 1 s late", ChildProcess.field(seen, "late"));
            findings.told(what + "marked", ChildProcess.field(seen, "marked"));
        }
        findings.told(what + "file descriptors at most", ChildProcess.field(seen, "descriptors"));
        findings.told(what + "threads at most", ChildProcess.field(seen, "threads"));
        findings.told(
                what + "heap used at most, and after a collection",
                ChildProcess.field(seen, "heap") + " and " + ChildProcess.field(seen, "live") + " MiB");
    }

    private static double number(Map<String, String> seen, String name) {
        return Double.parseDouble(ChildProcess.field(seen, name));
    }

    private static ChildProcess child(String name, Class<?> main, List<String> jvm, List<String> arguments)
            throws IOException {
        return new ChildProcess(name, List.of(), jvm, main, arguments, Map.of());
    }

    private static void awaitAll(ChildProcess watcher, int instances) throws Exception {
        long deadline = System.nanoTime() + TimeUnit.MINUTES.toNanos(2);
        while (Integer.parseInt(watcher.order("watched", "watched")) < instances) {
            if (System.nanoTime() - deadline > 0) {
                throw new IOException("the watcher did not take over " + instances + " instances within 2 min");
            }
            TimeUnit.MILLISECONDS.sleep(200);
        }
    }

    private static long timeWait() throws IOException {
        Path sockets = Path.of("/proc/net/sockstat");
        if (!Files.exists(sockets)) {
            return -1;
        }
        try (BufferedReader lines = Files.newBufferedReader(sockets)) {
            return lines.lines()
                    .filter(line -> line.startsWith("TCP:"))
                    .map(line -> line.replaceAll(".* tw (\\d+).*", "$1"))
                    .mapToLong(Long::parseLong)
                    .findFirst()
                    .orElse(-1);
        }
    }
}
