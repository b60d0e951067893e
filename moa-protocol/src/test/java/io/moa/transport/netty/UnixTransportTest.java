package io.moa.transport.netty;

import io.moa.discovery.Address;
import io.moa.invoke.Ticker;
import io.moa.transport.Transport;
import io.moa.transport.TransportConfig;
import io.moa.transport.TransportContract;
import io.netty.channel.epoll.Epoll;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.io.TempDir;

/** The contract over a Unix socket, where there is epoll. */
class UnixTransportTest extends TransportContract {

    @TempDir
    Path folder;

    @Override
    protected Transport open(TransportConfig config) {
        Assumptions.assumeTrue(Epoll.isAvailable(), "Unix sockets need epoll");
        return new NettyTransport(config, 1, Ticker.system(), "test");
    }

    @Override
    protected Address address() {
        return new Address.Unix(folder.resolve("s").toString());
    }
}
