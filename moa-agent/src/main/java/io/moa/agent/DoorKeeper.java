package io.moa.agent;

import io.moa.discovery.Address;
import io.moa.transport.Connection;
import io.moa.transport.Host;
import io.moa.transport.Listener;
import io.moa.transport.Peer;
import io.moa.transport.Transport;
import io.moa.transport.Wanted;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** The agent's transport as one of its servers sees it: its door is remembered, and may be one that was taken over. Safe for many threads. */
final class DoorKeeper implements Transport {

    private final Transport shared;
    private final @Nullable MovedDoor moved;
    private volatile @Nullable Listener opened;

    /**
     * For one server, which listens once.
     *
     * @param moved the door that it gets; null to open one
     */
    DoorKeeper(Transport shared, @Nullable MovedDoor moved) {
        this.shared = shared;
        this.moved = moved;
    }

    /** The door as the shared transport knows it; null if there is none. */
    @Nullable
    Listener door() {
        return opened;
    }

    /** A door that was taken over is here. */
    void arrived(Listener door) {
        opened = door;
        if (moved != null) {
            moved.opened(door);
        }
    }

    @Override
    public boolean supports(Address address) {
        return shared.supports(address);
    }

    @Override
    public CompletableFuture<Listener> listen(Address address, Host host) {
        if (moved != null) {
            moved.serves(host);
            return CompletableFuture.completedFuture(moved);
        }
        return shared.listen(address, host).thenApply(door -> {
            opened = door;
            return door;
        });
    }

    @Override
    public CompletableFuture<Connection> connect(Address address, Peer self, Wanted wanted) {
        return shared.connect(address, self, wanted);
    }

    @Override
    public List<Executor> loops() {
        return shared.loops();
    }

    /** The agent's own is the agent's to close. */
    @Override
    public void close() {}
}
