package io.moa.governance.policy;

import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.List;

/**
 * What a class must be that answers when a call of a method has failed. It implements the interface on which the annotation stands: a
 * parent's author writes one class for all children. As a child may have narrowed types, it is checked that the class goes with them.
 * Immutable.
 *
 * @param service whose method it is
 * @param owner the interface on which, or on a method of which, the annotation stands
 * @param method as the owner has it
 * @param where the annotation, for people
 */
record FallbackClass(Class<?> service, Class<?> owner, Method method, String where) {

    /** What is expected for a method of a service. */
    static FallbackClass of(Class<?> service, Method method, Class<?> owner, String where) {
        Method declared = Declarations.of(service, method).in(owner);
        return new FallbackClass(service, owner, declared, where);
    }

    /**
     * The method that is called on an object of a class.
     *
     * @throws IllegalArgumentException if the class cannot answer; the message says why and what is expected
     */
    Method check(Class<?> type) {
        if (type.isInterface() || Modifier.isAbstract(type.getModifiers()) || !owner.isAssignableFrom(type)) {
            boolean loops = type.isInterface() && type.isAssignableFrom(service);
            throw new IllegalArgumentException(where + ": " + type.getName() + " cannot answer"
                    + (loops ? ", it would lead back to the stub" : "") + "; expected: class " + type.getSimpleName()
                    + (loops ? "Fallback" : "") + " implements " + owner.getSimpleName());
        }
        if (Arrays.stream(type.getDeclaredConstructors()).noneMatch(one -> one.getParameterCount() == 0)) {
            throw new IllegalArgumentException(where + ": " + type.getName()
                    + " has no constructor without parameters; expected: " + type.getSimpleName() + "()");
        }
        if (!fits(type)) {
            throw new IllegalArgumentException(where + ": " + type.getName() + " has other types than "
                    + service.getSimpleName() + "; expected in it: public "
                    + new ResolvedTypes(service).written(narrowest(), method.getName()));
        }
        return method;
    }

    private boolean fits(Class<?> type) {
        ResolvedTypes here = new ResolvedTypes(type);
        ResolvedTypes called = new ResolvedTypes(service);
        List<Class<?>> taken = here.erasedParameters(method);
        List<Class<?>> given = called.erasedParameters(method);
        for (int i = 0; i < taken.size(); i++) {
            if (!taken.get(i).isAssignableFrom(given.get(i))) {
                return false;
            }
        }
        Class<?> wanted = called.erasedResult(narrowest());
        return wanted == null
                || Arrays.stream(type.getMethods())
                        .filter(each -> !each.isBridge()
                                && each.getName().equals(method.getName())
                                && here.erasedParameters(each).equals(taken))
                        .map(here::erasedResult)
                        .allMatch(result -> result == null || wanted.isAssignableFrom(result));
    }

    /** The method as the service has it, whose result callers expect. */
    private Method narrowest() {
        return Declarations.of(service, method).in(service);
    }
}
