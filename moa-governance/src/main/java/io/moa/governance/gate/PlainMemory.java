package io.moa.governance.gate;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The plain form of what a gate knows, while it is read. Whatever is wrong with it becomes an {@link IllegalArgumentException} that says
 * where. Fields that a newer process writes and this one does not know are passed over.
 */
final class PlainMemory {

    /** Longer than any process lives, and short enough to be counted in nanoseconds. */
    static final Duration LONGEST = Duration.ofDays(36_500);

    private final String path;
    private final Map<?, ?> plain;

    private PlainMemory(String path, Map<?, ?> plain) {
        this.path = path;
        this.plain = plain;
    }

    static PlainMemory of(String path, @Nullable Object plain) {
        if (!(plain instanceof Map<?, ?> map)) {
            throw wrong(path, "an object", plain);
        }
        return new PlainMemory(path, map);
    }

    /** A time that has passed or is left; not negative, at most {@link #LONGEST}. */
    static Duration checked(String what, Duration time) {
        if (time.isNegative() || time.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException(what + ": expected 0 to " + LONGEST + ", not " + time);
        }
        return time;
    }

    Map<?, ?> plain() {
        return plain;
    }

    String text(String name) {
        if (plain.get(name) instanceof String text) {
            return text;
        }
        throw unlike(name, "a text");
    }

    int whole(String name) {
        return whole(at(name), plain.get(name));
    }

    List<Integer> wholes(String name) {
        if (!(plain.get(name) instanceof List<?> list)) {
            throw unlike(name, "a list");
        }
        List<Integer> wholes = new ArrayList<>(list.size());
        for (Object each : list) {
            wholes.add(whole(at(name), each));
        }
        return wholes;
    }

    Duration nanos(String name) {
        Object value = plain.get(name);
        if (value instanceof Long || value instanceof Integer) {
            return Duration.ofNanos(((Number) value).longValue());
        }
        throw unlike(name, "nanoseconds as a whole number");
    }

    private static int whole(String path, @Nullable Object value) {
        if (value instanceof Integer number) {
            return number;
        }
        if (value instanceof Long number && number == number.intValue()) {
            return number.intValue();
        }
        throw wrong(path, "a whole number", value);
    }

    private String at(String name) {
        return path + '.' + name;
    }

    /** The error of a field that holds something else than was expected. */
    IllegalArgumentException unlike(String name, String expected) {
        return wrong(at(name), expected, plain.get(name));
    }

    private static IllegalArgumentException wrong(String path, String expected, @Nullable Object found) {
        String shown = found instanceof Map<?, ?> ? "an object" : found instanceof List<?> ? "a list" : "" + found;
        return new IllegalArgumentException(path + ": expected " + expected + ", not "
                + (shown.length() > 100 ? shown.substring(0, 100) + "…" : shown));
    }
}
