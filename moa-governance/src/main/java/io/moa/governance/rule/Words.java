package io.moa.governance.rule;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.List;
import java.util.Map;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/** How values stand in sentences: short, on one line, and safe to print whatever they are. */
final class Words {

    private static final int SHOWN = 120;
    /** Letters and signs that are drawn as nothing: a joiner of graphemes, fillers of Hangul, vowels of Khmer, Braille without a dot. */
    private static final String BLANK = "\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0";

    private static final int ZERO_WIDTH_NON_JOINER = 0x200c;
    private static final int ZERO_WIDTH_JOINER = 0x200d;

    private Words() {}

    /** A text between quotes. */
    static String quoted(String text) {
        return '"' + shortened(text) + '"';
    }

    /** A value that came from outside: lists and objects only by their kind, as they may be of any depth. */
    static String of(@Nullable Object plain) {
        if (plain instanceof String text) {
            return quoted(text);
        }
        if (plain == null || plain instanceof Boolean) {
            return String.valueOf(plain);
        }
        if (plain instanceof Integer
                || plain instanceof Long
                || plain instanceof Double
                || plain instanceof BigDecimal
                || plain instanceof BigInteger) {
            return shortened(plain.toString());
        }
        return plain instanceof Map<?, ?>
                ? "an object"
                : plain instanceof List<?> ? "a list" : "a value of another kind";
    }

    /** A plain value that was read, as JSON has it. */
    static String plain(Object plain) {
        StringBuilder text = new StringBuilder();
        write(text, plain);
        return shortened(text.toString());
    }

    private static void write(StringBuilder text, @Nullable Object plain) {
        String between = "";
        if (text.length() > SHOWN) {
            return;
        }
        if (plain instanceof Map<?, ?> map) {
            text.append('{');
            for (Map.Entry<?, ?> each : map.entrySet()) {
                text.append(between);
                write(text, each.getKey());
                text.append(": ");
                write(text, each.getValue());
                between = ", ";
            }
            text.append('}');
        } else if (plain instanceof List<?> list) {
            text.append('[');
            for (Object each : list) {
                text.append(between);
                write(text, each);
                between = ", ";
            }
            text.append(']');
        } else {
            text.append(plain instanceof String said ? '"' + said + '"' : String.valueOf(plain));
        }
    }

    /**
     * Where the first character stands that nobody sees, or that looks like another one: control characters, marks of writing direction,
     * spaces of no width, of other widths and that do not break, fillers, halves of characters and what is none; -1 for nowhere.
     */
    static int unseen(String text) {
        return first(text, Words::isUnseen);
    }

    /** As {@link #unseen}, in a sentence for people: some languages are not written without joiners and spaces that do not break. */
    static int unseenInProse(String text) {
        return first(text, c -> isUnseen(c) && !isOfProse(c));
    }

    private static int first(String text, IntPredicate wanted) {
        int c;
        for (int i = 0; i < text.length(); i += Character.charCount(c)) {
            c = text.codePointAt(i);
            if (wanted.test(c)) {
                return i;
            }
        }
        return -1;
    }

    private static boolean isUnseen(int c) {
        return switch (Character.getType(c)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED -> true;
            case Character.SPACE_SEPARATOR -> c != ' ';
            default -> isVariation(c) || BLANK.indexOf(c) >= 0;
        };
    }

    /** Chooses how the character before it is drawn, in scripts and emoji. */
    private static boolean isVariation(int c) {
        return (c >= 0xfe00 && c <= 0xfe0f) || (c >= 0xe0100 && c <= 0xe01ef) || (c >= 0x180b && c <= 0x180f);
    }

    private static boolean isOfProse(int c) {
        return c == ZERO_WIDTH_NON_JOINER
                || c == ZERO_WIDTH_JOINER
                || isVariation(c)
                || Character.getType(c) == Character.SPACE_SEPARATOR;
    }

    static String shortened(String text) {
        StringBuilder shown = new StringBuilder();
        text.codePoints().limit(SHOWN).forEach(c -> shown.appendCodePoint(isUnseen(c) ? '?' : c));
        return text.codePointCount(0, text.length()) > SHOWN ? shown.append('…').toString() : shown.toString();
    }
}
