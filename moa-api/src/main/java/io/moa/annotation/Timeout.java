package io.moa.annotation;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * How long a caller waits, all attempts together. Enforced at the caller, and carried to the server as remaining time. On
 * a method it refines the one on the interface.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.TYPE, ElementType.METHOD})
public @interface Timeout {

    /** Milliseconds, 1 to 2,592,000,000 (30 days). Without the annotation: 1,000. */
    long millis();
}
