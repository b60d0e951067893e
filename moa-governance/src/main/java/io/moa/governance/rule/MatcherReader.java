package io.moa.governance.rule;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads the conditions of one rule. */
final class MatcherReader {

    static final int MOST_IN_A_LIST = 1_000;
    private static final int DEEPEST = 4;
    private static final List<String> FORMS = List.of("not", "from", "to", "present", "percent");
    private static final String EXPECTED = "expected a text, a number, true, false, a list of them, or an object with"
            + " \"not\", \"from\", \"to\", \"present\" or \"percent\"";

    /** Which variables a condition may name. */
    enum Variables {
        NONE,
        TAG,
        TAG_AND_LABEL
    }

    private final String rule;
    private final String use;
    private final Variables variables;
    private final @Nullable List<String> possible;

    /**
     * A reader.
     *
     * @param rule the rule's id
     * @param use what the conditions are for: percentages for different uses choose different ones
     */
    MatcherReader(String rule, String use, Variables variables) {
        this(rule, use, variables, null);
    }

    /**
     * A reader.
     *
     * @param possible all values that there can be, of which each condition must name one; null if there can be any
     */
    MatcherReader(String rule, String use, Variables variables, @Nullable List<String> possible) {
        this.rule = rule;
        this.use = use;
        this.variables = variables;
        this.possible = possible;
    }

    Matcher read(String path, @Nullable Object plain) {
        return read(path, plain, 1);
    }

    private Matcher read(String path, @Nullable Object plain, int depth) {
        if (depth > DEEPEST) {
            throw Fields.wrong(path, "conditions may stand in one another " + DEEPEST + " deep, and these are deeper");
        }
        Matcher matcher = form(path, plain, depth);
        if (possible != null && namesValues(plain) && possible.stream().noneMatch(matcher::matches)) {
            throw Fields.unknown(path, plain, "such value", possible);
        }
        return matcher;
    }

    /** Whether it says which values, and does not only hold other conditions, or go by shares. */
    private static boolean namesValues(@Nullable Object plain) {
        return !(plain instanceof List<?>)
                && (!(plain instanceof Map<?, ?> form) || form.containsKey("from") || form.containsKey("to"));
    }

    private Matcher form(String path, @Nullable Object plain, int depth) {
        if (plain instanceof String text) {
            return text(path, text);
        }
        if (plain instanceof Boolean flag) {
            return new Matcher.Flag(flag);
        }
        if (plain instanceof Number) {
            return new Matcher.Equal(Fields.number(path, plain));
        }
        if (plain instanceof List<?> list) {
            return any(path, list, depth);
        }
        if (plain instanceof Map<?, ?>) {
            return object(path, Fields.of(path, plain).only(FORMS), depth);
        }
        throw Fields.wrong(path, EXPECTED + ", not " + Words.of(plain));
    }

    private Matcher text(String path, String plain) {
        String text = Fields.text(path, plain, 1);
        for (Matcher.Variable each : Matcher.Variable.values()) {
            if (text.equals(each.text())) {
                return variable(path, each);
            }
        }
        if (text.startsWith("$") && variables != Variables.NONE) {
            throw Fields.wrong(path, "expected \"$caller\" or \"$tag\", not " + Words.quoted(text));
        }
        return pattern(path, text);
    }

    private Matcher variable(String path, Matcher.Variable variable) {
        if (variables == Variables.NONE) {
            throw Fields.wrong(path, Words.quoted(variable.text()) + " stands only in \"where\"");
        }
        if (variable == Matcher.Variable.CALLER && variables != Variables.TAG_AND_LABEL) {
            throw Fields.wrong(path, "\"$caller\" is the caller's label of the same name; expected it for a label");
        }
        return new Matcher.Told(variable);
    }

    /** A whole text, or one with a '*'. */
    static Matcher pattern(String path, String text) {
        int star = text.indexOf('*');
        if (star < 0) {
            return new Matcher.Same(text);
        }
        if (text.indexOf('*', star + 1) >= 0) {
            throw Fields.wrong(path, "expected at most one '*' in a text, not " + Words.quoted(text));
        }
        return text.length() == 1
                ? new Matcher.Present(true, true)
                : new Matcher.Around(text.substring(0, star), text.substring(star + 1));
    }

    private Matcher any(String path, List<?> list, int depth) {
        if (list.isEmpty() || list.size() > MOST_IN_A_LIST) {
            throw Fields.wrong(path, "expected 1 to " + MOST_IN_A_LIST + " values, not " + list.size());
        }
        List<Matcher> all = new ArrayList<>(list.size());
        for (Object each : list) {
            all.add(read(path + '[' + all.size() + ']', each, depth + 1));
        }
        return Matcher.Any.of(all);
    }

    private static boolean namesAnything(Matcher matcher) {
        return (matcher instanceof Matcher.Present present && present.star())
                || (matcher instanceof Matcher.Any any && any.others().stream().anyMatch(MatcherReader::namesAnything));
    }

    private Matcher object(String path, Fields fields, int depth) {
        boolean range = fields.has("from") || fields.has("to");
        int forms = (range ? 1 : 0)
                + (fields.has("not") ? 1 : 0)
                + (fields.has("present") ? 1 : 0)
                + (fields.has("percent") ? 1 : 0);
        if (forms != 1) {
            throw Fields.wrong(
                    path, "expected one of \"not\", \"present\", \"percent\", or \"from\" and \"to\", not " + forms);
        }
        if (fields.has("not")) {
            Matcher other = read(fields.at("not"), fields.get("not"), depth + 1);
            if (namesAnything(other)) {
                // What is not there fulfils neither a condition nor its opposite, and all that is there fulfils "*".
                throw Fields.wrong(
                        fields.at("not"), "no value is other than \"*\"; expected {\"present\": false} for no value");
            }
            return new Matcher.Not(other);
        }
        if (fields.has("present")) {
            return new Matcher.Present(fields.flag("present", true), false);
        }
        if (fields.has("percent")) {
            return new Matcher.Share(fields.percent("percent"), StableHash.seed(rule, use));
        }
        Decimal from = fields.has("from") ? fields.number("from") : null;
        Decimal to = fields.has("to") ? fields.number("to") : null;
        if (from != null && to != null && from.compareWith(to) > 0) {
            throw Fields.wrong(path, "from " + from.toPlain() + " to " + to.toPlain() + " there is no number");
        }
        return new Matcher.Range(from, to);
    }
}
