package io.moa.transport;

import io.moa.discovery.Address;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

/**
 * Carries calls from one process to another. Safe for many threads; nothing blocks.
 *
 * <p>The test of this contract is {@code TransportContract}; every implementation runs it.
 */
public interface Transport extends AutoCloseable {

    /** Whether this transport can listen at and connect to an address of this kind. */
    boolean supports(Address address);

    /**
     * Begins to accept connections.
     *
     * @param address where; with TCP port 0 a free port is chosen
     * @param host the server whose calls arrive there
     * @return the listener once it accepts, or exceptionally the reason why it cannot
     */
    CompletableFuture<Listener> listen(Address address, Host host);

    /**
     * Opens a connection and introduces both sides to each other. It ends, one way or the other, within {@link
     * TransportConfig#connectTimeout()}, which covers the handshake too.
     *
     * @param address where to
     * @param self who is calling
     * @param wanted whom and what the caller expects there
     * @return the connection once it can carry calls, or exceptionally a {@link ConnectFailedException}
     */
    CompletableFuture<Connection> connect(Address address, Peer self, Wanted wanted);

    /**
     * The threads that carry every call, one by one, for whoever checks that they still turn. Default none, for a transport
     * that has none of its own.
     */
    default List<Executor> loops() {
        return List.of();
    }

    /** Closes every listener and connection and frees the threads. Idempotent. */
    @Override
    void close();
}
