package io.moa.cli;

import java.util.ArrayList;
import java.util.List;

/**
 * What differs between two texts, by lines: a longest common subsequence, of what is left when the same lines at both ends are set aside.
 * Texts that differ in so many lines that the table would be large are told as all taken away and all added.
 */
final class LineDiff {

    private static final long MOST_CELLS = 4_000_000;

    private LineDiff() {}

    /** The lines of both: {@code -} before one that went, {@code +} before one that came, a space before the others. */
    static List<String> of(List<String> before, List<String> after) {
        int head = 0;
        int shorter = Math.min(before.size(), after.size());
        while (head < shorter && before.get(head).equals(after.get(head))) {
            head++;
        }
        int tail = 0;
        while (tail < shorter - head
                && before.get(before.size() - 1 - tail).equals(after.get(after.size() - 1 - tail))) {
            tail++;
        }
        List<String> lines = new ArrayList<>();
        before.subList(0, head).forEach(line -> lines.add("  " + line));
        middle(before.subList(head, before.size() - tail), after.subList(head, after.size() - tail), lines);
        before.subList(before.size() - tail, before.size()).forEach(line -> lines.add("  " + line));
        return lines;
    }

    private static void middle(List<String> before, List<String> after, List<String> lines) {
        int[][] common = (long) before.size() * after.size() > MOST_CELLS ? new int[0][] : common(before, after);
        int i = 0;
        int j = 0;
        while (common.length > 0 && i < before.size() && j < after.size()) {
            if (before.get(i).equals(after.get(j))) {
                lines.add("  " + before.get(i++));
                j++;
            } else if (common[i + 1][j] >= common[i][j + 1]) {
                lines.add("- " + before.get(i++));
            } else {
                lines.add("+ " + after.get(j++));
            }
        }
        before.subList(i, before.size()).forEach(line -> lines.add("- " + line));
        after.subList(j, after.size()).forEach(line -> lines.add("+ " + line));
    }

    /** How many lines what begins at each pair of places has in common. */
    private static int[][] common(List<String> before, List<String> after) {
        int[][] common = new int[before.size() + 1][after.size() + 1];
        for (int i = before.size() - 1; i >= 0; i--) {
            for (int j = after.size() - 1; j >= 0; j--) {
                common[i][j] = before.get(i).equals(after.get(j))
                        ? common[i + 1][j + 1] + 1
                        : Math.max(common[i + 1][j], common[i][j + 1]);
            }
        }
        return common;
    }
}
