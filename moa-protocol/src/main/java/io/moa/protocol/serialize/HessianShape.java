package io.moa.protocol.serialize;

import java.util.Arrays;

/** An allowed class with the fields that a sender gives it, in the sender's order. Immutable. */
final class HessianShape {

    private final HessianType type;
    private final Object[] fields;
    private final byte[] description;

    /**
     * @param type how its objects are read
     * @param fields one for each field on the wire: the type's own mark of it, or {@link HessianType#UNKNOWN_FIELD}
     * @param description the bytes that describe it, from its name on
     */
    HessianShape(HessianType type, Object[] fields, byte[] description) {
        this.type = type;
        this.fields = fields;
        this.description = description;
    }

    HessianType type() {
        return type;
    }

    /** Not a copy. */
    Object[] fields() {
        return fields;
    }

    /** How many bytes describe it. */
    int length() {
        return description.length;
    }

    /** Whether these bytes begin with the same description. */
    boolean stands(byte[] bytes, int at, int end) {
        return description.length <= end - at
                && Arrays.equals(description, 0, description.length, bytes, at, at + description.length);
    }
}
