package io.moa.annotation;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * How many calls of a method several processes together let through in a second: its providers, or the processes of a calling application. More are refused at once as {@link
 * io.moa.invoke.Status#REJECTED}, and did not run. The processes share it by the registry, each as much as it has calls for; no call waits for
 * that. On a method it refines the one on the interface; on an interface it holds for each method alone.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.TYPE, ElementType.METHOD})
public @interface Quota {

    /** Calls in a second, of all processes together; 1 to 10,000,000. */
    int perSecond();

    /** Who counts. Default the processes that run the method, all together; else the processes of each calling application, for themselves. */
    EnforcedAt at() default EnforcedAt.PROVIDER;

    /**
     * Calls in a second of each process while the registry cannot be asked; 1 to 10,000,000, or 0, the default, for the quota divided by the
     * number of processes that shared it last, and a tenth of it where that was never told. Never more than the quota.
     */
    int away() default 0;
}
