package io.moa.cli;

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
        return RuleText.write(plain).lines().map(RuleLines::escaped).toList();
    }

    /** What must not reach a terminal stands within texts only, where JSON may write it as a number: so nothing is lost. */
    private static String escaped(String line) {
        StringBuilder safe = new StringBuilder(line.length());
        line.codePoints().forEach(point -> {
            switch (Character.getType(point)) {
                case Character.CONTROL,
                        Character.FORMAT,
                        Character.SURROGATE,
                        Character.LINE_SEPARATOR,
                        Character.PARAGRAPH_SEPARATOR -> {
                    for (char half : Character.toChars(point)) {
                        safe.append(String.format("\\u%04x", (int) half));
                    }
                }
                default -> safe.appendCodePoint(point);
            }
        });
        return safe.toString();
    }
}
