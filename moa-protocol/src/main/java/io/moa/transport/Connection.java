package io.moa.transport;

import io.moa.discovery.Address;
import io.moa.invoke.Invocation;
import io.moa.invoke.Invoker;
import io.moa.invoke.Reply;
import java.util.concurrent.CompletableFuture;

/**
 * One connection to another process, as the function that it is. Many calls are in flight on it at once.
 *
 * <p>{@link #invoke} keeps the contract of {@link Invoker}: it encodes the payload on the calling thread, never blocks,
 * and answers {@link io.moa.invoke.Executed#NO} for every call whose bytes certainly did not leave whole.
 */
public interface Connection extends Invoker, AutoCloseable {

    /** Told whether the peer says anything while calls wait for it. By the connection's own thread, which must not be blocked. */
    interface SignsOfLife {

        /**
         * Nothing was heard for {@link TransportConfig#stallAfter()}, although the peer was asked and this process was awake. The calls that
         * wait are {@linkplain io.moa.invoke.Ledger#silent told} too. Told again with each call that is sent nevertheless.
         */
        void silent();

        /** Something was heard again. */
        void heard();
    }

    /** Who is at the other end, as it said in the handshake. */
    Peer peer();

    /** Where it leads. */
    Address address();

    /** Whether new calls may be sent: false from the peer's closing notice on, and after the connection broke. */
    boolean usable();

    /** Whether the peer has announced that it closes. Default false, for one whose peer cannot. */
    default boolean isClosing() {
        return false;
    }

    /** How many calls wait for a reply. */
    int inFlight();

    /**
     * Says who is told when the peer falls silent, and when it is heard again. At most one, which replaces an earlier one; default nobody,
     * for a connection that cannot fall silent, such as one within a process.
     */
    default void watch(SignsOfLife told) {}

    /** How many bytes of calls wait to be written. */
    long queuedBytes();

    @Override
    CompletableFuture<Reply> invoke(Invocation call);

    /** Completes, never exceptionally, when the peer has announced that it closes, or when the connection is gone. */
    CompletableFuture<Void> unusable();

    /**
     * Asks the peer for a sign of life on this connection, beside the calls on it.
     *
     * @return ends when the peer has answered; exceptionally, with a {@link ConnectFailedException}, if the connection is gone
     *     or ends before that. It has no limit of time of its own: who waits gives up by closing. A connection without a wire,
     *     such as one within a process, answers at once while it is usable
     */
    default CompletableFuture<Void> ping() {
        return usable()
                ? CompletableFuture.completedFuture(null)
                : CompletableFuture.failedFuture(
                        new ConnectFailedException("The ping was not answered: the connection is closed", null));
    }

    /**
     * Tells the calls that wait for a reply that the peer says nothing, as its ledger's {@link io.moa.invoke.Ledger#silent} does: for whoever
     * asks the peer more often than the connection itself. Each call is told once, whoever found out. Default nothing, for one whose peer
     * cannot fall silent.
     */
    default void tellSilence() {}

    /**
     * Closes at once, and without the farewell of TCP where there is one: the peer sees a reset, and this host keeps nothing of
     * the connection (no TIME_WAIT). For connections on which nothing is owed to the peer any more, opened and closed by the
     * thousand. Idempotent.
     */
    default void abort() {
        close();
    }

    /** Closes at once. Calls in flight fail with {@link io.moa.invoke.Status#UNAVAILABLE}. Idempotent. */
    @Override
    void close();
}
