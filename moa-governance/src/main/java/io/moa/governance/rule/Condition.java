package io.moa.governance.rule;

import io.moa.invoke.Invocation;

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
