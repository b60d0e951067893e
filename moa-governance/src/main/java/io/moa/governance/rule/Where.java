package io.moa.governance.rule;

import io.moa.discovery.Instance;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Which instances: those of whom all of it is true. Immutable.
 *
 * @param asked what each trait must be; nothing for everybody
 */
public record Where(Map<Trait, Matcher> asked) implements Predicate<Instance> {

    public Where {
        asked = Map.copyOf(asked);
    }

    @Override
    public boolean test(Instance instance) {
        for (Map.Entry<Trait, Matcher> each : asked.entrySet()) {
            if (!each.getValue().matches(each.getKey().of(instance))) {
                return false;
            }
        }
        return true;
    }

    /** Whether it names the tag of the call. */
    public boolean usesTag() {
        return asked.values().stream().anyMatch(each -> each.uses(Matcher.Variable.TAG));
    }

    /** This for calls with a tag. */
    public Where forTag(String tag) {
        Map<Trait, Matcher> known = new LinkedHashMap<>();
        asked.forEach((trait, matcher) -> known.put(trait, matcher.with(Matcher.Variable.TAG, tag)));
        return new Where(known);
    }

    /** The label that a process must have for this to name anybody, and has not; null if it lacks none. */
    @Nullable
    String lacking(LocalProcess process) {
        for (Map.Entry<Trait, Matcher> each : asked.entrySet()) {
            if (each.getValue().uses(Matcher.Variable.CALLER)
                    && !process.labels().containsKey(each.getKey().name())) {
                return each.getKey().name();
            }
        }
        return null;
    }

    /** This for calls of a process that lacks no label. */
    Where forCaller(LocalProcess process) {
        Map<Trait, Matcher> known = new LinkedHashMap<>();
        asked.forEach((trait, matcher) -> {
            String own = process.labels().get(trait.name());
            known.put(trait, own == null ? matcher : matcher.with(Matcher.Variable.CALLER, own));
        });
        return new Where(known);
    }

    Map<String, Object> toPlain() {
        Map<String, Object> plain = new TreeMap<>();
        asked.forEach((trait, matcher) -> plain.put(trait.toString(), matcher.toPlain()));
        return plain;
    }

    @Override
    public String toString() {
        return asked.isEmpty() ? "everybody" : Words.plain(toPlain());
    }
}
