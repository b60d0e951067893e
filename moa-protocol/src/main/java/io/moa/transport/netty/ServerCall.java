package io.moa.transport.netty;

import io.moa.discovery.ServiceId;
import io.moa.invoke.Backstop;
import io.moa.invoke.Executed;
import io.moa.invoke.Hints;
import io.moa.invoke.Invocation;
import io.moa.invoke.Reply;
import io.moa.invoke.Status;
import io.moa.invoke.ThrownError;
import io.moa.protocol.frame.ErrorDetails;
import io.moa.protocol.frame.FrameKind;
import io.moa.protocol.frame.Prefix;
import io.moa.protocol.frame.ReplyHeader;
import io.moa.protocol.frame.ReplyHop;
import io.moa.protocol.payload.BodyPayload;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A call that arrived on a connection, until its reply has left. The reply may come from any thread; everything else
 * happens on the event loop.
 */
final class ServerCall implements Outbound, Flushable, BiConsumer<@Nullable Reply, @Nullable Throwable> {

    private static final Logger LOG = LoggerFactory.getLogger(ServerCall.class);

    private final ServerConnection connection;
    private final Invocation call;
    private final long id;
    private final int requestBytes;
    private @Nullable Reply reply; // written before it is posted, read after
    private @Nullable ByteBuf body; // as above
    private int bodyMemory;
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
        Reply end = ended != null
                ? ended
                : Backstop.broken(call, broken == null ? new NullPointerException("no reply") : broken);
        reply = end instanceof Reply.Value value ? takeBody(value) : takeDetails((Reply.Failure) end);
        call.ledger().settle(connection.ticker().nanos());
        call.payload().release();
        if (connection.link().inReadingOnLoop()) {
            connection.link().writeNow(this); // answered while reading: goes out with the flush that ends the reading
        } else {
            connection.link().post(this);
        }
    }

    /** Takes the bytes out of the reply and counts them from now on, since from now on they wait for the client. */
    private Reply takeBody(Reply.Value value) {
        try {
            if (call.oneWay() || !(value.payload() instanceof BodyPayload content)) {
                return value;
            }
            ByteBuf bytes = content.encoded(ByteBufAllocator.DEFAULT, Integer.MAX_VALUE);
            int memory = bytes.capacity(); // what it takes, which may be twice of what it says
            if (!connection.holdReply(memory)) {
                int size = bytes.readableBytes();
                bytes.release();
                return Reply.failure(
                        Status.OVERLOADED,
                        Executed.YES,
                        call.service() + " " + call.method() + " ran, but its result of " + size
                                + " bytes was dropped: too much waits for clients that take their replies slowly");
            }
            body = bytes;
            bodyMemory = memory;
            return value;
        } catch (RuntimeException e) {
            return Reply.failure(
                            Status.INTERNAL,
                            Executed.YES,
                            call.service() + " " + call.method() + " ran, but its result could not be encoded: "
                                    + e.getMessage())
                    .withCause(e);
        } finally {
            value.payload().release();
        }
    }

    /** The details of an exception go where a result would; if there is no room for them, the caller does without. */
    private Reply takeDetails(Reply.Failure failure) {
        ThrownError error = failure.error();
        if (error == null || !error.hasDetails() || call.oneWay()) {
            return failure;
        }
        ByteBuf bytes = ByteBufAllocator.DEFAULT.buffer(256, ErrorDetails.MAX_BYTES);
        try {
            ErrorDetails.encode(error, bytes);
            if (bytes.readableBytes() <= connection.peerMaxBody() && connection.holdReply(bytes.capacity())) {
                bodyMemory = bytes.capacity();
                body = bytes.retain();
            }
        } catch (IndexOutOfBoundsException tooLong) {
            LOG.warn(
                    "The details of {} thrown by {} take too many bytes and are left out", error.type(), call.method());
        } finally {
            bytes.release();
        }
        return failure;
    }

    @Override
    public void write(FrameOutput output) {
        connection.answered(this);
        Reply end = reply;
        if (end == null || call.oneWay() || call.cancellation().isCancelled()) {
            discardBody(); // nobody waits
            connection.leftUnanswered(id);
            return;
        }
        if (end instanceof Reply.Failure failure) {
            writeFailure(output, failure);
            return;
        }
        ByteBuf bytes = body;
        int size = bytes == null ? 0 : bytes.readableBytes();
        if (size > connection.peerMaxBody()) {
            discardBody();
            writeFailure(
                    output,
                    Reply.failure(
                            Status.TOO_LARGE,
                            Executed.YES,
                            call.service() + " " + call.method() + " ran, but its result has " + size
                                    + " bytes and the caller accepts " + connection.peerMaxBody()));
            return;
        }
        ByteBuf out = output.batch();
        int start = Prefix.begin(out);
        int hop = ReplyHop.write(out, ReplyHop.VALUE, Executed.YES, connection.hints(end.hints()), call.ledger());
        body = null;
        output.finish(start, FrameKind.RESPONSE, id, hop, 0, bytes, bytes != null ? this : null);
    }

    @Override
    public void failed(FrameOutput output, Throwable thrown) {
        discardBody();
        writeFailure(
                output,
                Reply.failure(
                        Status.INTERNAL,
                        Executed.YES,
                        call.service() + " " + call.method() + " ran, but its reply could not be written: " + thrown));
    }

    private void writeFailure(FrameOutput output, Reply.Failure failure) {
        ByteBuf out = output.batch();
        int start = Prefix.begin(out);
        Hints hints = connection.hints(failure.hints());
        int hop = ReplyHop.write(out, failure.status().code(), failure.executed(), hints, call.ledger());
        int from = out.writerIndex();
        ThrownError error = failure.error();
        ServiceId led = call.ledger().ledTo();
        new ReplyHeader(
                        failure.message(),
                        failure.exceptionType(),
                        error == null ? null : error.code(),
                        led == null ? null : led.toString())
                .encode(out);
        ByteBuf details = body;
        body = null;
        output.finish(
                start, FrameKind.RESPONSE, id, hop, out.writerIndex() - from, details, details != null ? this : null);
    }

    @Override
    public void abandon() {
        connection.orphanEnded(this);
        discardBody();
    }

    private void discardBody() {
        ByteBuf bytes = body;
        body = null;
        if (bytes != null) {
            bytes.release();
            connection.replyLeft(bodyMemory);
        }
    }

    @Override
    public void flushed(long nowNanos) {
        connection.replyLeft(bodyMemory);
    }

    @Override
    public void notFlushed(boolean untouched) {
        connection.replyLeft(bodyMemory);
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
