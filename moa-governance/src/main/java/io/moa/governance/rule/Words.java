package io.moa.governance.rule;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** How values stand in sentences: short, on one line, and safe to print whatever they are. */
final class Words {

    private static final int SHOWN = 120;

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

    /** Where the first character stands that nobody sees, such as a control character or a mark of writing direction; -1 for nowhere. */
    static int unseen(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (isUnseen(text.charAt(i))) {
                return i;
            }
        }
        return -1;
    }

    private static boolean isUnseen(char c) {
        return Character.isISOControl(c)
                || c == 0x61c // the marks, embeddings, overrides and isolates of Unicode's bidirectional algorithm
                // (UAX #9)
                || c == 0x200e
                || c == 0x200f
                || (c >= 0x2028 && c <= 0x202e) // the first two of them break lines
                || (c >= 0x2066 && c <= 0x2069);
    }

    static String shortened(String text) {
        StringBuilder shown = new StringBuilder();
        for (int i = 0; i < Math.min(text.length(), SHOWN); i++) {
            char c = text.charAt(i);
            shown.append(isUnseen(c) ? '?' : c);
        }
        return text.length() > SHOWN ? shown.append('…').toString() : shown.toString();
    }
}
