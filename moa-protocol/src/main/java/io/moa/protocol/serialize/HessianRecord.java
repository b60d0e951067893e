package io.moa.protocol.serialize;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Constructor;
import java.lang.reflect.InaccessibleObjectException;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import org.jspecify.annotations.Nullable;

/**
 * A record: an object with its components, made by its canonical constructor, so that its checks hold for what came in.
 * A component that the sender does not have gets its type's default; one that only the sender has is skipped.
 */
final class HessianRecord extends HessianType {

    private static final Object[] NO_FIELDS = {};

    private final Class<?> type;
    private final String[] names;
    private final Class<?>[] types;
    private final @Nullable Object[] defaults;
    private final MethodHandle[] getters;
    private final MethodHandle constructor;

    HessianRecord(Class<?> type) {
        this(type, type.getRecordComponents());
    }

    private HessianRecord(Class<?> type, RecordComponent[] components) {
        super(type.getName(), names(components), marks(components), heap(type, components.length));
        this.type = type;
        names = new String[components.length];
        types = new Class<?>[components.length];
        defaults = new @Nullable Object[components.length];
        getters = new MethodHandle[components.length];
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            for (int i = 0; i < components.length; i++) {
                names[i] = components[i].getName();
                types[i] = components[i].getType();
                defaults[i] = Defaults.of(types[i]);
                Method getter = components[i].getAccessor();
                getter.setAccessible(true);
                getters[i] = lookup.unreflect(getter).asType(MethodType.methodType(Object.class, Object.class));
            }
            Constructor<?> canonical = type.getDeclaredConstructor(types);
            canonical.setAccessible(true);
            constructor = lookup.unreflectConstructor(canonical)
                    .asType(MethodType.genericMethodType(components.length))
                    .asSpreader(Object[].class, components.length);
        } catch (InaccessibleObjectException e) {
            throw Makers.closed(type);
        } catch (ReflectiveOperationException e) {
            throw new SerializationException(
                    SerializationException.Reason.UNSUPPORTED,
                    "The record " + type.getName() + " cannot be opened.",
                    e);
        }
    }

    @Override
    void write(Object value, HessianOut out) {
        if (out.addRef(value)) {
            return;
        }
        out.beginObject(this);
        for (int i = 0; i < names.length; i++) {
            Declared.write(component(value, i), types[i], out);
        }
    }

    @Override
    void parts(Object value, KeyGuard guard) {
        for (int i = 0; i < names.length; i++) {
            if (!types[i].isPrimitive()) {
                guard.part(component(value, i));
            }
        }
    }

    private @Nullable Object component(Object value, int index) {
        try {
            return getters[index].invokeExact(value);
        } catch (Throwable e) {
            throw Backlash.of(
                    e,
                    SerializationException.Reason.UNSUPPORTED,
                    "The accessor " + names[index] + " of the record " + name() + " failed.");
        }
    }

    private static String[] names(RecordComponent[] components) {
        String[] names = new String[components.length];
        for (int i = 0; i < names.length; i++) {
            names[i] = components[i].getName();
        }
        return names;
    }

    private static Object[] marks(RecordComponent[] components) {
        Object[] marks = new Object[components.length];
        for (int i = 0; i < marks.length; i++) {
            marks[i] = i;
        }
        return marks;
    }

    /** The record and the array of what its constructor is given, with a box for each. */
    private static HeapCost heap(Class<?> type, int components) {
        return HeapCost.of(Heap.object(type) + Heap.ARRAY + components * (Heap.REFERENCE + Heap.BOX));
    }

    @Override
    @Nullable
    Object readFields(HessianIn in, Object[] fields) {
        int unknown = in.unknownSkipped();
        int ref = in.addRef(HessianIn.UNFINISHED);
        @Nullable Object[] values = names.length == 0 ? NO_FIELDS : defaults.clone();
        boolean holdsSkipped = false;
        for (Object field : fields) {
            if (field == UNKNOWN_FIELD) {
                in.skipObject();
                continue;
            }
            int index = (Integer) field;
            Object value = in.readObject();
            if (value instanceof SkippedObject) {
                holdsSkipped = true;
            } else {
                values[index] = fit(value, index, in);
            }
        }
        if (holdsSkipped) {
            // Only inside a skipped field: the record could not be made whole, and nobody will keep it.
            return kept(in, ref, unknown, type);
        }
        Object made;
        try {
            made = (Object) constructor.invokeExact(values);
        } catch (Throwable e) {
            throw Backlash.of(
                    e,
                    SerializationException.Reason.MALFORMED,
                    "The constructor of the record " + name() + " did not take what came ("
                            + e.getClass().getName() + ").");
        }
        in.setRef(ref, made);
        return kept(in, ref, unknown, made);
    }

    private @Nullable Object fit(@Nullable Object value, int index, HeapBudget budget) {
        try {
            return Fit.to(value, types[index], budget);
        } catch (SerializationException e) {
            throw Declared.at(e, name(), names[index]);
        }
    }
}
