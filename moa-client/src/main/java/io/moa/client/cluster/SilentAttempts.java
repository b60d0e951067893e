package io.moa.client.cluster;

import io.moa.invoke.Cancellation;
import io.moa.invoke.Invocation;
import io.moa.invoke.Invoker;

/** What becomes of calls that wait for a server that says nothing. */
@FunctionalInterface
public interface SilentAttempts {

    /** They wait on. */
    SilentAttempts WAIT = (call, attempt, withdraw, route) -> {};

    /**
     * A call waits for a server that says nothing although it was asked. Told once for each attempt, by the thread of the connection, which
     * must not be blocked.
     *
     * @param call as it was sent there
     * @param attempt its reply
     * @param withdraw withdraws this attempt alone
     * @param route picks an instance for another attempt
     */
    void silent(Invocation call, Attempt attempt, Cancellation.Listener withdraw, Invoker route);
}
