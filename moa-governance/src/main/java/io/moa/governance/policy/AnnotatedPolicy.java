package io.moa.governance.policy;

import io.moa.annotation.Idempotent;
import io.moa.annotation.NonBlocking;
import io.moa.annotation.OneWay;
import io.moa.annotation.Timeout;
import java.lang.reflect.Method;
import java.time.Duration;

/** Reads the annotations of a service interface into policies: once per method, when a stub or an export is made. */
public final class AnnotatedPolicy {

    private AnnotatedPolicy() {}

    /**
     * The policy that the annotations of a method and its interface give.
     *
     * @param service the service's interface, whose annotations hold where the method has none
     * @param method one of its methods
     * @throws IllegalArgumentException if an annotation has a value out of range or contradicts the method's form; the
     *     message says which and what is expected
     */
    public static MethodPolicy read(Class<?> service, Method method) {
        String onMethod = " on " + service.getSimpleName() + "." + method.getName();
        String onType = " on " + service.getSimpleName();
        Setting<Duration> timeout = MethodPolicy.DEFAULT.timeout();
        Timeout typeTimeout = service.getAnnotation(Timeout.class);
        if (typeTimeout != null) {
            timeout = timeout.or(annotated(Duration.ofMillis(typeTimeout.millis()), "@Timeout" + onType));
        }
        Timeout methodTimeout = method.getAnnotation(Timeout.class);
        if (methodTimeout != null) {
            timeout = timeout.or(annotated(Duration.ofMillis(methodTimeout.millis()), "@Timeout" + onMethod));
        }

        Setting<Boolean> idempotent = MethodPolicy.DEFAULT.idempotent();
        Setting<Integer> attempts = MethodPolicy.DEFAULT.attempts();
        Idempotent typeIdempotent = service.getAnnotation(Idempotent.class);
        if (typeIdempotent != null) {
            idempotent = idempotent.or(annotated(true, "@Idempotent" + onType));
            attempts = attempts.or(annotated(typeIdempotent.attempts(), "@Idempotent" + onType));
        }
        Idempotent methodIdempotent = method.getAnnotation(Idempotent.class);
        if (methodIdempotent != null) {
            idempotent = idempotent.or(annotated(true, "@Idempotent" + onMethod));
            attempts = attempts.or(annotated(methodIdempotent.attempts(), "@Idempotent" + onMethod));
        }

        Setting<Boolean> oneWay = MethodPolicy.DEFAULT.oneWay();
        if (method.isAnnotationPresent(OneWay.class)) {
            if (method.getReturnType() != void.class || method.getExceptionTypes().length > 0) {
                throw new IllegalArgumentException("@OneWay" + onMethod
                        + " needs a method that returns void and declares no exception, because no reply ever comes;"
                        + " expected: @OneWay void " + method.getName() + "(...)");
            }
            oneWay = annotated(true, "@OneWay" + onMethod);
        }

        Setting<Boolean> nonBlocking = MethodPolicy.DEFAULT.nonBlocking();
        if (service.isAnnotationPresent(NonBlocking.class)) {
            nonBlocking = annotated(true, "@NonBlocking" + onType);
        }
        if (method.isAnnotationPresent(NonBlocking.class)) {
            nonBlocking = annotated(true, "@NonBlocking" + onMethod);
        }
        return new MethodPolicy(timeout, idempotent, attempts, oneWay, nonBlocking);
    }

    private static <T> Setting<T> annotated(T value, String where) {
        return new Setting<>(value, Origin.ANNOTATION, where);
    }
}
