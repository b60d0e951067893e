package io.moa.benchmarks.resp;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.ByteToMessageDecoder;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * The least that a RESP server on Netty can be made of: it finds where a command ends, looks at nothing in it, and answers the same bytes
 * each time, which lie ready. One flush for all that a read has brought.
 */
final class BareResponder extends ByteToMessageDecoder {

    private static final int NOT_YET = -1;

    private final ByteBuf reply;
    private int at; // where the number ends that was read last

    private BareResponder(ByteBuf reply) {
        this.reply = reply;
    }

    /** Listens on the loopback interface, on so many event loops; returns the port. */
    static int start(int loops, String text) throws InterruptedException {
        ByteBuf reply = Unpooled.unreleasableBuffer(
                Unpooled.directBuffer().writeBytes(RespText.bulk(text).getBytes(StandardCharsets.US_ASCII)));
        boolean epoll = Epoll.isAvailable();
        IoHandlerFactory io = epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
        EventLoopGroup group = new MultiThreadIoEventLoopGroup(loops, io);
        Class<? extends ServerChannel> channel = epoll ? EpollServerSocketChannel.class : NioServerSocketChannel.class;
        return ((InetSocketAddress) new ServerBootstrap()
                        .group(group)
                        .channel(channel)
                        .childOption(ChannelOption.TCP_NODELAY, true)
                        .childHandler(new ChannelInitializer<SocketChannel>() {
                            @Override
                            protected void initChannel(SocketChannel accepted) {
                                accepted.pipeline().addLast(new BareResponder(reply));
                            }
                        })
                        .bind(InetAddress.getLoopbackAddress(), 0)
                        .sync()
                        .channel()
                        .localAddress())
                .getPort();
    }

    @Override
    protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) {
        int start = in.readerIndex();
        int arguments = number(in, start);
        for (int i = 0; i < arguments; i++) {
            int length = number(in, at);
            if (length == NOT_YET) {
                return;
            }
            at += length + 2;
        }
        if (arguments == NOT_YET || at > in.writerIndex()) {
            return;
        }
        in.readerIndex(at);
        ctx.write(reply.duplicate(), ctx.voidPromise());
    }

    /** The number in the line that begins here. */
    private int number(ByteBuf in, int line) {
        int number = 0;
        for (int i = line + 1; i < in.writerIndex(); i++) {
            byte digit = in.getByte(i);
            if (digit == '\r') {
                at = i + 2;
                return number;
            }
            number = 10 * number + digit - '0';
        }
        return NOT_YET;
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) throws Exception {
        super.channelReadComplete(ctx);
        ctx.flush();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        ctx.close();
    }
}
