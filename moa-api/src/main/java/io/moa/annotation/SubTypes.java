package io.moa.annotation;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Names classes that may stand where the annotated type, or any type of the annotated service, is declared. They join the
 * list of classes that a peer's bytes may create; without being declared or named here, no class is ever loaded.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
public @interface SubTypes {

    /** The classes, each by itself: naming one allows none of its own subclasses. */
    Class<?>[] value();
}
