package io.moa.benchmarks.faults;

import io.moa.benchmarks.ChildProcess;
import io.moa.benchmarks.RedisServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** What becomes of a quota that five processes share, while Redis works, while it stands still, and after. */
final class QuotaFaults {

    private static final double UNTIL_AWAY_SECONDS =
            3; // longer than a registry may be silent, and than a caller's patience

    private QuotaFaults() {}

    /** What the processes did in one stretch of time. */
    private record Stretch(List<Long> ran, long wanted, long away, double seconds) {
        double perSecond() {
            return ran.stream().mapToLong(Long::longValue).sum() / seconds;
        }

        double most() {
            return ran.stream().mapToLong(Long::longValue).max().orElse(0) / seconds;
        }
    }

    /** The processes, and when they were asked last. */
    private static final class Crew {
        private final List<ChildProcess> processes;
        private long askedAt = System.nanoTime();

        Crew(List<ChildProcess> processes) {
            this.processes = processes;
        }

        Stretch turn() throws Exception {
            List<Long> ran = new ArrayList<>();
            long wanted = 0;
            long away = 0;
            for (ChildProcess each : processes) {
                each.send("turn"); // all at once
            }
            long now = System.nanoTime();
            for (ChildProcess each : processes) {
                Map<String, String> said = ChildProcess.fields(each.await("seen"));
                ran.add(Long.parseLong(ChildProcess.field(said, "ran")));
                wanted += Long.parseLong(ChildProcess.field(said, "wanted"));
                away += Boolean.parseBoolean(ChildProcess.field(said, "away")) ? 1 : 0;
            }
            double seconds = (now - askedAt) / 1e9;
            askedAt = now;
            return new Stretch(ran, wanted, away, seconds);
        }
    }

    /** QUOTA: kept while Redis works, local shares while it stands still, and kept again. */
    static Finding quota(FaultOptions options) throws Exception {
        Path folder = Files.createTempDirectory("moa-quota-");
        List<ChildProcess> processes = new ArrayList<>();
        try (RedisServer redis = RedisServer.start(folder)) {
            for (int i = 0; i < QuotaProcess.DEMANDS.size(); i++) {
                processes.add(new ChildProcess(
                        "process-" + i,
                        List.of(),
                        List.of("-Xmx128m", "-XX:+UseSerialGC", "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn"),
                        QuotaProcess.class,
                        List.of(Integer.toString(i)),
                        Map.of(Scene.REGISTRY, "redis://127.0.0.1:" + redis.port())));
            }
            for (ChildProcess each : processes) {
                each.await("ready");
            }
            Crew crew = new Crew(processes);
            Scene.pause(options.warmSeconds());
            crew.turn();
            long cpu = redis.cpuMillis();
            Scene.pause(options.faultSeconds());
            Stretch shared = crew.turn();
            double cpuPercent = (redis.cpuMillis() - cpu) / 10.0 / shared.seconds();
            redis.signal("STOP");
            Scene.pause(UNTIL_AWAY_SECONDS);
            crew.turn();
            Scene.pause(options.faultSeconds() / 3);
            Stretch alone = crew.turn();
            redis.signal("CONT");
            long back = Scene.millisUntil(30, () -> crew.turn().away() == 0);
            Scene.pause(1);
            crew.turn();
            Scene.pause(options.faultSeconds());
            Stretch again = crew.turn();
            Finding finding = new Finding(
                            "QUOTA",
                            "a quota of " + Shared.QUOTA
                                    + " calls a second, shared by five processes of uneven and changing"
                                    + " demand; Redis stands still for a while")
                    .lasted("the quota was shared, before and after, for", options)
                    .told("wanted a second, of all", Math.round(shared.wanted() / shared.seconds()))
                    .told("ran in each process", shared.ran())
                    .told("Redis, of a processor, %", Math.round(cpuPercent * 10) / 10.0);
            kept(finding, "", shared);
            finding.exactly("by their local shares while Redis stands still", alone.away(), processes.size())
                    .told("for so many seconds", Math.round(alone.seconds()))
                    .atMost(
                            "ran a second in the busiest, against its local share of " + Shared.AWAY,
                            100 * alone.most() / Shared.AWAY,
                            105,
                            " %")
                    .atMost("shared again after", back, 5_000, " ms");
            kept(finding, ", after it", again);
            return finding;
        } finally {
            processes.forEach(ChildProcess::close);
            delete(folder);
        }
    }

    private static void kept(Finding finding, String when, Stretch stretch) {
        double percent = 100 * stretch.perSecond() / Shared.QUOTA;
        finding.atMost("ran, against the quota" + when, percent, 105, " %")
                .atLeast("the same, as it is wanted" + when, percent, 95, " %");
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }
}
