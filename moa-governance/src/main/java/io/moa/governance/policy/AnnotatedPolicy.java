package io.moa.governance.policy;

import io.moa.annotation.CallKey;
import java.lang.annotation.Annotation;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Parameter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads the annotations of a service interface into policies: once per method, when a stub or an export is made. */
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
        String onMethod = " on " + service.getSimpleName() + "." + method.getName();
        String onType = " on " + service.getSimpleName();
        MethodPolicy policy = MethodPolicy.DEFAULT;
        for (PolicyKey<?> key : PolicyKey.all()) {
            PolicyKey.Said said = key.said();
            if (said == null || said.annotation() == CallKey.class) {
                continue;
            }
            policy = with(policy, key, said, service.getAnnotation(said.annotation()), onType);
            policy = with(policy, key, said, method.getAnnotation(said.annotation()), onMethod);
        }
        policy = withCallKeys(policy, method, onMethod);
        checkForm(policy, method, onMethod);
        List<PolicyConflict> conflicts = policy.conflicts();
        if (!conflicts.isEmpty()) {
            throw new IllegalArgumentException(
                    service.getSimpleName() + "." + method.getName() + " cannot be called so: " + conflicts.get(0));
        }
        return policy;
    }

    private static <T> MethodPolicy with(
            MethodPolicy policy, PolicyKey<T> key, PolicyKey.Said said, @Nullable Annotation present, String where) {
        if (present == null) {
            return policy;
        }
        Object plain = true;
        if (!said.attribute().isEmpty()) {
            try {
                plain = said.annotation().getMethod(said.attribute()).invoke(present);
            } catch (NoSuchMethodException | IllegalAccessException | InvocationTargetException e) {
                throw new IllegalStateException("The table of policies names " + said + ", which is not there", e);
            }
        }
        try {
            return policy.withPlain(
                    key, plain, Origin.ANNOTATION, "@" + said.annotation().getSimpleName() + where);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(said + where + ": " + e.getMessage());
        }
    }

    private static MethodPolicy withCallKeys(MethodPolicy policy, Method method, String where) {
        Map<String, String> paths = new LinkedHashMap<>();
        Parameter[] parameters = method.getParameters();
        for (int i = 0; i < parameters.length; i++) {
            CallKey key = parameters[i].getAnnotation(CallKey.class);
            if (key == null) {
                continue;
            }
            String path = key.path().isEmpty() ? "" + i : i + "." + key.path();
            if (paths.put(key.value(), path) != null) {
                throw new IllegalArgumentException("@CallKey(\"" + key.value() + "\")" + where
                        + " names two arguments; expected one name for each");
            }
        }
        if (paths.isEmpty()) {
            return policy;
        }
        try {
            return policy.withPlain(PolicyKey.CALL_KEYS, paths, Origin.ANNOTATION, "@CallKey" + where);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("@CallKey" + where + ": " + e.getMessage());
        }
    }

    private static void checkForm(MethodPolicy policy, Method method, String where) {
        if (policy.isOneWay() && (method.getReturnType() != void.class || method.getExceptionTypes().length > 0)) {
            throw new IllegalArgumentException("@OneWay" + where
                    + " needs a method that returns void and declares no exception, because no reply ever comes;"
                    + " expected: @OneWay void " + method.getName() + "(...)");
        }
    }
}
