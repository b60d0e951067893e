package io.moa.protocol.serialize;

import org.jspecify.annotations.Nullable;

/** A value at a place whose declared type both sides know: short forms of numbers and characters do for it. */
final class Declared {

    private Declared() {}

    static void write(@Nullable Object value, Class<?> type, HessianOut out) {
        if (value instanceof Number number) {
            if (value instanceof Short || value instanceof Byte) {
                if (type.isPrimitive() || type == value.getClass()) {
                    out.writeInt(number.intValue());
                    return;
                }
            } else if (value instanceof Float && (type == float.class || type == Float.class)) {
                out.writeDouble(number.doubleValue());
                return;
            }
        } else if (value instanceof Character letter && (type == char.class || type == Character.class)) {
            out.writeString(letter.toString());
            return;
        }
        out.writeObject(value);
    }

    /** The same error, with the place in front. */
    static SerializationException at(SerializationException e, String owner, String field) {
        return new SerializationException(e.reason(), owner + "." + field + ": " + e.getMessage());
    }
}
