package io.moa.governance.rule;

import io.moa.invoke.Invocation;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a rule asks of a call. Immutable.
 *
 * @param fact of what
 * @param matcher and what it must be
 */
public record Condition(Fact fact, Matcher matcher) {

    /** Whether a call fulfils it. */
    public Verdict test(Invocation call) {
        return matcher.test(fact.of(call));
    }

    /** What a rule asks of calls, of their callers first. */
    static Condition[] all(@Nullable Matcher callers, List<Condition> when) {
        List<Condition> all = new ArrayList<>();
        if (callers != null) {
            all.add(new Condition(Fact.CALLER, callers));
        }
        all.addAll(when);
        return all.toArray(new Condition[0]);
    }

    /** With how many values such conditions compare a call. */
    static int comparisons(@Nullable Matcher callers, List<Condition> when) {
        int comparisons = callers == null ? 0 : callers.comparisons();
        for (Condition each : when) {
            comparisons += each.matcher().comparisons();
        }
        return comparisons;
    }

    /** The first that a call does not fulfil; null if it fulfils all. */
    static @Nullable Condition firstUnmet(Condition[] conditions, Invocation call) {
        for (Condition each : conditions) {
            if (each.test(call) != Verdict.YES) {
                return each;
            }
        }
        return null;
    }

    /** How a value of the call stands in a sentence. */
    public String shown(String value) {
        return Words.quoted(value);
    }

    /** For people, such as {@code tag "gray"}. */
    @Override
    public String toString() {
        return fact + " " + Words.plain(matcher.toPlain());
    }
}
