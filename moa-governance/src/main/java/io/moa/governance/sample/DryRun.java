package io.moa.governance.sample;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a rule would change for the calls of which samples were kept. Immutable.
 *
 * @param rule its id
 * @param standing how it would stand in this process, for people; it may not be in force here
 * @param samples how many calls were looked at
 * @param deviations those that would fare otherwise
 */
public record DryRun(String rule, String standing, int samples, List<Deviation> deviations) {

    private static final int SHOWN = 10;

    public DryRun {
        deviations = List.copyOf(deviations);
    }

    /** What changes, and for how many calls; calls that fare alike are counted together. */
    public Map<String, Integer> sums() {
        Map<String, Integer> sums = new TreeMap<>();
        for (Deviation each : deviations) {
            String method =
                    each.sample().service() + " " + each.sample().method().name() + ": ";
            each.changes().forEach(change -> sums.merge(method + change, 1, Integer::sum));
        }
        return sums;
    }

    /** For people: the sums, those of most calls first, and some of the calls. */
    public String describe() {
        List<String> lines = new ArrayList<>();
        lines.add(rule + ": " + standing);
        lines.add(deviations.size() + " of " + samples + " sampled calls would fare otherwise");
        sums().entrySet().stream()
                .sorted(Map.Entry.<String, Integer>comparingByValue(Comparator.reverseOrder()))
                .forEach(each -> lines.add("  " + each.getValue() + " x " + each.getKey()));
        if (!deviations.isEmpty()) {
            lines.add("Such as");
            deviations.stream().limit(SHOWN).forEach(each -> lines.add("  " + each));
        }
        return String.join("\n", lines);
    }
}
