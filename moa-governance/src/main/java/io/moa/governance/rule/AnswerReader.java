package io.moa.governance.rule;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Copies the value of a direct answer, so that nobody changes it later, and bounds it. */
final class AnswerReader {

    private static final int DEEPEST = 32;
    private static final int MOST_VALUES = 10_000;
    private static final int MOST_CHARS = 64 * 1024;

    private int values;
    private long chars;

    @Nullable
    Object read(String path, @Nullable Object plain) {
        return read(path, plain, 1);
    }

    private @Nullable Object read(String path, @Nullable Object plain, int depth) {
        if (depth > DEEPEST || ++values > MOST_VALUES) {
            throw Fields.wrong(
                    path, "expected at most " + MOST_VALUES + " values, at most " + DEEPEST + " deep; there are more");
        }
        if (plain == null || plain instanceof Boolean) {
            return plain;
        }
        if (plain instanceof String text) {
            return counted(path, text);
        }
        if (plain instanceof Number) {
            Fields.number(path, plain);
            return plain;
        }
        if (plain instanceof List<?> list) {
            List<@Nullable Object> copy = new ArrayList<>();
            for (Object each : list) {
                copy.add(read(path, each, depth + 1));
            }
            return Collections.unmodifiableList(copy);
        }
        if (plain instanceof Map<?, ?> map) {
            Map<String, @Nullable Object> copy = new LinkedHashMap<>();
            for (Map.Entry<?, ?> each : map.entrySet()) {
                if (!(each.getKey() instanceof String name)) {
                    throw Fields.wrong(path, "expected names that are texts, not " + Words.of(each.getKey()));
                }
                copy.put(counted(path, name), read(path, each.getValue(), depth + 1));
            }
            return Collections.unmodifiableMap(copy);
        }
        throw Fields.wrong(path, "expected a plain value, not " + Words.of(plain));
    }

    private String counted(String path, String text) {
        chars += text.length();
        if (chars > MOST_CHARS) {
            throw Fields.wrong(path, "expected at most " + MOST_CHARS + " characters in all; there are more");
        }
        return text;
    }
}
