package io.moa.transport.netty;

import io.moa.invoke.Executed;
import io.moa.invoke.Hints;
import io.moa.invoke.Invocation;
import io.moa.invoke.Payload;
import io.moa.invoke.Reply;
import io.moa.invoke.Status;
import io.moa.protocol.frame.FrameKind;
import io.moa.protocol.frame.Prefix;
import io.moa.protocol.frame.ReplyHeader;
import io.moa.protocol.frame.ReplyHop;
import io.moa.protocol.payload.BodyPayload;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A call that arrived on a connection, until its reply has left. The reply may come from any thread; everything else
 * happens on the event loop.
 */
final class ServerCall implements Outbound, Flushable, BiConsumer<@Nullable Reply, @Nullable Throwable> {

    private final ServerConnection connection;
    private final Invocation call;
    private final long id;
    private final int requestBytes;
    private @Nullable Reply reply; // written before it is posted, read after
    private int replyBytes;
    private @Nullable Outbound nextOutbound;
    private @Nullable Flushable nextFlushable;

    ServerCall(ServerConnection connection, Invocation call, long id, int requestBytes) {
        this.connection = connection;
        this.call = call;
        this.id = id;
        this.requestBytes = requestBytes;
    }

    Invocation call() {
        return call;
    }

    long id() {
        return id;
    }

    int requestBytes() {
        return requestBytes;
    }

    /** Takes the reply. Any thread, once. */
    @Override
    public void accept(@Nullable Reply ended, @Nullable Throwable broken) {
        reply = ended != null
                ? ended
                : Reply.failure(Status.INTERNAL, Executed.MAYBE, "The route broke its contract: " + broken);
        call.ledger().settle(connection.ticker().nanos());
        call.payload().release();
        if (connection.link().inReadingOnLoop()) {
            write(connection.link()); // answered while reading: goes out with the flush that ends the reading
        } else {
            connection.link().post(this);
        }
    }

    @Override
    public void write(FrameLink link) {
        connection.answered(this);
        Reply end = reply;
        if (end == null || call.oneWay() || call.cancellation().isCancelled()) {
            discard(end); // nobody waits
            return;
        }
        ByteBuf out = link.batch();
        int start = Prefix.begin(out);
        if (end instanceof Reply.Value value) {
            ByteBuf body = null;
            Payload payload = value.payload();
            if (payload instanceof BodyPayload content) {
                body = content.encoded(ByteBufAllocator.DEFAULT, Integer.MAX_VALUE);
                replyBytes = body.readableBytes();
            }
            payload.release();
            if (replyBytes > connection.peerMaxBody()) {
                link.abort(start);
                if (body != null) {
                    body.release();
                }
                int size = replyBytes;
                replyBytes = 0;
                writeFailure(
                        link,
                        Reply.failure(
                                Status.TOO_LARGE,
                                Executed.YES,
                                call.service() + " " + call.method() + " ran, but its result has " + size
                                        + " bytes and the caller accepts " + connection.peerMaxBody()));
                return;
            }
            int hop = ReplyHop.write(out, ReplyHop.VALUE, Executed.YES, connection.hints(value.hints()), call.ledger());
            connection.replyQueued(replyBytes);
            link.finish(start, FrameKind.RESPONSE, id, hop, 0, body, replyBytes > 0 ? this : null);
        } else {
            link.abort(start);
            writeFailure(link, (Reply.Failure) end);
        }
    }

    private void writeFailure(FrameLink link, Reply.Failure failure) {
        ByteBuf out = link.batch();
        int start = Prefix.begin(out);
        Hints hints = connection.hints(failure.hints());
        int hop = ReplyHop.write(out, failure.status().code(), failure.executed(), hints, call.ledger());
        int from = out.writerIndex();
        new ReplyHeader(failure.message(), failure.exceptionType()).encode(out);
        link.finish(start, FrameKind.RESPONSE, id, hop, out.writerIndex() - from, null, null);
    }

    @Override
    public void abandon(FrameLink link) {
        connection.orphanEnded(this);
        discard(reply);
    }

    private static void discard(@Nullable Reply end) {
        if (end instanceof Reply.Value value) {
            value.payload().release();
        }
    }

    @Override
    public void flushed(long nowNanos) {
        connection.replyLeft(replyBytes);
    }

    @Override
    public void notFlushed(boolean untouched) {
        connection.replyLeft(replyBytes);
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
