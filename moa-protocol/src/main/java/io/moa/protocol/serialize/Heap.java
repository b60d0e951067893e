package io.moa.protocol.serialize;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;

/**
 * What objects take on the heap, in bytes, counted high: as on a JVM without compressed references, so that a body is
 * accepted or refused alike on a small heap and on a large one. Object alignment is the usual one, 8 bytes.
 */
final class Heap {

    static final int HEADER = 16;
    static final int REFERENCE = 8;
    /** An array without elements. */
    static final int ARRAY = 24;
    /** An Integer, a Long or a Double. */
    static final int BOX = 24;
    /** A String and its empty array. */
    static final int TEXT = 32 + ARRAY + 8;

    private Heap() {}

    static long aligned(long bytes) {
        return (bytes + 7) & ~7L;
    }

    /** An object with this many bytes of fields. */
    static int object(int fieldBytes) {
        return (int) aligned(HEADER + fieldBytes);
    }

    /** An object of this class alone, without what its fields point to; every level of inheritance may add a gap. */
    static int object(Class<?> type) {
        int bytes = HEADER;
        for (Class<?> owner = type; owner != null && owner != Object.class; owner = owner.getSuperclass()) {
            for (Field field : owner.getDeclaredFields()) {
                if (!Modifier.isStatic(field.getModifiers())) {
                    bytes += bytesOf(field.getType());
                }
            }
            bytes += 7;
        }
        return (int) aligned(bytes);
    }

    /** One field or one element of an array. */
    static int bytesOf(Class<?> type) {
        if (type == long.class || type == double.class) {
            return 8;
        }
        if (type == int.class || type == float.class) {
            return 4;
        }
        if (type == short.class || type == char.class) {
            return 2;
        }
        return type == byte.class || type == boolean.class ? 1 : REFERENCE;
    }
}
