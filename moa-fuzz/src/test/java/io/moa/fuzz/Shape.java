package io.moa.fuzz;

import java.lang.reflect.Array;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What a decoded value looks like, as a text by which two can be compared, and every class in it. Values of hostile bytes may
 * stand in circles and share parts, so neither {@code equals} nor {@code toString} of them is asked.
 */
final class Shape {

    /** Stands in the text where a value contains itself. */
    static final String CIRCLE = "^";

    private static final Set<Class<?>> EXACT = Set.of(Integer.class, Long.class, BigInteger.class, BigDecimal.class);
    private static final int MOST_PARTS = 20_000;

    private final boolean numbersByValue;
    private final Consumer<Class<?>> classes;
    private final Map<Object, Integer> above = new IdentityHashMap<>();
    private int parts;

    private Shape(boolean numbersByValue, Consumer<Class<?>> classes) {
        this.numbersByValue = numbersByValue;
        this.classes = classes;
    }

    /**
     * Looks at a value.
     *
     * @param numbersByValue whether 11 is the same in whichever class, as where nothing declares which it should be
     * @param classes told of the class of every object
     * @return the text, or null if the value unfolds to too much to be compared, or cannot be by its keys
     */
    static @Nullable String of(@Nullable Object value, boolean numbersByValue, Consumer<Class<?>> classes) {
        Shape shape = new Shape(numbersByValue, classes);
        String text = shape.text(value);
        return shape.parts > MOST_PARTS ? null : text;
    }

    private String text(@Nullable Object value) {
        if (value == null) {
            return "null";
        }
        if (++parts > MOST_PARTS) {
            return "…";
        }
        Class<?> type = value.getClass();
        classes.accept(type);
        if (value instanceof Enum<?> constant) {
            return constant.getDeclaringClass().getSimpleName() + "." + constant.name();
        }
        if (numbersByValue && EXACT.contains(type)) {
            return "Number(" + new BigDecimal(value.toString()).stripTrailingZeros() + ")";
        }
        boolean ours = type.getName().startsWith("io.moa.");
        if (!ours
                && !(value instanceof Collection
                        || value instanceof Map
                        || value instanceof Optional
                        || type.isArray())) {
            return type.getSimpleName() + "(" + value + ")";
        }
        Integer depth = above.get(value);
        if (depth != null) {
            return CIRCLE + (above.size() - depth);
        }
        above.put(value, above.size());
        try {
            return parts(value, type);
        } finally {
            above.remove(value);
        }
    }

    private String parts(Object value, Class<?> type) {
        List<String> texts = new ArrayList<>();
        if (type.isArray()) {
            for (int i = 0; i < Array.getLength(value); i++) {
                texts.add(text(Array.get(value, i)));
            }
        } else if (value instanceof Map<?, ?> map) {
            map.forEach((key, mapped) -> texts.add(key(key) + "=" + text(mapped)));
            Collections.sort(texts);
        } else if (value instanceof Collection<?> elements) {
            boolean hashed = value instanceof Set;
            elements.forEach(element -> texts.add(hashed ? key(element) : text(element)));
            if (hashed) {
                Collections.sort(texts);
            }
        } else if (value instanceof Optional<?> optional) {
            texts.add(text(optional.orElse(null)));
        } else {
            for (Class<?> each = type; each != null && each != Object.class; each = each.getSuperclass()) {
                for (Field field : fields(each)) {
                    texts.add(field.getName() + ":" + text(get(field, value)));
                }
            }
        }
        return kind(value, type) + texts;
    }

    /** A key that contains what contains it changes its hash when that is filled, and may be in the map twice or not be found. */
    private String key(@Nullable Object value) {
        String text = text(value);
        if (text.contains(CIRCLE)) {
            parts = MOST_PARTS + 1;
        }
        return text;
    }

    /** Serializers may give another class of the same kind of collection. */
    private static String kind(Object value, Class<?> type) {
        return value instanceof Map
                ? "Map"
                : value instanceof Set ? "Set" : value instanceof Collection ? "List" : type.getSimpleName();
    }

    private static List<Field> fields(Class<?> type) {
        return Arrays.stream(type.getDeclaredFields())
                .filter(field -> !Modifier.isStatic(field.getModifiers()) && !field.isSynthetic())
                .toList();
    }

    private static @Nullable Object get(Field field, Object owner) {
        try {
            field.setAccessible(true);
            return field.get(owner);
        } catch (IllegalAccessException e) {
            throw new AssertionError(e);
        }
    }
}
