package io.moa.annotation;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * How many calls of a method are let through in a second; more wait for their turn, if they may, or are refused at once as {@link
 * io.moa.invoke.Status#REJECTED}, and did not run. Each process counts for itself. On a method it refines the one on the interface; on an
 * interface it holds for each method alone, unless {@link #per()} says {@code service}.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.TYPE, ElementType.METHOD})
public @interface RateLimit {

    /** Calls in a second; 1 to 10,000,000. */
    int perSecond();

    /**
     * How many of them may come at once, after a pause; 1 to 10,000,000, or 0, the default, for as many as in a tenth of a second. For {@link
     * RateShape#TOKEN_BUCKET} alone.
     */
    int burst() default 0;

    /** Who counts. Default the process that runs the method. */
    EnforcedAt at() default EnforcedAt.PROVIDER;

    /** How they lie in time. Default {@link RateShape#TOKEN_BUCKET}. */
    RateShape shape() default RateShape.TOKEN_BUCKET;

    /**
     * For so long a call beyond the limit may wait for its turn, in milliseconds, and never beyond its deadline; 0 to 10,000. Default 0:
     * it is refused at once.
     */
    int waitMillis() default 0;

    /**
     * So long the rate grows from a third to the whole while it is used, from the start and after as long a pause, in milliseconds; 0 to
     * 600,000. Default 0: it is whole at once.
     */
    int warmUpMillis() default 0;

    /**
     * Which calls are counted together: {@code method}, the default, those of the method; {@code service}, those of all methods of the
     * service that say the same limit; {@code caller}, those of the method by each calling application; {@code key:customer}, those of the
     * method with each value of the {@linkplain CallKey call key} of that name, while calls without it are not limited.
     */
    String per() default "method";

    /** Calling applications that are neither counted nor limited: up to 32 names, each with at most one {@code *} for any text. */
    String[] exempt() default {};
}
