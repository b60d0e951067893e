package io.moa.benchmarks.scale;

import io.moa.benchmarks.ChildProcess;
import io.moa.protocol.frame.Frame;
import io.moa.protocol.frame.FrameException;
import io.moa.protocol.frame.FrameKind;
import io.moa.protocol.frame.FrameLimits;
import io.moa.protocol.frame.FrameReader;
import io.moa.protocol.frame.FrameSink;
import io.moa.protocol.frame.Frames;
import io.moa.protocol.frame.HeaderException;
import io.moa.protocol.frame.Hello;
import io.moa.protocol.frame.Prefix;
import io.moa.protocol.frame.Welcome;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;

/**
 * All instances of a {@link Population} in one process, behind one listener for the whole of 127.0.0.0/8: it greets as whoever is
 * wanted, answers pings, and does nothing else, so that it costs as little as it can beside what is measured.
 */
final class InstanceRig {

    private InstanceRig() {}

    public static void main(String[] args) throws Exception {
        MultiThreadIoEventLoopGroup loops = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
        Channel listener = new ServerBootstrap()
                .group(loops)
                .channel(EpollServerSocketChannel.class)
                .option(ChannelOption.SO_REUSEADDR, true)
                .option(ChannelOption.SO_BACKLOG, 4096)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childHandler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        boolean local = channel.remoteAddress() instanceof InetSocketAddress from
                                && from.getAddress().isLoopbackAddress();
                        if (local) {
                            channel.pipeline().addLast(new Greeter());
                        } else {
                            channel.close(); // it listens everywhere, but only for this host
                        }
                    }
                })
                .bind(new InetSocketAddress("0.0.0.0", 0))
                .sync()
                .channel();
        System.out.println(ChildProcess.MARK + "port " + ((InetSocketAddress) listener.localAddress()).getPort());
        while (System.in.read() >= 0) {
            // the parent says nothing
        }
        System.exit(0);
    }

    private static final class Greeter extends ChannelInboundHandlerAdapter implements FrameSink {
        private final FrameReader reader = new FrameReader(FrameLimits.DEFAULT);
        private ByteBuf out = Unpooled.EMPTY_BUFFER;

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            out = ctx.alloc().ioBuffer(256);
            try {
                reader.read((ByteBuf) message, this);
            } catch (FrameException | HeaderException e) {
                ctx.close();
            }
            if (out.isReadable()) {
                ctx.writeAndFlush(out);
            } else {
                out.release();
            }
        }

        @Override
        public void frame(Frame frame) {
            if (frame.kind() == FrameKind.HELLO) {
                Hello hello = Hello.parse(frame.buffer(), frame.callIndex(), frame.callLength());
                Frames.message(
                        out,
                        FrameKind.WELCOME,
                        new Welcome(
                                true,
                                "",
                                hello.wantedApplication(),
                                hello.wantedInstance(),
                                Prefix.VERSION,
                                0,
                                64 << 10,
                                8 << 20,
                                1 << 20,
                                new byte[0],
                                List.of(),
                                0));
            } else if (frame.kind() == FrameKind.PING) {
                Frames.pong(out, frame.requestId());
            }
        }

        @Override
        public void oversized(Frame header) {}

        @Override
        public void channelInactive(ChannelHandlerContext ctx) {
            reader.close();
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            if (!(cause instanceof IOException)) { // a reset is how a probe ends
                System.err.println("the rig: " + cause);
            }
            ctx.close();
        }
    }
}
