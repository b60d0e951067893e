package io.moa.governance.policy;

import io.moa.annotation.Fallback;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Who answers when a call of a method has failed, found and checked when a stub is made. Immutable.
 *
 * @param method what is called: a default method of the interface, or the method itself on an object of the class
 * @param type the class; null for a default method
 * @param takesCause whether the method takes the failure as its last argument
 */
public record FallbackForm(Method method, @Nullable Class<?> type, boolean takesCause) {

    /**
     * The methods of an interface that only answer for others: they are never called remotely.
     *
     * @throws IllegalArgumentException if a fallback has not the form that it must have; the message says which is expected
     */
    public static Set<Method> onlyLocal(Class<?> service) {
        Set<Method> local = new HashSet<>();
        for (Method method : service.getMethods()) {
            FallbackForm form = Modifier.isStatic(method.getModifiers()) ? null : of(service, method);
            if (form != null && form.type() == null) {
                local.add(form.method());
            }
        }
        return local;
    }

    /**
     * The fallback of a method; null if it has none.
     *
     * @throws IllegalArgumentException if it has not the form that it must have; the message says which is expected
     */
    public static @Nullable FallbackForm of(Class<?> service, Method method) {
        Fallback onMethod = method.getAnnotation(Fallback.class);
        Fallback said = onMethod != null ? onMethod : service.getAnnotation(Fallback.class);
        if (said == null) {
            return null;
        }
        String where = "@Fallback on " + service.getSimpleName() + (onMethod == null ? "" : "." + method.getName());
        boolean byClass = said.type() != void.class;
        if (byClass != said.method().isEmpty()) {
            throw new IllegalArgumentException(
                    where + ": expected one of method = \"…\" and type = ….class, and not both");
        }
        if (byClass) {
            return new FallbackForm(method, checked(service, said.type(), where), false);
        }
        if (onMethod == null) {
            throw new IllegalArgumentException(
                    where + " names the method " + said.method()
                            + ", but the methods of an interface have different forms: expected type = ….class, or @Fallback on each method");
        }
        return byMethod(service, method, said.method(), where);
    }

    private static Class<?> checked(Class<?> service, Class<?> type, String where) {
        if (type.isInterface() || Modifier.isAbstract(type.getModifiers()) || !service.isAssignableFrom(type)) {
            throw new IllegalArgumentException(where + ": " + type.getName() + " cannot answer"
                    + (type == service ? ", it would lead back to the stub" : "") + "; expected: class "
                    + type.getSimpleName() + (type == service ? "Fallback" : "") + " implements "
                    + service.getSimpleName());
        }
        if (Arrays.stream(type.getDeclaredConstructors()).noneMatch(one -> one.getParameterCount() == 0)) {
            throw new IllegalArgumentException(where + ": " + type.getName()
                    + " has no constructor without parameters; expected: " + type.getSimpleName() + "()");
        }
        return type;
    }

    private static FallbackForm byMethod(Class<?> service, Method method, String name, String where) {
        FallbackForm found = null;
        for (Method candidate : service.getMethods()) {
            if (!candidate.getName().equals(name) || Modifier.isStatic(candidate.getModifiers())) {
                continue;
            }
            boolean takesCause = candidate.getParameterCount() == method.getParameterCount() + 1
                    && candidate.getParameterTypes()[method.getParameterCount()] == Throwable.class;
            Class<?>[] parameters = Arrays.copyOf(candidate.getParameterTypes(), method.getParameterCount());
            boolean sameNumber = takesCause || candidate.getParameterCount() == method.getParameterCount();
            if (sameNumber
                    && Arrays.equals(parameters, method.getParameterTypes())
                    && candidate.getReturnType() == method.getReturnType()
                    && (found == null || takesCause)) {
                found = new FallbackForm(candidate, null, takesCause);
            }
        }
        if (found == null) {
            throw new IllegalArgumentException(where + ": " + service.getSimpleName() + " has no method " + name
                    + " of the right form; expected: " + expected(method, name));
        }
        if (found.method().equals(method)) {
            throw new IllegalArgumentException(
                    where + " leads back to the method itself; expected: " + expected(method, name + "Fallback"));
        }
        if (!found.method().isDefault()) {
            throw new IllegalArgumentException(
                    where + ": " + name + " is a remote call itself, so it would lead back to the stub; expected: "
                            + expected(method, name));
        }
        if (found.method().isAnnotationPresent(Fallback.class)) {
            throw new IllegalArgumentException(where + ": " + name
                    + " has a fallback itself; expected one that answers: " + expected(method, name));
        }
        return found;
    }

    private static String expected(Method method, String name) {
        String parameters = Arrays.stream(method.getGenericParameterTypes())
                .map(type -> type.getTypeName() + ", ")
                .collect(Collectors.joining());
        return "default " + method.getGenericReturnType().getTypeName() + " " + name + "(" + parameters
                + "Throwable why) { … }, or the same without the last parameter";
    }
}
