package io.moa.agent;

import io.moa.discovery.Address;
import io.moa.discovery.ServiceId;
import io.moa.invoke.Attributes;
import io.moa.invoke.Invoker;
import io.moa.invoke.MethodId;
import io.moa.protocol.frame.Target;
import io.moa.transport.Host;
import io.moa.transport.Listener;
import io.moa.transport.Peer;
import io.moa.transport.RespHost;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * A door that another agent has opened, from the moment when it is offered: who serves behind it is made while the other one serves on, and the door itself
 * comes last. Safe for many threads.
 */
final class MovedDoor implements Listener {

    private final Peer self;
    private final Address address;
    private final Host host = new Behind();
    private volatile @Nullable Host served;
    private volatile @Nullable Listener door;

    MovedDoor(Peer self, Address address) {
        this.self = self;
        this.address = address;
    }

    /** What the transport sees. */
    Host host() {
        return host;
    }

    /** It is known who serves behind it. */
    void serves(Host value) {
        served = value;
    }

    /** It is here. */
    void opened(Listener value) {
        door = value;
    }

    private Host served() {
        Host known = served;
        if (known == null) {
            throw new IllegalStateException("It is not known yet who serves behind " + address);
        }
        return known;
    }

    @Override
    public Address address() {
        return address;
    }

    @Override
    public int connections() {
        Listener open = door;
        return open == null ? 0 : open.connections();
    }

    @Override
    public int inFlight() {
        Listener open = door;
        return open == null ? 0 : open.inFlight();
    }

    @Override
    public long heldBytes() {
        Listener open = door;
        return open == null ? 0 : open.heldBytes();
    }

    @Override
    public CompletableFuture<Integer> drain(Duration limit) {
        Listener open = door;
        return open == null ? CompletableFuture.completedFuture(0) : open.drain(limit);
    }

    @Override
    public CompletableFuture<Integer> dismiss() {
        Listener open = door;
        return open == null ? CompletableFuture.completedFuture(0) : open.dismiss();
    }

    @Override
    public void close() {
        Listener open = door;
        if (open != null) {
            open.close();
        }
    }

    private final class Behind implements Host {
        @Override
        public Peer self() {
            return self;
        }

        @Override
        public Invoker route() {
            return served().route();
        }

        @Override
        public boolean serves(ServiceId service) {
            return served().serves(service);
        }

        @Override
        public @Nullable Attributes attributesOf(ServiceId service, MethodId method, int serializer) {
            return served().attributesOf(service, method, serializer);
        }

        @Override
        public @Nullable Attributes attributesOf(Target target) {
            return served().attributesOf(target);
        }

        @Override
        public boolean admitsUser(int uid) {
            return served().admitsUser(uid);
        }

        @Override
        public @Nullable String refusal(Peer peer, byte[] credential) {
            return served().refusal(peer, credential);
        }

        @Override
        public int load() {
            return served().load();
        }

        @Override
        public @Nullable RespHost resp() {
            return served().resp();
        }
    }
}
