package io.moa.annotation;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** What follows when a call fails. Enforced at the caller. On a method it refines the one on the interface. */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.TYPE, ElementType.METHOD})
public @interface OnFailure {

    /** The mode. Without the annotation: {@link FailureMode#FAILOVER}. {@code FORKING} needs {@link Idempotent}. */
    FailureMode value();

    /** How many instances {@link FailureMode#FORKING} calls at once; 2 to 8, default 2. More beside another mode is an error at start. */
    int forks() default 2;
}
