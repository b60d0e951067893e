package io.moa.annotation;

import io.moa.invoke.Criticality;
import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * How much it hurts when calls of the method are refused. A call made while serving another is never more important than that one; the
 * caller's options win over the annotation. Set at the caller, used wherever calls must be refused. On a method it refines the one on
 * the interface.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.TYPE, ElementType.METHOD})
public @interface Importance {

    /** The criticality. Without the annotation: {@link Criticality#CRITICAL}. */
    Criticality value();
}
