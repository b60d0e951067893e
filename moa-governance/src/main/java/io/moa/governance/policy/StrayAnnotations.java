package io.moa.governance.policy;

import io.moa.annotation.Fallback;
import java.lang.annotation.Annotation;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Parameter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Annotations of policies where nobody reads them: on the class that implements a service, and on methods of its interface that are never
 * called remotely. Who wrote them believes that they hold, so they are mistakes. Functions without state, for any thread.
 */
public final class StrayAnnotations {

    private static final Set<Class<? extends Annotation>> POLICIES = PolicyKey.all().stream()
            .map(PolicyKey::said)
            .filter(said -> said != null)
            .map(PolicyKey.Said::annotation)
            .collect(Collectors.toUnmodifiableSet());

    private StrayAnnotations() {}

    /**
     * Checks the methods of an interface that are not its service's: private and static ones, and those that only answer for others. A
     * parent's method that a child makes a fallback may be annotated, for it is remote in the parent.
     *
     * @param service the interface
     * @throws IllegalArgumentException if one of them has an annotation of a policy; the message says where it belongs
     */
    public static void refuseIn(Class<?> service) {
        Set<Class<?>> interfaces = new LinkedHashSet<>();
        Declarations.collect(service, interfaces);
        for (Class<?> each : interfaces) {
            for (Method method : each.getDeclaredMethods()) {
                boolean isStatic = Modifier.isStatic(method.getModifiers());
                if (isStatic || Modifier.isPrivate(method.getModifiers())) {
                    refuse(method, isStatic ? "a static method" : "a private method");
                }
            }
        }
        Set<Method> local = FallbackForm.onlyLocal(service);
        for (Method method : local.isEmpty() ? new Method[0] : service.getMethods()) {
            Declarations.Found<Fallback> found = Modifier.isStatic(method.getModifiers())
                    ? null
                    : Declarations.of(service, method).annotation(Fallback.class);
            if (found == null) {
                continue;
            }
            for (Method each : local) {
                if (each.getName().equals(found.what().method())
                        && found.owner().isAssignableFrom(each.getDeclaringClass())) {
                    refuse(each, "a method that answers when a call of " + method.getName() + " has failed");
                }
            }
        }
    }

    private static void refuse(Method method, String kind) {
        String place = method.getDeclaringClass().getSimpleName() + "." + method.getName();
        for (AnnotatedElement each : places(method)) {
            for (Annotation stray : of(each)) {
                throw new IllegalArgumentException(name(stray) + " on " + (each == method ? "" : "a parameter of ")
                        + place + " has no effect: " + kind
                        + " is never called remotely; expected it on a method that is, or not at all");
            }
        }
    }

    /**
     * Checks the class that implements a service. What it has as its interface has it is no mistake: classes that are made at run time copy
     * annotations, and it holds.
     *
     * @param service the interface
     * @param implementation the class of the object that answers calls; its parents are looked at, too
     * @throws IllegalArgumentException if one of them, or what implements a method there, has an annotation of a policy; the message says
     *     where it belongs
     */
    public static void refuseOn(Class<?> service, Class<?> implementation) {
        for (Class<?> type = implementation; type != null && !isOfTheJdk(type); type = type.getSuperclass()) {
            for (Annotation stray : of(type)) {
                if (!isOnAParent(type, stray)) {
                    throw misplaced(stray, type.getSimpleName(), service.getSimpleName());
                }
            }
            for (Method method : declared(type)) {
                List<Method> implemented = implemented(service, method);
                if (!implemented.isEmpty()) {
                    refuse(service, type, method, implemented);
                }
            }
        }
    }

    private static void refuse(Class<?> service, Class<?> type, Method method, List<Method> implemented) {
        String where = type.getSimpleName() + "." + method.getName();
        String wanted = service.getSimpleName() + "." + method.getName();
        for (Annotation stray : of(method)) {
            if (implemented.stream().noneMatch(each -> of(each).contains(stray))) {
                throw misplaced(stray, where, wanted);
            }
        }
        for (int i = 0; i < method.getParameterCount(); i++) {
            int at = i;
            for (Annotation stray : of(method.getParameters()[at])) {
                if (implemented.stream()
                        .noneMatch(each -> of(each.getParameters()[at]).contains(stray))) {
                    throw misplaced(stray, "parameter " + at + " of " + where, "parameter " + at + " of " + wanted);
                }
            }
        }
    }

    private static IllegalArgumentException misplaced(Annotation stray, String where, String wanted) {
        return new IllegalArgumentException(name(stray) + " on " + where
                + " has no effect: a provider goes by the annotations of the interface that both sides share; expected it on "
                + wanted);
    }

    /** All declarations, of the interface and its parents, of the method that one of a class implements; none if it implements none. */
    private static List<Method> implemented(Class<?> service, Method method) {
        List<Method> all = new ArrayList<>();
        if (Modifier.isStatic(method.getModifiers()) || Modifier.isPrivate(method.getModifiers())) {
            return all;
        }
        for (Method each : service.getMethods()) {
            if (!Modifier.isStatic(each.getModifiers())
                    && each.getName().equals(method.getName())
                    && Arrays.equals(each.getParameterTypes(), method.getParameterTypes())) {
                all.add(each);
                all.addAll(Declarations.of(service, each).all());
            }
        }
        return all;
    }

    private static boolean isOnAParent(Class<?> type, Annotation stray) {
        Set<Class<?>> interfaces = new LinkedHashSet<>();
        for (Class<?> each = type; each != null; each = each.getSuperclass()) {
            for (Class<?> parent : each.getInterfaces()) {
                Declarations.collect(parent, interfaces);
            }
        }
        return interfaces.stream().anyMatch(each -> of(each).contains(stray));
    }

    private static Method[] declared(Class<?> type) {
        try {
            return type.getDeclaredMethods();
        } catch (NoClassDefFoundError e) {
            return new Method[0]; // a class may name others that are not there, as long as nobody calls what needs them
        }
    }

    /** They know nothing of policies, and are many. */
    private static boolean isOfTheJdk(Class<?> type) {
        return type.getClassLoader() == null;
    }

    private static List<AnnotatedElement> places(Method method) {
        List<AnnotatedElement> places = new ArrayList<>(List.of(method));
        for (Parameter each : method.getParameters()) {
            places.add(each);
        }
        return places;
    }

    private static List<Annotation> of(AnnotatedElement place) {
        return Arrays.stream(place.getDeclaredAnnotations())
                .filter(each -> POLICIES.contains(each.annotationType()))
                .toList();
    }

    private static String name(Annotation annotation) {
        return "@" + annotation.annotationType().getSimpleName();
    }
}
