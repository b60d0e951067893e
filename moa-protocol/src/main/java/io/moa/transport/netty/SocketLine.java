package io.moa.transport.netty;

import io.moa.protocol.frame.HandOverMessage;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.socket.DuplexChannel;
import io.netty.channel.unix.FileDescriptor;
import org.jspecify.annotations.Nullable;

/**
 * Two Unix sockets: one carries bytes, the other descriptors, as a socket that reads the one cannot read the other. What is written in
 * one turn of the event loop is flushed together.
 */
final class SocketLine implements MoveLine {

    private final Channel bytes;
    private @Nullable Channel descriptors;
    private boolean flushing;
    private boolean closed;

    SocketLine(Channel bytes) {
        this.bytes = bytes;
    }

    void descriptors(Channel channel) {
        descriptors = channel;
    }

    @Override
    public ChannelFuture say(HandOverMessage message) {
        LOG.debug("hand-over: says {}", message.step());
        byte[] encoded = message.encode();
        ByteBuf out = bytes.alloc().buffer(Integer.BYTES + encoded.length);
        out.writeInt(encoded.length).writeBytes(encoded);
        ChannelFuture written = bytes.write(out);
        if (!flushing) {
            flushing = true;
            bytes.eventLoop().execute(() -> {
                flushing = false;
                bytes.flush();
            });
        }
        return written;
    }

    @Override
    public void pass(int descriptor) {
        Channel open = descriptors;
        if (open != null) {
            open.writeAndFlush(new FileDescriptor(descriptor));
        }
    }

    @Override
    public void silence() {
        ((DuplexChannel) bytes).shutdownInput();
    }

    @Override
    public void close() {
        closed = true;
        bytes.flush();
        bytes.writeAndFlush(bytes.alloc().buffer(0, 0)).addListener(ChannelFutureListener.CLOSE);
        Channel open = descriptors;
        if (open != null) {
            open.close();
        }
    }

    @Override
    public boolean isClosed() {
        return closed;
    }
}
