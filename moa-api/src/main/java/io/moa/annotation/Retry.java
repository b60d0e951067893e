package io.moa.annotation;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * How often a call may be sent. Calls that certainly did not run are sent again whatever the method does; others only if the method is
 * {@link Idempotent}. Enforced at the caller. On a method it refines the one on the interface.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.TYPE, ElementType.METHOD})
public @interface Retry {

    /**
     * How many times the call may be sent in all, the first included; 1 to 10, default 3. An attempt that finds no connection is not
     * sent, and counts only with 1, or when nobody else is left to try.
     */
    int attempts() default 3;

    /**
     * How many of a hundred calls of a service may be sent again, over the last ten seconds; 0 to 100, default 10. Ten in ten seconds are
     * always allowed, unless it is 0.
     */
    int budgetPercent() default 10;
}
