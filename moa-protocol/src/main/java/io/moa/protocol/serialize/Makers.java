package io.moa.protocol.serialize;

import java.lang.reflect.Constructor;
import java.lang.reflect.InaccessibleObjectException;
import java.lang.reflect.InvocationTargetException;

/** Ways to make an empty object of an allowed class. */
final class Makers {

    private static final Constructor<?> OF_OBJECT = Object.class.getConstructors()[0];

    private Makers() {}

    /**
     * The constructor without arguments, whatever its visibility.
     *
     * @throws SerializationException if there is none, or a module does not open its package
     */
    static Constructor<?> noArguments(Class<?> type) {
        try {
            Constructor<?> constructor = type.getDeclaredConstructor();
            constructor.setAccessible(true);
            return constructor;
        } catch (NoSuchMethodException e) {
            throw SerializationException.unsupported(type.getName() + " needs a constructor without arguments.");
        } catch (InaccessibleObjectException e) {
            throw closed(type);
        }
    }

    /**
     * A constructor for any class: its own without arguments, else one that runs none of its code, as Java's own
     * serialization does.
     */
    static Constructor<?> any(Class<?> type) {
        try {
            Constructor<?> constructor = type.getDeclaredConstructor();
            constructor.setAccessible(true);
            return constructor;
        } catch (NoSuchMethodException e) {
            return withoutCode(type, OF_OBJECT);
        } catch (InaccessibleObjectException e) {
            throw closed(type);
        }
    }

    /**
     * Makes objects of a class by running only a constructor of a parent class, with that one's arguments. By reflection,
     * because the compiler warns of every direct use; jdk.unsupported exports it on 17 and 25.
     */
    static Constructor<?> withoutCode(Class<?> type, Constructor<?> ofParent) {
        try {
            Class<?> factory = Class.forName("sun.reflect.ReflectionFactory");
            Object instance = factory.getMethod("getReflectionFactory").invoke(null);
            return (Constructor<?>) factory.getMethod("newConstructorForSerialization", Class.class, Constructor.class)
                    .invoke(instance, type, ofParent);
        } catch (ReflectiveOperationException e) {
            throw new SerializationException(
                    SerializationException.Reason.UNSUPPORTED,
                    type.getName() + " needs a constructor without arguments.",
                    e);
        }
    }

    static Object make(Constructor<?> constructor) {
        try {
            return constructor.newInstance();
        } catch (InvocationTargetException e) {
            throw failed(constructor, e.getTargetException());
        } catch (ReflectiveOperationException e) {
            throw failed(constructor, e);
        }
    }

    static SerializationException failed(Constructor<?> constructor, Throwable cause) {
        return Backlash.of(
                cause,
                SerializationException.Reason.MALFORMED,
                "The constructor of " + constructor.getDeclaringClass().getName() + " failed ("
                        + cause.getClass().getName() + ").");
    }

    static SerializationException closed(Class<?> type) {
        return SerializationException.unsupported(
                "The module of " + type.getName() + " does not open its package: add opens " + type.getPackageName()
                        + " to io.moa.protocol; or carry a type of your own instead.");
    }
}
