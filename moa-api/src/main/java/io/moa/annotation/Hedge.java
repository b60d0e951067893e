package io.moa.annotation;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * A second attempt beside one that takes long, at another instance; the first answer counts, and the other attempt is withdrawn. Only for
 * {@link Idempotent} methods with more than one attempt, which is checked at start; on an interface it is for those of its methods.
 * Enforced at the caller. On a method it refines the one on the interface.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.TYPE, ElementType.METHOD})
public @interface Hedge {

    /** After how many milliseconds without an answer; 1 to 60,000. Choose what 95 of 100 calls take. */
    long afterMillis();

    /** How many of a hundred calls of a service may have a second attempt, over the last ten seconds; 1 to 100, default 5. */
    int budgetPercent() default 5;
}
