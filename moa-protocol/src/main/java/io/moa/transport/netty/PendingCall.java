package io.moa.transport.netty;

import io.moa.discovery.ServiceId;
import io.moa.invoke.Cancellation;
import io.moa.invoke.Executed;
import io.moa.invoke.Invocation;
import io.moa.invoke.Ledger;
import io.moa.invoke.Payload;
import io.moa.invoke.Phase;
import io.moa.invoke.Reply;
import io.moa.invoke.Status;
import io.moa.protocol.frame.CallHeader;
import io.moa.protocol.frame.Control;
import io.moa.protocol.frame.FrameKind;
import io.moa.protocol.frame.HeaderException;
import io.moa.protocol.frame.Prefix;
import io.moa.protocol.frame.RequestHop;
import io.moa.transport.DeadlineWheel;
import io.moa.transport.WireForm;
import io.netty.buffer.ByteBuf;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * A call on its way through one connection, from the thread that made it to the reply. One object plays every part, entry
 * of the deadline wheel, item of the outbound stack, waiter for the flush and listener of the cancellation, so that a call
 * costs one allocation here.
 *
 * <p>Fields belong to the event loop once the call was posted.
 */
final class PendingCall extends DeadlineWheel.Entry implements Outbound, Flushable, Cancellation.Listener {

    private final ClientConnection connection;
    private final Invocation call;
    private final WireForm form;
    private final byte[] caller;
    private final int bodyBytes;
    private final CompletableFuture<Reply> reply = new CompletableFuture<>();
    private @Nullable ByteBuf body;
    private @Nullable Outbound nextOutbound;
    private @Nullable Flushable nextFlushable;

    private long id; // 0 until written
    private boolean ended;
    private boolean flushed;
    private boolean untouched;
    private boolean inquired;
    private Control.@Nullable Progress progress;
    private long progressNanos;

    PendingCall(ClientConnection connection, Invocation call, WireForm form, byte[] caller, @Nullable ByteBuf body) {
        this.connection = connection;
        this.call = call;
        this.form = form;
        this.caller = caller;
        this.body = body;
        this.bodyBytes = body == null ? 0 : body.readableBytes();
    }

    CompletableFuture<Reply> reply() {
        return reply;
    }

    Invocation call() {
        return call;
    }

    int bodyBytes() {
        return bodyBytes;
    }

    long id() {
        return id;
    }

    // ---- writing

    @Override
    public void write(FrameOutput output) {
        if (ended) {
            releaseBody();
            return;
        }
        long now = connection.ticker().nanos();
        long remaining = RequestHop.remaining(call.deadline(), now);
        if (call.deadline().expired(now)) {
            end(call.timedOut(Executed.NO, now, "it was never sent"));
            return;
        }
        Reply.Failure refusal = connection.refusal();
        if (refusal != null) {
            end(refusal);
            return;
        }
        ByteBuf out = output.batch();
        int start = Prefix.begin(out);
        int hop = RequestHop.write(out, form.told(remaining), call.hop(), call.ledger());
        int from = out.writerIndex();
        out.writeBytes(form.target());
        out.writeBytes(caller);
        CallHeader.writeDynamic(out, call, 0);
        int header = out.writerIndex() - from;
        if (header > connection.maxHeaderBytes()) {
            output.abort(start);
            end(Reply.failure(
                    Status.TOO_LARGE,
                    Executed.NO,
                    "The header of the call to " + call.service() + " " + call.method() + " takes " + header
                            + " bytes; the limit is " + connection.maxHeaderBytes()
                            + ". Send large attachments as arguments."));
            return;
        }
        id = connection.register(this);
        ByteBuf whole = body;
        body = null;
        output.finish(start, call.oneWay() ? FrameKind.ONE_WAY : FrameKind.REQUEST, id, hop, header, whole, this);
    }

    @Override
    public void flushed(long nowNanos) {
        flushed = true;
        connection.left(bodyBytes);
        if (ended) {
            return;
        }
        Ledger ledger = call.ledger();
        ledger.enter(Phase.BACK, nowNanos);
        if (call.oneWay()) {
            end(new Reply.Value(Payload.EMPTY));
        }
    }

    @Override
    public void notFlushed(boolean nothingLeft) {
        untouched = nothingLeft;
        connection.left(bodyBytes);
        if (call.oneWay()) { // nothing else will end it
            end(Reply.failure(
                    Status.UNAVAILABLE,
                    nothingLeft ? Executed.NO : Executed.MAYBE,
                    "The connection to " + connection.where() + " broke while the call was being sent"));
        }
    }

    @Override
    public void abandon() {
        end(Reply.failure(
                Status.UNAVAILABLE,
                Executed.NO,
                "The connection to " + connection.where() + " ended before the call was sent"));
        releaseBody();
    }

    @Override
    public void failed(FrameOutput output, Throwable thrown) {
        end(Reply.failure(
                        thrown instanceof HeaderException ? Status.INVALID_ARGUMENT : Status.INTERNAL,
                        Executed.NO,
                        "The call to " + call.service() + " " + call.method() + " cannot be written: "
                                + thrown.getMessage())
                .withCause(thrown));
    }

    // ---- ending

    /** Ends the call, once. */
    void end(Reply how) {
        if (ended) {
            if (how instanceof Reply.Value value) {
                value.payload().release();
            }
            return;
        }
        ended = true;
        releaseBody();
        connection.forget(this);
        call.cancellation().remove(this);
        reply.complete(how);
    }

    private void releaseBody() {
        ByteBuf held = body;
        body = null;
        if (held != null) {
            held.release();
            connection.left(bodyBytes);
        }
    }

    /** Ends the call because its connection is gone. */
    void connectionLost(String reason) {
        Executed executed = mayHaveRun();
        end(Reply.failure(
                Status.UNAVAILABLE,
                executed,
                "The connection to " + connection.where() + " broke (" + reason + ") "
                        + (executed == Executed.NO
                                ? "before the call was sent"
                                : "while the call to " + call.service() + " " + call.method()
                                        + " waited for its reply; whether it ran is not known")));
    }

    /** Stops sending what is left of a large body; if something is left, the server never has the whole call. */
    void dropUnsentBody() {
        if (!flushed) {
            connection.dropUnsent(id);
        }
    }

    private Executed mayHaveRun() {
        return id == 0 || untouched ? Executed.NO : Executed.MAYBE;
    }

    /** The inquiry has gone out; what is left of the time is for its answer. */
    void inquiring() {
        inquired = true;
    }

    /** The server has said where the call is. */
    void located(Control.Progress where, long nowNanos) {
        progress = where;
        progressNanos = nowNanos;
    }

    /** Ends the call because its time is up. */
    void expire(long nowNanos) {
        Ledger ledger = call.ledger();
        String detail = "at " + connection.where();
        Control.Progress where = progress;
        if (where != null && where.known()) {
            where.addTo(ledger);
            Phase at = where.phase();
            if (at != null && at.atServer()) {
                ledger.addMeasured(at, nowNanos - progressNanos); // it has been there since, as far as we know
            }
        } else if (where != null) {
            detail += ", which has not read it or has answered it already";
        } else if (flushed && inquired) {
            detail += ", which did not answer the question where it is";
        }
        dropUnsentBody();
        end(call.timedOut(mayHaveRun(), nowNanos, detail));
    }

    /** The peer says that a rule led the call to another service; only who makes the call in its caller's place may say so. */
    void ledTo(String service) {
        if (form.governedThere()) {
            try {
                call.ledger().ledTo(ServiceId.parse(service));
            } catch (IllegalArgumentException e) {
                throw new HeaderException("it names no service where the call was led: " + e.getMessage());
            }
        }
    }

    /** Nothing is heard of the peer. The call goes on, and whoever made it is told, once. */
    void silent() {
        if (!ended) {
            call.ledger().silent(this);
        }
    }

    /** Withdraws the call: on the loop, in order after its own writing. */
    @Override
    public void cancelled(Cancellation.Reason reason) {
        connection.withdraw(this, reason);
    }

    void endCancelled(Cancellation.Reason reason) {
        dropUnsentBody();
        end(Reply.failure(
                Status.CANCELLED,
                mayHaveRun(),
                "The call to " + call.service() + " " + call.method() + " was withdrawn (" + reason + ")"));
    }

    boolean ended() {
        return ended;
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
