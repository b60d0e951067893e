package io.moa.benchmarks.mesh;

import io.moa.benchmarks.ChildProcess;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/** The least that a process between two others can do: it passes bytes on. Argument: the port behind it. It says {@code @ready port=…}. */
public final class ByteForwarder {

    private ByteForwarder() {}

    /** Writes what comes to the other side, once for each read. */
    private static final class Passing extends ChannelInboundHandlerAdapter {
        private @Nullable Channel other;

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object bytes) {
            if (other != null) {
                other.write(bytes, other.voidPromise());
            }
        }

        @Override
        public void channelReadComplete(ChannelHandlerContext ctx) {
            if (other != null) {
                other.flush();
            }
        }

        @Override
        public void channelInactive(ChannelHandlerContext ctx) {
            if (other != null) {
                other.close();
            }
        }
    }

    /** Runs it until its input ends. */
    public static void main(String[] args) throws Exception {
        EventLoopGroup loops = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
        InetSocketAddress behind = new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(args[0]));
        Channel door = new ServerBootstrap()
                .group(loops)
                .channel(EpollServerSocketChannel.class)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childOption(ChannelOption.AUTO_READ, false)
                .childHandler(new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel near) {
                        join(near, behind);
                    }
                })
                .bind(InetAddress.getLoopbackAddress(), 0)
                .sync()
                .channel();
        System.out.println(ChildProcess.MARK + "ready port=" + ((InetSocketAddress) door.localAddress()).getPort());
        System.in.transferTo(OutputStream.nullOutputStream());
        Runtime.getRuntime().halt(0);
    }

    private static void join(Channel near, InetSocketAddress behind) {
        Passing there = new Passing();
        Passing back = new Passing();
        back.other = near;
        near.pipeline().addLast(there);
        new Bootstrap()
                .group(near.eventLoop())
                .channel(EpollSocketChannel.class)
                .option(ChannelOption.TCP_NODELAY, true)
                .handler(back)
                .connect(behind)
                .addListener((io.netty.channel.ChannelFuture connected) -> {
                    if (!connected.isSuccess()) {
                        near.close();
                        return;
                    }
                    there.other = connected.channel();
                    near.config().setAutoRead(true);
                });
    }
}
