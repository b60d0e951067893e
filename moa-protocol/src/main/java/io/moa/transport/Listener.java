package io.moa.transport;

import io.moa.discovery.Address;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/** An open door of a server. Safe for many threads. */
public interface Listener extends AutoCloseable {

    /** Where it accepts, with the port that was chosen. */
    Address address();

    /** How many connections are open. */
    int connections();

    /** How many calls are being served. */
    int inFlight();

    /** How many bytes it holds of requests that are not answered and of replies that have not left. */
    long heldBytes();

    /**
     * Closes gracefully: accepts no more connections, tells every client, serves what still arrives until each client has
     * acknowledged, waits until every call is answered, closes.
     *
     * @param limit after so long the rest is closed all the same
     * @return completes when everything is closed, with the number of calls that the limit cut off
     */
    CompletableFuture<Integer> drain(Duration limit);

    /**
     * Tells every client that is connected now to come no more, because it is served elsewhere. Each is served until it has acknowledged and all
     * its calls are answered; then its connection is closed. The door stays open, and whoever connects after this is served. Clients of protocols
     * that know no such notice, as RESP, stay.
     *
     * @return completes when all who were told are gone, with how many they were. Default 0, at once, for a listener whose clients cannot be told
     */
    default CompletableFuture<Integer> dismiss() {
        return CompletableFuture.completedFuture(0);
    }

    /** Closes at once; callers of calls in flight see the connection break. Idempotent. */
    @Override
    void close();
}
