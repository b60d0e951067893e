package io.moa.governance.rule;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The parts of a rule's form that several kinds have. */
final class RulePlain {

    private RulePlain() {}

    /** What is asked of a call. */
    static Map<String, Object> of(List<Condition> when) {
        Map<String, Object> asked = new LinkedHashMap<>();
        when.forEach(each -> asked.put(each.fact().toString(), each.matcher().toPlain()));
        return asked;
    }

    static void putCommon(Map<String, Object> plain, Rule rule) {
        Matcher callers = rule.callers();
        if (callers != null) {
            plain.put("callers", callers.toPlain());
        }
        Map<String, Object> rollout = rule.rollout().toPlain();
        if (!rollout.isEmpty()) {
            plain.put("rollout", rollout);
        }
        if (!rule.enabled()) {
            plain.put("enabled", false);
        }
        if (!rule.note().isEmpty()) {
            plain.put("note", rule.note());
        }
    }
}
