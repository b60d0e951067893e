package io.moa.annotation;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * How much it matters that an instance runs in the caller's own zone. Enforced at the caller, which must know its zone; it has no effect
 * where the caller knows none, or no instance says one. On a method it refines the one on the interface.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.TYPE, ElementType.METHOD})
public @interface ZonePreference {

    /** How much it matters. Without the annotation: {@link ZoneChoice#ANY}. */
    ZoneChoice value();
}
