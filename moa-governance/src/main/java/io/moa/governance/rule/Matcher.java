package io.moa.governance.rule;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * A condition on one value of a call or of an instance. All values are texts, as they travel. Matching takes time in proportion to the
 * value's length and allocates nothing. Immutable, safe for many threads.
 */
public sealed interface Matcher {

    /**
     * Whether a value fulfils it.
     *
     * @param value null if there is none
     */
    Verdict test(@Nullable String value);

    /** Its form in a rule. */
    Object toPlain();

    /** Whether a value certainly fulfils it. */
    default boolean matches(@Nullable String value) {
        return test(value) == Verdict.YES;
    }

    /** With how many values it compares one at most. */
    default int comparisons() {
        return 1;
    }

    /** Whether it names a value that is not known before a certain process or call is. */
    default boolean uses(Variable variable) {
        return false;
    }

    /** This, with a value for a variable. */
    default Matcher with(Variable variable, String value) {
        return this;
    }

    /**
     * One of several texts.
     *
     * @param patterns whole texts, or texts with one {@code *} for any text between
     * @throws IllegalArgumentException if one has more than one {@code *}
     */
    static Matcher ofPatterns(List<String> patterns) {
        return Any.of(patterns.stream()
                .map(each -> MatcherReader.pattern("one of " + patterns, each))
                .toList());
    }

    /** Stands in {@code where} for a value of the calling side. */
    enum Variable {
        /** The calling process's own label of the same name. */
        CALLER("$caller"),
        /** The tag of the call. */
        TAG("$tag");

        private final String text;

        Variable(String text) {
            this.text = text;
        }

        /** How it is written. */
        String text() {
            return text;
        }
    }

    /** Is this text. */
    record Same(String text) implements Matcher {
        @Override
        public Verdict test(@Nullable String value) {
            return value == null ? Verdict.UNKNOWN : Verdict.of(value.equals(text));
        }

        @Override
        public Object toPlain() {
            return text;
        }
    }

    /** Begins and ends so, with anything between. */
    record Around(String prefix, String suffix) implements Matcher {
        @Override
        public Verdict test(@Nullable String value) {
            return value == null
                    ? Verdict.UNKNOWN
                    : Verdict.of(value.length() >= prefix.length() + suffix.length()
                            && value.startsWith(prefix)
                            && value.endsWith(suffix));
        }

        @Override
        public Object toPlain() {
            return prefix + '*' + suffix;
        }
    }

    /** Is the value of a variable, which is replaced before anybody is asked; until then nothing is known. */
    record Told(Variable variable) implements Matcher {
        @Override
        public Verdict test(@Nullable String value) {
            return Verdict.UNKNOWN;
        }

        @Override
        public boolean uses(Variable asked) {
            return asked == variable;
        }

        @Override
        public Matcher with(Variable told, String value) {
            return told == variable ? new Same(value) : this;
        }

        @Override
        public Object toPlain() {
            return variable.text();
        }
    }

    /**
     * Fulfils one of several.
     *
     * @param texts those that are whole texts, of which there may be many
     * @param others all others
     */
    record Any(Set<String> texts, List<Matcher> others) implements Matcher {
        public Any {
            texts = Set.copyOf(texts);
            others = List.copyOf(others);
        }

        static Any of(List<Matcher> all) {
            Set<String> texts = new TreeSet<>();
            List<Matcher> others = new ArrayList<>();
            for (Matcher each : all) {
                if (each instanceof Same same) {
                    texts.add(same.text());
                } else {
                    others.add(each);
                }
            }
            return new Any(texts, others);
        }

        @Override
        public Verdict test(@Nullable String value) {
            if (value != null && texts.contains(value)) {
                return Verdict.YES;
            }
            Verdict sum = value == null && !texts.isEmpty() ? Verdict.UNKNOWN : Verdict.NO;
            for (int i = 0; i < others.size(); i++) { // by index: an iterator is an object
                Verdict each = others.get(i).test(value);
                if (each == Verdict.YES) {
                    return each;
                }
                sum = each == Verdict.UNKNOWN ? each : sum;
            }
            return sum;
        }

        @Override
        public int comparisons() {
            int sum = texts.isEmpty() ? 0 : 1; // they are looked up
            for (Matcher each : others) {
                sum += each.comparisons();
            }
            return sum;
        }

        @Override
        public boolean uses(Variable variable) {
            return others.stream().anyMatch(each -> each.uses(variable));
        }

        @Override
        public Matcher with(Variable variable, String value) {
            List<Matcher> all = new ArrayList<>();
            texts.forEach(text -> all.add(new Same(text)));
            others.forEach(each -> all.add(each.with(variable, value)));
            return of(all);
        }

        @Override
        public Object toPlain() {
            List<Object> plain = new ArrayList<>(new TreeSet<>(texts));
            others.forEach(each -> plain.add(each.toPlain()));
            return plain;
        }
    }

    /** Is {@code true} or {@code false}. */
    record Flag(boolean wanted) implements Matcher {
        @Override
        public Verdict test(@Nullable String value) {
            return value == null ? Verdict.UNKNOWN : Verdict.of(value.equals(wanted ? "true" : "false"));
        }

        @Override
        public Object toPlain() {
            return wanted;
        }
    }

    /** Says this number, in whatever form. */
    record Equal(Decimal number) implements Matcher {
        @Override
        public Verdict test(@Nullable String value) {
            int order = value == null ? Decimal.NO_NUMBER : number.compare(value);
            return order == Decimal.NO_NUMBER ? Verdict.UNKNOWN : Verdict.of(order == 0);
        }

        @Override
        public Object toPlain() {
            return number.toPlain();
        }
    }

    /**
     * Says a number of this range; the ends belong to it.
     *
     * @param from the least; null for any
     * @param to the greatest; null for any
     */
    record Range(@Nullable Decimal from, @Nullable Decimal to) implements Matcher {
        @Override
        public Verdict test(@Nullable String value) {
            int low = value == null ? Decimal.NO_NUMBER : from == null ? 0 : from.compare(value);
            int high =
                    value == null || low == Decimal.NO_NUMBER ? Decimal.NO_NUMBER : to == null ? 0 : to.compare(value);
            return high == Decimal.NO_NUMBER ? Verdict.UNKNOWN : Verdict.of(low >= 0 && high <= 0);
        }

        @Override
        public Object toPlain() {
            Map<String, Object> plain = new LinkedHashMap<>();
            if (from != null) {
                plain.put("from", from.toPlain());
            }
            if (to != null) {
                plain.put("to", to.toPlain());
            }
            return plain;
        }
    }

    /** Does not fulfil another one. */
    record Not(Matcher other) implements Matcher {
        @Override
        public Verdict test(@Nullable String value) {
            return other.test(value).opposite();
        }

        @Override
        public int comparisons() {
            return other.comparisons();
        }

        @Override
        public boolean uses(Variable variable) {
            return other.uses(variable);
        }

        @Override
        public Matcher with(Variable variable, String value) {
            return new Not(other.with(variable, value));
        }

        @Override
        public Object toPlain() {
            return Map.of("not", other.toPlain());
        }
    }

    /**
     * Is there, or is not.
     *
     * @param star whether it is written {@code "*"}, any value; else {@code {"present": …}}
     */
    record Present(boolean wanted, boolean star) implements Matcher {
        @Override
        public Verdict test(@Nullable String value) {
            return Verdict.of((value != null) == wanted);
        }

        @Override
        public Object toPlain() {
            return star ? "*" : Map.of("present", wanted);
        }
    }

    /**
     * Is one of so many of a hundred.
     *
     * @param percent how many
     * @param seed of the rule and the use in it
     */
    record Share(Percent percent, long seed) implements Matcher {
        @Override
        public Verdict test(@Nullable String value) {
            return value == null ? Verdict.UNKNOWN : Verdict.of(percent.has(seed, value));
        }

        @Override
        public Object toPlain() {
            return Map.of("percent", percent.toPlain());
        }
    }
}
