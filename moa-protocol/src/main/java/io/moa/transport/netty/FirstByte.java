package io.moa.transport.netty;

import io.moa.invoke.Ticker;
import io.moa.transport.RespHost;
import io.moa.transport.TransportConfig;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;

/**
 * Decides by the first byte of a connection who answers: {@code *} begins a command of RESP. Whatever else comes is left to the link of MOA's
 * protocol behind, which closes what it does not know. Belongs to the connection's event loop, and leaves the pipeline once it has decided.
 */
final class FirstByte extends ChannelInboundHandlerAdapter {

    private final NettyListener listener;
    private final RespHost host;
    private final FrameLink link;
    private final TransportConfig config;
    private final Ticker ticker;

    FirstByte(NettyListener listener, RespHost host, FrameLink link, TransportConfig config, Ticker ticker) {
        this.listener = listener;
        this.host = host;
        this.link = link;
        this.config = config;
        this.ticker = ticker;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (message instanceof ByteBuf bytes && bytes.isReadable()) {
            if (bytes.getByte(bytes.readerIndex()) == '*') {
                // Before the link leaves: a listener that closes must not think that nobody is there.
                ctx.pipeline().addLast(new RespConnection(listener, host, config, ticker));
                ctx.pipeline().remove(link);
            }
            ctx.pipeline().remove(this);
        }
        ctx.fireChannelRead(message);
    }
}
