package io.moa.testkit;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Says what a test shows of the things that can be governed: policies by their names, kinds of rules, and what rules do. It stands on a
 * method that would fail if that were ignored, and not on a class, of which most would not. A test of the build reads these and fails where one of
 * them is shown by no test of the kernel, or by none over sockets.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
public @interface Shows {

    /** What it shows, such as {@code rate-limit}. */
    String[] value();
}
