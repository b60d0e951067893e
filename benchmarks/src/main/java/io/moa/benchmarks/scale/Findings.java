package io.moa.benchmarks.scale;

import io.moa.benchmarks.Report;
import io.moa.benchmarks.Table;
import java.util.Locale;

/** What was seen, beside what was wanted. Used by one thread. */
final class Findings {

    private final Table table = new Table("what", "seen", "wanted", "met").leftAligned(1);
    private boolean met = true;

    /** Something that nobody has set a limit to. */
    void told(String what, String seen) {
        table.row(what, seen, "", "");
        System.err.println(what + ": " + seen);
    }

    /** Something that must not be over its limit. */
    void wanted(String what, double seen, double limit, String unit) {
        judged(what, seen, "≤ ", limit, unit, seen <= limit);
    }

    /** Something that must not be under its limit. */
    void wantedAtLeast(String what, double seen, double limit, String unit) {
        judged(what, seen, "≥ ", limit, unit, seen >= limit);
    }

    private void judged(String what, double seen, String sign, double limit, String unit, boolean good) {
        met &= good;
        table.row(
                what,
                String.format(Locale.ROOT, "%.2f%s", seen, unit),
                String.format(Locale.ROOT, "%s%s%s", sign, limit, unit),
                good ? "yes" : "no");
        System.err.println(what + ": " + seen + unit);
    }

    /** Whether everything wanted was seen. */
    boolean met() {
        return met;
    }

    void writeTo(Report report) {
        report.add(table);
        report.add(met ? "Everything wanted was seen." : "Not everything wanted was seen: look for \"no\".");
    }
}
