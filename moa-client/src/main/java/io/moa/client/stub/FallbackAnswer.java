package io.moa.client.stub;

import io.moa.governance.policy.FallbackForm;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Answers instead of a call that has failed: by a default method of the interface, or by an object of a class. Safe for many threads. */
final class FallbackAnswer {

    private final MethodHandle handle; // (stub, arguments)
    private final boolean takesCause;
    private final @Nullable Object other;

    private FallbackAnswer(MethodHandle handle, boolean takesCause, @Nullable Object other) {
        this.handle = handle;
        this.takesCause = takesCause;
        this.other = other;
    }

    /**
     * The answer of a form, ready to be called.
     *
     * @throws IllegalArgumentException if the class cannot be made, or the method cannot be called by MOA
     */
    static FallbackAnswer of(Class<?> service, FallbackForm form) {
        Method method = form.method();
        try {
            MethodHandles.Lookup lookup = MethodHandles.privateLookupIn(service, MethodHandles.lookup());
            Class<?> type = form.type();
            MethodHandle called = type == null ? lookup.unreflectSpecial(method, service) : lookup.unreflect(method);
            MethodHandle spread = called.asSpreader(Object[].class, method.getParameterCount())
                    .asType(MethodType.methodType(Object.class, Object.class, Object[].class));
            return new FallbackAnswer(spread, form.takesCause(), type == null ? null : made(type));
        } catch (IllegalAccessException e) {
            throw new IllegalArgumentException(
                    "The fallback " + service.getName() + "." + method.getName()
                            + " cannot be called by MOA: open its package to MOA",
                    e);
        }
    }

    /** A default method of the interface that is not called remotely. */
    static FallbackAnswer local(Class<?> service, Method method) {
        return of(service, new FallbackForm(method, null, false));
    }

    private static Object made(Class<?> type) {
        try {
            Constructor<?> constructor = type.getDeclaredConstructor();
            constructor.setAccessible(true); // a package-private class of the application itself
            return constructor.newInstance();
        } catch (InvocationTargetException e) {
            Throwable thrown = e.getCause() == null ? e : e.getCause();
            throw new IllegalArgumentException(
                    "The fallback class " + type.getName() + " cannot be made: its constructor threw " + thrown,
                    thrown);
        } catch (ReflectiveOperationException | RuntimeException e) {
            throw new IllegalArgumentException("The fallback class " + type.getName() + " cannot be made: " + e, e);
        }
    }

    /**
     * Answers.
     *
     * @param stub whose call has failed
     * @param arguments those of the call
     * @param why what its caller would have been thrown
     */
    @Nullable
    Object answer(Object stub, @Nullable Object[] arguments, Throwable why) throws Throwable {
        Object[] all = arguments;
        if (takesCause) {
            all = Arrays.copyOf(arguments, arguments.length + 1);
            all[arguments.length] = why;
        }
        return call(stub, all);
    }

    /** Calls the method itself, with these very arguments. */
    @Nullable
    Object call(Object stub, @Nullable Object[] arguments) throws Throwable {
        Object target = other == null ? stub : other;
        return (Object) handle.invokeExact(target, arguments);
    }
}
