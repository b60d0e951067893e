package io.moa.protocol.serialize;

import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.lang.reflect.InaccessibleObjectException;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Any other class: an object with its fields, those of its parents included, static and transient ones left out. No
 * setter, {@code readResolve} or {@code writeReplace} runs; of its code only the constructor without arguments, if it has
 * one. A field that the sender does not have keeps what the constructor put there; one that only the sender has is
 * skipped. Final fields are set too.
 */
final class HessianBean extends HessianType {

    /** An empty collection that a constructor is likely to put into a field. */
    private static final int EMPTY_COLLECTION = 96;

    private final Constructor<?> constructor;
    private final HessianSlot[] slots;
    private final boolean hashesItself;

    HessianBean(Class<?> type) {
        this(type, slots(type));
    }

    private HessianBean(Class<?> type, HessianSlot[] slots) {
        super(type.getName(), names(slots), slots, heap(type));
        this.slots = slots;
        this.constructor = Makers.any(type);
        this.hashesItself = hashesItself(type);
    }

    /** Whether its hash or order may depend on its fields; else it is a matter of identity, and costs nothing. */
    private static boolean hashesItself(Class<?> type) {
        try {
            return Comparable.class.isAssignableFrom(type)
                    || type.getMethod("hashCode").getDeclaringClass() != Object.class;
        } catch (NoSuchMethodException e) {
            return true; // cannot be
        }
    }

    @Override
    void parts(Object value, KeyGuard guard) {
        if (hashesItself) {
            for (HessianSlot slot : slots) {
                guard.part(slot.get(value));
            }
        }
    }

    private static HessianSlot[] slots(Class<?> type) {
        if (Throwable.class.isAssignableFrom(type)) {
            throw SerializationException.unsupported(
                    type.getName() + " is an exception: those travel as their type and message, not as objects.");
        }
        List<HessianSlot> found = new ArrayList<>();
        Set<String> names = new HashSet<>();
        try {
            for (Class<?> owner = type; owner != null && owner != Object.class; owner = owner.getSuperclass()) {
                for (Field field : owner.getDeclaredFields()) {
                    int modifiers = field.getModifiers();
                    // Synthetic: an inner object's hold on the outer one.
                    if (Modifier.isStatic(modifiers) || Modifier.isTransient(modifiers) || field.isSynthetic()) {
                        continue;
                    }
                    field.setAccessible(true);
                    // A field hidden by one of a subclass travels under its full name.
                    String name =
                            names.add(field.getName()) ? field.getName() : owner.getName() + "." + field.getName();
                    names.add(name);
                    found.add(new HessianSlot(name, field));
                }
            }
        } catch (InaccessibleObjectException e) {
            throw Makers.closed(type);
        }
        return found.toArray(HessianSlot[]::new);
    }

    private static String[] names(HessianSlot[] slots) {
        String[] names = new String[slots.length];
        for (int i = 0; i < names.length; i++) {
            names[i] = slots[i].name();
        }
        return names;
    }

    /** The object, and empty collections where its constructor may make some. What else it makes, nobody knows. */
    private static HeapCost heap(Class<?> type) {
        int bytes = Heap.object(type) + Heap.ARRAY;
        for (Class<?> owner = type; owner != null && owner != Object.class; owner = owner.getSuperclass()) {
            for (Field field : owner.getDeclaredFields()) {
                boolean collection = Collection.class.isAssignableFrom(field.getType())
                        || Map.class.isAssignableFrom(field.getType());
                if (collection && !Modifier.isStatic(field.getModifiers())) {
                    bytes += EMPTY_COLLECTION;
                }
            }
        }
        return HeapCost.of(bytes);
    }

    @Override
    void write(Object value, HessianOut out) {
        if (out.addRef(value)) {
            return;
        }
        out.beginObject(this);
        try {
            for (HessianSlot slot : slots) {
                slot.write(value, out);
            }
        } catch (IllegalAccessException e) {
            throw Makers.closed(value.getClass());
        }
    }

    @Override
    @Nullable
    Object readFields(HessianIn in, Object[] fields) {
        int unknown = in.unknownSkipped();
        Object made = Makers.make(constructor);
        int ref = in.addRef(made);
        try {
            for (Object field : fields) {
                if (field == UNKNOWN_FIELD) {
                    in.skipObject();
                } else {
                    ((HessianSlot) field).read(made, in, name());
                }
            }
        } catch (IllegalAccessException e) {
            throw Makers.closed(made.getClass());
        }
        return kept(in, ref, unknown, made);
    }
}
