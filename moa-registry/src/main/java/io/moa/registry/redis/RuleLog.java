package io.moa.registry.redis;

import java.util.HashSet;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** What the log of changes says of the rules that there are, whatever became of these themselves. */
final class RuleLog {

    private RuleLog() {}

    /**
     * The ids of rules that were put and not taken away since, as far as the log goes back.
     *
     * @param newestFirst the answer to {@code XREVRANGE}
     */
    static Set<String> standing(@Nullable Object newestFirst) {
        Set<String> seen = new HashSet<>();
        Set<String> standing = new TreeSet<>();
        for (Object item : Replies.list(newestFirst)) {
            var fields = Replies.texts(Replies.list(item).get(1));
            String kind = RuleDesk.field(fields, "kind");
            String id = RuleDesk.field(fields, "name");
            if (RuleDesk.RULES.equals(kind)) {
                break; // all that were put before it are gone
            }
            if (RuleDesk.RULE.equals(kind) && id != null && seen.add(id) && RuleDesk.field(fields, "text") != null) {
                standing.add(id);
            }
        }
        return standing;
    }
}
