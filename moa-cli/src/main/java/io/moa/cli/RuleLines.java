package io.moa.cli;

import io.moa.internal.UntrustedText;
import io.moa.protocol.serialize.RuleText;
import java.util.List;

/** The text of a rule as lines for a terminal: the same JSON, in one form, whatever spaces its author wrote. */
final class RuleLines {

    private RuleLines() {}

    /** Its lines; those of a text that is no JSON are made {@linkplain Printable fit} for a terminal. */
    static List<String> of(String text) {
        Object plain = RuleText.readOrNull(text);
        return plain == null ? text.lines().map(Printable::of).toList() : of(plain);
    }

    /** The lines of plain values. */
    static List<String> of(Object plain) {
        return RuleText.write(plain).lines().map(UntrustedText::escaped).toList();
    }
}
