package io.moa.benchmarks.parts;

import io.moa.benchmarks.Report;
import io.moa.benchmarks.Surroundings;
import io.moa.benchmarks.Table;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.CommandLineOptions;
import org.openjdk.jmh.runner.options.OptionsBuilder;

/**
 * Runs JMH with the options of JMH's own command line, and leaves a report. Allocation per operation is measured unless
 * another profiler is asked for.
 */
public final class PartsBenchmark {

    private PartsBenchmark() {}

    public static void main(String[] args) throws Exception {
        List<String> forJmh = new ArrayList<>(Arrays.asList(args));
        String name = takeReportName(forJmh);
        CommandLineOptions line = new CommandLineOptions(forJmh.toArray(new String[0]));
        if (line.shouldHelp()) {
            line.showHelp();
            return;
        }
        if (line.shouldList()) {
            new Runner(line).list();
            return;
        }
        ChainedOptionsBuilder options = new OptionsBuilder().parent(line);
        if (line.getProfilers().isEmpty()) {
            options.addProfiler(GCProfiler.class);
        }
        Table surroundings = Surroundings.describe();
        Collection<RunResult> results = new Runner(options.build()).run();

        Report report = new Report();
        report.title("The parts of a call").add(surroundings).add(table(results));
        report.add(
                "Error: half the width of the 99.9 % confidence interval that JMH computes from all iterations. Best: the fastest iteration, which "
                        + "other work on the machine disturbed least. "
                        + "Load average at the end: " + Surroundings.loadAverage() + ".");
        report.write(name);
    }

    private static Table table(Collection<RunResult> results) {
        Table table = new Table("benchmark", "parameters", "samples", "score", "error", "best", "unit", "B/op")
                .leftAligned(2);
        for (RunResult result : results) {
            Result<?> score = result.getPrimaryResult();
            Result<?> allocated = result.getSecondaryResults().get("gc.alloc.rate.norm");
            List<String> parameters = new ArrayList<>();
            for (String key : result.getParams().getParamsKeys()) {
                parameters.add(key + "=" + result.getParams().getParam(key));
            }
            String full = result.getParams().getBenchmark();
            table.row(
                    full.substring(full.lastIndexOf('.', full.lastIndexOf('.') - 1) + 1),
                    String.join(", ", parameters),
                    Long.toString(score.getSampleCount()),
                    number(score.getScore()),
                    number(score.getScoreError()),
                    number(score.getStatistics().getMin()),
                    score.getScoreUnit(),
                    allocated == null ? "-" : number(allocated.getScore()));
        }
        return table;
    }

    private static @Nullable String takeReportName(List<String> args) {
        int at = args.indexOf("--report");
        if (at < 0) {
            return null;
        }
        if (at + 1 >= args.size()) {
            throw new IllegalArgumentException("--report needs a name");
        }
        args.remove(at);
        String name = args.remove(at);
        Report.checkName(name);
        return name;
    }

    private static String number(double value) {
        return Double.isNaN(value) ? "-" : String.format(Locale.ROOT, "%.3f", value);
    }
}
