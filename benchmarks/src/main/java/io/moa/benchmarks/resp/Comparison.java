package io.moa.benchmarks.resp;

import io.moa.benchmarks.Table;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/** What the rounds come to. Used by one thread. */
final class Comparison {

    /** What MOA has to reach, as a part of what it is compared with. */
    private static final double WANTED = 0.5;

    private static final int ALONE = 1;
    private static final int PIPELINED = 32;

    private record Place(int depth, String contender) {}

    private final Map<Place, List<Measured>> all = new LinkedHashMap<>();
    private final Table raw = new Table(
                    "contender",
                    "-P",
                    "round",
                    "requests/s",
                    "p50 ms",
                    "p99 ms",
                    "CPU s",
                    "of s",
                    "requests",
                    "refused")
            .leftAligned(1);

    void add(int round, int depth, String contender, Measured seen) {
        all.computeIfAbsent(new Place(depth, contender), none -> new ArrayList<>())
                .add(seen);
        raw.row(
                contender,
                Integer.toString(depth),
                Integer.toString(round + 1),
                whole(seen.seen().perSecond()),
                figure(seen.seen().p50()),
                figure(seen.seen().p99()),
                figure(seen.cpuSeconds()),
                figure(seen.seconds()),
                Long.toString(seen.seen().requests()),
                Long.toString(seen.refused()));
    }

    private List<Measured> of(int depth, String contender) {
        return all.getOrDefault(new Place(depth, contender), List.of());
    }

    /** The contenders with so many requests at a time. */
    Table table(int depth) {
        Table table = new Table(
                "contender",
                "requests/s",
                "× redis-echo",
                "× redis-get",
                "× bare",
                "p50 ms",
                "p99 ms",
                "CPU s per 100,000",
                "busy %",
                "refused %");
        all.forEach((place, seen) -> {
            if (place.depth() == depth) {
                table.row(
                        place.contender(),
                        spread(seen, each -> each.seen().perSecond()),
                        ratio(depth, place.contender(), "redis-echo"),
                        ratio(depth, place.contender(), "redis-get"),
                        ratio(depth, place.contender(), "bare"),
                        figure(median(values(seen, each -> each.seen().p50()))),
                        figure(median(values(seen, each -> each.seen().p99()))),
                        figure(median(values(seen, Measured::cpuSecondsPer100000))),
                        whole(median(values(seen, Measured::busyPercent))),
                        figure(median(values(seen, Measured::refusedPercent))));
            }
        });
        return table;
    }

    /** What is demanded of the calls by RESP, and what came. */
    Table verdict() {
        Table table = new Table("figure", "seen", "wanted", "met").leftAligned(1);
        for (String moa : List.of("moa-direct", "moa-worker")) {
            boolean judged = moa.equals("moa-direct");
            demand(table, moa, "redis-echo", ALONE, judged);
            demand(table, moa, "bare", PIPELINED, judged);
        }
        return table;
    }

    private void demand(Table table, String moa, String other, int depth, boolean judged) {
        double ratio = median(ratios(depth, moa, other));
        table.row(
                moa + " × " + other + ", -P " + depth,
                figure(ratio),
                judged ? "≥ " + WANTED : "",
                !judged ? "" : ratio >= WANTED ? "yes" : "no");
    }

    /** Whether all of it came; what was not measured did not. */
    boolean isMet() {
        return median(ratios(ALONE, "moa-direct", "redis-echo")) >= WANTED
                && median(ratios(PIPELINED, "moa-direct", "bare")) >= WANTED;
    }

    Table raw() {
        return raw;
    }

    private String ratio(int depth, String contender, String other) {
        List<Double> ratios = ratios(depth, contender, other);
        return ratios.isEmpty() ? "-" : figure(median(ratios));
    }

    private List<Double> ratios(int depth, String contender, String other) {
        List<Measured> these = of(depth, contender);
        List<Measured> those = of(depth, other);
        List<Double> ratios = new ArrayList<>();
        for (int round = 0; round < Math.min(these.size(), those.size()); round++) {
            ratios.add(these.get(round).seen().perSecond()
                    / those.get(round).seen().perSecond());
        }
        return ratios;
    }

    private static List<Double> values(List<Measured> seen, ToDoubleFunction<Measured> value) {
        return seen.stream().map(value::applyAsDouble).toList();
    }

    private static String spread(List<Measured> seen, ToDoubleFunction<Measured> value) {
        List<Double> values = values(seen, value);
        double least = values.stream().mapToDouble(Double::doubleValue).min().orElse(0);
        double most = values.stream().mapToDouble(Double::doubleValue).max().orElse(0);
        return whole(median(values)) + " (" + whole(least) + ".." + whole(most) + ")";
    }

    /** Not a number if there is none, which is not enough of anything. */
    static double median(List<Double> values) {
        double[] sorted =
                values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        if (sorted.length == 0) {
            return Double.NaN;
        }
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    private static String whole(double value) {
        return String.format(Locale.ROOT, "%,.0f", value);
    }

    private static String figure(double value) {
        return String.format(Locale.ROOT, "%.2f", value);
    }
}
