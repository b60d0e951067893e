package io.moa.protocol.serialize;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** An enum: an object with the constant's name. */
final class HessianEnum extends HessianType {

    private static final String[] FIELDS = {"name"};
    private static final Object NAME = new Object();
    private static final Object[] MARKS = {NAME};

    private final Map<String, Object> constants = new HashMap<>();

    private final Class<?> type;

    HessianEnum(Class<?> type) {
        super(type.getName(), FIELDS, MARKS, HeapCost.of(0));
        this.type = type;
        for (Object constant : type.getEnumConstants()) {
            constants.put(((Enum<?>) constant).name(), constant);
        }
    }

    @Override
    void write(Object value, HessianOut out) {
        if (out.addRef(value)) {
            return;
        }
        out.beginObject(this);
        out.writeString(((Enum<?>) value).name());
    }

    @Override
    @Nullable
    Object readFields(HessianIn in, Object[] fields) {
        int ref = in.addRef(HessianIn.UNFINISHED);
        Object name = null;
        for (Object field : fields) {
            if (field == NAME) {
                name = in.readObject();
            } else {
                in.skipObject();
            }
        }
        Object constant = constant(name);
        in.setRef(ref, constant);
        return constant;
    }

    /** How many constants it has. */
    int size() {
        return constants.size();
    }

    /** The enum itself. */
    Class<?> type() {
        return type;
    }

    /** The constant of a name that was read; an error if there is none. */
    Object constant(@Nullable Object name) {
        Object constant = name instanceof String text ? constants.get(text) : null;
        if (constant == null) {
            throw SerializationException.malformed("A body holds a constant that the enum " + name()
                    + " does not have here: bring both sides to the same edition of it.");
        }
        return constant;
    }
}
