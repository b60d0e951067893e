package io.moa.client.stub;

import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The value of a type that says nothing: zero, false, an empty collection, an empty optional, or null. */
final class EmptyValue {

    private EmptyValue() {}

    static @Nullable Object of(Type type) {
        Class<?> raw = type instanceof Class<?> plain
                ? plain
                : type instanceof ParameterizedType given && given.getRawType() instanceof Class<?> of
                        ? of
                        : Object.class;
        if (raw == Optional.class) {
            return Optional.empty();
        }
        if (raw == List.class || raw == Collection.class || raw == Iterable.class) {
            return List.of();
        }
        if (raw == Set.class) {
            return Set.of();
        }
        return raw == Map.class ? Map.of() : ofPrimitive(raw);
    }

    static @Nullable Object ofPrimitive(Class<?> type) {
        if (!type.isPrimitive() || type == void.class) {
            return null;
        }
        if (type == boolean.class) {
            return false;
        }
        if (type == char.class) {
            return '\0';
        }
        if (type == byte.class) {
            return (byte) 0;
        }
        if (type == short.class) {
            return (short) 0;
        }
        if (type == int.class) {
            return 0;
        }
        if (type == long.class) {
            return 0L;
        }
        return type == float.class ? (Object) 0f : (Object) 0d;
    }
}
