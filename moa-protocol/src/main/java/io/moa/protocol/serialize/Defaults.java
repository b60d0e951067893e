package io.moa.protocol.serialize;

import java.lang.reflect.Array;
import org.jspecify.annotations.Nullable;

/** What a field holds that nobody set. */
final class Defaults {

    private Defaults() {}

    /** Zero, false, or null. */
    static @Nullable Object of(Class<?> type) {
        return type.isPrimitive() && type != void.class ? Array.get(Array.newInstance(type, 1), 0) : null;
    }
}
