package io.moa.transport.netty;

import io.moa.discovery.Address;
import io.moa.invoke.Ticker;
import io.moa.transport.Connection;
import io.moa.transport.Host;
import io.moa.transport.Listener;
import io.moa.transport.Peer;
import io.moa.transport.Transport;
import io.moa.transport.TransportConfig;
import io.moa.transport.Wanted;
import io.netty.channel.embedded.EmbeddedChannel;
import java.util.concurrent.CompletableFuture;

/** A transport without sockets: whoever has it pushes bytes into connections by hand. One listener, no connecting. */
final class EmbeddedDoor implements Transport {

    private static final Address.Tcp WHERE = new Address.Tcp("127.0.0.1", 1);

    private final TransportConfig config;
    private final Ticker ticker;
    private final CompletableFuture<NettyListener> listener = new CompletableFuture<>();

    EmbeddedDoor(TransportConfig config, Ticker ticker) {
        this.config = config;
        this.ticker = ticker;
    }

    NettyListener listener() {
        return listener.join();
    }

    /** A connection as the real transport makes it. */
    EmbeddedChannel accept() {
        return new EmbeddedChannel(new ServerConnection(listener(), config, ticker).link());
    }

    @Override
    public boolean supports(Address address) {
        return true;
    }

    @Override
    public CompletableFuture<Listener> listen(Address address, Host host) {
        NettyListener opened = new NettyListener(host, config, ticker, config.maxConnections());
        opened.opened(new EmbeddedChannel(), WHERE);
        listener.complete(opened);
        return CompletableFuture.completedFuture(opened);
    }

    @Override
    public CompletableFuture<Connection> connect(Address address, Peer self, Wanted wanted) {
        return CompletableFuture.failedFuture(new UnsupportedOperationException("nobody is called"));
    }

    @Override
    public void close() {}
}
