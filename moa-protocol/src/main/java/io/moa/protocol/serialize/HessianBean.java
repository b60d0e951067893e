package io.moa.protocol.serialize;

import java.io.IOException;
import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.lang.reflect.InaccessibleObjectException;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Any other class: an object with its fields, those of its parents included, static and transient ones left out. No
 * setter, {@code readResolve} or {@code writeReplace} runs; of its code only the constructor without arguments, if it has
 * one. A field that the sender does not have keeps what the constructor put there; one that only the sender has is
 * skipped. Final fields are set too.
 */
final class HessianBean extends HessianType {

    private final Constructor<?> constructor;
    private final Slot[] slots;
    private final String[] names;
    private final Map<String, Slot> byName = new HashMap<>();

    HessianBean(Class<?> type) {
        super(type.getName());
        if (Throwable.class.isAssignableFrom(type)) {
            throw SerializationException.unsupported(
                    type.getName() + " is an exception: those travel as their type and message, not as objects.");
        }
        List<Slot> found = new ArrayList<>();
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
                    String name = byName.containsKey(field.getName())
                            ? owner.getName() + "." + field.getName()
                            : field.getName();
                    Slot slot = new Slot(name, field);
                    byName.put(name, slot);
                    found.add(slot);
                }
            }
        } catch (InaccessibleObjectException e) {
            throw Makers.closed(type);
        }
        slots = found.toArray(Slot[]::new);
        names = found.stream().map(slot -> slot.name).toArray(String[]::new);
        constructor = Makers.any(type);
    }

    @Override
    void write(Object value, GuardedOutput out) throws IOException {
        if (out.addRef(value)) {
            return;
        }
        out.beginObject(name(), names);
        try {
            for (Slot slot : slots) {
                slot.write(value, out);
            }
        } catch (IllegalAccessException e) {
            throw Makers.closed(value.getClass());
        }
    }

    @Override
    public Object createField(String field) {
        Slot slot = byName.get(field);
        return slot == null ? UNKNOWN_FIELD : slot;
    }

    @Override
    @Nullable
    Object readFields(GuardedInput in, Object[] fields) throws IOException {
        int unknown = in.unknownSkipped();
        Object made = Makers.make(constructor);
        int ref = in.addRef(made);
        try {
            for (Object field : fields) {
                if (field == UNKNOWN_FIELD) {
                    in.skipObject();
                } else {
                    ((Slot) field).read(made, in, name());
                }
            }
        } catch (IllegalAccessException e) {
            throw Makers.closed(made.getClass());
        }
        return kept(in, ref, unknown, made);
    }

    /** One field. */
    private static final class Slot {
        private static final int INT = 0;
        private static final int LONG = 1;
        private static final int BOOLEAN = 2;
        private static final int DOUBLE = 3;
        private static final int OTHER = 4;

        final String name;
        private final Field field;
        private final Class<?> type;
        private final int kind;

        Slot(String name, Field field) {
            this.name = name;
            this.field = field;
            this.type = field.getType();
            this.kind = type == int.class
                    ? INT
                    : type == long.class
                            ? LONG
                            : type == boolean.class ? BOOLEAN : type == double.class ? DOUBLE : OTHER;
        }

        void write(Object owner, GuardedOutput out) throws IOException, IllegalAccessException {
            switch (kind) {
                case INT -> out.writeInt(field.getInt(owner));
                case LONG -> out.writeLong(field.getLong(owner));
                case BOOLEAN -> out.writeBoolean(field.getBoolean(owner));
                case DOUBLE -> out.writeDouble(field.getDouble(owner));
                default -> Declared.write(field.get(owner), type, out);
            }
        }

        void read(Object owner, GuardedInput in, String ownerName) throws IOException, IllegalAccessException {
            try {
                switch (kind) {
                    case INT -> field.setInt(owner, in.readExactInt());
                    case LONG -> field.setLong(owner, in.readExactLong());
                    case BOOLEAN -> field.setBoolean(owner, in.readExactBoolean());
                    case DOUBLE -> field.setDouble(owner, in.readExactDouble());
                    default -> {
                        Object value = in.readObject();
                        if (!(value instanceof SkippedObject)) {
                            field.set(owner, Fit.to(value, type));
                        }
                    }
                }
            } catch (SerializationException e) {
                throw e.reason() == SerializationException.Reason.MALFORMED ? Declared.at(e, ownerName, name) : e;
            }
        }
    }
}
