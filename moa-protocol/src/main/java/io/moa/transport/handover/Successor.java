package io.moa.transport.handover;

import io.moa.discovery.Address;
import io.moa.transport.Host;
import java.util.concurrent.CompletableFuture;

/** The process that takes over, as far as the transport asks it. Called on an event loop; nothing blocks. */
public interface Successor {

    /**
     * Who serves behind a listener that is offered.
     *
     * @param name that the offer gives it
     * @throws RuntimeException to refuse the offer; the message is told to the other process
     */
    Host host(String name, Address address);

    /**
     * What the other process sends along beside connections. Comes before anything is taken over, and may be all for nothing.
     *
     * @param name what it is
     * @throws RuntimeException to refuse; the message is told to the other process
     */
    default void luggage(String name, byte[] bytes) {}

    /**
     * Completes when this process is warm enough to serve at once; the other one goes on serving until then. Exceptionally to refuse.
     */
    default CompletableFuture<Void> ready() {
        return CompletableFuture.completedFuture(null);
    }
}
