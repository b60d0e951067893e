package io.moa.server;

import io.moa.discovery.Address;
import io.moa.server.mesh.InboundSeat;
import io.moa.transport.Listener;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/** The doors of a server, and the one behind its agent. Safe for many threads. */
record ServedDoors(Listener own, InboundSeat seat) implements Listener {

    @Override
    public Address address() {
        return own.address();
    }

    /** Of callers: the agent is none. */
    @Override
    public int connections() {
        return own.connections();
    }

    @Override
    public int inFlight() {
        return own.inFlight() + seat.inFlight();
    }

    @Override
    public long heldBytes() {
        return own.heldBytes() + seat.heldBytes();
    }

    @Override
    public CompletableFuture<Integer> drain(Duration limit) {
        return own.drain(limit).thenCombine(seat.drain(limit), Integer::sum);
    }

    @Override
    public CompletableFuture<Integer> dismiss() {
        return own.dismiss();
    }

    @Override
    public void close() {
        own.close();
        seat.close();
    }
}
