package io.moa.transport.netty;

import io.moa.protocol.frame.HandOverMessage;
import io.moa.protocol.frame.HeaderException;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownReadComplete;
import org.jspecify.annotations.Nullable;

/**
 * Messages out of the bytes of a hand-over socket: each is a length of four bytes and as many bytes. Memory is taken as bytes come.
 * Belongs to the event loop.
 */
final class MoveMessages extends ChannelInboundHandlerAdapter {

    private static final int LENGTH_BYTES = 4;

    private final int maxBytes;
    private MoveLine.@Nullable Ear ear;
    private @Nullable ByteBuf held;
    private boolean ended;

    MoveMessages(int maxBytes, MoveLine.@Nullable Ear ear) {
        this.maxBytes = maxBytes;
        this.ear = ear;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf in = (ByteBuf) message;
        ByteBuf all = held;
        if (all == null) {
            all = ctx.alloc().buffer(in.readableBytes());
            held = all;
        }
        try {
            all.writeBytes(in);
        } finally {
            in.release();
        }
        try {
            while (!ended && all.readableBytes() >= LENGTH_BYTES) {
                int length = all.getInt(all.readerIndex());
                if (length < 0 || length > maxBytes) {
                    throw new HeaderException(
                            "The other process announces a message of " + length + " bytes; the limit is " + maxBytes);
                }
                if (all.readableBytes() < LENGTH_BYTES + length) {
                    break;
                }
                all.skipBytes(LENGTH_BYTES);
                HandOverMessage whole = HandOverMessage.parse(all.readSlice(length));
                MoveLine.LOG.debug("hand-over: hears {}", whole.step());
                if (ear != null) {
                    ear.heard(whole);
                }
            }
        } catch (HeaderException e) {
            end(ctx, String.valueOf(e.getMessage()));
            return;
        }
        if (held != null && !all.isReadable()) {
            all.release();
            held = null;
        } else if (held != null) {
            all.discardSomeReadBytes();
        }
    }

    private void end(ChannelHandlerContext ctx, String why) {
        if (ended) {
            return;
        }
        ended = true;
        ByteBuf rest = held;
        held = null;
        if (rest != null) {
            rest.release();
        }
        if (ear != null) {
            ear.cut(why); // who may have a last word
        }
        ctx.flush();
        ctx.close();
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof ChannelInputShutdownReadComplete) {
            end(ctx, "the other process has ended, or gave up");
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        end(ctx, "the other process has ended, or gave up");
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        end(ctx, NettyTransport.reason(cause));
    }
}
