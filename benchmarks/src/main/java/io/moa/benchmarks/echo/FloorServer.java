package io.moa.benchmarks.echo;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.util.concurrent.Executor;

/** The two ways in which the floor's server sends a frame back. */
final class FloorServer {

    private FloorServer() {}

    /** Writes as it reads, and flushes once for everything that one read from the socket brought. */
    static final class OnLoop extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext ctx, Object frame) {
            ctx.write(frame, ctx.voidPromise());
        }

        @Override
        public void channelReadComplete(ChannelHandlerContext ctx) {
            ctx.flush();
        }
    }

    /** Hands each frame to a worker, which writes and flushes it. */
    static final class OnWorkers extends ChannelInboundHandlerAdapter {
        private final Executor workers;

        OnWorkers(Executor workers) {
            this.workers = workers;
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object frame) {
            workers.execute(() -> ctx.writeAndFlush(frame, ctx.voidPromise()));
        }
    }
}
