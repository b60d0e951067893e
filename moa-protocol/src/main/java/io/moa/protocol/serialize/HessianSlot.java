package io.moa.protocol.serialize;

import java.lang.reflect.Field;
import org.jspecify.annotations.Nullable;

/** One field of a bean: how it is written and read. Safe for many threads. */
final class HessianSlot {

    private static final int INT = 0;
    private static final int LONG = 1;
    private static final int BOOLEAN = 2;
    private static final int DOUBLE = 3;
    private static final int TEXT = 4;
    private static final int OTHER = 5;

    private final String name;
    private final Field field;
    private final Class<?> type;
    private final int kind;

    HessianSlot(String name, Field field) {
        this.name = name;
        this.field = field;
        this.type = field.getType();
        this.kind = type == int.class
                ? INT
                : type == long.class
                        ? LONG
                        : type == boolean.class
                                ? BOOLEAN
                                : type == double.class ? DOUBLE : type == String.class ? TEXT : OTHER;
    }

    /** The field's name on the wire. */
    String name() {
        return name;
    }

    /** The field's value; null for one that no hash has to walk through. */
    @Nullable
    Object get(Object owner) {
        try {
            return kind == OTHER ? field.get(owner) : null;
        } catch (IllegalAccessException e) {
            throw Makers.closed(owner.getClass());
        }
    }

    void write(Object owner, HessianOut out) throws IllegalAccessException {
        switch (kind) {
            case INT -> out.writeInt(field.getInt(owner));
            case LONG -> out.writeLong(field.getLong(owner));
            case BOOLEAN -> out.writeBoolean(field.getBoolean(owner));
            case DOUBLE -> out.writeDouble(field.getDouble(owner));
            case TEXT -> {
                String text = (String) field.get(owner);
                if (text == null) {
                    out.writeNull();
                } else {
                    out.writeString(text);
                }
            }
            default -> Declared.write(field.get(owner), type, out);
        }
    }

    void read(Object owner, HessianIn in, String ownerName) throws IllegalAccessException {
        try {
            switch (kind) {
                case INT -> field.setInt(owner, in.readInt());
                case LONG -> field.setLong(owner, in.readLong());
                case BOOLEAN -> field.setBoolean(owner, in.readBoolean());
                case DOUBLE -> field.setDouble(owner, in.readDouble());
                default -> {
                    Object value = in.readObject();
                    if (value == null ? !type.isPrimitive() : type.isInstance(value)) {
                        field.set(owner, value);
                    } else if (!(value instanceof SkippedObject)) {
                        field.set(owner, fit(value, in));
                    }
                }
            }
        } catch (SerializationException e) {
            throw e.reason() == SerializationException.Reason.MALFORMED ? Declared.at(e, ownerName, name) : e;
        }
    }

    private @Nullable Object fit(@Nullable Object value, HessianIn in) {
        return Fit.to(value, type, in);
    }
}
