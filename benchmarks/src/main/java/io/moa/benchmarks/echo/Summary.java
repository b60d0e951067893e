package io.moa.benchmarks.echo;

import io.moa.benchmarks.Table;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/**
 * The rounds of a run as tables. A cell is the median over rounds, with the lowest and highest in brackets. A ratio is
 * taken between a contender and the floor <em>of the same round</em>, and then the median of those; so what disturbs a
 * whole round does not disturb the ratio.
 *
 * @param rounds for each contender its rounds, in order; each contender has as many as the floor
 * @param floor the contender that the others are compared with
 */
record Summary(Map<String, List<Round>> rounds, String floor) {

    Table speed(boolean open) {
        Table table = new Table(
                "contender",
                "calls/s",
                "p50 us",
                "p99 us",
                "p99.9 us",
                "max us",
                open ? "sent late p99 us" : "x floor");
        rounds.forEach((name, list) -> table.row(
                name,
                cell(list, round -> round.calls().perSecond(), 0),
                cell(list, round -> round.calls().p50Micros(), 1),
                cell(list, round -> round.calls().p99Micros(), 0),
                cell(list, round -> round.calls().p999Micros(), 0),
                cell(list, round -> round.calls().maxMicros(), 0),
                open
                        ? cell(list, round -> round.calls().lateP99Micros(), 0)
                        : ratio(list, round -> round.calls().perSecond())));
        return table;
    }

    /** Microseconds of processor time per call. */
    Table cpu() {
        Table table = new Table(
                "contender",
                "client us/call",
                "x floor",
                "server us/call",
                "x floor",
                "sum us/call",
                "x floor",
                "processors client",
                "server");
        rounds.forEach((name, list) -> table.row(
                name,
                cell(list, Round::clientCpuMicros, 2),
                ratio(list, Round::clientCpuMicros),
                cell(list, Round::serverCpuMicros, 2),
                ratio(list, Round::serverCpuMicros),
                cell(list, Round::cpuMicros, 2),
                ratio(list, Round::cpuMicros),
                cell(list, round -> round.client().processors(), 2),
                cell(list, round -> round.server().processors(), 2)));
        return table;
    }

    /** Bytes allocated on the Java heap per call, and garbage collections per window. */
    Table memory() {
        Table table = new Table(
                "contender",
                "client B/call",
                "server B/call",
                "sum B/call",
                "- floor",
                "GC client",
                "ms",
                "GC server",
                "ms");
        rounds.forEach((name, list) -> table.row(
                name,
                mark(list, round -> round.client().allocatedExact()) + cell(list, Round::clientBytes, 0),
                mark(list, round -> round.server().allocatedExact()) + cell(list, Round::serverBytes, 0),
                cell(list, Round::bytes, 0),
                text(median(against(list, Round::bytes, (own, base) -> own - base)), 0),
                cell(list, round -> round.client().collections(), 0),
                cell(list, round -> round.client().collectionMillis(), 0),
                cell(list, round -> round.server().collections(), 0),
                cell(list, round -> round.server().collectionMillis(), 0)));
        return table;
    }

    /** Every measured value, so that a reader need not trust the medians. */
    Table raw() {
        Table table = new Table(
                "contender",
                "round",
                "calls",
                "failed",
                "calls/s",
                "p50 us",
                "p99 us",
                "client us/call",
                "server us/call",
                "client B/call",
                "server B/call",
                "window s client",
                "server",
                "JIT ms client",
                "server");
        rounds.forEach((name, list) -> {
            for (int i = 0; i < list.size(); i++) {
                Round round = list.get(i);
                table.row(
                        name,
                        Integer.toString(i + 1),
                        Long.toString(round.calls().answered()),
                        Long.toString(round.calls().failed()),
                        text(round.calls().perSecond(), 0),
                        text(round.calls().p50Micros(), 1),
                        text(round.calls().p99Micros(), 1),
                        text(round.clientCpuMicros(), 3),
                        text(round.serverCpuMicros(), 3),
                        text(round.clientBytes(), 1),
                        text(round.serverBytes(), 1),
                        text(round.client().windowNanos() / 1e9, 3),
                        text(round.server().windowNanos() / 1e9, 3),
                        Long.toString(round.client().compilationMillis()),
                        Long.toString(round.server().compilationMillis()));
            }
        });
        return table;
    }

    /** Calls that failed, in the warm-up or the window; a run with any is not to be trusted. */
    long failed() {
        return rounds.values().stream()
                .flatMap(List::stream)
                .mapToLong(round -> round.calls().failed())
                .sum();
    }

    static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    private interface Comparison {
        double apply(double own, double base);
    }

    private double[] against(List<Round> list, ToDoubleFunction<Round> figure, Comparison comparison) {
        List<Round> base = rounds.getOrDefault(floor, List.of());
        if (base.size() != list.size()) {
            return new double[] {Double.NaN};
        }
        return IntStream.range(0, list.size())
                .mapToDouble(
                        i -> comparison.apply(figure.applyAsDouble(list.get(i)), figure.applyAsDouble(base.get(i))))
                .toArray();
    }

    private String ratio(List<Round> list, ToDoubleFunction<Round> figure) {
        return text(against(list, figure, (own, base) -> own / base), 2);
    }

    private static String cell(List<Round> list, ToDoubleFunction<Round> figure, int decimals) {
        return text(list.stream().mapToDouble(figure).toArray(), decimals);
    }

    private static String mark(List<Round> list, Predicate<Round> exact) {
        return list.stream().allMatch(exact) ? "" : ">= ";
    }

    private static String text(double[] values, int decimals) {
        String median = text(median(values), decimals);
        if (values.length == 1) {
            return median;
        }
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        String low = text(sorted[0], decimals);
        String high = text(sorted[sorted.length - 1], decimals);
        return low.equals(high) ? median : median + " (" + low + ".." + high + ")";
    }

    private static String text(double value, int decimals) {
        return Double.isNaN(value) ? "-" : String.format(Locale.ROOT, "%." + decimals + "f", value);
    }
}
