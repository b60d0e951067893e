package io.moa.transport.inprocess;

import io.moa.discovery.Address;
import io.moa.discovery.ServiceId;
import io.moa.transport.ConnectFailedException;
import io.moa.transport.Connection;
import io.moa.transport.Host;
import io.moa.transport.Listener;
import io.moa.transport.Peer;
import io.moa.transport.Wanted;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** The open door of a server in the same process. */
final class InProcessListener implements Listener {

    private final InProcessTransport transport;
    private final Address.InProcess address;
    private final Host host;
    private final Set<InProcessConnection> connections = ConcurrentHashMap.newKeySet();
    private final AtomicInteger inFlight = new AtomicInteger();
    private final CompletableFuture<Integer> drained = new CompletableFuture<>();
    private volatile boolean draining;

    InProcessListener(InProcessTransport transport, Address.InProcess address, Host host) {
        this.transport = transport;
        this.address = address;
        this.host = host;
    }

    Host host() {
        return host;
    }

    CompletableFuture<Connection> accept(Peer client, Wanted wanted) {
        String refusal = refusal(wanted);
        if (refusal != null) {
            return CompletableFuture.failedFuture(new ConnectFailedException(refusal, null));
        }
        InProcessConnection connection = new InProcessConnection(transport, this, client);
        connections.add(connection);
        if (draining) {
            connection.serverIsClosing();
        }
        return CompletableFuture.completedFuture(connection);
    }

    private @org.jspecify.annotations.Nullable String refusal(Wanted wanted) {
        Peer self = host.self();
        if (draining) {
            return self + " at " + address + " refused the connection: it is closing";
        }
        if (!wanted.application().isEmpty() && !wanted.application().equals(self.application())) {
            return "At " + address + " there is the application " + self.application() + " and not "
                    + wanted.application();
        }
        for (ServiceId service : wanted.services()) {
            if (!host.serves(service)) {
                return self + " at " + address + " does not serve " + service;
            }
        }
        return null;
    }

    void began() {
        inFlight.incrementAndGet();
    }

    void ended() {
        inFlight.decrementAndGet();
        completeIfDrained();
    }

    void closed(InProcessConnection connection) {
        connections.remove(connection);
    }

    private void completeIfDrained() {
        if (draining && inFlight.get() == 0 && drained.complete(0)) {
            close();
        }
    }

    @Override
    public Address.InProcess address() {
        return address;
    }

    @Override
    public int connections() {
        return connections.size();
    }

    @Override
    public int inFlight() {
        return inFlight.get();
    }

    @Override
    public long heldBytes() {
        return 0; // calls are handed over; nothing is held in between
    }

    @Override
    public CompletableFuture<Integer> drain(Duration limit) {
        draining = true;
        transport.forget(this);
        connections.forEach(InProcessConnection::serverIsClosing);
        transport
                .scheduler()
                .schedule(
                        () -> {
                            if (drained.complete(inFlight.get())) {
                                close();
                            }
                        },
                        limit.toNanos());
        completeIfDrained();
        return drained;
    }

    @Override
    public void close() {
        draining = true;
        transport.forget(this);
        connections.forEach(connection -> connection.end("the server was closed"));
        drained.complete(inFlight.get());
    }
}
