package io.moa.governance.rule;

import java.util.Map;

/** The part of a rule's form that both kinds have. */
final class RulePlain {

    private RulePlain() {}

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
