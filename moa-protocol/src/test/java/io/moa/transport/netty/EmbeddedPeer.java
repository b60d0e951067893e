package io.moa.transport.netty;

import io.moa.discovery.Address;
import io.moa.discovery.ServiceId;
import io.moa.invoke.Attributes;
import io.moa.invoke.Invoker;
import io.moa.invoke.MethodId;
import io.moa.testkit.FakeTicker;
import io.moa.transport.Host;
import io.moa.transport.Peer;
import io.moa.transport.RespHost;
import io.moa.transport.TransportConfig;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.embedded.EmbeddedChannel;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * The server's end of a connection without a socket: its bytes come from the test, its time is the test's, and its memory is
 * counted.
 */
final class EmbeddedPeer implements Host {

    final FakeTicker ticker = new FakeTicker();
    final UnpooledByteBufAllocator memory = new UnpooledByteBufAllocator(false, true);
    final NettyListener listener;
    private final TransportConfig config;
    private final Invoker route;

    EmbeddedPeer(TransportConfig config, Invoker route) {
        this.config = config;
        this.route = route;
        this.listener = new NettyListener(this, config, ticker, config.maxConnections());
        listener.opened(new EmbeddedChannel(), new Address.Tcp("127.0.0.1", 1));
    }

    /** A connection, as if just accepted. Its clock stands still. */
    EmbeddedChannel accept() {
        EmbeddedChannel channel = new EmbeddedChannel();
        channel.freezeTime();
        channel.config().setAllocator(memory);
        channel.pipeline().addLast(new ServerConnection(listener, config, ticker).link());
        return channel;
    }

    /** A connection of a client that may speak RESP, and that takes what is written to it only while it is asked to. */
    RespEnd accept(RespHost host) {
        RespEnd channel = new RespEnd();
        channel.freezeTime();
        channel.config().setAllocator(memory);
        channel.config().setWriteBufferWaterMark(new WriteBufferWaterMark((int) config.readPauseBytes() / 2, (int)
                config.readPauseBytes()));
        FrameLink link = new ServerConnection(listener, config, ticker).link();
        channel.pipeline().addLast(new FirstByte(listener, host, link, config, ticker));
        channel.pipeline().addLast(link);
        return channel;
    }

    /** Moves the clocks of the server and of one connection, a period at a time. */
    void passes(EmbeddedChannel channel, Duration time, Duration period) {
        for (Duration gone = Duration.ZERO; gone.compareTo(time) < 0 && channel.isOpen(); gone = gone.plus(period)) {
            ticker.advance(period);
            channel.advanceTimeBy(period.toNanos(), TimeUnit.NANOSECONDS);
            channel.runScheduledPendingTasks();
        }
    }

    long usedBytes() {
        return memory.metric().usedHeapMemory() + memory.metric().usedDirectMemory();
    }

    @Override
    public Peer self() {
        return new Peer("server", "server-uuid");
    }

    @Override
    public Invoker route() {
        return route;
    }

    @Override
    public boolean serves(ServiceId service) {
        return true;
    }

    @Override
    public Attributes attributesOf(ServiceId service, MethodId method, int serializer) {
        return Attributes.EMPTY;
    }

    @Override
    public int load() {
        return 0;
    }
}
