package io.moa.node.watch;

import io.moa.discovery.Address;
import io.moa.discovery.Instance;
import io.moa.invoke.Scheduler;
import io.moa.invoke.Ticker;
import io.moa.registry.watch.Probe;
import io.moa.transport.ConnectFailedException;
import io.moa.transport.Connection;
import io.moa.transport.Peer;
import io.moa.transport.Transport;
import io.moa.transport.Wanted;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/**
 * Opens a connection, introduces itself, reads who answers, waits until a ping is answered on it, and lets go with a reset. So a
 * probe goes the whole way that a new caller goes, past listener and event loop of the instance, and sees it work once more after
 * its greeting; it sends no call. Safe for many threads; it owns neither transport nor scheduler.
 */
public final class HandshakeProbe implements Probe {

    private final Transport transport;
    private final Peer self;
    private final Scheduler scheduler;
    private final Ticker ticker;
    private final Duration limit;
    private final String hostId;

    /**
     * A probe over a transport.
     *
     * @param transport whose connect timeout limits connect and handshake
     * @param self who the instances are told is calling
     * @param limit how long a probe may take from its beginning to the answer of the ping, if the connect timeout does not end it
     *     before; more than zero
     * @param hostId the host of this process, as instances that have a Unix socket name theirs; empty if it cannot be told
     */
    public HandshakeProbe(
            Transport transport, Peer self, Scheduler scheduler, Ticker ticker, Duration limit, String hostId) {
        if (limit.isZero() || limit.isNegative()) {
            throw new IllegalArgumentException("A probe needs some time, not " + limit);
        }
        this.transport = transport;
        this.self = self;
        this.scheduler = scheduler;
        this.ticker = ticker;
        this.limit = limit;
        this.hostId = hostId;
    }

    @Override
    public CompletableFuture<Finding> probe(Instance instance) {
        Address address = reachable(instance);
        if (address == null) {
            return CompletableFuture.completedFuture(Finding.failed(
                    "none of its addresses, " + instance.addresses() + ", can be reached from the watcher"));
        }
        long start = ticker.nanos();
        CompletableFuture<Connection> opening;
        try {
            opening = transport.connect(address, self, new Wanted(instance.application(), instance.uuid(), List.of()));
        } catch (RuntimeException e) { // such as a transport that is closed
            return CompletableFuture.completedFuture(Finding.failed(reason(e)));
        }
        CompletableFuture<Finding> found = new CompletableFuture<>();
        opening.whenComplete((connection, failure) -> {
            if (connection == null) {
                found.complete(
                        failure == null
                                ? Finding.failed("no connection")
                                : isNameless(failure)
                                        ? Finding.nameless(reason(failure))
                                        : Finding.failed(reason(failure)));
                return;
            }
            Peer peer = connection.peer();
            if (!peer.instance().equals(instance.uuid())) {
                connection.abort();
                found.complete(Finding.failed(
                        "another process, " + peer.application() + " " + peer.instance() + ", answers at " + address));
                return;
            }
            awaitPong(connection, start, found);
        });
        return found;
    }

    /** A process may greet from its backlog of work and yet do nothing more: a callers' next frame would wait in vain. */
    private void awaitPong(Connection connection, long start, CompletableFuture<Finding> found) {
        long left = limit.toNanos() - (ticker.nanos() - start);
        Scheduler.Timer alarm = scheduler.schedule(
                () -> {
                    // Before the end of the connection, which fails the ping with a reason of its own.
                    found.complete(Finding.failed("it greeted, and then did not answer a ping within "
                            + limit.toMillis() + " ms of the beginning"));
                    connection.abort();
                },
                Math.max(0, left));
        connection.ping().whenComplete((answered, failure) -> {
            alarm.cancel();
            connection.abort();
            found.complete(
                    failure == null ? Finding.REACHED : Finding.failed("it greeted, and then: " + reason(failure)));
        });
    }

    /**
     * A Unix socket only if there is nothing else, and only one of this very host: anybody could lead the watcher to any socket of its
     * host otherwise.
     */
    private @Nullable Address reachable(Instance instance) {
        Address last = null;
        for (Address address : instance.addresses()) {
            if (transport.supports(address)) {
                if (!(address instanceof Address.Unix)) {
                    return address;
                }
                if (last == null && !hostId.isEmpty() && hostId.equals(instance.host())) {
                    last = address;
                }
            }
        }
        return last;
    }

    private static boolean isNameless(Throwable thrown) {
        return unwrapped(thrown) instanceof ConnectFailedException failed && failed.nameless();
    }

    private static Throwable unwrapped(Throwable thrown) {
        return thrown instanceof CompletionException && thrown.getCause() != null ? thrown.getCause() : thrown;
    }

    private static String reason(Throwable thrown) {
        Throwable cause = unwrapped(thrown);
        String message = cause.getMessage();
        return message == null ? cause.toString() : message;
    }
}
