package io.moa.resilience4j;

/**
 * What a breaker of resilience4j is told of a call of MOA that failed; it wants an exception, and a permit knows none. Recognized by {@code
 * recordExceptions} and {@code ignoreExceptions}. Never thrown; it has neither stack trace nor cause.
 */
public final class FailedCall extends RuntimeException {

    private static final long serialVersionUID = 1;

    FailedCall() {
        super("A call of MOA failed; its reply says why", null, false, false);
    }
}
