package io.moa.testkit;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.SocketChannel;
import java.util.SplittableRandom;

/** One connection through the proxy: two channels on one event loop, and a pump each way. */
final class ChaosLink {

    private final SocketChannel client;
    private final SocketChannel server;
    private final ChaosPump up;
    private final ChaosPump down;

    ChaosLink(SocketChannel client, SocketChannel server, ChaosDirection up, ChaosDirection down, long seed) {
        this.client = client;
        this.server = server;
        SplittableRandom random = new SplittableRandom(seed);
        this.up = new ChaosPump(up, client, server, random.split(), this::closeIfOver);
        this.down = new ChaosPump(down, server, client, random.split(), this::closeIfOver);
    }

    void start() {
        client.pipeline().addLast(new Ear(up, down));
        server.pipeline().addLast(new Ear(down, up));
        advance();
    }

    void advance() {
        up.advance();
        down.advance();
    }

    /** Both peers see a reset. */
    void reset() {
        ChaosPump.reset(client);
        ChaosPump.reset(server);
        up.drop();
        down.drop();
    }

    /** Both peers see the end of the stream, now; what they still send is dropped. */
    void finish() {
        up.drain();
        down.drain();
    }

    void close() {
        client.close();
        server.close();
        up.drop();
        down.drop();
    }

    private void closeIfOver() {
        if (up.isOver() && down.isOver()) {
            close();
        }
    }

    /** Hears what happens to one channel: it is the source of one pump and the sink of the other. */
    private static final class Ear extends ChannelInboundHandlerAdapter {

        private final ChaosPump fromHere;
        private final ChaosPump toHere;

        Ear(ChaosPump fromHere, ChaosPump toHere) {
            this.fromHere = fromHere;
            this.toHere = toHere;
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object bytes) {
            fromHere.received((ByteBuf) bytes);
        }

        @Override
        public void channelReadComplete(ChannelHandlerContext ctx) {
            fromHere.readComplete();
        }

        @Override
        public void channelWritabilityChanged(ChannelHandlerContext ctx) {
            toHere.advance();
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
            if (event == ChannelInputShutdownEvent.INSTANCE) {
                fromHere.ended(ChaosPump.End.FIN);
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            fromHere.ended(ChaosPump.End.RST);
            ctx.close();
        }

        @Override
        public void channelInactive(ChannelHandlerContext ctx) {
            fromHere.ended(ChaosPump.End.RST); // unless the end of the stream was seen before
            toHere.advance(); // which drops what has nowhere to go
        }
    }
}
