package io.moa.node.proxy;

import io.moa.invoke.Backstop;
import io.moa.invoke.Cancellation;
import io.moa.invoke.Executed;
import io.moa.invoke.Invocation;
import io.moa.invoke.Payload;
import io.moa.invoke.Phase;
import io.moa.invoke.Reply;
import io.moa.invoke.Scheduler;
import io.moa.invoke.Status;
import io.moa.node.local.Asked;
import io.moa.node.local.LocalProcessException;
import io.moa.protocol.payload.BytesPayload;
import io.moa.protocol.serialize.SerializationException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/** One call to a local process: waits for a place, asks, answers. Ends once; safe for many threads. */
final class RelayedCall implements Places.Guest, Cancellation.Listener {

    /** Who has less time left is not asked for: the process could not even be told how long it has. */
    private static final long LEAST_NANOS = 1_000_000L;

    private final Relay relay;
    private final Invocation call;
    private final Payload arguments; // a reference of our own: the caller may give up while we wait
    private final CompletableFuture<Reply> reply = new CompletableFuture<>();
    private @Nullable Asked asked; // guarded by this
    private boolean waits = true; // guarded by this
    private Scheduler.@Nullable Timer alarm; // while it waits; guarded by this

    RelayedCall(Relay relay, Invocation call) {
        this.relay = relay;
        this.call = call;
        this.arguments = call.payload().retain();
    }

    CompletableFuture<Reply> reply() {
        return reply;
    }

    void begin() {
        Reply off = relay.off(call);
        if (off != null) {
            arguments.release();
            reply.complete(off);
            return;
        }
        if (!relay.places().enter(this)) {
            arguments.release();
            reply.complete(Reply.failure(
                    Status.OVERLOADED,
                    Executed.NO,
                    call.service() + " " + call.method().name() + ": its process " + relay.process() + " has "
                            + relay.places().taken() + " calls, as many as it is given at once, and "
                            + relay.places().waiting() + " wait"));
            return;
        }
        call.cancellation().add(this);
        setAlarm();
    }

    /** Its caller may be one who says no word when the time is up, and would hold its place in the line with nobody behind it. */
    private void setAlarm() {
        synchronized (this) {
            if (waits) {
                alarm = relay.scheduler().schedule(this::late, Math.max(0, relay.patienceNanos(call)));
            }
        }
    }

    private void late() {
        if (relay.places().giveUp(this)) {
            arguments.release();
            end(tooLate());
        }
    }

    private Reply tooLate() {
        return call.timedOut(Executed.NO, relay.ticker().nanos(), "it waited for a place at " + relay.process());
    }

    private synchronized void waitNoMore() {
        waits = false;
        if (alarm != null) {
            alarm.cancel();
            alarm = null;
        }
    }

    @Override
    public void seat() {
        waitNoMore();
        boolean begun = false;
        try {
            begun = ask();
        } catch (SerializationException e) {
            end(Reply.failure(
                    e.reason().status(),
                    Executed.NO,
                    "The arguments of " + call.service() + " " + call.method().name() + " cannot be sent on: "
                            + e.getMessage()));
        } catch (RuntimeException | Error e) {
            end(Backstop.broken(call, e));
        } finally {
            arguments.release();
            if (!begun) {
                relay.places().leave();
            }
        }
    }

    /** Whether the process is asked, and gives the place back when it has answered. */
    private boolean ask() {
        long patience = relay.patienceNanos(call);
        if (reply.isDone() || call.cancellation().reason() != null) {
            end(Reply.failure(
                    Status.CANCELLED,
                    Executed.NO,
                    call.service() + " " + call.method().name() + " was withdrawn"));
            return false;
        }
        Reply off = relay.off(call); // since it began to wait
        if (off != null || patience < LEAST_NANOS) {
            end(off != null ? off : tooLate());
            return false;
        }
        call.ledger().enter(Phase.EXECUTE, relay.ticker().nanos());
        ByteBuf request = ByteBufAllocator.DEFAULT.buffer(256 + arguments.sizeBytes());
        boolean written = false;
        try {
            relay.requests()
                    .write(
                            call,
                            arguments instanceof BytesPayload bytes ? bytes.content() : Unpooled.EMPTY_BUFFER,
                            relay.parametersOf(call),
                            call.deadline().isNone() ? 0 : Math.max(1, patience / 1_000_000),
                            request);
            written = true;
        } finally {
            if (!written) {
                request.release();
            }
        }
        Asked now = relay.process().ask(request, Duration.ofNanos(patience));
        synchronized (this) {
            asked = now;
        }
        now.answer().whenComplete(this::answered);
        if (reply.isDone()) { // it was withdrawn while it was asked
            now.withdraw();
        }
        return true;
    }

    private void answered(@Nullable ByteBuf answer, @Nullable Throwable failed) {
        relay.places().leave();
        Reply told;
        try {
            if (answer != null) {
                told = relay.read(answer);
            } else {
                Throwable cause = failed instanceof CompletionException ? failed.getCause() : failed;
                told = cause instanceof LocalProcessException why
                        ? relay.failed(call, why)
                        : Backstop.broken(call, cause == null ? new NullPointerException("no answer") : cause);
            }
        } catch (LocalProcessException e) {
            told = relay.failed(call, e);
        } catch (RuntimeException | Error e) {
            told = Backstop.broken(call, e);
        }
        end(told);
    }

    private void end(Reply told) {
        if (!reply.complete(told) && told instanceof Reply.Value value) {
            value.payload().release();
        }
    }

    /** Its caller waits no more. */
    @Override
    public void cancelled(Cancellation.Reason reason) {
        Asked under;
        synchronized (this) {
            under = asked;
        }
        boolean waited = under == null && relay.places().giveUp(this);
        if (waited) {
            waitNoMore();
            arguments.release();
        }
        end(Reply.failure(
                Status.CANCELLED,
                waited ? Executed.NO : Executed.MAYBE, // who waits no more may be asked at this moment
                call.service() + " " + call.method().name() + " was withdrawn (" + reason + ")"));
        if (under != null) {
            under.withdraw();
        }
    }
}
