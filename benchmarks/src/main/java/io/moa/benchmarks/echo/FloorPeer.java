package io.moa.benchmarks.echo;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.handler.codec.LengthFieldBasedFrameDecoder;
import io.netty.handler.flush.FlushConsolidationHandler;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.function.Supplier;

/**
 * The bare-Netty frame echo: the least that a call on shared connections can be made of. A frame is
 *
 * <pre>
 * +--------+----------+----------+
 * | length |    id    |   body   |
 * | 4 bytes| 8 bytes  | length-8 |
 * +--------+----------+----------+
 * </pre>
 *
 * <p>There is no header, no deadline, no serializer, no routing and no failure but a lost connection. The server sends the
 * frame back without opening it; the client finds the waiting call by its id and copies the body out.
 *
 * @param execution where the server answers
 * @param joined whether flushes that come close together become one write to the socket
 */
record FloorPeer(Execution execution, boolean joined) implements EchoPeer {

    /** Where a server runs the (empty) method. */
    enum Execution {
        /** In the event loop that read the request. */
        LOOP,
        /** On one of {@link EchoOptions#workers()} threads, which also asks for the write. */
        WORKERS
    }

    private static final int MAX_FRAME_BYTES = 16 * 1024 * 1024;

    @Override
    public int start(EchoOptions options) throws Exception {
        EventLoopGroup loops = options.transport().loops(options.loops());
        Executor workers = execution == Execution.WORKERS ? Executors.newFixedThreadPool(options.workers()) : null;
        Channel listener = new ServerBootstrap()
                .group(loops)
                .channel(options.transport().serverChannel())
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childHandler(
                        pipeline(() -> workers == null ? new FloorServer.OnLoop() : new FloorServer.OnWorkers(workers)))
                .bind(InetAddress.getLoopbackAddress(), 0)
                .sync()
                .channel();
        return ((InetSocketAddress) listener.localAddress()).getPort();
    }

    @Override
    public EchoCall connect(String host, int port, EchoOptions options) throws Exception {
        Bootstrap bootstrap = new Bootstrap()
                .group(options.transport().loops(options.loops()))
                .channel(options.transport().channel())
                .option(ChannelOption.TCP_NODELAY, true)
                .handler(pipeline(FloorClient.Connection::new));
        Channel[] channels = new Channel[options.connections()];
        for (int i = 0; i < channels.length; i++) {
            channels[i] = bootstrap.connect(host, port).sync().channel();
        }
        return new FloorClient(channels);
    }

    private ChannelHandler pipeline(Supplier<ChannelHandler> last) {
        return new ChannelInitializer<>() {
            @Override
            protected void initChannel(Channel channel) {
                if (joined) {
                    channel.pipeline()
                            .addLast(new FlushConsolidationHandler(
                                    FlushConsolidationHandler.DEFAULT_EXPLICIT_FLUSH_AFTER_FLUSHES, true));
                }
                // the length is not stripped: the server can send the very frame back
                channel.pipeline().addLast(new LengthFieldBasedFrameDecoder(MAX_FRAME_BYTES, 0, 4), last.get());
            }
        };
    }
}
