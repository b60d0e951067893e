package io.moa.observe;

import io.moa.discovery.Instance;
import io.moa.invoke.Invocation;
import io.moa.invoke.Reply;

/** Is told of the calls of one method. See {@link CallObserver} for threads and what it may do. */
public interface MethodObserver {

    /**
     * A call begins: at a client before its filters, at a server when its bytes have been read.
     *
     * @return who is told of its end, exactly once; may be the same for all calls
     */
    CallEnd began(Invocation call);

    /**
     * A client's attempt at one instance has ended. A call that was refused before an instance was picked has none.
     *
     * @param attempt the call as it was sent; its {@link Invocation#hop()} says which attempt it was
     * @param tookNanos from the choice of the instance to the reply
     */
    default void attempted(Invocation attempt, Instance to, AttemptKind kind, Reply reply, long tookNanos) {}

    /** A call is not run because of a limit; its end is told as well. */
    default void refused(Invocation call, RefusalCause cause) {}

    /** The breaker of the method is seen in another state than before, or for the first time; a call or its end tells of it. */
    default void breaker(BreakerState state) {}
}
