package io.moa.protocol.serialize;

import io.moa.invoke.RemoteApplicationException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The classes of exceptions that one method may throw to a caller who knows them. Immutable. */
final class ErrorShapes {

    private static final int PROTOBUF = 3; // by number, for its class needs protobuf-java

    private final Map<String, ErrorShape> byName;

    private ErrorShapes(Map<String, ErrorShape> byName) {
        this.byName = byName;
    }

    /** For callers without the interface, who know no class. */
    static ErrorShapes none() {
        return new ErrorShapes(Map.of());
    }

    /**
     * What a method declares, and the exceptions among the classes that its service allows.
     *
     * @param serializer of the method's calls
     */
    static ErrorShapes of(Class<?>[] declared, AllowList allowed, Serializer serializer) {
        // Protobuf carries messages only, and an exception's field is seldom one.
        Serializer carrier = serializer.id() == PROTOBUF ? new JsonSerializer() : serializer;
        Set<Class<?>> types = new LinkedHashSet<>(Arrays.asList(declared));
        types.addAll(allowed.exceptions());
        Map<String, ErrorShape> byName = new HashMap<>();
        for (Class<?> type : types) {
            ErrorShape shape = ErrorShape.of(type, allowed, carrier);
            if (shape != null) {
                byName.put(type.getName(), shape);
            }
        }
        return new ErrorShapes(byName);
    }

    @Nullable
    ErrorShape of(String type) {
        return byName.get(type);
    }

    /**
     * The shape of a class or of the nearest parent that has one. A parent as wide as {@link RuntimeException} or {@link
     * Exception} is none: a {@link RemoteApplicationException} is one of these too, and tells the class besides.
     */
    @Nullable
    ErrorShape nearest(Class<?> type) {
        for (Class<?> up = type; up != Object.class && up != null; up = up.getSuperclass()) {
            ErrorShape shape = byName.get(up.getName());
            if (shape != null && shape.type() == up) {
                return up != type && up.isAssignableFrom(RemoteApplicationException.class) ? null : shape;
            }
        }
        return null;
    }
}
