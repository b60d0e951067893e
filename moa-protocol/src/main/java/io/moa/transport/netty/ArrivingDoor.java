package io.moa.transport.netty;

import io.moa.discovery.Address;
import io.moa.protocol.frame.HeaderException;
import java.util.concurrent.CompletableFuture;

/** A listener that comes from another process. Belongs to the event loop of the hand-over. */
final class ArrivingDoor implements MoveIn.DescriptorOwner {
    final String name;
    final Address address;
    final ServerDoor door;
    private int descriptor = -1;

    ArrivingDoor(String name, Address address, ServerDoor door) {
        this.name = name;
        this.address = address;
        this.door = door;
    }

    @Override
    public void descriptor(int came) {
        descriptor = came;
    }

    void prepare() {
        if (descriptor < 0) {
            throw new HeaderException("The descriptor of listener " + name + " did not come");
        }
    }

    CompletableFuture<?> serve() {
        int own = descriptor;
        descriptor = -1;
        return door.takeOver(own, address);
    }

    void discard() {
        Descriptors.close(descriptor);
        descriptor = -1;
    }
}
