package io.moa.annotation;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * The lane of calls that have none: not from the call being served, nor from the caller's options. Instances of the lane are preferred;
 * see the documentation of governance. Enforced at the caller. On a method it refines the one on the interface.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.TYPE, ElementType.METHOD})
public @interface RouteTag {

    /** The lane; 1 to 64 letters, digits, '-', '_' and '.'. */
    String value();
}
