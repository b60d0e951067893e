package io.moa.testkit.topology;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * A field that {@link MoaExtension} fills before each test with a stub of the service whose interface is the field's type.
 * The field is neither static nor final, and may be private.
 */
@Documented
@Target(ElementType.FIELD)
@Retention(RetentionPolicy.RUNTIME)
public @interface Stub {}
