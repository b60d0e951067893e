package io.moa.resilience4j;

/**
 * What a breaker of resilience4j is told of a call of MOA that failed; it wants an exception, and a permit knows none. Recognized by {@code
 * recordExceptions} and {@code ignoreExceptions}. Never thrown; it has neither stack trace nor cause, and one stands for all.
 */
public final class FailedCall extends RuntimeException {

    private static final long serialVersionUID = 1;

    static final FailedCall ONE = new FailedCall();

    private FailedCall() {
        super("A call of MOA failed; its reply says why", null, false, false);
    }
}
