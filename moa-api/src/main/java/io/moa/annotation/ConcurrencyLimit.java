package io.moa.annotation;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * How many calls of a method may run at once; more are refused at once as {@link io.moa.invoke.Status#OVERLOADED}, and did not run. Each
 * process counts for itself. On a method it refines the one on the interface; on an interface it holds for each method alone.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.TYPE, ElementType.METHOD})
public @interface ConcurrencyLimit {

    /** Calls at once; 1 to 1,000,000. */
    int value();

    /** Who counts. Default the process that runs the method. */
    EnforcedAt at() default EnforcedAt.PROVIDER;
}
