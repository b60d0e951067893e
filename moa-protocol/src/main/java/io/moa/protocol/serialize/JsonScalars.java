package io.moa.protocol.serialize;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.MonthDay;
import java.time.OffsetDateTime;
import java.time.OffsetTime;
import java.time.Period;
import java.time.YearMonth;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.Currency;
import java.util.Date;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The JSON Schema of each type that is one text, number or boolean, as Jackson reads and writes it. Functions without state. */
final class JsonScalars {

    private static final String TIME = "\\d\\d:\\d\\d(:\\d\\d(\\.\\d{1,9})?)?";
    private static final String OFFSET = "(Z|[+-]\\d\\d:\\d\\d(:\\d\\d)?)";
    private static final String YEAR = "^[+-]?\\d{4,10}-\\d\\d";

    private static final Map<Class<?>, Supplier<ObjectNode>> BY_CLASS = table();

    private JsonScalars() {}

    /** The schema of a class, without null; null if it is none of these. */
    static @Nullable ObjectNode of(Class<?> type) {
        Supplier<ObjectNode> known = BY_CLASS.get(type);
        return known == null ? null : known.get();
    }

    private static Map<Class<?>, Supplier<ObjectNode>> table() {
        Map<Class<?>, Supplier<ObjectNode>> table = new HashMap<>();
        put(table, () -> typed("boolean"), boolean.class, Boolean.class);
        put(table, () -> range(Byte.MIN_VALUE, 255), byte.class, Byte.class); // Jackson reads octets too
        put(table, () -> range(Short.MIN_VALUE, Short.MAX_VALUE), short.class, Short.class);
        put(table, () -> range(Integer.MIN_VALUE, Integer.MAX_VALUE).put("format", "int32"), int.class, Integer.class);
        put(table, () -> range(Long.MIN_VALUE, Long.MAX_VALUE).put("format", "int64"), long.class, Long.class);
        put(table, JsonScalars::floating, float.class, Float.class, double.class, Double.class);
        put(table, () -> typed("integer"), BigInteger.class);
        put(table, () -> typed("number"), BigDecimal.class);
        put(table, () -> typed("string").put("minLength", 1).put("maxLength", 1), char.class, Character.class);
        put(table, () -> typed("string"), String.class, char[].class, Locale.class, ZoneId.class);
        put(table, () -> typed("string").put("contentEncoding", "base64"), byte[].class);
        put(table, () -> formatted("uuid"), UUID.class);
        put(table, () -> formatted("uri-reference"), URI.class);
        put(table, () -> pattern("^[A-Z]{3}$"), Currency.class);
        put(table, () -> formatted("date-time"), Instant.class, OffsetDateTime.class, ZonedDateTime.class, Date.class);
        put(table, () -> formatted("date"), LocalDate.class);
        put(table, () -> pattern(YEAR + "-\\d\\dT" + TIME + "$"), LocalDateTime.class);
        put(table, () -> pattern("^" + TIME + "$"), LocalTime.class);
        put(table, () -> pattern("^" + TIME + OFFSET + "$"), OffsetTime.class);
        put(table, () -> pattern("^" + OFFSET + "$"), ZoneOffset.class);
        put(table, () -> pattern(YEAR + "$"), YearMonth.class);
        put(table, () -> pattern("^--\\d\\d-\\d\\d$"), MonthDay.class);
        put(table, () -> pattern("^[-+]?P[-+0-9DTHMS.]+$"), Duration.class);
        put(table, () -> pattern("^[-+]?P[-+0-9YMWD]+$"), Period.class);
        put(table, () -> orNull(range(Integer.MIN_VALUE, Integer.MAX_VALUE).put("format", "int32")), OptionalInt.class);
        put(table, () -> orNull(range(Long.MIN_VALUE, Long.MAX_VALUE).put("format", "int64")), OptionalLong.class);
        put(table, () -> orNull(floating()), OptionalDouble.class);
        return table;
    }

    private static void put(Map<Class<?>, Supplier<ObjectNode>> table, Supplier<ObjectNode> schema, Class<?>... types) {
        for (Class<?> type : types) {
            table.put(type, schema);
        }
    }

    static ObjectNode empty() {
        return JsonNodeFactory.instance.objectNode();
    }

    static ObjectNode typed(String type) {
        return empty().put("type", type);
    }

    private static ObjectNode range(long min, long max) {
        return typed("integer").put("minimum", min).put("maximum", max);
    }

    /** What is no number of JSON is written and read as a text. */
    private static ObjectNode floating() {
        ObjectNode either = empty();
        either.putArray("anyOf")
                .add(typed("number"))
                .add(empty().set(
                                "enum",
                                empty().arrayNode().add("NaN").add("Infinity").add("-Infinity")));
        return either;
    }

    private static ObjectNode formatted(String format) {
        return typed("string").put("format", format);
    }

    private static ObjectNode pattern(String pattern) {
        return typed("string").put("pattern", pattern);
    }

    /** The same, without the null that {@link #orNull} added. */
    static ObjectNode notNull(ObjectNode schema) {
        ObjectNode both = empty();
        both.putArray("allOf").add(schema).add(empty().set("not", typed("null")));
        return both;
    }

    /** The same, or null. */
    static ObjectNode orNull(ObjectNode schema) {
        if (schema.isEmpty()) {
            return schema; // anything, null too
        }
        if (schema.path("type").isTextual()) {
            String type = schema.get("type").asText();
            if (!type.equals("null")) {
                schema.putArray("type").add(type).add("null");
            }
            return schema;
        }
        if (schema.path("type").isArray()) {
            return schema; // is already
        }
        if (schema.size() == 1 && schema.path("enum").isArray()) {
            schema.withArray("enum").addNull();
            return schema;
        }
        if (schema.size() == 1 && schema.path("anyOf").isArray()) {
            schema.withArray("anyOf").add(typed("null"));
            return schema;
        }
        ObjectNode either = empty();
        either.putArray("anyOf").add(schema).add(typed("null"));
        return either;
    }
}
