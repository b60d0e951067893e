package io.moa.protocol.serialize;

import java.io.IOException;
import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An {@link EnumMap}: an object with the enum's name and the entries. An empty one does not tell its type, and travels as
 * an empty HashMap.
 */
final class HessianEnumMap extends HessianType {

    private static final String[] FIELDS = {"type", "entries"};

    private final HessianTypes types;

    HessianEnumMap(HessianTypes types) {
        super(EnumMap.class.getName());
        this.types = types;
    }

    @Override
    void write(Object value, GuardedOutput out) throws IOException {
        if (out.addRef(value)) {
            return;
        }
        EnumMap<?, ?> map = (EnumMap<?, ?>) value;
        if (map.isEmpty()) {
            out.writeMapBegin(null);
            out.writeMapEnd();
            return;
        }
        HessianEnum type = types.ofEnum(map.keySet().iterator().next().getDeclaringClass());
        out.beginObject(name(), FIELDS);
        out.writeString(type.name());
        out.writeMapBegin(null);
        out.addRef(new Object());
        for (Map.Entry<?, ?> entry : map.entrySet()) {
            out.writeString(((Enum<?>) entry.getKey()).name());
            out.writeObject(entry.getValue());
        }
        out.writeMapEnd();
    }

    @Override
    public Object createField(String field) {
        return field.equals(FIELDS[0]) ? FIELDS[0] : field.equals(FIELDS[1]) ? FIELDS[1] : UNKNOWN_FIELD;
    }

    @Override
    @Nullable
    Object readFields(GuardedInput in, Object[] fields) throws IOException {
        int unknown = in.unknownSkipped();
        int ref = in.addRef(GuardedInput.UNFINISHED);
        HessianEnum type = null;
        Object entries = null;
        for (Object field : fields) {
            if (field == FIELDS[0]) {
                type = types.ofEnumName(in.readObject());
            } else if (field == FIELDS[1]) {
                entries = in.readObject();
            } else {
                in.skipObject();
            }
        }
        if (entries instanceof SkippedObject) {
            return kept(in, ref, unknown, entries);
        }
        if (type == null || !(entries instanceof Map<?, ?> map)) {
            throw SerializationException.malformed("A body holds an EnumMap without its type or entries.");
        }
        Object filled = fill(type, map);
        in.setRef(ref, filled);
        return kept(in, ref, unknown, filled);
    }

    @SuppressWarnings({"unchecked", "rawtypes"})
    private static Object fill(HessianEnum type, Map<?, ?> entries) {
        EnumMap map = new EnumMap(type.type());
        for (Map.Entry<?, ?> entry : entries.entrySet()) {
            map.put((Enum) type.constant(entry.getKey()), entry.getValue());
        }
        return map;
    }
}
