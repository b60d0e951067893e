package io.moa.protocol.serialize;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.lang.reflect.InaccessibleObjectException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One class of exceptions: the fields that it adds to {@link Throwable}, how to read them, and how to make an exception
 * with given ones. Making runs none of the class's own code, so that no constructor has to have a certain form: {@link
 * Throwable} gets its message and cause, and the fields are set. Of the JDK's exceptions, whose fields are closed to us, a
 * constructor with a message is used. Immutable.
 */
final class ErrorShape {

    /**
     * One field.
     *
     * @param name its name on the wire
     * @param field where it is
     * @param codec of its declared type
     */
    record Slot(String name, Field field, BodyCodec codec) {}

    private final Class<?> type;
    private final Constructor<?> constructor;
    private final List<Slot> slots;
    private final @Nullable MethodHandle ownMessage;

    private ErrorShape(Class<?> type, Constructor<?> constructor, List<Slot> slots, @Nullable MethodHandle ownMessage) {
        this.type = type;
        this.constructor = constructor;
        this.slots = slots;
        this.ownMessage = ownMessage;
    }

    /**
     * Looks at a class; null if its exceptions cannot be made here.
     *
     * @param serializer carries the fields
     */
    static @Nullable ErrorShape of(Class<?> type, AllowList allowed, Serializer serializer) {
        if (Modifier.isAbstract(type.getModifiers()) || !Throwable.class.isAssignableFrom(type)) {
            return null;
        }
        if (SignatureWalk.isOfJdk(type)) {
            return ofJdk(type);
        }
        try {
            List<Slot> slots = slots(type, allowed, serializer);
            Constructor<?> constructor =
                    Makers.withoutCode(type, Throwable.class.getConstructor(String.class, Throwable.class));
            return new ErrorShape(type, constructor, slots, ownMessage(type));
        } catch (InaccessibleObjectException | NoSuchMethodException | SerializationException closed) {
            return ofJdk(type); // a module that does not open its package, as the JDK does not
        }
    }

    private static @Nullable ErrorShape ofJdk(Class<?> type) {
        try {
            return new ErrorShape(type, type.getConstructor(String.class), List.of(), null);
        } catch (NoSuchMethodException e) {
            return null;
        }
    }

    private static List<Slot> slots(Class<?> type, AllowList allowed, Serializer serializer) {
        List<Slot> slots = new ArrayList<>();
        Set<String> names = new HashSet<>();
        for (Class<?> owner = type; !SignatureWalk.isOfJdk(owner); owner = owner.getSuperclass()) {
            for (Field field : owner.getDeclaredFields()) {
                int modifiers = field.getModifiers();
                if (Modifier.isStatic(modifiers) || Modifier.isTransient(modifiers) || field.isSynthetic()) {
                    continue;
                }
                field.setAccessible(true);
                String name = names.add(field.getName()) ? field.getName() : owner.getName() + "." + field.getName();
                slots.add(new Slot(name, field, codec(field, allowed, serializer)));
            }
        }
        return List.copyOf(slots);
    }

    /** A field that the serializer cannot carry must not keep the service from starting; the first throw tells of it. */
    private static BodyCodec codec(Field field, AllowList allowed, Serializer serializer) {
        try {
            return serializer.result(field.getGenericType(), allowed);
        } catch (SerializationException e) {
            return new NoCodec(e);
        }
    }

    /**
     * Reads what {@link Throwable} was given as its message, where a class overrides {@code getMessage} to say more; null
     * if none does, or it cannot be reached.
     */
    private static @Nullable MethodHandle ownMessage(Class<?> type) {
        Class<?> topmost = null;
        for (Class<?> owner = type; owner != Throwable.class; owner = owner.getSuperclass()) {
            for (Method method : owner.getDeclaredMethods()) {
                if (method.getName().equals("getMessage") && method.getParameterCount() == 0) {
                    topmost = owner;
                }
            }
        }
        if (topmost == null) {
            return null;
        }
        try {
            return MethodHandles.privateLookupIn(topmost, MethodHandles.lookup())
                    .findSpecial(Throwable.class, "getMessage", MethodType.methodType(String.class), topmost)
                    .asType(MethodType.methodType(String.class, Throwable.class));
        } catch (ReflectiveOperationException e) {
            return null;
        }
    }

    Class<?> type() {
        return type;
    }

    List<Slot> slots() {
        return slots;
    }

    /** What the exception was made with as its message. */
    @Nullable
    String text(Throwable thrown) {
        if (ownMessage == null) {
            return thrown.getMessage();
        }
        try {
            return (String) ownMessage.invokeExact(thrown);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException("Throwable.getMessage declares no exception", e);
        }
    }

    /** Whether the message that it shows is made of more than the one it was made with. */
    boolean composesMessage() {
        return ownMessage != null;
    }

    /** A new exception without the values of its fields. */
    Throwable make(@Nullable String text, @Nullable Throwable cause) throws ReflectiveOperationException {
        if (constructor.getParameterCount() == 2) {
            return (Throwable) constructor.newInstance(text, cause);
        }
        Throwable made = (Throwable) constructor.newInstance(text);
        if (cause != null && made.getCause() == null) {
            try {
                made.initCause(cause);
            } catch (IllegalStateException e) {
                // Made with none on purpose; its type and message matter more.
            }
        }
        return made;
    }

    /** Sets a field; null leaves a primitive at its default. */
    static void set(Throwable made, Slot slot, @Nullable Object value) throws ReflectiveOperationException {
        try {
            slot.field().set(made, value);
        } catch (IllegalArgumentException | NullPointerException e) {
            throw new InvocationTargetException(e);
        }
    }

    /** Stands for the codec of a field that cannot be carried. */
    private record NoCodec(SerializationException why) implements BodyCodec {

        @Override
        public void encode(@Nullable Object value, io.netty.buffer.ByteBuf out, int maxBytes) {
            throw why;
        }

        @Override
        public Object decode(io.netty.buffer.ByteBuf in) {
            throw why;
        }
    }
}
