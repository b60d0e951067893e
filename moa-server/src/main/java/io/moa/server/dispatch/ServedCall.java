package io.moa.server.dispatch;

import io.moa.governance.observe.ObservedMethod;
import io.moa.governance.overload.CallRoom;
import io.moa.governance.overload.FairQueue;
import io.moa.invoke.Backstop;
import io.moa.invoke.CallScope;
import io.moa.invoke.Cancellation;
import io.moa.invoke.Criticality;
import io.moa.invoke.Executed;
import io.moa.invoke.Hints;
import io.moa.invoke.Invocation;
import io.moa.invoke.Ledger;
import io.moa.invoke.Payload;
import io.moa.invoke.Phase;
import io.moa.invoke.Reply;
import io.moa.invoke.Status;
import io.moa.invoke.Ticker;
import io.moa.observe.RefusalCause;
import io.moa.protocol.payload.BytesPayload;
import io.moa.protocol.payload.KnownTexts;
import io.moa.protocol.payload.SizeHint;
import io.moa.protocol.serialize.ErrorWriter;
import io.moa.protocol.serialize.SerializationException;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One call on its way through decode, execute and encode. It runs on a worker, or on the event loop if the method is
 * declared non-blocking; an asynchronous implementation ends it on any thread.
 */
final class ServedCall implements WorkerPool.Task, CallScope.Serving {

    private static final Logger LOG = LoggerFactory.getLogger(ServedCall.class);

    private final Invocation call;
    private final ExportedMethod method;
    private final ExportedMethod.Codecs codecs;
    private final ServiceTable services;
    private final Ticker ticker;
    private final int maxReplyBytes;
    private final Payload request; // our own reference: the caller may give up, and free its own, while we decode
    private final CompletableFuture<Reply> reply = new CompletableFuture<>();
    private volatile boolean failedBelow;

    ServedCall(
            Invocation call,
            ExportedMethod method,
            ExportedMethod.Codecs codecs,
            ServiceTable services,
            Ticker ticker,
            int maxReplyBytes) {
        this.call = call;
        this.method = method;
        this.codecs = codecs;
        this.services = services;
        this.ticker = ticker;
        this.maxReplyBytes = maxReplyBytes;
        this.request = call.payload().retain();
    }

    CompletableFuture<Reply> reply() {
        return reply;
    }

    @Override
    public String caller() {
        return call.caller().application();
    }

    @Override
    public Criticality criticality() {
        return call.baggage().criticality();
    }

    @Override
    public boolean isOver(long nowNanos) {
        return call.deadline().expired(nowNanos) || call.cancellation().reason() != null;
    }

    @Override
    public FairQueue.Share share() {
        return method.share();
    }

    @Override
    public void refuse(CallRoom.Refusal why) {
        request.release();
        if (!why.isOver() || !notWanted(ticker.nanos())) {
            ObservedMethod.refused(call, RefusalCause.QUEUE);
            reply.complete(Reply.failure(Status.OVERLOADED, Executed.NO, services.whyFull(method, why))
                    .withHints(new Hints(why.retryAfterMillis(), false, Hints.UNKNOWN_LOAD)));
        }
    }

    @Override
    public void refuse(Throwable noThread) {
        request.release();
        WorkerPool workers = method.workers();
        ObservedMethod.refused(call, RefusalCause.NO_THREAD);
        reply.complete(
                workers != null && workers.isClosed()
                        ? Reply.failure(Status.DRAINING, Executed.NO, method + " was not run: this server has closed")
                        : Reply.failure(Status.OVERLOADED, Executed.NO, services.whyNoThread(method, noThread)));
    }

    @Override
    public void run() {
        try {
            serve();
        } catch (Throwable thrown) { // nothing below should throw; a call that never ends would be worse than this
            reply.complete(Backstop.broken(call, thrown));
        }
    }

    private void serve() {
        Ledger ledger = call.ledger();
        long now = ticker.nanos();
        ledger.enter(Phase.DECODE, now);
        @Nullable Object[] arguments;
        try {
            if (notWanted(now)) {
                return;
            }
            arguments = decode();
        } catch (SerializationException e) {
            reply.complete(Reply.failure(
                            e.reason().status(),
                            Executed.NO,
                            "The arguments of " + method + " could not be decoded: " + e.getMessage())
                    .withCause(e));
            return;
        } catch (Throwable e) {
            reply.complete(
                    Reply.failure(Status.INTERNAL, Executed.NO, "Decoding the arguments of " + method + " failed: " + e)
                            .withCause(e));
            return;
        } finally {
            request.release();
        }
        now = ticker.nanos();
        if (notWanted(now)) { // decoding may have used up the time, and work begun after its deadline helps nobody
            return;
        }
        ledger.enter(Phase.EXECUTE, now);
        execute(arguments);
    }

    private boolean notWanted(long now) {
        Cancellation.Reason withdrawn = call.cancellation().reason();
        if (withdrawn != null) {
            reply.complete(Reply.failure(
                    Status.CANCELLED, Executed.NO, method + " was withdrawn (" + withdrawn + ") before it began"));
            return true;
        }
        if (call.deadline().expired(now)) {
            reply.complete(Reply.failure(
                    Status.DEADLINE_EXCEEDED,
                    Executed.NO,
                    "The time of the call to " + method + " was up before it began; it was not run"));
            return true;
        }
        return false;
    }

    private @Nullable Object[] decode() {
        ByteBuf body;
        KnownTexts texts = null;
        if (request instanceof BytesPayload bytes) {
            body = bytes.content().duplicate();
            texts = bytes.texts();
        } else if (request == Payload.EMPTY) {
            if (method.method().signature().equals("()")) {
                return new Object[0];
            }
            body = Unpooled.EMPTY_BUFFER; // no bytes may mean a value: a Protobuf message with nothing set
        } else {
            throw new IllegalStateException("a request's payload is bytes, not " + request);
        }
        if (codecs.arguments().decode(body, texts) instanceof Object[] arguments) {
            return arguments;
        }
        throw new IllegalStateException("a codec of arguments gives an array");
    }

    private void execute(@Nullable Object[] arguments) {
        CallScope scope = new CallScope(call.caller(), call.baggage(), call.deadline(), call.cancellation(), this);
        CallScope previous = CallScope.swap(scope);
        Object result;
        method.running().incrementAndGet();
        try {
            result = method.handle().invokeExact(arguments);
        } catch (Throwable thrown) {
            method.running().decrementAndGet();
            fail(thrown);
            return;
        } finally {
            CallScope.swap(previous);
        }
        if (method.async() && result instanceof CompletionStage<?> stage) {
            stage.whenComplete((value, thrown) -> {
                method.running().decrementAndGet();
                try {
                    if (thrown != null) {
                        fail(
                                thrown instanceof CompletionException && thrown.getCause() != null
                                        ? thrown.getCause()
                                        : thrown);
                    } else {
                        succeed(value);
                    }
                } catch (Throwable broken) {
                    reply.complete(Backstop.broken(call, broken));
                }
            });
            return;
        }
        method.running().decrementAndGet();
        if (method.async()) {
            fail(new NullPointerException(method + " returned null instead of a CompletionStage"));
            return;
        }
        succeed(result);
    }

    private void succeed(@Nullable Object value) {
        call.ledger().enter(Phase.ENCODE, ticker.nanos());
        if (call.oneWay()) {
            reply.complete(new Reply.Value(Payload.EMPTY));
            return;
        }
        try {
            BytesPayload made = codecs.result().payload(value, maxReplyBytes);
            reply.complete(new Reply.Value(made != null ? made : new BytesPayload(encode(value))));
        } catch (SerializationException e) {
            reply.complete(Reply.failure(
                            e.reason() == SerializationException.Reason.TOO_LARGE ? Status.TOO_LARGE : Status.INTERNAL,
                            Executed.YES,
                            method + " ran, but its result could not be sent: " + e.getMessage())
                    .withCause(e));
        } catch (Throwable e) {
            reply.complete(
                    Reply.failure(Status.INTERNAL, Executed.YES, method + " ran, but encoding its result failed: " + e)
                            .withCause(e));
        }
    }

    private ByteBuf encode(@Nullable Object value) {
        SizeHint size = method.resultSize();
        ByteBuf bytes = ByteBufAllocator.DEFAULT.buffer(Math.min(size.bytes(), maxReplyBytes), maxReplyBytes);
        try {
            codecs.result().encode(value, bytes, maxReplyBytes);
        } catch (Throwable thrown) {
            bytes.release();
            throw thrown;
        }
        size.learn(bytes.readableBytes());
        return bytes;
    }

    @Override
    public boolean isRepeated() {
        return call.hop().attempt() > 0;
    }

    @Override
    public void failedBelow() {
        failedBelow = true;
    }

    private void fail(Throwable thrown) {
        call.ledger().enter(Phase.ENCODE, ticker.nanos());
        LOG.debug("{} threw {}", method, thrown.getClass().getName());
        reply.complete(new Reply.Failure(
                Status.APPLICATION,
                Executed.YES,
                ErrorWriter.messageOf(thrown),
                codecs.errors().write(thrown),
                codecs.errors().isAnswer(thrown) ? Hints.NONE : failedBelow ? Hints.FAULT_BELOW : Hints.FAULT,
                thrown));
        if (thrown instanceof VirtualMachineError) {
            LOG.error("{} ended with an error of the virtual machine", method, thrown);
        }
    }
}
