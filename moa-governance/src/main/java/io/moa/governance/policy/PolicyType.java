package io.moa.governance.policy;

import io.moa.internal.UntrustedText;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The values that a policy may have: how they are written, and which are possible. The plain form is what JSON has, a text, a number, a
 * boolean, a list or a map, and is the same in rules, in the release configuration (as text) and between processes. Immutable.
 *
 * @param <T> the type of the values
 */
public abstract sealed class PolicyType<T> {

    private static final int SHOWN = 80;

    private PolicyType() {}

    /**
     * Reads a plain value.
     *
     * @param plain from JSON, from a text, or from an annotation
     * @throws IllegalArgumentException if it is none of the possible values; the message says which are, and what came
     */
    public abstract T read(Object plain);

    /** The value as {@link #read} takes it. */
    public abstract Object plain(T value);

    /** Which values are possible, for people: {@code 1 to 10}. */
    public abstract String range();

    IllegalArgumentException wrong(Object plain) {
        return new IllegalArgumentException(
                "expected " + range() + ", not " + UntrustedText.shown(String.valueOf(plain), SHOWN));
    }

    /** Yes or no. */
    static PolicyType<Boolean> flag() {
        return new Flag();
    }

    /** Whole numbers. */
    static PolicyType<Integer> integer(int least, int most) {
        return new Whole(least, most);
    }

    /** Durations in whole milliseconds, written {@code 300ms}, {@code 2s}, {@code 1m}, {@code 1h}, {@code 1d}, or as a number of milliseconds. */
    public static PolicyType<Duration> duration(Duration least, Duration most) {
        return new Time(least, most);
    }

    /** The constants of an enum, written in lower case with '-'. */
    static <E extends Enum<E>> PolicyType<E> choice(Class<E> type) {
        return new Choice<>(type);
    }

    /** Names, empty for none. */
    static PolicyType<String> name(int mostChars) {
        return new Name(mostChars);
    }

    /** Letters, digits, '-', '_' and '.': what call keys and lanes are called. */
    static PolicyType<String> word(int leastChars, int mostChars) {
        return new Word(leastChars, mostChars);
    }

    /** Plain values, each written as JSON; empty for none. Whether it is JSON says who reads it. */
    static PolicyType<String> json(int mostChars) {
        return new Json(mostChars);
    }

    /** Names of call keys, each with its path, {@code argument.component.…}. */
    static PolicyType<Map<String, String>> paths() {
        return new Paths();
    }

    /** What a rate limit counts together: {@code method}, {@code service}, {@code caller}, or {@code key:} and the name of a call key. */
    static PolicyType<String> counted() {
        return new Counted();
    }

    /** Names of applications, each with at most one '*' for any text; as one text they stand with commas between. */
    static PolicyType<List<String>> names() {
        return new Names();
    }

    private static final class Flag extends PolicyType<Boolean> {
        @Override
        public Boolean read(Object plain) {
            if (plain instanceof Boolean value) {
                return value;
            }
            return switch (String.valueOf(plain)) {
                case "true" -> true;
                case "false" -> false;
                default -> throw wrong(plain);
            };
        }

        @Override
        public Object plain(Boolean value) {
            return value;
        }

        @Override
        public String range() {
            return "true or false";
        }
    }

    private static final class Whole extends PolicyType<Integer> {
        private final int least;
        private final int most;

        Whole(int least, int most) {
            this.least = least;
            this.most = most;
        }

        @Override
        public Integer read(Object plain) {
            long value;
            if (plain instanceof Integer || plain instanceof Long) {
                value = ((Number) plain).longValue();
            } else if (plain instanceof String text && text.matches("-?\\d{1,18}")) {
                value = Long.parseLong(text);
            } else {
                throw wrong(plain);
            }
            if (value < least || value > most) {
                throw wrong(plain);
            }
            return (int) value;
        }

        @Override
        public Object plain(Integer value) {
            return value;
        }

        @Override
        public String range() {
            return String.format(Locale.ROOT, "%,d to %,d", least, most);
        }
    }

    private static final class Time extends PolicyType<Duration> {
        private static final Pattern FORM = Pattern.compile("(\\d{1,12})(ms|s|m|h|d|)");
        private final Duration least;
        private final Duration most;

        Time(Duration least, Duration most) {
            this.least = least;
            this.most = most;
        }

        @Override
        public Duration read(Object plain) {
            Duration value;
            if (plain instanceof Duration duration) {
                value = duration;
            } else if (plain instanceof Integer || plain instanceof Long) {
                value = Duration.ofMillis(((Number) plain).longValue());
            } else {
                var form = FORM.matcher(String.valueOf(plain));
                if (!form.matches()) {
                    throw wrong(plain);
                }
                long number = Long.parseLong(form.group(1));
                value = switch (form.group(2)) {
                    case "s" -> Duration.ofSeconds(number);
                    case "m" -> Duration.ofMinutes(number);
                    case "h" -> Duration.ofHours(number);
                    case "d" -> Duration.ofDays(number);
                    default -> Duration.ofMillis(number);
                };
            }
            if (value.compareTo(least) < 0
                    || value.compareTo(most) > 0
                    || !value.truncatedTo(ChronoUnit.MILLIS).equals(value)) {
                throw wrong(plain);
            }
            return value;
        }

        @Override
        public Object plain(Duration value) {
            return text(value);
        }

        static String text(Duration value) {
            long millis = value.toMillis();
            if (millis == 0 || millis % 1_000 != 0) {
                return millis + "ms";
            }
            long seconds = millis / 1_000;
            return seconds % 86_400 == 0
                    ? seconds / 86_400 + "d"
                    : seconds % 3_600 == 0
                            ? seconds / 3_600 + "h"
                            : seconds % 60 == 0 ? seconds / 60 + "m" : seconds + "s";
        }

        @Override
        public String range() {
            return "a time of " + text(least) + " to " + text(most) + " in whole milliseconds, such as 300ms, 2s or 1m";
        }
    }

    private static final class Choice<E extends Enum<E>> extends PolicyType<E> {
        private final Map<String, E> values = new LinkedHashMap<>();
        private final Class<E> type;

        Choice(Class<E> type) {
            this.type = type;
            for (E value : type.getEnumConstants()) {
                values.put(text(value), value);
            }
        }

        private static String text(Enum<?> value) {
            return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
        }

        @Override
        public E read(Object plain) {
            if (type.isInstance(plain)) {
                return type.cast(plain);
            }
            E value = values.get(String.valueOf(plain));
            if (value == null) {
                throw wrong(plain);
            }
            return value;
        }

        @Override
        public Object plain(E value) {
            return text(value);
        }

        @Override
        public String range() {
            return Arrays.stream(type.getEnumConstants())
                    .map(Choice::text)
                    .collect(Collectors.joining(", ", "one of ", ""));
        }
    }

    private static final class Name extends PolicyType<String> {
        private static final Pattern FORM = Pattern.compile("[A-Za-z0-9_.$-]*");
        private final int most;

        Name(int most) {
            this.most = most;
        }

        @Override
        public String read(Object plain) {
            String value = plain instanceof Class<?> type ? (type == void.class ? "" : type.getName()) : "";
            if (plain instanceof String text) {
                value = text;
            } else if (!(plain instanceof Class<?>)) {
                throw wrong(plain);
            }
            if (value.length() > most || !FORM.matcher(value).matches()) {
                throw wrong(plain);
            }
            return value;
        }

        @Override
        public Object plain(String value) {
            return value;
        }

        @Override
        public String range() {
            return "up to " + most + " letters, digits, '-', '_', '.' and '$', or nothing";
        }
    }

    private static final class Word extends PolicyType<String> {
        private final Pattern form;
        private final int least;
        private final int most;

        Word(int least, int most) {
            this.form = Pattern.compile("[A-Za-z0-9_.-]{" + least + "," + most + "}");
            this.least = least;
            this.most = most;
        }

        @Override
        public String read(Object plain) {
            if (!(plain instanceof String text) || !form.matcher(text).matches()) {
                throw wrong(plain);
            }
            return text;
        }

        @Override
        public Object plain(String value) {
            return value;
        }

        @Override
        public String range() {
            return (least == 0 ? "up to " : least + " to ") + most + " letters, digits, '-', '_' and '.'"
                    + (least == 0 ? ", or nothing" : "");
        }
    }

    private static final class Json extends PolicyType<String> {
        /** What it looks like from outside: who makes a value of it reads the rest. */
        private static final Pattern FORM =
                Pattern.compile("|null|true|false|-?\\d+(\\.\\d+)?([eE][+-]?\\d+)?|\".*\"|\\[.*]|\\{.*}");

        private final int most;

        Json(int most) {
            this.most = most;
        }

        @Override
        public String read(Object plain) {
            String text = String.valueOf(plain).strip();
            if (!(plain instanceof String || plain instanceof Number || plain instanceof Boolean)
                    || text.length() > most
                    || !FORM.matcher(text).matches()
                    || UntrustedText.firstUnseenInProse(text) >= 0) {
                throw wrong(plain);
            }
            return text;
        }

        @Override
        public Object plain(String value) {
            return value;
        }

        @Override
        public String range() {
            return "a value as JSON in up to " + most + " characters, such as 0, [] or \"unknown\", or nothing";
        }
    }

    private static final class Counted extends PolicyType<String> {
        private static final Pattern FORM = Pattern.compile("method|service|caller|key:[A-Za-z0-9_.-]{1,64}");

        @Override
        public String read(Object plain) {
            if (!(plain instanceof String text) || !FORM.matcher(text).matches()) {
                throw wrong(plain);
            }
            return text;
        }

        @Override
        public Object plain(String value) {
            return value;
        }

        @Override
        public String range() {
            return "one of method, service, caller, or key: and the name of a call key, such as key:customer";
        }
    }

    private static final class Names extends PolicyType<List<String>> {
        private static final Pattern FORM = Pattern.compile("(?=.*[^*])[A-Za-z0-9_.$-]*\\*?[A-Za-z0-9_.$-]*");
        private static final int MOST = 32;
        private static final int MOST_CHARS = 100;

        @Override
        public List<String> read(Object plain) {
            List<?> given = plain instanceof String[] annotated
                    ? List.of(annotated)
                    : plain instanceof String text ? split(text) : plain instanceof List<?> list ? list : null;
            if (given == null || given.size() > MOST) {
                throw wrong(plain);
            }
            List<String> names = new ArrayList<>(given.size());
            for (Object each : given) {
                if (!(each instanceof String name)
                        || name.length() > MOST_CHARS
                        || !FORM.matcher(name).matches()) {
                    throw wrong(each);
                }
                names.add(name);
            }
            return List.copyOf(names);
        }

        private static List<String> split(String text) {
            return text.isBlank() ? List.of() : List.of(text.strip().split("\\s*,\\s*", -1));
        }

        @Override
        public Object plain(List<String> value) {
            return value;
        }

        @Override
        public String range() {
            return "up to " + MOST
                    + " names of applications, each with at most one '*' beside other characters, such as"
                    + " [\"console\", \"batch-*\"], or as a text console,batch-*";
        }
    }

    private static final class Paths extends PolicyType<Map<String, String>> {
        private static final Pattern KEY = Pattern.compile("[A-Za-z0-9_.-]{1,64}");
        private static final Pattern PATH = Pattern.compile("\\d{1,3}(\\.[A-Za-z0-9_$-]{1,100}){0,8}");
        private static final int MOST = 16;

        @Override
        public Map<String, String> read(Object plain) {
            if (!(plain instanceof Map<?, ?> given) || given.size() > MOST) {
                throw wrong(plain);
            }
            Map<String, String> paths = new LinkedHashMap<>();
            List<Map.Entry<?, ?>> entries = new ArrayList<>(given.entrySet());
            for (Map.Entry<?, ?> entry : entries) {
                if (!(entry.getKey() instanceof String key)
                        || !(entry.getValue() instanceof String path)
                        || !KEY.matcher(key).matches()
                        || !PATH.matcher(path).matches()) {
                    throw wrong(entry.getKey() + ": " + entry.getValue());
                }
                paths.put(key, path);
            }
            return Map.copyOf(paths);
        }

        @Override
        public Object plain(Map<String, String> value) {
            return value;
        }

        @Override
        public String range() {
            return "up to " + MOST + " names, each with the number of an argument and a path, such as"
                    + " {\"customer\": \"0.customer.id\"}";
        }
    }
}
