package io.moa.benchmarks.faults;

import java.util.ArrayList;
import java.util.List;

/**
 * What all rows together come to.
 *
 * @param met whether every row was played and showed what was wanted
 * @param text the same in words, for the end of the report
 */
record Verdict(boolean met, String text) {

    /** Judges rows; none at all prove nothing, and so does a row that was not played. */
    static Verdict of(List<Finding> rows) {
        if (!rows.isEmpty() && rows.stream().allMatch(Finding::met)) {
            return new Verdict(true, "Everything wanted was seen.");
        }
        List<String> text = new ArrayList<>();
        boolean missed = rows.stream().anyMatch(row -> row.played() && !row.met());
        text.add("Not everything wanted was seen" + (missed ? ": look for \"no\"." : "."));
        List<String> left =
                rows.stream().filter(row -> !row.played()).map(Finding::row).toList();
        if (!left.isEmpty()) {
            text.add("Not played: " + String.join(", ", left) + ".");
        }
        return new Verdict(false, String.join(" ", text));
    }
}
