package io.moa.protocol.serialize;

import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An {@link EnumMap}: an object with the enum's name and the entries.
 */
final class HessianEnumMap extends HessianType {

    private static final String[] FIELDS = {"type", "entries"};

    /** The map; its array of values is taken account of when the enum is known. */
    private static final int HEAP = 128;

    private final HessianTypes types;

    HessianEnumMap(HessianTypes types) {
        super(EnumMap.class.getName(), FIELDS, FIELDS, HeapCost.of(HEAP));
        this.types = types;
    }

    @Override
    void write(Object value, HessianOut out) {
        if (out.addRef(value)) {
            return;
        }
        EnumMap<?, ?> map = (EnumMap<?, ?>) value;
        HessianEnum type = types.ofEnum(EnumMapKeys.typeOf(map));
        out.beginObject(this);
        out.writeString(type.name());
        out.beginMap(null);
        out.skipRef();
        for (Map.Entry<?, ?> entry : map.entrySet()) {
            out.writeString(((Enum<?>) entry.getKey()).name());
            out.writeObject(entry.getValue());
        }
        out.endMap();
    }

    @Override
    @Nullable
    Object readFields(HessianIn in, Object[] fields) {
        int unknown = in.unknownSkipped();
        int ref = in.addRef(HessianIn.UNFINISHED);
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
        in.charge(Heap.ARRAY + (long) Heap.REFERENCE * type.size());
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
