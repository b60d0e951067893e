package io.moa.governance.policy;

import java.lang.annotation.Annotation;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Where a method of an interface is declared: by the interface itself, or by those that it extends. What is said of the method is found
 * here, the same way for callers and providers: on the method before on an interface, and on a child before on its parents. Immutable.
 */
final class Declarations {

    /**
     * What was found.
     *
     * @param what the annotation
     * @param place where it stands, for people: {@code Stock.reserve}, or {@code Stock}
     * @param wide whether it stands on an interface, for all of its methods
     * @param owner the interface on which, or on a method of which, it stands
     */
    record Found<T>(T what, String place, boolean wide, Class<?> owner) {}

    private final String name; // of the method, as its service has it
    private final List<Class<?>> owners; // interfaces that have the method, the service first
    private final List<Method> methods; // its declarations

    private Declarations(String name, List<Class<?>> owners, List<Method> methods) {
        this.name = name;
        this.owners = owners;
        this.methods = methods;
    }

    /** The declarations of a method of a service. */
    static Declarations of(Class<?> service, Method method) {
        Method meant = bridged(method);
        ResolvedTypes types = new ResolvedTypes(service);
        List<Class<?>> parameters = types.erasedParameters(meant);
        Set<Class<?>> all = new LinkedHashSet<>();
        collect(service, all);
        List<Method> methods = new ArrayList<>();
        for (Class<?> each : all) {
            for (Method declared : each.getDeclaredMethods()) {
                if (declared.getName().equals(meant.getName())
                        && !declared.isBridge()
                        && !Modifier.isStatic(declared.getModifiers())
                        && !Modifier.isPrivate(declared.getModifiers())
                        && types.erasedParameters(declared).equals(parameters)) {
                    methods.add(declared);
                }
            }
        }
        List<Class<?>> owners = all.stream()
                .filter(each ->
                        methods.stream().anyMatch(one -> one.getDeclaringClass().isAssignableFrom(each)))
                .toList();
        return new Declarations(service.getSimpleName() + "." + meant.getName(), owners, methods);
    }

    /** An interface and all that it extends, each once. */
    static void collect(Class<?> type, Set<Class<?>> all) {
        if (all.add(type)) {
            for (Class<?> parent : type.getInterfaces()) {
                collect(parent, all);
            }
        }
    }

    /**
     * The method that people wrote, where the compiler added one that leads to it because a parent's method has other types when its
     * type variables are forgotten: that one which overrides the parent's method. Overloads that merely take less are others.
     */
    static Method bridged(Method method) {
        if (!method.isBridge()) {
            return method;
        }
        Class<?> type = method.getDeclaringClass();
        ResolvedTypes types = new ResolvedTypes(type);
        Set<Class<?>> parents = new LinkedHashSet<>();
        collect(type, parents);
        for (Class<?> parent : parents) {
            for (Method overridden : parent.getDeclaredMethods()) {
                if (parent == type
                        || overridden.isBridge()
                        || !overridden.getName().equals(method.getName())
                        || !Arrays.equals(overridden.getParameterTypes(), method.getParameterTypes())) {
                    continue;
                }
                List<Class<?>> parameters = types.erasedParameters(overridden);
                for (Method written : type.getDeclaredMethods()) {
                    if (!written.isBridge()
                            && written.getName().equals(method.getName())
                            && types.erasedParameters(written).equals(parameters)) {
                        return written;
                    }
                }
            }
        }
        return method;
    }

    /** The declarations, the service's own first. */
    List<Method> all() {
        return List.copyOf(methods);
    }

    /** The method as one of the interfaces has it that have it: its own declaration, or that of the nearest parent. */
    Method in(Class<?> owner) {
        Method nearest = null;
        for (Method each : methods) {
            Class<?> type = each.getDeclaringClass();
            if (type.isAssignableFrom(owner)
                    && (nearest == null || nearest.getDeclaringClass().isAssignableFrom(type))) {
                nearest = each;
            }
        }
        return Objects.requireNonNull(nearest);
    }

    /**
     * The annotation that holds for the method.
     *
     * @throws IllegalArgumentException if two interfaces, of which neither extends the other, say different things
     */
    <A extends Annotation> @Nullable Found<A> annotation(Class<A> type) {
        Found<A> onMethod = onMethod("@" + type.getSimpleName(), method -> method.getAnnotation(type));
        return onMethod != null
                ? onMethod
                : nearest(
                        "@" + type.getSimpleName(),
                        owners.stream()
                                .map(owner -> new Candidate<>(owner, owner.getAnnotation(type), owner.getSimpleName()))
                                .toList(),
                        true);
    }

    /**
     * What stands on the method, on the nearest of its declarations where anything does.
     *
     * @param what it is, for people
     * @param reader reads it from a declaration; null if nothing stands there
     * @throws IllegalArgumentException if two interfaces, of which neither extends the other, say different things
     */
    <T> @Nullable Found<T> onMethod(String what, Function<Method, @Nullable T> reader) {
        return nearest(
                what,
                methods.stream()
                        .map(method -> new Candidate<T>(
                                method.getDeclaringClass(),
                                reader.apply(method),
                                method.getDeclaringClass().getSimpleName() + "." + method.getName()))
                        .toList(),
                false);
    }

    private record Candidate<T>(Class<?> owner, @Nullable T what, String place) {}

    private <T> @Nullable Found<T> nearest(String what, List<Candidate<T>> all, boolean wide) {
        List<Candidate<T>> saying =
                all.stream().filter(each -> each.what() != null).toList();
        Found<T> found = null;
        for (Candidate<T> each : saying) {
            boolean refined = saying.stream()
                    .anyMatch(other ->
                            other.owner() != each.owner() && each.owner().isAssignableFrom(other.owner()));
            if (refined) {
                continue;
            }
            T said = Objects.requireNonNull(each.what());
            if (found == null) {
                found = new Found<>(said, each.place(), wide, each.owner());
            } else if (!found.what().equals(said)) {
                throw new IllegalArgumentException(what + " of " + name + " is said differently on " + found.place()
                        + " and on " + each.place()
                        + ", and neither of the two interfaces extends the other; expected it on "
                        + name + " itself");
            }
        }
        return found;
    }
}
