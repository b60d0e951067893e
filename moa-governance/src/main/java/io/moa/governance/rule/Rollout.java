package io.moa.governance.rule;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * In which processes a rule is in force. Immutable.
 *
 * @param percent in how many of a hundred, by a hash of the process's uuid and the rule's id
 * @param labels what the labels of the process must be
 */
public record Rollout(Percent percent, Map<String, Matcher> labels) {

    /** In all. */
    public static final Rollout EVERYWHERE = new Rollout(Percent.ALL, Map.of());

    public Rollout {
        labels = Map.copyOf(labels);
    }

    /** Why a rule is not in force in a process, for people; null if it is. */
    @Nullable
    String whyNot(String rule, LocalProcess process) {
        for (Map.Entry<String, Matcher> each : labels.entrySet()) {
            String own = process.labels().get(each.getKey());
            if (!each.getValue().matches(own)) {
                return "it is for processes whose label " + each.getKey() + " is "
                        + Words.plain(each.getValue().toPlain()) + ", and this one's is "
                        + (own == null ? "not said" : Words.quoted(own));
            }
        }
        return percent.has(StableHash.seed(rule, "rollout"), process.uuid())
                ? null
                : "it is for " + percent + " of the processes, and this one is not among them";
    }

    /** For people: {@code everywhere}, or {@code in 25 % of the processes with {"zone": "east"}}. */
    @Override
    public String toString() {
        if (equals(EVERYWHERE)) {
            return "everywhere";
        }
        Object asked = toPlain().get("labels");
        return "in " + (percent.equals(Percent.ALL) ? "the" : percent + " of the") + " processes"
                + (asked == null ? "" : " with " + Words.plain(asked));
    }

    Map<String, Object> toPlain() {
        Map<String, Object> plain = new LinkedHashMap<>();
        if (!percent.equals(Percent.ALL)) {
            plain.put("percent", percent.toPlain());
        }
        if (!labels.isEmpty()) {
            Map<String, Object> asked = new TreeMap<>();
            labels.forEach((name, matcher) -> asked.put(name, matcher.toPlain()));
            plain.put("labels", asked);
        }
        return plain;
    }
}
