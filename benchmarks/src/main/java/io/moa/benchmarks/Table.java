package io.moa.benchmarks;

import java.util.ArrayList;
import java.util.List;

/** A Markdown table whose columns are padded, so that it reads on a console too. Not safe for threads. */
public final class Table {

    private final List<String> head;
    private final List<List<String>> rows = new ArrayList<>();
    private int leftColumns = 1;

    public Table(String... head) {
        this.head = List.of(head);
    }

    /** Aligns the first columns to the left, the rest to the right; default 1. */
    public Table leftAligned(int columns) {
        leftColumns = columns;
        return this;
    }

    /** Adds a row; as many cells as the head has. */
    public Table row(String... cells) {
        if (cells.length != head.size()) {
            throw new IllegalArgumentException(cells.length + " cells for " + head.size() + " columns");
        }
        rows.add(List.of(cells));
        return this;
    }

    public boolean isEmpty() {
        return rows.isEmpty();
    }

    @Override
    public String toString() {
        int[] widths = new int[head.size()];
        for (int column = 0; column < widths.length; column++) {
            widths[column] = Math.max(3, head.get(column).length());
            for (List<String> row : rows) {
                widths[column] = Math.max(widths[column], row.get(column).length());
            }
        }
        StringBuilder text = new StringBuilder();
        line(text, head, widths);
        for (int column = 0; column < widths.length; column++) {
            text.append(column == 0 ? "| " : " | ");
            text.append("-".repeat(widths[column] - 1)).append(column < leftColumns ? '-' : ':');
        }
        text.append(" |\n");
        rows.forEach(row -> line(text, row, widths));
        return text.toString();
    }

    private void line(StringBuilder text, List<String> cells, int[] widths) {
        for (int column = 0; column < widths.length; column++) {
            String cell = cells.get(column);
            String pad = " ".repeat(widths[column] - cell.length());
            text.append(column == 0 ? "| " : " | ");
            text.append(column < leftColumns ? cell + pad : pad + cell);
        }
        text.append(" |\n");
    }
}
