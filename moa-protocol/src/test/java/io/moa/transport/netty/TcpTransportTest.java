package io.moa.transport.netty;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.moa.discovery.Address;
import io.moa.invoke.Ticker;
import io.moa.testkit.RefusingPort;
import io.moa.transport.Connection;
import io.moa.transport.Peer;
import io.moa.transport.Transport;
import io.moa.transport.TransportConfig;
import io.moa.transport.TransportContract;
import io.moa.transport.Wanted;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

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

    /** The channel is closed by whoever hears first that connecting failed; what is told is why it failed. */
    @Test
    void whyAConnectFailedIsToldHoweverFastItFails() {
        try (RefusingPort nobody = RefusingPort.open();
                Transport transport = open(TransportConfig.DEFAULT)) {
            for (int i = 0; i < 2_000; i++) {
                CompletableFuture<Connection> connecting = transport.connect(
                        new Address.Tcp("127.0.0.1", nobody.port()), new Peer("test", "uuid"), Wanted.ANYONE);
                assertThatThrownBy(connecting::join).hasMessageContaining("connection refused");
            }
        }
    }
}
