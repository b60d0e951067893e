package io.moa.protocol.serialize;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The text of several rules: a JSON object with each under its id. Safe for many threads. */
public final class RuleSetText {

    /** The longest text, in characters: all rules that there may be, with the spaces of people around them. */
    public static final int MAX_CHARS = 16 << 20;

    private static final ObjectMapper JSON = RuleText.json(RuleText.MAX_DEPTH + 1);

    private RuleSetText() {}

    /**
     * Reads a text.
     *
     * @return each rule as plain values, by id, in the order of the text; whether they are rules is not looked at
     * @throws IllegalArgumentException if it is no JSON object or too long, or names an id twice; the message says where
     */
    public static Map<String, @Nullable Object> read(String text) {
        if (text.length() > MAX_CHARS) {
            throw new IllegalArgumentException(
                    "it has " + text.length() + " characters; up to " + MAX_CHARS + " are read");
        }
        if (!(RuleText.read(JSON, text) instanceof Map<?, ?> object)) {
            throw new IllegalArgumentException(
                    "expected an object with each rule under its id, such as {\"slow-stock\": {\"kind\": \"policy\", …}}");
        }
        Map<String, @Nullable Object> rules = new LinkedHashMap<>();
        object.forEach((id, rule) -> rules.put(String.valueOf(id), rule));
        return rules;
    }

    /**
     * Writes rules, on one line.
     *
     * @throws IllegalArgumentException if they are not plain
     */
    public static String write(Map<String, ? extends @Nullable Object> rules) {
        return RuleText.writeLine(rules);
    }
}
