package io.moa.annotation;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Who answers at the caller when a call has failed: another method of the interface, a class that implements the annotated interface, the
 * last good answer, or a constant. An exception that the method declares is an answer and not a failure. The form is checked when the stub is
 * made. A method or a class is said alone, and answers always; of the other two the last good answer comes first. On an interface there is no
 * method, and a constant only if all methods can return it.
 *
 * <pre>{@code
 * @Fallback(method = "fromCache")
 * Price price(String article);
 *
 * default Price fromCache(String article, Throwable why) { return cache.get(article); }
 * }</pre>
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.TYPE, ElementType.METHOD})
public @interface Fallback {

    /**
     * The name of a default method of the interface with the parameters of the method and the same return type, which may take a {@link
     * Throwable} in the end; default none.
     */
    String method() default "";

    /**
     * A class with a constructor without parameters that implements the interface on which, or on a method of which, the annotation stands;
     * default none. One that a parent names answers for its children too, if it goes with their types. A stub of the interface itself is
     * refused: it would lead back to the call that has failed.
     */
    Class<?> type() default void.class;

    /**
     * How old an answer may be, in milliseconds, that this method gave to the same arguments, tag and attachments before, and that answers now; up
     * to a day, default 0 for none. For methods that only read. Answers are kept for each stub: of a method up to 1,000, and 1 MiB in all.
     */
    long lastGoodMillis() default 0;

    /**
     * A constant, as JSON would have the result: {@code "0"}, {@code "[]"}, {@code "\"unknown\""}; up to 256 characters, default none. Each call gets
     * an object of its own. That it answered is told by the log and by {@code MoaClient.describe}.
     */
    String value() default "";
}
