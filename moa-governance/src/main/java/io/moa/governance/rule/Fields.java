package io.moa.governance.rule;

import io.moa.internal.Nearest;
import io.moa.internal.UntrustedText;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One object of a rule that is being read, and where in the rule it stands. Whatever is wrong with it becomes an {@link
 * IllegalArgumentException} that says so.
 */
final class Fields {

    static final int MOST_CHARS = 256;

    private final String path; // empty for the rule itself
    private final Map<?, ?> plain;

    private Fields(String path, Map<?, ?> plain) {
        this.path = path;
        this.plain = plain;
    }

    static Fields of(String path, @Nullable Object plain) {
        if (!(plain instanceof Map<?, ?> map)) {
            throw wrong(path, "expected an object, not " + Words.of(plain));
        }
        return new Fields(path, map);
    }

    static IllegalArgumentException wrong(String path, String why) {
        return new IllegalArgumentException(path.isEmpty() ? why : path + ": " + why);
    }

    /** Where this object stands. */
    String path() {
        return path;
    }

    /** The path of a field. */
    String at(String name) {
        return path.isEmpty() ? name : path + '.' + name;
    }

    /** There is nothing but fields of these names. */
    Fields only(List<String> known) {
        eachName(name -> checkKnown(path, name, known));
        return this;
    }

    static void checkKnown(String path, @Nullable Object name, List<String> known) {
        if (!(name instanceof String text) || !known.contains(text)) {
            throw unknown(path, name, "field", known);
        }
    }

    void eachName(Consumer<@Nullable Object> taker) {
        plain.keySet().forEach(taker);
    }

    static IllegalArgumentException unknown(String path, @Nullable Object name, String what, List<String> known) {
        String nearest = name instanceof String text ? Nearest.of(text, known) : null;
        return wrong(
                path,
                "there is no " + what + " " + Words.of(name)
                        + (nearest == null
                                ? "; expected one of " + String.join(", ", known)
                                : "; did you mean \"" + nearest + "\"?"));
    }

    /** All names, of which there may be so many; for objects whose names are free. */
    List<String> names(int most) {
        if (plain.size() > most) {
            throw wrong(path, "expected at most " + most + " fields, not " + plain.size());
        }
        List<String> names = new ArrayList<>(plain.size());
        for (Object name : plain.keySet()) {
            if (!(name instanceof String text)
                    || text.isEmpty()
                    || text.length() > MOST_CHARS
                    || UntrustedText.firstUnseen(text) >= 0) {
                throw wrong(
                        path, "expected names of 1 to " + MOST_CHARS + " visible characters, not " + Words.of(name));
            }
            names.add(text);
        }
        return names;
    }

    boolean has(String name) {
        return plain.containsKey(name);
    }

    @Nullable
    Object get(String name) {
        return plain.get(name);
    }

    /** The object in a field. */
    Fields inner(String name) {
        return of(at(name), get(name));
    }

    /** The text in a field. */
    String text(String name, int least) {
        return text(at(name), get(name), least);
    }

    /** The sentence for people in a field. */
    String prose(String name, int least) {
        String path = at(name);
        String text = sized(path, get(name), least);
        return seen(path, text, UntrustedText.firstUnseenInProse(text));
    }

    static String text(String path, @Nullable Object plain, int least) {
        String text = sized(path, plain, least);
        return seen(path, text, UntrustedText.firstUnseen(text));
    }

    private static String sized(String path, @Nullable Object plain, int least) {
        if (!(plain instanceof String text) || text.length() < least || text.length() > MOST_CHARS) {
            throw wrong(
                    path,
                    "expected a text of " + least + " to " + MOST_CHARS + " characters, not "
                            + (plain instanceof String text && text.length() > MOST_CHARS
                                    ? "one of " + text.length()
                                    : Words.of(plain)));
        }
        return text;
    }

    private static String seen(String path, String text, int unseen) {
        if (unseen >= 0) {
            throw wrong(
                    path,
                    "expected a text without line breaks, invisible characters and marks of writing direction; "
                            + Words.quoted(text) + " has "
                            + UntrustedText.codeAt(text, unseen));
        }
        return text;
    }

    boolean flag(String name, boolean otherwise) {
        if (!has(name)) {
            return otherwise;
        }
        if (!(get(name) instanceof Boolean value)) {
            throw wrong(at(name), "expected true or false, not " + Words.of(get(name)));
        }
        return value;
    }

    int whole(String name, int least, int most, int otherwise) {
        if (!has(name)) {
            return otherwise;
        }
        Decimal number = number(name);
        if (number.nanos() != 0 || number.units() < least || number.units() > most) {
            throw wrong(
                    at(name), "expected a whole number from " + least + " to " + most + ", not " + Words.of(get(name)));
        }
        return (int) number.units();
    }

    Percent percent(String name) {
        Decimal number = number(name);
        int hundredths = (int) Math.max(-1, Math.min(101, number.units())) * 100 + number.nanos() / 10_000_000;
        if (hundredths < 0 || hundredths > 10_000 || number.nanos() < 0 || number.nanos() % 10_000_000 != 0) {
            throw wrong(
                    at(name), "expected 0 to 100 with at most two digits after the point, not " + Words.of(get(name)));
        }
        return new Percent(hundredths);
    }

    Decimal number(String name) {
        return number(at(name), get(name));
    }

    static Decimal number(String path, @Nullable Object plain) {
        BigDecimal exact;
        if (plain instanceof Integer || plain instanceof Long || plain instanceof Short || plain instanceof Byte) {
            exact = BigDecimal.valueOf(((Number) plain).longValue());
        } else if (plain instanceof Double || plain instanceof Float) {
            double value = ((Number) plain).doubleValue();
            if (!Double.isFinite(value)) {
                throw wrong(path, "expected a number, not " + value);
            }
            exact = new BigDecimal(plain.toString());
        } else if (plain instanceof BigDecimal value) {
            exact = value;
        } else if (plain instanceof BigInteger value) {
            exact = new BigDecimal(value);
        } else {
            throw wrong(path, "expected a number, not " + Words.of(plain));
        }
        try {
            return Decimal.of(exact);
        } catch (IllegalArgumentException e) {
            throw wrong(path, "expected a number of " + e.getMessage() + ", not " + Words.of(plain));
        }
    }
}
