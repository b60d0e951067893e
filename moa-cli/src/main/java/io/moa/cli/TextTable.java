package io.moa.cli;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;

/** Lines in columns as wide as their widest cell, up to 64 characters, the last one open to the right. */
final class TextTable {

    private static final int MAX_WIDTH = 64;

    private final List<String[]> rows = new ArrayList<>();

    TextTable(String... titles) {
        rows.add(titles);
    }

    /** Adds a line with a cell for each title. */
    void row(Object... cells) {
        String[] texts = new String[cells.length];
        for (int i = 0; i < cells.length; i++) {
            String text = String.valueOf(cells[i]);
            boolean last = i == cells.length - 1;
            texts[i] = last || text.length() <= MAX_WIDTH ? text : text.substring(0, MAX_WIDTH - 3) + "...";
        }
        rows.add(texts);
    }

    void print(PrintStream out) {
        int columns = rows.get(0).length;
        int[] widths = new int[columns];
        for (String[] row : rows) {
            for (int i = 0; i < columns; i++) {
                widths[i] = Math.max(widths[i], row[i].length());
            }
        }
        for (String[] row : rows) {
            StringBuilder line = new StringBuilder();
            for (int i = 0; i < columns; i++) {
                line.append(row[i]);
                if (i < columns - 1) {
                    line.append(" ".repeat(widths[i] - row[i].length() + 2));
                }
            }
            out.println(line.toString().stripTrailing());
        }
    }
}
