package io.moa.transport.netty;

import io.moa.discovery.Address;
import io.moa.invoke.Ticker;
import io.moa.transport.Transport;
import io.moa.transport.TransportConfig;
import io.moa.transport.TransportContract;

/** The contract over TCP. */
class TcpTransportTest extends TransportContract {

    @Override
    protected Transport open(TransportConfig config) {
        return new NettyTransport(config, 1, Ticker.system(), "test");
    }

    @Override
    protected Address address() {
        return new Address.Tcp("127.0.0.1", 0);
    }
}
