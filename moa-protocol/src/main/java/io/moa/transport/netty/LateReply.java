package io.moa.transport.netty;

import io.moa.protocol.frame.Frame;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * What the process that a connection came from says of a call that it still served: its reply, that there is none, or where it is.
 * Belongs to the event loop from {@link #write} on.
 */
final class LateReply implements Outbound, Flushable {

    private final ServerConnection connection;
    private final long requestId;
    private final boolean last;
    private final @Nullable ByteBuf frame;
    private int held;
    private @Nullable Outbound nextOutbound;
    private @Nullable Flushable nextFlushable;

    /**
     * @param last whether the call has ended
     * @param frame its reference is taken over; null if nothing is to be told to the client
     */
    LateReply(ServerConnection connection, long requestId, boolean last, @Nullable ByteBuf frame) {
        this.connection = connection;
        this.requestId = requestId;
        this.last = last;
        this.frame = frame;
    }

    @Override
    public void write(FrameOutput out) {
        ByteBuf bytes = frame;
        boolean owed = last ? connection.endedElsewhere(requestId) : connection.isServedElsewhere(requestId);
        if (bytes == null) {
            return;
        }
        try {
            if (owed) {
                Frame whole = Frame.whole(bytes);
                held = bytes.capacity();
                connection.takeReply(held); // whoever had room for it has counted it; here it is only known of
                out.whole(whole, this);
            }
        } finally {
            bytes.release();
        }
    }

    @Override
    public void abandon() {
        if (frame != null) {
            frame.release();
        }
    }

    @Override
    public void failed(FrameOutput out, Throwable thrown) {
        connection.replyLeft(held);
        connection.close("a reply that came from another process could not be written: " + thrown);
    }

    @Override
    public void flushed(long nowNanos) {
        connection.replyLeft(held);
    }

    @Override
    public void notFlushed(boolean untouched) {
        connection.replyLeft(held);
    }

    @Override
    public @Nullable Outbound nextOutbound() {
        return nextOutbound;
    }

    @Override
    public void nextOutbound(@Nullable Outbound next) {
        nextOutbound = next;
    }

    @Override
    public @Nullable Flushable nextFlushable() {
        return nextFlushable;
    }

    @Override
    public void nextFlushable(@Nullable Flushable next) {
        nextFlushable = next;
    }
}
