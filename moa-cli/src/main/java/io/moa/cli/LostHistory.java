package io.moa.cli;

import io.moa.registry.redis.StoredRules;
import java.util.TreeSet;

/**
 * What operators are told of a registry that has lost rules, or that knows of no change of them: it is new, or it has lost what it knew, and
 * then processes go on by rules that nobody sees in it.
 */
final class LostHistory {

    /** How a whole set comes back. */
    static final String BRING_BACK =
            "./moa rules get --process HOST:PORT > rules.json prints what a process holds, and ./moa rules put --all"
                    + " rules.json puts it as a whole";

    private static final int MOST_NAMED = 5;

    private LostHistory() {}

    /** Whether it is such a registry. */
    static boolean of(StoredRules stored) {
        return stored.version().isEmpty() || !stored.lost().isEmpty();
    }

    /** What is known, and what processes do, as the end of a sentence. */
    static String told(StoredRules stored) {
        if (stored.lost().isEmpty()) {
            return "this registry knows of no change of rules. If it has lost what it knew, processes go by the rules that they"
                    + " hold";
        }
        return "this registry has no rules, but its history names " + lost(stored)
                + " that nobody took away: it has lost them, and processes go on by those that they hold";
    }

    /** What follows from a change that was made nevertheless. */
    static String followed(StoredRules stored, boolean whole) {
        String before = whole ? "" : " Before such a change, " + BRING_BACK + ".";
        if (stored.lost().isEmpty()) {
            return "It is the first change of rules that this registry knows of. If it has lost what it knew, processes that held rules"
                    + " take this change as the whole set, and let go of all others." + before;
        }
        return "This registry had lost its rules, " + lost(stored)
                + " by its history. Processes that held rules take this change"
                + " as the whole set, and let go of all others." + before;
    }

    private static String lost(StoredRules stored) {
        StringBuilder text = new StringBuilder();
        new TreeSet<>(stored.lost()).stream().limit(MOST_NAMED).forEach(id -> text.append(text.isEmpty() ? "" : ", ")
                .append(Printable.of(id)));
        int more = stored.lost().size() - MOST_NAMED;
        return text + (more > 0 ? " and " + more + " more" : "");
    }
}
