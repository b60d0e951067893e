package io.moa.protocol.serialize;

import org.jspecify.annotations.Nullable;

/** The value of a codec of arguments: an array with one element per parameter. */
final class Arguments {

    private Arguments() {}

    /**
     * The arguments in a codec's value.
     *
     * @param count how many there must be; negative for any number
     */
    static @Nullable Object[] of(@Nullable Object value, int count) {
        if (!(value instanceof Object[] arguments)) {
            throw SerializationException.unsupported("Arguments are given as an Object[], not as "
                    + (value == null ? "null" : value.getClass().getName()) + ".");
        }
        if (count >= 0 && arguments.length != count) {
            throw SerializationException.unsupported(
                    "The method has " + count + " parameters, and " + arguments.length + " arguments were given.");
        }
        return arguments;
    }
}
