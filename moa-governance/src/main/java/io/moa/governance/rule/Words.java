package io.moa.governance.rule;

import io.moa.internal.UntrustedText;
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

    static String shortened(String text) {
        return UntrustedText.shown(text, SHOWN);
    }
}
