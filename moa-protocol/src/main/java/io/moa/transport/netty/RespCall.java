package io.moa.transport.netty;

import io.moa.invoke.Backstop;
import io.moa.invoke.Cancellation;
import io.moa.invoke.Executed;
import io.moa.invoke.Invocation;
import io.moa.invoke.Reply;
import io.moa.invoke.Status;
import io.moa.protocol.frame.RespState;
import io.moa.protocol.payload.BodyPayload;
import io.moa.protocol.payload.BytesPayload;
import io.moa.protocol.resp.RespWriter;
import io.moa.protocol.serialize.JsonReply;
import io.moa.transport.DeadlineWheel;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.nio.charset.StandardCharsets;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A call of a RESP client, until its answer is written. The reply may come from any thread, and at its deadline the client is answered whether it has
 * come or not; everything else happens on the event loop.
 */
final class RespCall extends DeadlineWheel.Entry implements BiConsumer<@Nullable Reply, @Nullable Throwable> {

    private static final byte[] NOTHING = "{\"result\":null}".getBytes(StandardCharsets.US_ASCII);

    private final RespConnection connection;
    private final Invocation call;
    private final int requestBytes;
    private final RespAnswers.Answer answer = new Answer();
    private @Nullable Reply reply; // written before it is handed over, read after
    private @Nullable ByteBuf body; // as above
    private byte @Nullable [] text; // in place of a body, what stands between its quotes; as above
    private int bodyMemory; // as above
    private Reply.@Nullable Failure late; // what is answered at the deadline
    private boolean answered; // the client waits for nothing more

    /** The place of the call in the line of answers. */
    private final class Answer extends RespAnswers.Answer {
        @Override
        void write(RespOutput out) {
            connection.room().answered(requestBytes);
            writeAnswer(out);
        }

        @Override
        RespState.Owed owed() {
            return new RespState.Owed(RespState.Kind.CALL);
        }

        @Override
        void drop() {
            answered = true;
            if (reply == null) { // it is told that nobody waits, and ends some time
                call.cancellation().fire(Cancellation.Reason.CONNECTION_LOST);
            } else {
                discardBody();
            }
        }
    }

    RespCall(RespConnection connection, Invocation call, int requestBytes) {
        this.connection = connection;
        this.call = call;
        this.requestBytes = requestBytes;
    }

    Invocation call() {
        return call;
    }

    RespAnswers.Answer answer() {
        return answer;
    }

    /** How many bytes of requests are held for it. */
    int requestBytes() {
        return requestBytes;
    }

    /** Takes the reply. Any thread, once. */
    @Override
    public void accept(@Nullable Reply came, @Nullable Throwable broken) {
        Reply end = came != null
                ? came
                : Backstop.broken(call, broken == null ? new NullPointerException("no reply") : broken);
        long now = connection.ticker().nanos();
        Reply taken = end instanceof Reply.Value value ? takeBody(value, now) : end;
        call.ledger().settle(now);
        call.payload().release();
        connection.ended(this, taken);
    }

    private Reply takeBody(Reply.Value value, long now) {
        boolean taken = false;
        try {
            if (call.oneWay() || !(value.payload() instanceof BodyPayload content)) {
                return value;
            }
            byte[] said = content instanceof BytesPayload made ? made.text() : null;
            if (said != null && said.length <= RespOutput.COPY_LIMIT_BYTES) {
                return takeText(said, value, now);
            }
            // What is copied into an answer is read by index, so that whoever else holds it is not disturbed.
            taken = content instanceof BytesPayload made && made.sizeBytes() <= RespOutput.COPY_LIMIT_BYTES;
            ByteBuf bytes = taken
                    ? ((BytesPayload) content).content()
                    : content.encoded(ByteBufAllocator.DEFAULT, Integer.MAX_VALUE);
            int memory = bytes.capacity(); // what it takes, which may be twice of what it says
            if (!connection.room().holdReply(memory, now)) {
                int size = bytes.readableBytes();
                bytes.release();
                return dropped(size);
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
            if (!taken) {
                value.payload().release();
            }
        }
    }

    private Reply takeText(byte[] said, Reply.Value value, long now) {
        if (!connection.room().holdReply(said.length, now)) {
            return dropped(said.length + 2);
        }
        text = said;
        bodyMemory = said.length;
        return value;
    }

    private Reply.Failure dropped(int size) {
        return Reply.failure(
                Status.OVERLOADED,
                Executed.YES,
                call.service() + " " + call.method() + " ran, but its result of " + size
                        + " bytes was dropped: too much waits for clients that take their replies slowly");
    }

    /** Its reply is there. On the event loop; whether somebody waits for it. */
    boolean settle(Reply end) {
        reply = end;
        if (answered) {
            discardBody();
            return false;
        }
        answered = true;
        return true;
    }

    /** Its deadline has come. On the event loop; whether the client has to be told so. */
    boolean expire(long nowNanos) {
        if (answered) {
            return false;
        }
        answered = true;
        late = call.timedOut(Executed.MAYBE, nowNanos, "");
        call.cancellation().fire(Cancellation.Reason.DEADLINE);
        return true;
    }

    private void writeAnswer(RespOutput out) {
        Reply.Failure failure = late != null ? late : reply instanceof Reply.Failure failed ? failed : null;
        if (failure != null) {
            writeFailure(out, failure);
            return;
        }
        ByteBuf batch = out.batch();
        byte[] said = text;
        if (said != null) {
            text = null;
            RespWriter.bulkHeader(batch, JsonReply.bytesOfResult(said.length + 2));
            JsonReply.beginResult(batch);
            batch.writeByte('"').writeBytes(said).writeByte('"');
            out.hold(bodyMemory);
            JsonReply.endResult(batch);
            RespWriter.bulkEnd(batch);
            return;
        }
        ByteBuf result = body;
        body = null;
        if (result == null || !result.isReadable()) {
            RespWriter.bulkHeader(batch, NOTHING.length);
            batch.writeBytes(NOTHING);
            RespWriter.bulkEnd(batch);
            if (result != null) {
                out.hold(bodyMemory);
                result.release();
            }
            return;
        }
        RespWriter.bulkHeader(batch, JsonReply.bytesOfResult(result.readableBytes()));
        JsonReply.beginResult(batch);
        out.body(result);
        out.hold(bodyMemory);
        batch = out.batch(); // a large body is not copied into it, and what follows stands in the next
        JsonReply.endResult(batch);
        RespWriter.bulkEnd(batch);
    }

    /** Writes what a call is answered that failed. */
    static void writeFailure(RespOutput out, Reply.Failure failure) {
        ByteBuf json = ByteBufAllocator.DEFAULT.buffer();
        try {
            JsonReply.writeError(failure, json);
            RespWriter.bulkHeader(out.batch(), json.readableBytes());
            out.body(json.retain());
        } finally {
            json.release();
        }
        RespWriter.bulkEnd(out.batch());
    }

    private void discardBody() {
        ByteBuf bytes = body;
        body = null;
        if (bytes != null) {
            bytes.release();
        }
        if (bytes != null || text != null) {
            text = null;
            connection.room().replyLeft(bodyMemory);
        }
    }
}
