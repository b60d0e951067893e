package io.moa.governance.rule;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * All that is wrong with a rule. {@link RuleReader} ends at the first fault, as a rule with one is none; whoever corrects a rule wants to
 * know of the others too. Each part is read by itself, by the reader's own methods, so a fault hides only what stands within its part.
 */
final class RuleFaults {

    private final Set<String> found = new LinkedHashSet<>();

    private RuleFaults() {}

    static List<String> of(String id, @Nullable Object plain) {
        RuleFaults faults = new RuleFaults();
        faults.note(() -> RuleReader.checkId(id));
        faults.note(() -> faults.look(id, Fields.of("", plain)));
        faults.note(() -> RuleReader.read(id, plain)); // what no part can tell alone, such as shares without a sum
        return List.copyOf(faults.found);
    }

    private void note(Runnable reading) {
        try {
            reading.run();
        } catch (IllegalArgumentException e) {
            found.add(String.valueOf(e.getMessage()));
        }
    }

    private void look(String id, Fields rule) {
        RuleReader reader = new RuleReader(id, rule);
        String kind = rule.text("kind", 1);
        switch (kind) {
            case "policy" -> {
                known(rule, RuleReader.POLICY);
                note(reader::method);
                note(() -> values(rule.inner("set")));
                note(reader::sides);
                note(reader::together);
            }
            case "route" -> {
                known(rule, RuleReader.ROUTE);
                note(reader::priority);
                if (rule.has("when")) {
                    note(() -> conditions(reader, rule.inner("when")));
                }
                action(reader, rule);
            }
            case "fault" -> {
                known(rule, RuleReader.FAULT);
                if (rule.has("when")) {
                    note(() -> conditions(reader, rule.inner("when")));
                }
                note(() -> reader.percent(rule));
                note(reader::sticky);
                note(reader::delay);
                note(reader::fail);
                note(reader::something);
            }
            default -> throw Fields.unknown("kind", kind, "kind", RuleReader.KINDS);
        }
        note(reader::service);
        note(reader::callers);
        note(reader::rollout);
        note(reader::enabled);
        note(reader::note);
    }

    private void known(Fields rule, List<String> names) {
        rule.eachName(name -> note(() -> Fields.checkKnown(rule.path(), name, names)));
    }

    private void values(Fields set) {
        for (String name : set.names(RuleReader.LIVE.size())) {
            note(() -> RuleReader.checkValue(set, name));
        }
    }

    private void conditions(RuleReader reader, Fields when) {
        for (String name : when.names(RuleReader.MOST_CONDITIONS)) {
            note(() -> reader.condition(when, name));
        }
    }

    private void action(RuleReader reader, Fields rule) {
        boolean single = RuleReader.ACTIONS.stream().filter(rule::has).count() == 1;
        if (single && rule.has("redirect")) {
            note(() -> redirect(reader, rule.inner("redirect")));
            note(reader::sticky);
            note(reader::refuse);
            note(reader::checkNoMirror);
            return;
        }
        if (!single || !(rule.get("to") instanceof List<?> to)) {
            note(reader::action);
            return;
        }
        if (to.isEmpty() || to.size() > RuleReader.MOST_DESTINATIONS) {
            note(reader::action);
        } else {
            for (int i = 0; i < to.size(); i++) {
                int place = i;
                note(() -> reader.destination(place, to.get(place)));
            }
        }
        note(reader::sticky);
        note(reader::refuse);
        note(reader::mirror);
    }

    private void redirect(RuleReader reader, Fields redirect) {
        known(redirect, RuleReader.REDIRECT);
        note(() -> reader.target(redirect));
        note(() -> reader.percent(redirect));
    }
}
