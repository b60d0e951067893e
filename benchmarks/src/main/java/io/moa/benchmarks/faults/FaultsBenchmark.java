package io.moa.benchmarks.faults;

import io.moa.benchmarks.Report;
import io.moa.benchmarks.Surroundings;
import io.moa.benchmarks.Table;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Plays faults and tells what the callers saw. */
@Command(
        name = "benchmarks/run faults",
        mixinStandardHelpOptions = true,
        showDefaultValues = true,
        sortOptions = false,
        description =
                "Four servers, a client and Redis as processes, under a steady load (open loop, 1 KiB, every second call"
                        + " not idempotent): what callers see of each fault, beside a window without it.")
public final class FaultsBenchmark implements Callable<Integer> {

    /** A fault, played from the beginning. */
    @FunctionalInterface
    private interface Fault {
        Finding play(FaultOptions options) throws Exception;
    }

    /** A row of the table, and how long it must last or how often its fault must come. */
    private record Row(Fault fault, FaultOptions.Demanded demanded) {

        static Row of(Fault fault) {
            return new Row(fault, FaultOptions.Demanded.NOTHING);
        }

        Row lasting(double seconds) {
            return new Row(fault, new FaultOptions.Demanded(seconds, demanded.rounds()));
        }

        Row coming(int rounds) {
            return new Row(fault, new FaultOptions.Demanded(demanded.seconds(), rounds));
        }

        Finding play(FaultOptions options, boolean full) throws Exception {
            FaultOptions own = options.of(demanded);
            return fault.play(full ? own.full() : own);
        }
    }

    private static Map<String, Row> faults() {
        Map<String, Row> faults = new LinkedHashMap<>();
        faults.put("B1", Row.of(RedisFaults::down).lasting(600));
        faults.put("B2", Row.of(RedisFaults::boot));
        faults.put("B3", Row.of(RedisFaults::flushed));
        faults.put("B4", Row.of(RedisFaults::halfLost));
        faults.put("B5", Row.of(RedisFaults::hangs).lasting(60));
        faults.put("B6", Row.of(RedisFaults::errors).lasting(30));
        faults.put("B7", Row.of(SentinelFaults::failover).coming(20));
        faults.put("B9", Row.of(SentinelFaults::lostMessage));
        faults.put("B10", Row.of(WatcherFaults::cutOff));
        faults.put("B11", Row.of(WatcherFaults::leaders).coming(200));
        faults.put("B12", Row.of(ServerFaults::killed).lasting(600));
        faults.put("B13", Row.of(ClockFaults::processes));
        faults.put("B14", Row.of(ClockFaults::redis));
        faults.put("B16", Row.of(ChurnFaults::churn).lasting(60));
        faults.put("A1", Row.of(OutlierFaults::killedOften).coming(20));
        faults.put("A2", Row.of(SilenceFaults::stopped).lasting(20));
        faults.put("A4", Row.of(OutlierFaults::broken).lasting(20));
        faults.put("A5", Row.of(SilenceFaults::halfOpen).lasting(20));
        faults.put("A5P", Row.of(PacketFaults::dropped).lasting(20));
        faults.put("A6", Row.of(PacketFaults::lossAndResets).lasting(60));
        faults.put("A7", Row.of(ServerFaults::rolling));
        faults.put("A10", Row.of(SilenceFaults::ownPause).coming(10));
        faults.put("A11", Row.of(ServerFaults::allRestart));
        faults.put("A12", Row.of(ServerFaults::restarted));
        faults.put("A13", Row.of(ServerFaults::another));
        faults.put("R1", Row.of(RuleFaults::changed).coming(20));
        faults.put("C1", Row.of(OverloadFaults::drowned).lasting(60));
        faults.put("C5", Row.of(OverloadFaults::shared).lasting(60));
        faults.put("C11", Row.of(OverloadFaults::heavy).lasting(300));
        faults.put("C9", Row.of(OverloadFaults::slowMethod).lasting(60));
        faults.put("QUOTA", Row.of(QuotaFaults::quota).lasting(60));
        faults.put("D1", Row.of(MeshFaults::killed).coming(20));
        faults.put("D2", Row.of(MeshFaults::stopped).coming(5));
        faults.put("D4", Row.of(MeshFaults::endsDuringHandOver).coming(20));
        faults.put("D6", Row.of(MeshFaults::flaps).lasting(60));
        faults.put("D7", Row.of(MeshFaults::nothingLeft).lasting(20));
        faults.put("C3", Row.of(HopFaults::repetitions));
        faults.put("C4", Row.of(HopFaults::deadlines));
        return faults;
    }

    @Option(names = "--rows", split = ",", description = "Which rows of the table of failure modes; all if left out.")
    private List<String> rows = List.of();

    @Option(names = "--rate", description = "Calls a second.")
    private int rate = 2_000;

    @Option(
            names = "--warmup",
            description = "Seconds of load before anything is counted; compilers must rest by then.")
    private double warmup = 45;

    @Option(names = "--control", description = "Seconds of load without the fault.")
    private double control = 10;

    @Option(names = "--fault", description = "Seconds that a fault lasts, where it lasts; each of the errors of B6.")
    private double fault = 20;

    @Option(names = "--rounds", description = "How often a master fails over, or a watcher is killed or frozen.")
    private int rounds = 6;

    @Option(
            names = "--full",
            description = "Play each row as long and as often as the table demands, whatever --fault and --rounds say."
                    + " All rows take about an hour and a half then.")
    private boolean full;

    @Option(names = "--calls", description = "How many calls a rolling restart is spread over, at least.")
    private long calls = 1_000_000;

    @Option(names = "--clients", description = "How many clients come back together.")
    private int clients = 200;

    @Option(names = "--report", paramLabel = "NAME", description = "Write benchmarks/reports/NAME.md.")
    private @Nullable String report;

    public static void main(String[] args) {
        System.exit(new CommandLine(new FaultsBenchmark()).execute(args));
    }

    @Override
    public Integer call() throws Exception {
        if (report != null) {
            Report.checkName(report);
        }
        FaultOptions options =
                new FaultOptions(rate, warmup, control, fault, rounds, calls, clients, FaultOptions.Demanded.NOTHING);
        Map<String, Row> faults = faults();
        List<String> asked = rows.isEmpty() ? new ArrayList<>(faults.keySet()) : rows;
        for (String row : asked) {
            if (!faults.containsKey(row)) {
                throw new CommandLine.ParameterException(
                        new CommandLine(this), "--rows knows " + faults.keySet() + ", not " + row);
            }
        }
        Report out = new Report().title("Faults").add(Surroundings.describe());
        out.add(rate + " calls a second by schedule, 1 KiB each, every second one of a method that must not run twice;"
                + " latencies from the moment that the schedule names. Four servers of one event loop, one client. Where p99 is"
                + " compared, it is the median of the p99 of each 5 s: the machine itself stands still now and then.");
        List<Finding> findings = new ArrayList<>();
        Stillness stillness = Stillness.watch();
        for (String row : asked) {
            System.err.println("playing " + row);
            Row play = faults.get(row);
            stillness.takeMillis();
            Finding finding = play == null ? new Finding(row, "") : play.play(options, full);
            finding.told("the machine itself stood still, at most", stillness.takeMillis() + " ms");
            findings.add(finding);
            out.section(finding.row() + ": " + finding.fault());
            if (!finding.figures().isEmpty()) {
                out.add(table(finding));
            }
        }
        Verdict verdict = Verdict.of(findings);
        out.add(verdict.text());
        out.write(report);
        return verdict.met() ? 0 : 1;
    }

    private static Table table(Finding finding) {
        Table table = new Table("figure", "seen", "wanted", "met");
        for (Finding.Figure figure : finding.figures()) {
            table.row(
                    figure.name(),
                    figure.value(),
                    figure.wanted(),
                    figure.wanted().isEmpty() ? "" : figure.met() ? "yes" : "no");
        }
        return table;
    }
}
