package io.moa.node.watch;

import io.moa.discovery.Address;
import io.moa.discovery.Instance;
import io.moa.registry.watch.Probe;
import io.moa.transport.Connection;
import io.moa.transport.Peer;
import io.moa.transport.Transport;
import io.moa.transport.Wanted;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/**
 * Opens a connection, introduces itself, reads who answers, and closes again. So a probe goes the whole way that a new
 * caller goes, past listener and event loop of the instance, and sends no call. It ends within the transport's connect
 * timeout. Safe for many threads; it does not own the transport.
 */
public final class HandshakeProbe implements Probe {

    private final Transport transport;
    private final Peer self;

    /**
     * A probe over a transport.
     *
     * @param self who the instances are told is calling
     */
    public HandshakeProbe(Transport transport, Peer self) {
        this.transport = transport;
        this.self = self;
    }

    @Override
    public CompletableFuture<Finding> probe(Instance instance) {
        Address address = reachable(instance);
        if (address == null) {
            return CompletableFuture.completedFuture(Finding.failed(
                    "none of its addresses, " + instance.addresses() + ", can be reached from the watcher"));
        }
        CompletableFuture<Connection> opening;
        try {
            opening = transport.connect(address, self, new Wanted(instance.application(), instance.uuid(), List.of()));
        } catch (RuntimeException e) { // such as a transport that is closed
            return CompletableFuture.completedFuture(Finding.failed(reason(e)));
        }
        return opening.handle((connection, failure) -> {
            if (connection == null) {
                return Finding.failed(failure == null ? "no connection" : reason(failure));
            }
            Peer peer = connection.peer();
            connection.close();
            return peer.instance().equals(instance.uuid())
                    ? Finding.REACHED
                    : Finding.failed("another process, " + peer.application() + " " + peer.instance() + ", answers at "
                            + address);
        });
    }

    /** A Unix socket only if there is nothing else: the file of another host's socket may exist here too. */
    private @Nullable Address reachable(Instance instance) {
        Address last = null;
        for (Address address : instance.addresses()) {
            if (transport.supports(address)) {
                if (!(address instanceof Address.Unix)) {
                    return address;
                }
                last = last == null ? address : last;
            }
        }
        return last;
    }

    private static String reason(Throwable thrown) {
        Throwable cause =
                thrown instanceof CompletionException && thrown.getCause() != null ? thrown.getCause() : thrown;
        String message = cause.getMessage();
        return message == null ? cause.toString() : message;
    }
}
