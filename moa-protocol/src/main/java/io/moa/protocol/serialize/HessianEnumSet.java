package io.moa.protocol.serialize;

import java.util.EnumSet;
import org.jspecify.annotations.Nullable;

/** An {@link EnumSet}: an object with the enum's name, which must be allowed like any other, and its constants. */
final class HessianEnumSet extends HessianType {

    private static final String[] FIELDS = {"type", "elements"};

    /** A set of an enum with up to 64 constants, or the words of a larger one, which the names of its constants outweigh. */
    private static final int HEAP = 128;

    private final HessianTypes types;

    HessianEnumSet(HessianTypes types) {
        super(EnumSet.class.getName(), FIELDS, FIELDS, HeapCost.of(HEAP));
        this.types = types;
    }

    @Override
    void write(Object value, HessianOut out) {
        if (out.addRef(value)) {
            return;
        }
        HessianEnum type = types.ofEnum(elementType((EnumSet<?>) value));
        EnumSet<?> set = (EnumSet<?>) value;
        out.beginObject(this);
        out.writeString(type.name());
        out.beginList(set.size(), null);
        out.skipRef();
        for (Enum<?> constant : set) {
            out.writeString(constant.name());
        }
    }

    /** An empty set does not say its type; its complement does. */
    private static <E extends Enum<E>> Class<?> elementType(EnumSet<E> set) {
        EnumSet<E> any = set.isEmpty() ? EnumSet.complementOf(set) : set;
        if (any.isEmpty()) {
            throw SerializationException.unsupported("An EnumSet of an enum without constants cannot travel.");
        }
        return any.iterator().next().getDeclaringClass();
    }

    @Override
    @Nullable
    Object readFields(HessianIn in, Object[] fields) {
        int ref = in.addRef(HessianIn.UNFINISHED);
        HessianEnum type = null;
        Object elements = null;
        for (Object field : fields) {
            if (field == FIELDS[0]) {
                type = types.ofEnumName(in.readObject());
            } else if (field == FIELDS[1]) {
                elements = in.readObject();
            } else {
                in.skipObject();
            }
        }
        if (type == null || !(elements instanceof Iterable<?> names)) {
            throw SerializationException.malformed("A body holds an EnumSet without its type or elements.");
        }
        in.charge(Heap.ARRAY + type.size() / 8L);
        Object set = fill(type, names);
        in.setRef(ref, set);
        return set;
    }

    @SuppressWarnings({"unchecked", "rawtypes"})
    private static Object fill(HessianEnum type, Iterable<?> names) {
        EnumSet set = EnumSet.noneOf((Class) type.type());
        for (Object name : names) {
            set.add((Enum) type.constant(name));
        }
        return set;
    }
}
