package io.moa.transport.netty;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOutboundBuffer;
import java.io.ByteArrayOutputStream;

/** What was written to a channel and the socket has not taken. Stateless; on the channel's event loop. */
final class UnsentBytes {

    private UnsentBytes() {}

    /** A copy of the bytes, in order. Of a piece that was taken in part only the rest is there. */
    static byte[] of(Channel channel) {
        ChannelOutboundBuffer pending = channel.unsafe().outboundBuffer();
        if (pending == null) {
            return new byte[0];
        }
        pending.addFlush(); // only what is to be flushed is shown
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            pending.forEachFlushedMessage(message -> {
                if (!(message instanceof ByteBuf part)) {
                    throw new IllegalStateException("not bytes: " + message);
                }
                part.getBytes(part.readerIndex(), bytes, part.readableBytes());
                return true;
            });
        } catch (Exception e) {
            throw new IllegalStateException("the bytes to send could not be read", e);
        }
        return bytes.toByteArray();
    }
}
