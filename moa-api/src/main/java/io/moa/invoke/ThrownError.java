package io.moa.invoke;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What an implementation threw, as data: enough to build the exception anew where its class is known, and to name it where
 * it is not. Immutable; the bytes of fields are not copied and must not be changed.
 *
 * @param type the class name of what was thrown
 * @param code its {@link io.moa.annotation.ErrorCode}, or null
 * @param knownAs the nearest parent class that the method declares, if the class itself is not declared; null otherwise
 * @param text what the exception was made with as its message, where that differs from the message of the failure; or null
 * @param causes what caused it, the nearest first; at most {@value #MAX_CAUSES}
 * @param fields what its class adds to {@link Throwable}, encoded one by one
 * @param leftOut why fields are missing that should be there, for people; null if none is missing
 */
public record ThrownError(
        String type,
        @Nullable String code,
        @Nullable String knownAs,
        @Nullable String text,
        List<Cause> causes,
        List<Field> fields,
        @Nullable String leftOut) {

    /** How many causes travel. */
    public static final int MAX_CAUSES = 8;

    /**
     * One link of the chain of causes.
     *
     * @param type its class name
     * @param message its message; empty if it has none
     */
    public record Cause(String type, String message) {}

    /**
     * One field of the exception.
     *
     * @param name its name
     * @param value its value in the serializer of the call
     */
    @SuppressWarnings("ArrayRecordComponent") // the value is bytes that nobody shares, and equals compares them
    public record Field(String name, byte[] value) {

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Field field && name.equals(field.name) && Arrays.equals(value, field.value);
        }

        @Override
        public int hashCode() {
            return 31 * name.hashCode() + Arrays.hashCode(value);
        }

        /** Without the value, which is the application's data. */
        @Override
        public String toString() {
            return name + " (" + value.length + " bytes)";
        }
    }

    public ThrownError {
        causes = List.copyOf(causes);
        fields = List.copyOf(fields);
    }

    /** Only a class name. */
    public static ThrownError named(String type) {
        return new ThrownError(type, null, null, null, List.of(), List.of(), null);
    }

    /** Whether there is more than a type and a code. */
    public boolean hasDetails() {
        return knownAs != null || text != null || leftOut != null || !causes.isEmpty() || !fields.isEmpty();
    }

    /** How many bytes its parts take, about; for accounts of memory. */
    public int weight() {
        int weight = 64 + 2 * type.length() + (text == null ? 0 : 2 * text.length());
        for (Cause cause : causes) {
            weight += 64 + 2 * (cause.type().length() + cause.message().length());
        }
        for (Field field : fields) {
            weight += 64 + 2 * field.name().length() + field.value().length;
        }
        return weight;
    }
}
