package io.moa.testkit.topology;

import io.moa.discovery.Address;
import io.moa.transport.Listener;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/** A server waits while it drains; here it lets fake time pass until that is over. Everything else is the listener's own. */
record NodeListener(Loop loop, Listener inner) implements Listener {

    private static final Duration MARGIN = Duration.ofSeconds(1);

    @Override
    public Address address() {
        return inner.address();
    }

    @Override
    public int connections() {
        return inner.connections();
    }

    @Override
    public int inFlight() {
        return inner.inFlight();
    }

    @Override
    public long heldBytes() {
        return inner.heldBytes();
    }

    @Override
    public CompletableFuture<Integer> drain(Duration limit) {
        CompletableFuture<Integer> drained = inner.drain(limit);
        loop.until(drained::isDone, limit.plus(MARGIN), () -> "the server at " + address() + " to drain");
        return drained;
    }

    @Override
    public CompletableFuture<Integer> dismiss() {
        return inner.dismiss();
    }

    @Override
    public void close() {
        inner.close();
    }
}
