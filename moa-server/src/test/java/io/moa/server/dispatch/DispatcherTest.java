package io.moa.server.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import io.moa.annotation.EnforcedAt;
import io.moa.discovery.ServiceId;
import io.moa.governance.gate.MethodGate;
import io.moa.governance.gate.ServiceRates;
import io.moa.governance.policy.MethodPolicy;
import io.moa.invoke.CallScope;
import io.moa.invoke.Caller;
import io.moa.invoke.Cancellation;
import io.moa.invoke.Deadline;
import io.moa.invoke.Executed;
import io.moa.invoke.Invocation;
import io.moa.invoke.Ledger;
import io.moa.invoke.MethodId;
import io.moa.invoke.Payload;
import io.moa.invoke.Permit;
import io.moa.invoke.Phase;
import io.moa.invoke.Reply;
import io.moa.invoke.Status;
import io.moa.invoke.Ticker;
import io.moa.protocol.payload.BytesPayload;
import io.moa.protocol.serialize.AllowList;
import io.moa.protocol.serialize.BodyCodec;
import io.moa.protocol.serialize.ErrorWriter;
import io.moa.protocol.serialize.HessianSerializer;
import io.moa.protocol.serialize.SerializationException;
import io.moa.testkit.FakeTicker;
import io.moa.testkit.LeakCheck;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** How a served call ends, in each of the ways there are. */
@ExtendWith(LeakCheck.class)
@Timeout(60)
class DispatcherTest {

    private static final int MAX_REPLY_BYTES = 64;

    /** What an implementation does with its argument. */
    @FunctionalInterface
    interface Body {
        @Nullable
        Object run(@Nullable Object[] arguments) throws Throwable;
    }

    /** Bodies of text: an argument list is one text, a result another; null has no bytes. */
    private static class TextCodec implements BodyCodec {
        private final boolean arguments;

        TextCodec(boolean arguments) {
            this.arguments = arguments;
        }

        @Override
        public void encode(@Nullable Object value, ByteBuf out, int maxBytes) {
            byte[] bytes = value == null ? new byte[0] : value.toString().getBytes(StandardCharsets.UTF_8);
            if (bytes.length > maxBytes) {
                throw new SerializationException(
                        SerializationException.Reason.TOO_LARGE, bytes.length + " bytes are over " + maxBytes);
            }
            out.writeBytes(bytes);
        }

        @Override
        public @Nullable Object decode(ByteBuf in) {
            String text = in.toString(StandardCharsets.UTF_8);
            return arguments ? new Object[] {text} : text;
        }
    }

    private final FakeTicker ticker = new FakeTicker();
    private final List<ByteBuf> requests = new ArrayList<>();
    private BodyCodec argumentsCodec = new TextCodec(true);
    private BodyCodec resultCodec = new TextCodec(false);
    private int ran;

    @AfterEach
    void requestsAreHeldByTheirOwnerAlone() {
        for (ByteBuf request : requests) {
            assertThat(request.refCnt()).isEqualTo(1);
            request.release();
        }
    }

    // ---- what the implementation does

    @Test
    void valueIsTheReply() {
        assertThat(valueOf(serve(arguments -> "for " + arguments[0]))).isEqualTo("for Ada");
    }

    @Test
    void nullIsAValueToo() {
        assertThat(valueOf(serve(arguments -> null))).isEmpty();
    }

    @Test
    void whateverIsThrownIsABusinessExceptionThatRan() {
        for (Throwable thrown : List.of(
                new IOException("disk full"),
                new IllegalArgumentException("disk full"),
                new AssertionError("disk full"))) {
            Reply.Failure failure = failureOf(serve(arguments -> {
                throw thrown;
            }));
            assertThat(failure.status()).isEqualTo(Status.APPLICATION);
            assertThat(failure.executed()).isEqualTo(Executed.YES);
            assertThat(failure.exceptionType()).isEqualTo(thrown.getClass().getName());
            assertThat(failure.message()).isEqualTo("disk full");
            assertThat(failure.cause()).isSameAs(thrown);
        }
    }

    @Test
    void exceptionWithoutAMessageHasAnEmptyOne() {
        assertThat(failureOf(serve(arguments -> {
                            throw new IllegalStateException();
                        }))
                        .message())
                .isEmpty();
    }

    @Test
    void exceptionThatThrowsWhenAskedForItsMessageStillEndsTheCall() {
        Reply.Failure failure = failureOf(serve(arguments -> {
            throw new IllegalStateException() {
                @Override
                public String getMessage() {
                    throw new UnsupportedOperationException();
                }
            };
        }));
        assertThat(failure.status()).isEqualTo(Status.APPLICATION);
        assertThat(failure.message())
                .isEqualTo("(the exception's getMessage() threw java.lang.UnsupportedOperationException)");
    }

    @Test
    void asynchronousMethodEndsWithItsStage() {
        CompletableFuture<Object> stage = new CompletableFuture<>();
        ExportedMethod method = method(null, true, arguments -> stage);
        CompletableFuture<Reply> reply = dispatch(method, call(method).build());
        assertThat(reply).isNotDone();
        assertThat(method.running()).hasValue(1);
        stage.complete("later");
        assertThat(valueOf(reply.join())).isEqualTo("later");
        assertThat(method.running()).hasValue(0);
    }

    @Test
    void stageThatFailsIsABusinessExceptionWithoutItsWrapping() {
        CompletableFuture<Object> stage = new CompletableFuture<>();
        ExportedMethod method = method(null, true, arguments -> stage.thenApply(any -> any));
        CompletableFuture<Reply> reply = dispatch(method, call(method).build());
        stage.completeExceptionally(new IOException("disk full")); // a dependent stage wraps it
        Reply.Failure failure = failureOf(reply.join());
        assertThat(failure.status()).isEqualTo(Status.APPLICATION);
        assertThat(failure.exceptionType()).isEqualTo(IOException.class.getName());
        assertThat(method.running()).hasValue(0);

        ExportedMethod bare = method(null, true, arguments -> {
            throw new CompletionException("no cause", null);
        });
        assertThat(failureOf(dispatch(bare, call(bare).build()).join()).exceptionType())
                .isEqualTo(CompletionException.class.getName());
    }

    @Test
    void asynchronousMethodThatReturnsNullIsAFaultOfTheImplementation() {
        ExportedMethod method = method(null, true, arguments -> null);
        Reply.Failure failure = failureOf(dispatch(method, call(method).build()).join());
        assertThat(failure.status()).isEqualTo(Status.APPLICATION);
        assertThat(failure.message())
                .isEqualTo("shop.Stock take(java.lang.String) returned null instead of a CompletionStage");
        assertThat(method.running()).hasValue(0);
    }

    @Test
    void implementationRunsInTheScopeOfItsCallAndNobodyElseDoes() {
        Caller ada = new Caller("ada", "1");
        List<@Nullable CallScope> seen = new ArrayList<>();
        ExportedMethod method = method(null, false, arguments -> {
            seen.add(CallScope.current());
            throw new IllegalStateException("also after a failure");
        });
        dispatch(method, call(method).caller(ada).build()).join();
        CallScope scope = seen.get(0);
        assertThat(scope).isNotNull();
        assertThat(scope.caller()).isEqualTo(ada);
        assertThat(CallScope.current()).isNull();
    }

    @Test
    void ledgerSaysWhatTookHowLong() {
        argumentsCodec = new TextCodec(true) {
            @Override
            public @Nullable Object decode(ByteBuf in) {
                ticker.advance(Duration.ofMillis(3));
                return super.decode(in);
            }
        };
        resultCodec = new TextCodec(false) {
            @Override
            public void encode(@Nullable Object value, ByteBuf out, int maxBytes) {
                ticker.advance(Duration.ofMillis(7));
                super.encode(value, out, maxBytes);
            }
        };
        ExportedMethod method = method(null, false, arguments -> {
            ticker.advance(Duration.ofMillis(5));
            return "done";
        });
        Invocation call = call(method).build();
        ticker.advance(Duration.ofMillis(2));
        valueOf(dispatch(method, call).join());
        call.ledger().settle(ticker.nanos());
        assertThat(call.ledger().spentNanos(Phase.SERVER_QUEUE)).isEqualTo(2_000_000);
        assertThat(call.ledger().spentNanos(Phase.DECODE)).isEqualTo(3_000_000);
        assertThat(call.ledger().spentNanos(Phase.EXECUTE)).isEqualTo(5_000_000);
        assertThat(call.ledger().spentNanos(Phase.ENCODE)).isEqualTo(7_000_000);
    }

    // ---- the result's way out

    @Test
    void resultOverTheLimitSaysThatTheMethodRan() {
        Reply.Failure failure = failureOf(serve(arguments -> "x".repeat(MAX_REPLY_BYTES + 1)));
        assertThat(failure.status()).isEqualTo(Status.TOO_LARGE);
        assertThat(failure.executed()).isEqualTo(Executed.YES);
        assertThat(failure.message())
                .isEqualTo(
                        "shop.Stock take(java.lang.String) ran, but its result could not be sent: 65 bytes are over 64");
        assertThat(valueOf(serve(arguments -> "x".repeat(MAX_REPLY_BYTES)))).hasSize(MAX_REPLY_BYTES);
    }

    @Test
    void resultThatCannotBeEncodedIsAnErrorOfTheServer() {
        resultCodec = failingCodec(
                () -> new SerializationException(SerializationException.Reason.REFUSED, "shop.Secret is not allowed"));
        Reply.Failure refused = failureOf(serve(arguments -> "any"));
        assertThat(refused.status()).isEqualTo(Status.INTERNAL);
        assertThat(refused.executed()).isEqualTo(Executed.YES);
        assertThat(refused.message()).contains("ran, but its result could not be sent: shop.Secret is not allowed");

        resultCodec = failingCodec(() -> new IllegalStateException("a getter threw"));
        Reply.Failure broken = failureOf(serve(arguments -> "any"));
        assertThat(broken.status()).isEqualTo(Status.INTERNAL);
        assertThat(broken.executed()).isEqualTo(Executed.YES);
        assertThat(broken.message()).contains("ran, but encoding its result failed:", "a getter threw");
    }

    @Test
    void oneWayCallEncodesNothing() {
        resultCodec = failingCodec(() -> new AssertionError("nobody waits for this"));
        ExportedMethod method = method(null, false, arguments -> "any");
        Reply reply = dispatch(method, call(method).oneWay(true).build()).join();
        assertThat(reply).isEqualTo(new Reply.Value(Payload.EMPTY));
        assertThat(ran).isEqualTo(1);
    }

    // ---- the arguments' way in

    @Test
    void argumentsThatCannotBeDecodedAreAMistakeOfTheCallerAndNothingRan() {
        argumentsCodec = failingCodec(
                () -> new SerializationException(SerializationException.Reason.MALFORMED, "byte 3 begins nothing"));
        Reply.Failure malformed = failureOf(serve(arguments -> "any"));
        assertThat(malformed.status()).isEqualTo(Status.INVALID_ARGUMENT);
        assertThat(malformed.executed()).isEqualTo(Executed.NO);
        assertThat(malformed.message())
                .isEqualTo(
                        "The arguments of shop.Stock take(java.lang.String) could not be decoded: byte 3 begins nothing");

        argumentsCodec = failingCodec(() -> new StackOverflowError("deep"));
        Reply.Failure broken = failureOf(serve(arguments -> "any"));
        assertThat(broken.status()).isEqualTo(Status.INTERNAL);
        assertThat(broken.executed()).isEqualTo(Executed.NO);
        assertThat(ran).isZero();
    }

    @Test
    void bodyWithoutBytesIsReadByTheCodecToo() {
        ExportedMethod method = method(null, false, arguments -> "got '" + arguments[0] + "'");
        Invocation empty = call(method).payload(Payload.EMPTY).build();
        assertThat(valueOf(dispatch(method, empty).join()))
                .as("a Protobuf message with nothing set has no bytes")
                .isEqualTo("got ''");

        argumentsCodec = failingCodec(
                () -> new SerializationException(SerializationException.Reason.MALFORMED, "1 argument is missing"));
        ExportedMethod strict = method(null, false, arguments -> "any");
        Reply.Failure refused = failureOf(
                dispatch(strict, call(strict).payload(Payload.EMPTY).build()).join());
        assertThat(refused.status()).isEqualTo(Status.INVALID_ARGUMENT);
        assertThat(refused.executed()).isEqualTo(Executed.NO);
    }

    @Test
    void methodWithoutParametersNeedsNoBody() {
        argumentsCodec = failingCodec(() -> new AssertionError("there is nothing to decode"));
        ExportedMethod method = method("count()", null, false, arguments -> arguments.length + " arguments");
        assertThat(valueOf(dispatch(method, call(method).payload(Payload.EMPTY).build())
                        .join()))
                .isEqualTo("0 arguments");
    }

    // ---- calls that must not begin

    @Test
    void callThatExpiredInTheQueueIsNotEvenDecoded() {
        argumentsCodec = failingCodec(() -> new AssertionError("decoded in vain"));
        ExportedMethod method = method(null, false, arguments -> "any");
        Invocation call = call(method)
                .deadline(Deadline.after(Duration.ofMillis(5), ticker))
                .build();
        ticker.advance(Duration.ofMillis(5));
        Reply.Failure late = failureOf(dispatch(method, call).join());
        assertThat(late.status()).isEqualTo(Status.DEADLINE_EXCEEDED);
        assertThat(late.executed()).isEqualTo(Executed.NO);
        assertThat(ran).isZero();
    }

    @Test
    void callWhoseTimeWasUsedUpByDecodingIsNotRun() {
        argumentsCodec = new TextCodec(true) {
            @Override
            public @Nullable Object decode(ByteBuf in) {
                ticker.advance(Duration.ofMillis(5));
                return super.decode(in);
            }
        };
        ExportedMethod method = method(null, false, arguments -> "any");
        Invocation call = call(method)
                .deadline(Deadline.after(Duration.ofMillis(5), ticker))
                .build();
        Reply.Failure late = failureOf(dispatch(method, call).join());
        assertThat(late.status()).isEqualTo(Status.DEADLINE_EXCEEDED);
        assertThat(late.executed()).isEqualTo(Executed.NO);
        assertThat(ran).isZero();
    }

    @Test
    void callThatWasWithdrawnIsNotRun() {
        ExportedMethod method = method(null, false, arguments -> "any");
        Invocation call = call(method).build();
        call.cancellation().fire(Cancellation.Reason.CALLER);
        Reply.Failure withdrawn = failureOf(dispatch(method, call).join());
        assertThat(withdrawn.status()).isEqualTo(Status.CANCELLED);
        assertThat(withdrawn.executed()).isEqualTo(Executed.NO);
        assertThat(withdrawn.message())
                .isEqualTo("shop.Stock take(java.lang.String) was withdrawn (CALLER) before it began");
        assertThat(ran).isZero();
    }

    // ---- calls that go nowhere

    @Test
    void callToWhatIsNotExportedSaysWhatIs() {
        ExportedMethod method = method(null, false, arguments -> "any");
        Dispatcher dispatcher = new Dispatcher(new ServiceTable(List.of(method)), ticker, MAX_REPLY_BYTES);
        Invocation call = Invocation.of(
                        Served.SERVICE, MethodId.parse("take()"), Payload.EMPTY, new Ledger(Phase.SERVER_QUEUE, 0))
                .build();
        Reply.Failure unknown = failureOf(dispatcher.invoke(call).join());
        assertThat(unknown.status()).isEqualTo(Status.UNIMPLEMENTED);
        assertThat(unknown.executed()).isEqualTo(Executed.NO);
        assertThat(unknown.message())
                .isEqualTo("shop.Stock has no method take() here; of that name there is take(java.lang.String)");
    }

    @Test
    void callInASerializerThatIsNotOfferedSaysWhichAre() {
        ExportedMethod method = method(null, false, arguments -> "any");
        Invocation call = call(method).attributes(method.attributes(2)).build();
        Reply.Failure unsupported = failureOf(dispatch(method, call).join());
        assertThat(unsupported.status()).isEqualTo(Status.UNSUPPORTED);
        assertThat(unsupported.executed()).isEqualTo(Executed.NO);
        assertThat(unsupported.message())
                .isEqualTo("shop.Stock take(java.lang.String) is not offered in the serializer of this call;"
                        + " it is offered in the numbers [1] (1 hessian, 2 json, 3 protobuf)");
        assertThat(ran).isZero();
    }

    @Test
    void callThatFindsThePoolFullIsRefusedWithTheNamesOfThoseThatFillIt() throws InterruptedException {
        CountDownLatch running = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        try (WorkerPool pool = new WorkerPool("Stock", Workers.platform(1, 0), System::nanoTime)) {
            ExportedMethod method = method(pool, false, arguments -> {
                running.countDown();
                goOn.await();
                return "done";
            });
            Dispatcher dispatcher = new Dispatcher(new ServiceTable(List.of(method)), ticker, MAX_REPLY_BYTES);
            CompletableFuture<Reply> first = dispatcher.invoke(call(method).build());
            running.await();
            Reply.Failure refused =
                    failureOf(dispatcher.invoke(call(method).build()).join());
            goOn.countDown();
            assertThat(refused.status()).isEqualTo(Status.OVERLOADED);
            assertThat(refused.executed()).isEqualTo(Executed.NO);
            assertThat(refused.message())
                    .isEqualTo(
                            "No room for shop.Stock take(java.lang.String): 1 calls run on the threads of Stock, as many as"
                                    + " may now, and 0 wait; running now: take(java.lang.String) 1");
            assertThat(valueOf(first.join())).isEqualTo("done");
        }
    }

    @Test
    void callThatFindsThePoolClosedMayGoElsewhere() {
        WorkerPool pool = new WorkerPool("Stock", Workers.DEFAULT, System::nanoTime);
        pool.close();
        ExportedMethod method = method(pool, false, arguments -> "any");
        Reply.Failure refused = failureOf(dispatch(method, call(method).build()).join());
        assertThat(refused.status()).isEqualTo(Status.DRAINING);
        assertThat(refused.executed()).isEqualTo(Executed.NO);
        assertThat(refused.message())
                .isEqualTo("shop.Stock take(java.lang.String) was not run: this server has closed");
    }

    @Test
    void callForWhichNoThreadCanBeStartedMayGoElsewhere() {
        try (WorkerPool pool = new WorkerPool("Stock", Workers.DEFAULT, System::nanoTime, task -> {
            throw new Error("unable to create native thread");
        })) {
            ExportedMethod method = method(pool, false, arguments -> "any");
            Reply.Failure refused =
                    failureOf(dispatch(method, call(method).build()).join());
            assertThat(refused.status()).isEqualTo(Status.OVERLOADED);
            assertThat(refused.executed()).isEqualTo(Executed.NO);
            assertThat(refused.message())
                    .contains("No thread could be started for shop.Stock", "unable to create native thread");
        }
    }

    // ---- the parts

    private Reply serve(Body body) {
        ExportedMethod method = method(null, false, body);
        CompletableFuture<Reply> reply = dispatch(method, call(method).build());
        assertThat(method.running()).hasValue(0);
        return reply.join();
    }

    private CompletableFuture<Reply> dispatch(ExportedMethod method, Invocation call) {
        return new Dispatcher(new ServiceTable(List.of(method)), ticker, MAX_REPLY_BYTES).invoke(call);
    }

    /** A call with the text "Ada", of which this test holds the bytes. */
    private Invocation.Builder call(ExportedMethod method) {
        ByteBuf request = Unpooled.copiedBuffer("Ada", StandardCharsets.UTF_8);
        requests.add(request);
        return Invocation.of(
                        method.service(),
                        method.method(),
                        new BytesPayload(request),
                        new Ledger(Phase.SERVER_QUEUE, ticker.nanos()))
                .attributes(method.attributes(1));
    }

    private ExportedMethod method(@Nullable WorkerPool workers, boolean async, Body body) {
        return method("take(java.lang.String)", workers, async, body);
    }

    private ExportedMethod method(String signature, @Nullable WorkerPool workers, boolean async, Body body) {
        return new ExportedMethod(
                ServiceId.of("shop.Stock"),
                MethodId.parse(signature),
                MethodPolicy.DEFAULT,
                handle(arguments -> {
                    ran++;
                    return body.run(arguments);
                }),
                async,
                Map.of(
                        1,
                        new ExportedMethod.Codecs(
                                argumentsCodec,
                                resultCodec,
                                new ErrorWriter(new Class<?>[0], AllowList.ofValues(), new HessianSerializer()))),
                workers,
                any -> Permit.FREE,
                new MethodGate("run", EnforcedAt.PROVIDER, Ticker.system(), new ServiceRates("run", Ticker.system())));
    }

    private static MethodHandle handle(Body body) {
        try {
            return MethodHandles.lookup()
                    .findVirtual(Body.class, "run", MethodType.methodType(Object.class, Object[].class))
                    .bindTo(body);
        } catch (ReflectiveOperationException e) {
            throw new AssertionError(e);
        }
    }

    private static BodyCodec failingCodec(Supplier<Throwable> why) {
        return new BodyCodec() {
            @Override
            public void encode(@Nullable Object value, ByteBuf out, int maxBytes) {
                throw DispatcherTest.<RuntimeException>thrown(why.get());
            }

            @Override
            public @Nullable Object decode(ByteBuf in) {
                throw DispatcherTest.<RuntimeException>thrown(why.get());
            }
        };
    }

    @SuppressWarnings("unchecked")
    private static <T extends Throwable> T thrown(Throwable any) throws T {
        throw (T) any;
    }

    private static String valueOf(Reply reply) {
        assertThat(reply).isInstanceOf(Reply.Value.class);
        BytesPayload payload = (BytesPayload) ((Reply.Value) reply).payload();
        String text = payload.content().toString(StandardCharsets.UTF_8);
        payload.release();
        return text;
    }

    private static Reply.Failure failureOf(Reply reply) {
        assertThat(reply).isInstanceOf(Reply.Failure.class);
        return (Reply.Failure) reply;
    }
}
