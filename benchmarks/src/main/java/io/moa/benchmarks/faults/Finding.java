package io.moa.benchmarks.faults;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What one fault showed. Used by one thread. */
final class Finding {

    /** One figure, what was wanted of it, and whether it came out so. */
    record Figure(String name, String value, String wanted, boolean met) {}

    private final String row;
    private final String fault;
    private final List<Figure> figures = new ArrayList<>();

    /**
     * Nothing yet.
     *
     * @param row its name in the table of failure modes
     * @param fault what was done
     */
    Finding(String row, String fault) {
        this.row = row;
        this.fault = fault;
    }

    /** A row that this machine cannot play; it is not met, for nothing was seen. */
    static Finding notPlayed(String row, String why) {
        return new Finding(row, "not played: " + why);
    }

    String row() {
        return row;
    }

    String fault() {
        return fault;
    }

    List<Figure> figures() {
        return figures;
    }

    /** Whether something was asked of the row; without a single wanted figure nothing can be met. */
    boolean played() {
        return figures.stream().anyMatch(figure -> !figure.wanted().isEmpty());
    }

    boolean met() {
        return played() && figures.stream().allMatch(Figure::met);
    }

    /** A figure of which nothing is wanted. */
    Finding told(String name, Object value) {
        figures.add(new Figure(name, String.valueOf(value), "", true));
        return this;
    }

    /** A figure that must not be more. */
    Finding atMost(String name, double value, double limit, String unit) {
        figures.add(new Figure(name, number(value) + unit, "≤ " + number(limit) + unit, value >= 0 && value <= limit));
        return this;
    }

    /** A figure that must not be less. */
    Finding atLeast(String name, double value, double limit, String unit) {
        figures.add(new Figure(name, number(value) + unit, "≥ " + number(limit) + unit, value >= limit));
        return this;
    }

    /** A whole number that must not be more. */
    Finding atMost(String name, long value, long limit, String unit) {
        return atMost(name, (double) value, (double) limit, unit);
    }

    /** How long the fault was played, beside what the table of failure modes demands. */
    Finding lasted(String name, FaultOptions options) {
        return extent(name, options.faultSeconds(), options.demanded().seconds(), " s", "--fault");
    }

    /** How often the fault was played, beside what the table of failure modes demands. */
    Finding came(String name, FaultOptions options) {
        return extent(name, options.rounds(), options.demanded().rounds(), " times", "--rounds");
    }

    private Finding extent(String name, double chosen, double demanded, String unit, String option) {
        String value = number(chosen) + unit;
        return told(
                name,
                chosen >= demanded
                        ? value
                        : value + " (demanded: " + number(demanded) + unit + ", by " + option + " " + number(demanded)
                                + ")");
    }

    /** A number that must be this one. */
    Finding exactly(String name, long value, long wanted) {
        figures.add(new Figure(name, Long.toString(value), Long.toString(wanted), value == wanted));
        return this;
    }

    /** The calls of a window beside those of the control, none of which may fail. */
    Finding noneFailed(Seen control, Seen seen) {
        calls(control, seen);
        exactly("failed", seen.failed(), 0);
        return this;
    }

    /** The calls of a window beside those of the control; only calls that may not be repeated may fail. */
    Finding noneIdempotentFailed(Seen control, Seen seen) {
        calls(control, seen);
        exactly("idempotent failed", seen.failedIdempotent() + seen.wrong() + seen.notSent() + seen.unended(), 0);
        told("others: failed, not run", seen.failedUnexecuted());
        told("others: unknown", seen.unknown());
        return this;
    }

    /** The p99 of the fault must be at most so many times that of the control. */
    Finding p99(Seen control, Seen seen, double limit) {
        told("median p99 of each 5 s, ms", number(seen.usualP99() / 1e3));
        told("the same without the fault", number(control.usualP99() / 1e3));
        return atMost("p99 against the control", seen.usualP99() / (double) control.usualP99(), limit, "×");
    }

    private void calls(Seen control, Seen seen) {
        told("calls", seen.sent());
        told("p50 / p99 / max ms", millis(seen));
        told("the same without the fault", millis(control));
    }

    /** What was counted at the end of the run. */
    Finding end(Seen end) {
        exactly("failed after it", end.failed(), 0);
        return exactly("run twice", end.twice(), 0);
    }

    private static String millis(Seen seen) {
        return number(seen.p50() / 1e3) + " / " + number(seen.p99() / 1e3) + " / " + number(seen.max() / 1e3);
    }

    /** A ratio, as figures say it. */
    static String times(double ratio) {
        return number(ratio) + "×";
    }

    private static String number(double value) {
        return value == Math.rint(value) && Math.abs(value) < 1e9
                ? Long.toString((long) value)
                : String.format(Locale.ROOT, value < 10 ? "%.2f" : "%.1f", value);
    }
}
