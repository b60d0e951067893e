package io.moa.annotation;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * What callers without the interface call an argument: {@code {"args":{"item":"top","count":2}}}. Stands on a parameter. Who compiles the
 * interface with {@code -parameters} needs it only where the name that is offered shall be another one, or shall stay when the parameter is
 * renamed.
 *
 * <pre>{@code Receipt reserve(@ParameterName("item") String article, int count);}</pre>
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.PARAMETER)
public @interface ParameterName {

    /** The name; 1 to 100 characters that can be seen, unique in the method. */
    String value();
}
