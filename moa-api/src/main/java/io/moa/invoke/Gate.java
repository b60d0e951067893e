package io.moa.invoke;

/**
 * Decides whether a call may go on: a rate limiter, a concurrency limit, a breaker. Never blocks and never throws; safe
 * for many threads.
 */
@FunctionalInterface
public interface Gate {

    /** Admits or refuses the call, or says when its turn is. */
    Admission admit(Invocation call);
}
