package io.moa.server.wrong;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;

/** A server that knows a breaker of others, on purpose; see {@code RulesCanFailTest}. */
public record BreaksByALibrary(CircuitBreaker breaker) {}
