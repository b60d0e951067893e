package io.moa.client.stub;

import io.moa.invoke.Ledger;
import io.moa.invoke.RemoteApplicationException;
import io.moa.invoke.Reply;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/**
 * Rebuilds what an implementation threw: the exceptions that the method declares, and the everyday unchecked ones of the
 * JDK, arrive as themselves; anything else as a {@link RemoteApplicationException} that names it. Only these classes are
 * ever created, and none is loaded because a peer named it.
 */
final class RemoteExceptions {

    private static final List<Class<? extends RuntimeException>> EVERYDAY = List.of(
            IllegalArgumentException.class,
            IllegalStateException.class,
            UnsupportedOperationException.class,
            NullPointerException.class,
            IndexOutOfBoundsException.class,
            ArithmeticException.class,
            NumberFormatException.class,
            NoSuchElementException.class,
            SecurityException.class);

    private final Map<String, Constructor<?>> constructors = new HashMap<>();

    private RemoteExceptions() {}

    /** For callers without the interface: they know no class of the service, so every exception is only named to them. */
    static RemoteExceptions named() {
        return new RemoteExceptions();
    }

    /** Prepares for a method that declares these. */
    RemoteExceptions(Class<?>[] declared) {
        EVERYDAY.forEach(this::learn);
        for (Class<?> type : declared) {
            learn(type);
        }
    }

    private void learn(Class<?> type) {
        if (!Throwable.class.isAssignableFrom(type)) {
            return;
        }
        Constructor<?> constructor = constructor(type, String.class);
        if (constructor == null) {
            constructor = constructor(type);
        }
        if (constructor != null) {
            constructors.put(type.getName(), constructor);
        }
    }

    private static @Nullable Constructor<?> constructor(Class<?> type, Class<?>... parameters) {
        try {
            Constructor<?> constructor = type.getDeclaredConstructor(parameters);
            return constructor.trySetAccessible() ? constructor : null;
        } catch (NoSuchMethodException e) {
            return null;
        }
    }

    /** The exception to throw for a business failure. */
    Throwable rebuild(Reply.Failure failure, Ledger ledger) {
        String type = failure.exceptionType();
        Constructor<?> constructor = type == null ? null : constructors.get(type);
        if (constructor != null) {
            try {
                return (Throwable)
                        (constructor.getParameterCount() == 1
                                ? constructor.newInstance(failure.message())
                                : constructor.newInstance());
            } catch (InstantiationException | IllegalAccessException | InvocationTargetException e) {
                RemoteApplicationException instead = new RemoteApplicationException(failure, ledger);
                instead.addSuppressed(e);
                return instead;
            }
        }
        return new RemoteApplicationException(failure, ledger);
    }
}
