package io.moa.governance.policy;

import io.moa.annotation.Fallback;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Who answers when a call of a method has failed, found and checked when a stub is made. Immutable.
 *
 * @param method what is called: a default method of the interface, or the method itself, as the class has it from the interface on which
 *     the annotation stands
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
                for (FallbackForm each : forms(service, method, form.method().getName())) {
                    if (each.method().isDefault()) {
                        local.add(each.method()); // one that is not chosen answers for nobody else either
                    }
                }
            }
        }
        for (Method method : service.getMethods()) {
            if (local.contains(Declarations.bridged(method))) {
                local.add(method);
            }
        }
        return local;
    }

    /**
     * The fallback of a method; null if it has none, or but a constant or the last good answer.
     *
     * @throws IllegalArgumentException if it has not the form that it must have; the message says which is expected
     */
    public static @Nullable FallbackForm of(Class<?> service, Method method) {
        Declarations.Found<Fallback> found = Declarations.of(service, method).annotation(Fallback.class);
        if (found == null) {
            return null;
        }
        Fallback said = found.what();
        String where = "@Fallback on " + found.place();
        boolean byClass = said.type() != void.class;
        if (!byClass && said.method().isEmpty() && (!said.value().isBlank() || said.lastGoodMillis() > 0)) {
            return null;
        }
        if (byClass != said.method().isEmpty()) {
            throw new IllegalArgumentException(
                    where
                            + ": expected one of method = \"…\" and type = ….class, and not both; or value = \"…\" for a constant, or lastGoodMillis");
        }
        if (byClass) {
            Method called =
                    FallbackClass.of(service, method, found.owner(), where).check(said.type());
            return new FallbackForm(called, said.type(), false);
        }
        if (found.wide()) {
            throw new IllegalArgumentException(
                    where + " names the method " + said.method()
                            + ", but the methods of an interface have different forms: expected type = ….class, or @Fallback on each method");
        }
        return byMethod(service, method, said.method(), where);
    }

    /** All methods of a name that have the form of a fallback. */
    private static List<FallbackForm> forms(Class<?> service, Method method, String name) {
        ResolvedTypes types = new ResolvedTypes(service);
        Method meant = Declarations.bridged(method);
        ResolvedTypes.Form wanted = types.form(meant);
        List<FallbackForm> forms = new ArrayList<>();
        for (Method candidate : service.getMethods()) {
            if (!candidate.getName().equals(name)
                    || Modifier.isStatic(candidate.getModifiers())
                    || candidate.isBridge()) {
                continue;
            }
            ResolvedTypes.Form form = types.form(candidate);
            int arity = candidate.getParameterCount();
            boolean takesCause = arity == wanted.parameters().size() + 1
                    && candidate.getParameterTypes()[arity - 1] == Throwable.class;
            if ((takesCause ? form.withoutLast() : form).equals(wanted)) {
                forms.add(new FallbackForm(candidate, null, takesCause));
            }
        }
        return forms;
    }

    private static FallbackForm byMethod(Class<?> service, Method method, String name, String where) {
        FallbackForm found = null;
        for (FallbackForm each : forms(service, method, name)) {
            boolean better = found == null
                    || (each.method().isDefault() && !found.method().isDefault())
                    || (each.method().isDefault() == found.method().isDefault() && each.takesCause());
            found = better ? each : found;
        }
        if (found == null) {
            throw new IllegalArgumentException(where + ": " + service.getSimpleName() + " has no method " + name
                    + " of the right form; expected: " + expected(service, method, name));
        }
        if (found.method().equals(Declarations.bridged(method))) {
            throw new IllegalArgumentException(where + " leads back to the method itself; expected: "
                    + expected(service, method, name + "Fallback"));
        }
        if (!found.method().isDefault()) {
            throw new IllegalArgumentException(
                    where + ": " + name + " is a remote call itself, so it would lead back to the stub; expected: "
                            + expected(service, method, name));
        }
        if (found.method().isAnnotationPresent(Fallback.class)) {
            throw new IllegalArgumentException(where + ": " + name
                    + " has a fallback itself; expected one that answers: " + expected(service, method, name));
        }
        return found;
    }

    private static String expected(Class<?> service, Method method, String name) {
        return "default " + new ResolvedTypes(service).written(Declarations.bridged(method), name, "Throwable why")
                + " { … }, or the same without the last parameter";
    }
}
