package io.moa.client.stub;

import io.moa.Moa;
import io.moa.annotation.FailureMode;
import io.moa.client.CallOptions;
import io.moa.governance.outcome.Resend;
import io.moa.governance.policy.CallKeyReader;
import io.moa.governance.policy.MethodPolicy;
import io.moa.governance.policy.PolicyKey;
import io.moa.invoke.Backstop;
import io.moa.invoke.Baggage;
import io.moa.invoke.CallException;
import io.moa.invoke.CallScope;
import io.moa.invoke.CallTimeoutException;
import io.moa.invoke.Caller;
import io.moa.invoke.Cancellation;
import io.moa.invoke.Deadline;
import io.moa.invoke.Executed;
import io.moa.invoke.Hop;
import io.moa.invoke.Invocation;
import io.moa.invoke.Invoker;
import io.moa.invoke.Ledger;
import io.moa.invoke.Payload;
import io.moa.invoke.Phase;
import io.moa.invoke.Reply;
import io.moa.invoke.Status;
import io.moa.protocol.payload.BytesPayload;
import io.moa.protocol.payload.ValuePayload;
import io.moa.protocol.serialize.SerializationException;
import io.moa.transport.EventLoopThread;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Turns a method and arguments into a call on the route, and its reply into a value or an exception. This is the one place
 * that blocks, and only for interface methods that are synchronous.
 */
public final class CallStarter {

    /**
     * How much longer than the deadline a blocked caller waits for the stage that holds its call to say so: 50 ms. It is a
     * net under a contract, not a part of it.
     */
    private static final long NET_NANOS = 50_000_000;

    private final Moa moa;
    private final Caller self;
    private final Invoker route;
    private final SwallowedFailures swallowed = new SwallowedFailures();

    public CallStarter(Moa moa, Invoker route) {
        this.moa = moa;
        this.self = moa.self().asCaller();
        this.route = route;
    }

    /** Calls and waits. */
    @Nullable
    Object call(@Nullable ServiceStub stub, StubMethod method, @Nullable Object[] arguments, CallOptions options)
            throws Throwable {
        if (EventLoopThread.isCurrent()) {
            throw new IllegalStateException("A blocking call to " + method.service() + " " + method.method()
                    + " on an event loop would stall every connection of the loop. Use a method that returns"
                    + " CompletableFuture, or do not declare the calling method @NonBlocking.");
        }
        Invocation call = begin(method, arguments, options);
        CompletableFuture<Reply> future = route.invoke(call);
        Reply reply;
        try {
            reply = await(call, future);
        } finally {
            call.payload().release();
            call.cancellation().detach();
        }
        tell(CallScope.current(), reply);
        return resultOf(stub, method, arguments, call, reply);
    }

    /** The value of a reply, or what stands in for it if the call has failed and the method says so. */
    private @Nullable Object resultOf(
            @Nullable ServiceStub stub, StubMethod method, @Nullable Object[] arguments, Invocation call, Reply reply)
            throws Throwable {
        try {
            return valueOf(method, call, reply);
        } catch (Throwable thrown) {
            if (!hasFailed(reply)) {
                throw thrown;
            }
            FallbackAnswer fallback = method.fallback();
            CallScope around = CallScope.current();
            if (fallback != null && stub != null && !InFallback.isOf(method.service(), method.method(), around)) {
                CallScope.swap(InFallback.scope(around, method.service(), method.method(), self));
                try {
                    return fallback.answer(stub.proxy(), arguments, thrown);
                } finally {
                    CallScope.swap(around);
                }
            }
            StubMethod.Governed governed = method.governed();
            LastGood.Key key = call.attributes().get(LastGood.KEY);
            long now = moa.ticker().nanos();
            LastGood.Again again =
                    key == null || fallback != null ? null : method.lastGood().find(key, governed.lastGoodNanos(), now);
            if (again != null) {
                method.answeredByLastGood();
                swallow(
                        method,
                        thrown,
                        "its last good answer, of "
                                + Duration.ofNanos(again.ageNanos()).toMillis() + " ms ago ("
                                + governed.policy()
                                        .get(PolicyKey.FALLBACK_LAST_GOOD)
                                        .source() + ")");
                return method.result().decode(again.body());
            }
            FallbackValue constant = governed.fallbackValue();
            if (constant != null && fallback == null) {
                method.answeredByValue();
                swallow(method, thrown, constant.toString());
                return method.result().decode(constant.encoded());
            }
            MethodPolicy policy = call.attributes().get(MethodPolicy.KEY);
            if (policy != null && policy.onFailure() == FailureMode.FAILSAFE) {
                swallow(method, thrown, "an empty value (on-failure failsafe)");
                return method.emptyResult();
            }
            throw thrown;
        }
    }

    private void swallow(StubMethod method, Throwable thrown, String instead) {
        swallowed.add(
                method.service() + " " + method.method().name(),
                thrown,
                instead,
                moa.ticker().nanos());
    }

    /** Whether nobody has answered: what the method declares is an answer, and who withdraws a call waits for none. */
    private static boolean hasFailed(Reply reply) {
        return reply instanceof Reply.Failure failure
                && failure.status() != Status.CANCELLED
                && (failure.status() != Status.APPLICATION || failure.hints().fault());
    }

    /** Whoever is served by a call that failed where it may have run is not to repeat it once more from above. */
    private static void tell(@Nullable CallScope scope, Reply reply) {
        if (scope != null
                && reply instanceof Reply.Failure failure
                && failure.executed() != Executed.NO
                && (failure.hints().fault() || Resend.mayHelp(failure))) {
            scope.serving().failedBelow();
        }
    }

    private Reply await(Invocation call, CompletableFuture<Reply> future) {
        try {
            Reply reply = future.isDone() || call.deadline().isNone()
                    ? future.get()
                    : future.get(
                            call.deadline().remainingNanos(moa.ticker().nanos()) + NET_NANOS, TimeUnit.NANOSECONDS);
            return reply != null
                    ? reply
                    : Backstop.broken(call, new NullPointerException("the future completed with null"));
        } catch (TimeoutException e) {
            call.cancellation().fire(Cancellation.Reason.DEADLINE);
            return late(call, future);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            call.cancellation().fire(Cancellation.Reason.CALLER);
            Reply ended = endedWith(future);
            future.thenAccept(CallStarter::free);
            return Reply.failure(
                            Status.CANCELLED,
                            ended instanceof Reply.Failure failure ? failure.executed() : Executed.MAYBE,
                            "The thread that waited for " + call.service() + " " + call.method() + " was interrupted")
                    .withCause(e);
        } catch (ExecutionException e) {
            return Backstop.broken(call, e.getCause() == null ? e : e.getCause());
        }
    }

    /**
     * The end of a call that was withdrawn because its time was up. Whoever holds a call that has not left, such as one that
     * waits for a connection, ends it while it is withdrawn, and alone can say that it did not run.
     */
    private Reply late(Invocation call, CompletableFuture<Reply> future) {
        Reply ended = endedWith(future);
        long now = moa.ticker().nanos();
        if (ended == null) {
            future.thenAccept(CallStarter::free);
            return call.timedOut(Executed.MAYBE, now, "the stage that held the call did not end it in time");
        }
        return ended instanceof Reply.Failure failure && failure.status() == Status.CANCELLED
                ? call.timedOut(failure.executed(), now, failure.message())
                : ended;
    }

    private static @Nullable Reply endedWith(CompletableFuture<Reply> future) {
        return future.isDone() && !future.isCompletedExceptionally() ? future.join() : null;
    }

    /** Calls and goes on. */
    CompletableFuture<@Nullable Object> callAsync(
            @Nullable ServiceStub stub, StubMethod method, @Nullable Object[] arguments, CallOptions options) {
        CallScope scope = CallScope.current();
        Invocation call = begin(method, arguments, options);
        CompletableFuture<@Nullable Object> result = new CompletableFuture<>();
        CompletableFuture<Reply> reply = route.invoke(call);
        // Whoever ends the result before the reply does, by cancel() or orTimeout(), withdraws the call.
        result.whenComplete((value, thrown) -> {
            if (!reply.isDone()) {
                call.cancellation().fire(Cancellation.Reason.CALLER);
            }
        });
        reply.whenComplete((ended, broken) -> {
            call.payload().release();
            call.cancellation().detach();
            Reply end = ended != null
                    ? ended
                    : Backstop.broken(call, broken == null ? new NullPointerException("no reply") : broken);
            Runnable finish = () -> finish(stub, method, arguments, call, end, result, scope);
            if (EventLoopThread.isCurrent()) {
                onCallbackThread(finish); // decoding and users' callbacks have no place on an event loop
            } else {
                finish.run();
            }
        });
        return result;
    }

    private void onCallbackThread(Runnable finish) {
        try {
            moa.callbacks().execute(finish);
        } catch (RejectedExecutionException closing) {
            finish.run(); // the runtime is being closed: better late on a strange thread than never
        }
    }

    private void finish(
            @Nullable ServiceStub stub,
            StubMethod method,
            @Nullable Object[] arguments,
            Invocation call,
            Reply reply,
            CompletableFuture<@Nullable Object> result,
            @Nullable CallScope scope) {
        if (result.isDone()) {
            free(reply);
            return;
        }
        // The callbacks of the result go on with what the caller was serving when it made the call.
        tell(scope, reply);
        CallScope previous = CallScope.swap(scope);
        try {
            Object value = resultOf(stub, method, arguments, call, reply);
            if (method.async() && value instanceof CompletionStage<?> answering) { // only a fallback answers so
                answering.whenComplete((later, thrown) -> settle(result, later, thrown));
            } else {
                result.complete(value);
            }
        } catch (Throwable thrown) {
            result.completeExceptionally(thrown);
        } finally {
            CallScope.swap(previous);
        }
    }

    private static void settle(
            CompletableFuture<@Nullable Object> result, @Nullable Object value, @Nullable Throwable thrown) {
        if (thrown != null) {
            result.completeExceptionally(thrown);
        } else {
            result.complete(value);
        }
    }

    private Invocation begin(StubMethod method, @Nullable Object[] arguments, CallOptions options) {
        long now = moa.ticker().nanos();
        CallScope scope = CallScope.current();
        StubMethod.Governed governed = method.governed();
        long timeout = options.timeout() == null
                ? governed.policy().timeoutNanos()
                : options.timeout().toNanos();
        Deadline deadline = Deadline.after(timeout, now);
        Baggage baggage;
        Cancellation cancellation;
        if (scope != null) {
            deadline = deadline.earlier(scope.deadline()); // an inherited deadline is a bound that nothing lengthens
            baggage = governed.under(scope.baggage());
            cancellation = scope.cancellation().child();
        } else {
            baggage = governed.baggage();
            cancellation = new Cancellation();
        }
        Payload payload = new ValuePayload(arguments, method.arguments(), method.sizeHint());
        Invocation.Builder call = Invocation.of(
                        method.service(), method.method(), payload, new Ledger(Phase.CLIENT_QUEUE, now))
                .oneWay(governed.policy().isOneWay())
                .deadline(deadline)
                .caller(self)
                .attributes(governed.attributes())
                .cancellation(cancellation);
        if (!governed.keys().isEmpty()) {
            call.callKeys(CallKeyReader.read(governed.keys(), arguments));
        }
        if (scope != null && scope.serving().isRepeated()) {
            call.hop(Hop.REPEATED);
        }
        call.baggage(options.equals(CallOptions.NONE) ? baggage : options.over(baggage));
        if (!options.equals(CallOptions.NONE)) {
            call.hopAttachments(options.hopAttachments()).idempotencyKey(options.idempotencyKey());
        }
        Invocation begun = call.build();
        return governed.lastGoodNanos() == 0 ? begun : kept(begun, method, arguments);
    }

    private static Invocation kept(Invocation call, StubMethod method, @Nullable Object[] arguments) {
        LastGood.Key key = call.oneWay() ? null : LastGood.Key.of(method.arguments(), arguments, call);
        return key == null ? call : call.withAttributes(call.attributes().with(LastGood.KEY, key));
    }

    private @Nullable Object valueOf(StubMethod method, Invocation call, Reply reply) throws Throwable {
        if (reply instanceof Reply.Value value) {
            Payload payload = value.payload();
            try {
                if (call.oneWay()) {
                    return null;
                }
                // A body of no bytes is a value too, such as an empty Protobuf message; the codec knows.
                ByteBuf body =
                        payload instanceof BytesPayload bytes ? bytes.content().duplicate() : Unpooled.EMPTY_BUFFER;
                LastGood.Key key = call.attributes().get(LastGood.KEY);
                if (key == null || call.ledger().sentTo().isEmpty()) { // what a rule answers is nobody's answer
                    return method.result().decode(body);
                }
                byte[] kept = ByteBufUtil.getBytes(body);
                Object result = method.result().decode(body);
                method.lastGood().keep(key, kept, moa.ticker().nanos());
                return result;
            } catch (SerializationException e) {
                throw new CallException(
                        Reply.failure(
                                        Status.INTERNAL,
                                        Executed.YES,
                                        "The reply of " + call.service() + " " + call.method()
                                                + " could not be decoded: " + e.getMessage())
                                .withCause(e),
                        call.ledger());
            } finally {
                payload.release();
                call.ledger().settle(moa.ticker().nanos());
            }
        }
        Reply.Failure failure = (Reply.Failure) reply;
        call.ledger().settle(moa.ticker().nanos());
        throw switch (failure.status()) {
            case APPLICATION -> method.errors().read(failure, call.ledger());
            case DEADLINE_EXCEEDED -> new CallTimeoutException(failure, call.ledger());
            default -> new CallException(failure, call.ledger());
        };
    }

    private static void free(@Nullable Reply reply) {
        if (reply instanceof Reply.Value value) {
            value.payload().release();
        }
    }
}
