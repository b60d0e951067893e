package io.moa.annotation;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** How one of several instances is chosen. Enforced at the caller. On a method it refines the one on the interface. */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.TYPE, ElementType.METHOD})
public @interface LoadBalance {

    /** The way of choosing. Without the annotation: {@link Balancing#P2C}. */
    Balancing value();

    /**
     * The call key whose value {@link Balancing#CONSISTENT_HASH} hashes, one that the method declares by {@link CallKey}. Default none, which
     * is an error at start for that balancing. A call without the key is placed by {@link Balancing#P2C}.
     */
    String hashBy() default "";
}
