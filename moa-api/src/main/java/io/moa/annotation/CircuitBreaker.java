package io.moa.annotation;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Refuses calls of a method at the caller, at once, while too many of them fail, so that neither side works for nothing. It looks at the
 * method at all instances together; one bad instance among good ones is ejected instead. Failures are those that speak against the
 * provider: declared exceptions are none. After a pause a few calls try; if they succeed, all go again. On a method it refines the one on
 * the interface; on an interface it holds for each method alone.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.TYPE, ElementType.METHOD})
public @interface CircuitBreaker {

    /** At so many failed calls of a hundred it opens; 1 to 100, default 50. */
    int failurePercent() default 50;

    /** With fewer calls than this in its window it does not judge; 1 to 100,000, default 20. */
    int minCalls() default 20;

    /** It looks at the calls of so many latest milliseconds; 1,000 to 600,000, default 10,000. */
    long windowMillis() default 10_000;

    /** It stays open for so many milliseconds before some calls try; 1 to 3,600,000, default 5,000. */
    long openMillis() default 5_000;

    /** How many calls try; 1 to 1,000, default 3. */
    int trials() default 3;
}
