package io.moa.benchmarks.echo;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.util.collection.LongObjectHashMap;
import java.nio.channels.ClosedChannelException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The floor's client. The calling thread makes a future, passes it to the channel and blocks; everything else happens on
 * the event loop, as in any client that encodes in its pipeline: the frame is written into a buffer of the loop's own
 * cache, and the waiting calls stand in a map that needs no locks.
 */
final class FloorClient implements EchoCall {

    private final Channel[] channels;
    private final AtomicLong ids = new AtomicLong();

    FloorClient(Channel[] channels) {
        this.channels = channels;
    }

    @Override
    public byte[] call(byte[] body) throws Exception {
        return callAsync(body).get();
    }

    @Override
    public CompletableFuture<byte[]> callAsync(byte[] body) {
        long id = ids.incrementAndGet();
        Call call = new Call(id, body);
        Channel channel = channels[(int) (id % channels.length)];
        channel.writeAndFlush(call, channel.voidPromise());
        return call;
    }

    /** A call that waits; the future itself is what travels to the event loop. */
    private static final class Call extends CompletableFuture<byte[]> {
        final long id;
        final byte[] body;

        Call(long id, byte[] body) {
            this.id = id;
            this.body = body;
        }
    }

    /** Encodes calls, keeps those that wait, and completes them. */
    static final class Connection extends ChannelDuplexHandler {
        private final LongObjectHashMap<Call> waiting = new LongObjectHashMap<>();

        @Override
        public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
            Call call = (Call) message;
            if (!ctx.channel().isActive()) {
                call.completeExceptionally(new ClosedChannelException());
                return;
            }
            waiting.put(call.id, call);
            ByteBuf frame = ctx.alloc().ioBuffer(12 + call.body.length);
            frame.writeInt(8 + call.body.length).writeLong(call.id).writeBytes(call.body);
            ctx.write(frame, promise);
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            ByteBuf frame = (ByteBuf) message;
            try {
                byte[] body = new byte[frame.skipBytes(4).readableBytes() - 8];
                Call call = waiting.remove(frame.readLong());
                if (call != null) {
                    frame.readBytes(body);
                    call.complete(body);
                }
            } finally {
                frame.release();
            }
        }

        @Override
        public void channelInactive(ChannelHandlerContext ctx) {
            List<Call> lost = new ArrayList<>(waiting.values());
            waiting.clear();
            lost.forEach(call -> call.completeExceptionally(new ClosedChannelException()));
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            ctx.close();
        }
    }
}
