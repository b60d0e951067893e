package io.moa.annotation;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * A short name of a business exception that does not change when its class is renamed or moved. It travels with the
 * exception, so that callers without the class, other languages and dashboards can tell one from another; see {@link
 * io.moa.invoke.RemoteApplicationException#code()}. Subclasses inherit it.
 */
@Documented
@Inherited
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
public @interface ErrorCode {

    /** The code, such as {@code OUT_OF_STOCK}; 1 to 128 characters that can be seen, not all of them blanks. Checked at start where a method declares it. */
    String value();
}
