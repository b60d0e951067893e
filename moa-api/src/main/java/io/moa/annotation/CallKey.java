package io.moa.annotation;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Names a value out of an argument, which travels with the call beside its body: rules, limits and hashes go by such keys, also in
 * processes that never decode the arguments. It is read by the caller when the call is made. Stands on a parameter.
 *
 * <pre>{@code Receipt buy(@CallKey(value = "customer", path = "customer.id") Order order);}</pre>
 *
 * Do not name what must not be seen: keys appear in rules' explanations.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.PARAMETER)
public @interface CallKey {

    /** The key's name; 1 to 64 letters, digits, '-', '_' and '.', unique in the method. */
    String value();

    /**
     * The way from the argument to the value, in names of record components, of getters without "get", or of map keys, with '.' between
     * them; default empty, the argument itself. A null on the way gives no key. The value is a text, number, boolean, character, enum or
     * UUID, and is cut to 256 characters.
     */
    String path() default "";
}
