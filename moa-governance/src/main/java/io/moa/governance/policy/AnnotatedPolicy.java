package io.moa.governance.policy;

import io.moa.annotation.CallKey;
import io.moa.invoke.MethodId;
import java.lang.annotation.Annotation;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Parameter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads the annotations of a service interface into policies: once per method, when a stub or an export is made. An annotation on a method
 * holds before one on an interface, and one on a child before one on its parent: a method that overrides another one inherits what stands
 * on that, and what stands on a parent holds for the methods that the parent has.
 */
public final class AnnotatedPolicy {

    private AnnotatedPolicy() {}

    /**
     * The policy that the annotations of a method and its interface give.
     *
     * @param service the service's interface, whose annotations hold where the method has none
     * @param method one of its methods
     * @throws IllegalArgumentException if an annotation has a value out of range, contradicts another one or the method's form; the
     *     message says which and what is expected
     */
    public static MethodPolicy read(Class<?> service, Method method) {
        return DeclaredPolicy.ofExport(service, method, PolicySettings.NONE).policy();
    }

    /** What the annotations say of a method, each thing once. */
    static List<PolicySettings.Said<?>> settings(Class<?> service, Method method) {
        Declarations declarations = Declarations.of(service, method);
        List<PolicySettings.Said<?>> all = new ArrayList<>();
        for (PolicyKey<?> key : PolicyKey.all()) {
            PolicyKey.Said said = key.said();
            if (said != null && said.annotation() != CallKey.class) {
                add(all, key, said, declarations.annotation(said.annotation()), method);
            }
        }
        Declarations.Found<Map<String, String>> keys = declarations.onMethod("@CallKey", AnnotatedPolicy::callKeys);
        if (keys != null) {
            all.add(said(PolicyKey.CALL_KEYS, "@CallKey", keys.what(), keys, method));
        }
        return all;
    }

    private static <A extends Annotation> void add(
            List<PolicySettings.Said<?>> all,
            PolicyKey<?> key,
            PolicyKey.Said said,
            Declarations.@Nullable Found<A> found,
            Method method) {
        if (found == null) {
            return;
        }
        Object plain = true;
        if (!said.attribute().isEmpty()) {
            try {
                plain = said.annotation().getMethod(said.attribute()).invoke(found.what());
            } catch (NoSuchMethodException | IllegalAccessException | InvocationTargetException e) {
                throw new IllegalStateException("The table of policies names " + said + ", which is not there", e);
            }
        }
        PolicyType<?> range = said.range();
        if (range != null) {
            try {
                Object unused = range.read(plain); // it is only asked whether it is possible
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException(said + " on " + found.place() + ": " + e.getMessage()
                        + "; who wants none leaves the annotation out");
            }
        }
        all.add(said(key, said.toString(), plain, found, method));
    }

    private static <T> PolicySettings.Said<T> said(
            PolicyKey<T> key, String name, Object plain, Declarations.Found<?> found, Method method) {
        try {
            String annotation = name.indexOf('(') < 0 ? name : name.substring(0, name.indexOf('('));
            return new PolicySettings.Said<>(
                    found.wide()
                            ? ""
                            : MethodId.of(method.getName(), method.getParameterTypes())
                                    .toString(),
                    key,
                    key.read(plain),
                    Origin.ANNOTATION,
                    annotation + " on " + found.place(),
                    PolicySettings.Said.INTERFACE,
                    found.owner());
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(name + " on " + found.place() + ": " + e.getMessage());
        }
    }

    private static @Nullable Map<String, String> callKeys(Method method) {
        Map<String, String> paths = new LinkedHashMap<>();
        Parameter[] parameters = method.getParameters();
        for (int i = 0; i < parameters.length; i++) {
            CallKey key = parameters[i].getAnnotation(CallKey.class);
            if (key == null) {
                continue;
            }
            String path = key.path().isEmpty() ? "" + i : i + "." + key.path();
            if (paths.put(key.value(), path) != null) {
                throw new IllegalArgumentException("@CallKey(\"" + key.value() + "\") on "
                        + method.getDeclaringClass().getSimpleName() + "." + method.getName()
                        + " names two arguments; expected one name for each");
            }
        }
        return paths.isEmpty() ? null : paths;
    }
}
