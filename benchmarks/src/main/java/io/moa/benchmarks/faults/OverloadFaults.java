package io.moa.benchmarks.faults;

import io.moa.benchmarks.ChildProcess;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What callers see of a server to which more calls come than it can serve. The server has one processor and the callers the other, so that they do not
 * take each other's; calls compute for 5 ms. The server is compiled by the first compiler alone.
 */
final class OverloadFaults {

    private static final int MICROS = 5_000;
    private static final double SETTLE_SECONDS = 1.2; // longer than a call may take

    private OverloadFaults() {}

    /** One caller in one stretch of time. */
    private record Window(
            long sent, long ok, long refused, long late, long other, long p99, long refusedP99, double seconds) {
        double perSecond() {
            return ok / seconds;
        }

        double percentOk() {
            return 100.0 * ok / sent;
        }
    }

    /** The server and its callers. */
    private static final class Town implements AutoCloseable {
        private final ChildProcess server;
        private final ChildProcess clients;
        private double capacity; // calls a second

        Town() throws Exception {
            this(List.of("-Xmx384m"));
        }

        Town(List<String> memory) throws Exception {
            // The second compiler takes up to half of the one processor for a second, for minutes: what it takes is no
            // overload.
            List<String> options = new ArrayList<>(List.of("-XX:TieredStopAtLevel=1"));
            options.addAll(memory);
            server = child("busy", "0", options, BusyServer.class, List.of());
            String port = ChildProcess.field(ChildProcess.fields(server.await("ready")), "port");
            clients = child("callers", "1", List.of("-Xmx1g"), BusyClients.class, List.of(port));
            clients.await("ready");
        }

        private static ChildProcess child(
                String name, String processor, List<String> memory, Class<?> main, List<String> arguments)
                throws IOException {
            List<String> options =
                    new ArrayList<>(List.of("-XX:+UseSerialGC", "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn"));
            options.addAll(memory);
            return new ChildProcess(name, List.of("taskset", "-c", processor), options, main, arguments, Map.of());
        }

        /**
         * Compiles what there is to compile, and finds out how many calls are served in a second. On one processor, whatever is compiled takes its
         * time from the calls: half of it, for a second.
         */
        void warm(FaultOptions options) throws Exception {
            load(caller("warm", 150));
            Scene.pause(options.warmSeconds());
            load(caller("warm", 2_000), caller("warmPlus", "CRITICAL_PLUS", 50), caller("warmLess", "SHEDDABLE", 100));
            Scene.pause(options.warmSeconds());
            load(caller("warm", 2_000));
            Scene.pause(5);
            turn("warm");
            Scene.pause(10);
            capacity = seen("warm", 10).perSecond();
            load();
            Scene.pause(SETTLE_SECONDS);
        }

        void load(String... loads) throws Exception {
            clients.order("load " + String.join(" ", loads), "loaded");
        }

        void turn(String name) throws Exception {
            clients.order("turn " + name, "seen");
        }

        Window seen(String name, double seconds) throws Exception {
            Map<String, String> fields = ChildProcess.fields(clients.order("seen " + name, "seen"));
            return new Window(
                    number(fields, "sent"),
                    number(fields, "ok"),
                    number(fields, "refused"),
                    number(fields, "late"),
                    number(fields, "other"),
                    number(fields, "p99"),
                    number(fields, "refusedP99"),
                    seconds);
        }

        private static long number(Map<String, String> fields, String name) {
            return Long.parseLong(ChildProcess.field(fields, name));
        }

        @Override
        public void close() throws IOException {
            clients.close();
            server.close();
        }
    }

    private static String caller(String name, double perSecond) {
        return caller(name, "CRITICAL", perSecond);
    }

    private static String caller(String name, String criticality, double perSecond) {
        return name + "/compute/" + MICROS + "/" + criticality + "=" + perSecond;
    }

    /** C1 and C2: ever more calls, ten times as many as can be served at last, and then a few again. */
    static Finding drowned(FaultOptions options) throws Exception {
        try (Town town = new Town()) {
            town.warm(options);
            Finding finding = new Finding(
                            "C1",
                            "0.5 to 10 times as many calls as one processor can serve, and then 0.8 times again (C2)")
                    .lasted("each load for", options)
                    .told("served in a second, at most, while it warmed up", Math.round(town.capacity));
            double peak = 0;
            Window usual = null;
            Window most = null;
            for (double times : new double[] {0.5, 0.8, 1, 2, 5, 10}) {
                town.load(caller("web", times * town.capacity));
                Scene.pause(2);
                town.turn("web");
                Scene.pause(options.faultSeconds());
                Window seen = town.seen("web", options.faultSeconds());
                finding.told(
                        times + " times: served in a second; refused, late, other of " + seen.sent
                                + "; p99 ms of those served, and refused",
                        Math.round(seen.perSecond()) + "; " + seen.refused + ", " + seen.late + ", " + seen.other + "; "
                                + seen.p99 / 1e3 + ", " + seen.refusedP99 / 1e3);
                peak = Math.max(peak, seen.perSecond());
                usual = times == 0.8 ? seen : usual;
                most = seen;
            }
            town.load(caller("web", 0.8 * town.capacity));
            Scene.pause(2);
            town.turn("web");
            Scene.pause(options.faultSeconds());
            Window after = town.seen("web", options.faultSeconds());
            if (usual == null || most == null) {
                throw new IllegalStateException("no load was played");
            }
            return finding.atLeast("goodput at 10 times, of the peak", 100 * most.perSecond() / peak, 90, " %")
                    .atMost("p99 of those served, against that at 0.8 times", most.p99 / (double) usual.p99, 3, "×")
                    .atMost("p99 of those refused", most.refusedP99 / 1e3, 5, " ms")
                    .atLeast("served at 0.8 times, from 2 s after the flood on", after.percentOk(), 99.9, " %");
        }
    }

    /** C5 and fairness: what is critical, and who is not loud, does not notice the flood. */
    static Finding shared(FaultOptions options) throws Exception {
        try (Town town = new Town()) {
            town.warm(options);
            double share = 0.8 * town.capacity;
            List<String> loads = new ArrayList<>();
            loads.add(caller("batch", "SHEDDABLE", 9 * share));
            loads.add(caller("pay", "CRITICAL_PLUS", share));
            town.load(loads.toArray(new String[0]));
            Scene.pause(2);
            town.turn("pay");
            town.turn("batch");
            Scene.pause(options.faultSeconds());
            Window critical = town.seen("pay", options.faultSeconds());
            Window batch = town.seen("batch", options.faultSeconds());
            town.load(
                    caller("loud", 10 * share / 4),
                    caller("a", share / 4),
                    caller("b", share / 4),
                    caller("c", share / 4));
            Scene.pause(2);
            for (String name : List.of("loud", "a", "b", "c")) {
                town.turn(name);
            }
            Scene.pause(options.faultSeconds());
            Finding finding = new Finding(
                            "C5",
                            "ten times what can be served, a tenth of it critical; then one caller"
                                    + " of four with ten times its share")
                    .lasted("each load for", options)
                    .told(
                            "critical calls; served, refused, late, other; p99 ms",
                            critical.sent + "; " + critical.ok + ", " + critical.refused + ", " + critical.late + ", "
                                    + critical.other + "; " + critical.p99 / 1e3)
                    .told(
                            "batch calls; served, refused, late, other",
                            batch.sent + "; " + batch.ok + ", " + batch.refused + ", " + batch.late + ", "
                                    + batch.other)
                    .atLeast("critical calls served", critical.percentOk(), 99.9, " %");
            Window loud = town.seen("loud", options.faultSeconds());
            finding.told("calls of the loud caller, served", loud.sent + ", " + loud.ok);
            double worst = 100;
            for (String name : List.of("a", "b", "c")) {
                Window seen = town.seen(name, options.faultSeconds());
                finding.told(
                        "calls of " + name + ", served, p99 ms", seen.sent + ", " + seen.ok + ", " + seen.p99 / 1e3);
                worst = Math.min(worst, seen.percentOk());
            }
            return finding.atLeast("calls of the others served, at worst", worst, 99.9, " %");
        }
    }

    /** C11: bodies of which few fit into memory. */
    static Finding heavy(FaultOptions options) throws Exception {
        double seconds = options.faultSeconds();
        try (Town town = new Town(List.of("-Xmx96m", "-XX:+ExitOnOutOfMemoryError"))) {
            town.load("web/keep/" + MICROS + "/CRITICAL=150");
            Scene.pause(options.warmSeconds());
            double peak = 0;
            for (int rate : new int[] {150, 200, 300}) {
                town.load("web/keep/" + MICROS + "/CRITICAL=" + rate);
                Scene.pause(2);
                town.turn("web");
                Scene.pause(10);
                peak = Math.max(peak, town.seen("web", 10).perSecond());
            }
            town.load("web/keep/" + MICROS + "/CRITICAL=" + 5 * peak);
            Scene.pause(2);
            town.turn("web");
            Scene.pause(seconds);
            Window seen = town.seen("web", seconds);
            boolean lives = town.server.isAlive();
            return new Finding(
                            "C11",
                            "five times as many calls as can be served, with bodies of 100 kB, for a server with -Xmx96m")
                    .lasted("for", options)
                    .told("served in a second, at most", Math.round(peak))
                    .told(
                            "sent; served, refused, late, other",
                            seen.sent + "; " + seen.ok + ", " + seen.refused + ", " + seen.late + ", " + seen.other)
                    .atMost("ended for lack of memory", lives ? 0 : 1, 0, "")
                    .atLeast("goodput, of the most", 100 * seen.perSecond() / peak, 80, " %");
        }
    }

    /** C9: a method that sleeps takes no threads from the other. */
    static Finding slowMethod(FaultOptions options) throws Exception {
        try (Town town = new Town()) {
            town.warm(options);
            String web = "web/compute/500/CRITICAL=100";
            town.load(web);
            Scene.pause(2);
            town.turn("web");
            Scene.pause(options.faultSeconds());
            Window alone = town.seen("web", options.faultSeconds());
            town.load(web, "slow/sleep/5000/CRITICAL=1000");
            Scene.pause(2);
            town.turn("web");
            Scene.pause(options.faultSeconds());
            Window beside = town.seen("web", options.faultSeconds());
            return new Finding("C9", "1,000 calls a second of a method that sleeps for 5 s, beside 100 of another one")
                    .lasted("for", options)
                    .told("p99 of the other, alone and beside it, ms", alone.p99 / 1e3 + ", " + beside.p99 / 1e3)
                    .atLeast("calls of the other served", beside.percentOk(), 99.9, " %")
                    .atMost("its p99", beside.p99 / (double) alone.p99, 1.5, "×");
        }
    }
}
