package io.moa.annotation;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Marks an interface as a service. It stands on the interface, which caller and provider share, never on the
 * implementation.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
public @interface MoaService {

    /** The service's name; default the interface's full name. 1 to 200 characters that can be seen, without blanks, '/', ':' and '*'. */
    String name() default "";

    /** A separate offer of the same service; default none. Up to 64 characters as of the name. */
    String group() default "";

    /** An incompatible edition of the service; default none. Up to 64 characters as of the name. */
    String version() default "";

    /** The serializer that callers use; default {@code hessian}. Others: {@code json}, {@code protobuf}. */
    String serializer() default "hessian";
}
