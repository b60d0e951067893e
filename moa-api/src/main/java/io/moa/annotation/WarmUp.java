package io.moa.annotation;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * How long a process that offers the service takes to get up to speed: its share of the calls grows from next to nothing to the full one,
 * from its own start. Said by the provider, enforced at the caller. Of several services of a process the longest counts; what the server's
 * builder or the release configuration says wins.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
public @interface WarmUp {

    /** Milliseconds, 0 to 3,600,000. */
    long millis();
}
