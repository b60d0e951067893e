package io.moa.testkit.topology;

import io.moa.discovery.Address;
import io.moa.transport.ConnectFailedException;
import io.moa.transport.Connection;
import io.moa.transport.Host;
import io.moa.transport.Listener;
import io.moa.transport.Peer;
import io.moa.transport.Transport;
import io.moa.transport.TransportConfig;
import io.moa.transport.Wanted;
import java.util.concurrent.CompletableFuture;

/** One node's way into the network: what it connects to takes a path, with its delays and cuts. */
final class NodeTransport implements Transport {

    /** After so long the first packet of a connection that was not answered is sent again, as by TCP: 1 s. */
    private static final long AGAIN_NANOS = 1_000_000_000;

    private final Loop loop;
    private final String node;
    private final Network network;
    private final Transport inner;
    private final TransportConfig config;

    NodeTransport(Loop loop, String node, Network network, Transport inner, TransportConfig config) {
        this.loop = loop;
        this.node = node;
        this.network = network;
        this.inner = inner;
        this.config = config;
    }

    @Override
    public boolean supports(Address address) {
        return inner.supports(address);
    }

    @Override
    public CompletableFuture<Listener> listen(Address address, Host host) {
        return inner.listen(address, host).thenApply(listener -> new NodeListener(loop, listener));
    }

    @Override
    public CompletableFuture<Connection> connect(Address address, Peer self, Wanted wanted) {
        if (!(address instanceof Address.InProcess named)) {
            return inner.connect(address, self, wanted); // which says why it cannot
        }
        Attempt attempt = new Attempt(named, self, wanted, network.path(node, named.name()));
        attempt.begin();
        return attempt.coming;
    }

    @Override
    public void close() {
        // The network is shared; the topology closes it.
    }

    @Override
    public String toString() {
        return "NodeTransport[" + node + "]";
    }

    /** A connection that is being opened: there and back once, and again for as long as the path is cut. */
    private final class Attempt {
        private final Address.InProcess address;
        private final Peer self;
        private final Wanted wanted;
        private final Path path;
        private final long endNanos = loop.nanos() + config.connectTimeout().toNanos();
        private final CompletableFuture<Connection> coming = new CompletableFuture<>();

        Attempt(Address.InProcess address, Peer self, Wanted wanted, Path path) {
            this.address = address;
            this.self = self;
            this.wanted = wanted;
            this.path = path;
        }

        void begin() {
            loop.schedule(this::fail, endNanos - loop.nanos());
            send();
        }

        private void send() {
            loop.schedule(this::arrive, path.delayNanos() + path.delayNanos());
        }

        private void arrive() {
            if (coming.isDone()) {
                return;
            }
            if (path.isCut()) {
                loop.schedule(this::send, AGAIN_NANOS);
                return;
            }
            inner.connect(address, self, wanted).whenComplete((connection, thrown) -> {
                if (connection != null) {
                    coming.complete(new NetworkConnection(loop, path, connection, config));
                } else {
                    coming.completeExceptionally(thrown);
                }
            });
        }

        private void fail() {
            if (!coming.isDone()) {
                coming.completeExceptionally(new ConnectFailedException(
                        "Could not connect to " + address + ": no answer within "
                                + config.connectTimeout().toMillis() + " ms",
                        null));
            }
        }
    }
}
