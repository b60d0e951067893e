package io.moa.annotation;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Says that the method never waits: no lock, no I/O, no blocking call. The server then runs it directly on the event loop
 * that read it, without a worker. A method that waits all the same stalls every connection of that loop; a blocking stub
 * called inside fails at once with a sentence that says so.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.TYPE, ElementType.METHOD})
public @interface NonBlocking {}
