package io.moa.annotation;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * How many calls of a method are let through in a second; more are refused at once as {@link io.moa.invoke.Status#REJECTED}, and did not run.
 * Each process counts for itself. On a method it refines the one on the interface; on an interface it holds for each method alone.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.TYPE, ElementType.METHOD})
public @interface RateLimit {

    /** Calls in a second; 1 to 10,000,000. */
    int perSecond();

    /** How many of them may come at once, after a pause; 1 to 10,000,000, or 0, the default, for as many as in a tenth of a second. */
    int burst() default 0;

    /** Who counts. Default the process that runs the method. */
    EnforcedAt at() default EnforcedAt.PROVIDER;
}
