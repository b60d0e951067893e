package io.moa.node.quickstart;

import io.moa.invoke.Ledger;
import io.moa.invoke.Phase;
import java.io.PrintStream;
import java.util.Locale;

/** Writes what happened, for people, and remembers whether it was as promised. Not safe for threads. */
final class Account {

    private static final String BOLD = "1";
    private static final String GREEN = "32";
    private static final String RED = "31";
    private static final String DIM = "2";
    private static final int WIDTH = 100;

    private final PrintStream out;
    private final boolean colour;
    private int chapters;
    private int broken;

    /**
     * An account.
     *
     * @param colour whether the stream shows colours
     */
    Account(PrintStream out, boolean colour) {
        this.out = out;
        this.colour = colour;
    }

    /** Begins a numbered chapter. */
    void chapter(String title) {
        chapters++;
        out.println();
        out.println(painted(BOLD, chapters + ". " + title));
    }

    /** A title without a number. */
    void title(String title) {
        out.println(painted(BOLD, title));
    }

    /** A fact. */
    void tell(String text) {
        wrap("   ", text);
    }

    /** A command to type, or anything else that must not be broken into lines. */
    void literal(String text) {
        out.println("     " + text);
    }

    /** Something promised, and whether it was kept. */
    void promise(boolean kept, String text) {
        if (kept) {
            wrap("   ", painted(GREEN, "as promised:") + " " + text);
        } else {
            broken++;
            wrap("   ", painted(RED, "NOT AS PROMISED:") + " " + text);
        }
    }

    /** Where the time of a call went. */
    void ledger(Ledger ledger) {
        for (Phase phase : Phase.values()) {
            out.println(
                    String.format(Locale.ROOT, "     %-13s %9.3f ms   ", phase.label(), ledger.spentNanos(phase) / 1e6)
                            + painted(DIM, phase.place()));
        }
        out.println(String.format(Locale.ROOT, "     %-13s %9.3f ms", "together", ledger.totalNanos() / 1e6));
    }

    /** How many promises were not kept. */
    int broken() {
        return broken;
    }

    private void wrap(String indent, String text) {
        StringBuilder line = new StringBuilder(indent);
        for (String word : text.split(" ")) {
            if (line.length() > indent.length() && line.length() + 1 + word.length() > WIDTH) {
                out.println(line);
                line = new StringBuilder(indent);
            }
            line.append(line.length() > indent.length() ? " " : "").append(word);
        }
        out.println(line);
    }

    private String painted(String code, String text) {
        return colour ? "\u001B[" + code + "m" + text + "\u001B[0m" : text;
    }
}
