package io.moa.operations;

/**
 * A breaker that is not closed. Immutable.
 *
 * @param service as text, up to 300 characters
 * @param method with the types of its parameters, up to 300 characters
 * @param state {@code OPEN} or {@code HALF_OPEN}, as the latest call of the method saw it
 */
public record BreakerReport(String service, String method, String state) {}
