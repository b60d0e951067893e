package io.moa.cli;

import io.moa.registry.redis.StoredRules;

/**
 * What operators are told of a registry that knows of no change of rules: it is new, or it has lost what it knew, and then processes go on
 * by rules that nobody sees in it.
 */
final class LostHistory {

    /** How a whole set comes back. */
    static final String BRING_BACK =
            "./moa rules get --process HOST:PORT > rules.json prints what a process holds, and ./moa rules put --all"
                    + " rules.json puts it as a whole";

    private LostHistory() {}

    /** Whether it is a registry that knows of none. */
    static boolean of(StoredRules stored) {
        return stored.version().isEmpty();
    }
}
