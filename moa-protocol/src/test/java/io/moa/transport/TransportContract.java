package io.moa.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.moa.discovery.Address;
import io.moa.discovery.ServiceId;
import io.moa.invoke.Attributes;
import io.moa.invoke.Baggage;
import io.moa.invoke.Caller;
import io.moa.invoke.Cancellation;
import io.moa.invoke.Deadline;
import io.moa.invoke.Executed;
import io.moa.invoke.Hints;
import io.moa.invoke.Invocation;
import io.moa.invoke.Invoker;
import io.moa.invoke.Ledger;
import io.moa.invoke.MethodId;
import io.moa.invoke.Payload;
import io.moa.invoke.Phase;
import io.moa.invoke.Reply;
import io.moa.invoke.Status;
import io.moa.invoke.ThrownError;
import io.moa.invoke.Ticker;
import io.moa.protocol.frame.CallHeader;
import io.moa.protocol.payload.BytesPayload;
import io.moa.testkit.Eventually;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What {@link Transport} promises. Every implementation runs it by extending this class. */
public abstract class TransportContract {

    private static final ServiceId SERVICE = ServiceId.of("contract.Service");
    private static final MethodId METHOD = MethodId.parse("call(byte[])");
    private static final WireForm FORM = new WireForm(CallHeader.encodeTarget(SERVICE, METHOD, 1), 1);
    private static final Duration SOON = Duration.ofSeconds(10);

    private final Ticker ticker = Ticker.system();
    private final Peer serverSelf = new Peer("server", "server-uuid");
    private final Peer clientSelf = new Peer("client", "client-uuid");
    private final Queue<Invocation> arrived = new ConcurrentLinkedQueue<>();
    private final Queue<CompletableFuture<Reply>> answers = new ConcurrentLinkedQueue<>();
    private Invoker route = this::echo;
    private Transport transport;
    private Listener listener;

    /** A transport with a limit of 1 MiB on bodies. */
    protected abstract Transport open(TransportConfig config);

    /** Where to listen. */
    protected abstract Address address();

    @BeforeEach
    void listen() {
        transport = open(TransportConfig.DEFAULT.toBuilder()
                .maxBodyBytes(1 << 20)
                .connectTimeout(SOON)
                .build());
        listener = transport.listen(address(), new TestHost()).join();
    }

    @AfterEach
    void close() {
        listener.close();
        transport.close();
    }

    @Test
    void aPingIsAnsweredWhileTheConnectionIsUsableAndFailsAfterwards() throws Exception {
        Connection connection = connect();
        connection.ping().get(10, TimeUnit.SECONDS);
        connection.ping().get(10, TimeUnit.SECONDS);
        assertThat(connection.usable()).isTrue();
        connection.abort();
        connection.unusable().get(10, TimeUnit.SECONDS);
        assertThatThrownBy(() -> connection.ping().get(10, TimeUnit.SECONDS))
                .hasCauseInstanceOf(ConnectFailedException.class)
                .hasMessageContaining("ping was not answered");
    }

    @Test
    void carriesBytesThereAndBack() {
        assertThat(bytes(call(connect(), body("hello"), SOON).join())).isEqualTo("hello");
    }

    @Test
    void carriesCallsWithoutContent() {
        Reply reply = send(connect(), builder(Payload.EMPTY, SOON).build()).join();
        assertThat(reply).isInstanceOf(Reply.Value.class);
    }

    @Test
    void carriesWhoCallsAndWhatTravelsOn() {
        Connection connection = connect();
        Baggage baggage =
                Baggage.EMPTY.withTag("blue").withAttachment("user", "7").withLoadTest(true);
        Invocation call = builder(body("x"), SOON)
                .caller(new Caller("shop", "shop-1"))
                .baggage(baggage)
                .idempotencyKey("k")
                .build();
        bytes(send(connection, call).join());
        Invocation seen = arrived.remove();
        assertThat(seen.caller()).isEqualTo(new Caller("shop", "shop-1"));
        assertThat(seen.baggage()).isEqualTo(baggage);
        assertThat(seen.idempotencyKey()).isEqualTo("k");
        assertThat(seen.deadline().remainingNanos(ticker.nanos())).isPositive().isLessThanOrEqualTo(SOON.toNanos());
    }

    @Test
    void carriesTheCallsOfManyCallersOverOneConnection() {
        Connection connection = connect();
        Caller self = clientSelf.asCaller();
        Caller shop = new Caller("shop", "shop-1");
        List<Caller> callers = List.of(
                shop,
                new Caller("shop", "shop-1"),
                new Caller("admin", "shop-1"),
                self,
                shop,
                new Caller("shop", "shop-2"),
                self,
                shop);
        for (Caller each : callers) {
            bytes(send(connection, builder(body("x"), SOON).caller(each).build())
                    .join());
            assertThat(arrived.remove().caller()).isEqualTo(each);
        }
    }

    @Test
    void carriesFailuresWithStatusAndExecution() {
        ThrownError thrown = new ThrownError(
                "shop.OutOfStock",
                "OUT_OF_STOCK",
                "shop.Refusal",
                "out\nof stock",
                List.of(new ThrownError.Cause("java.io.IOException", "disk")),
                List.of(new ThrownError.Field("left", new byte[40_000])),
                null);
        route = call -> done(new Reply.Failure(
                Status.APPLICATION, Executed.YES, "out of stock", thrown, new Hints(7, true, 3), null));
        Reply reply = call(connect(), body("x"), SOON).join();
        assertThat(reply).isInstanceOfSatisfying(Reply.Failure.class, failure -> {
            assertThat(failure.status()).isEqualTo(Status.APPLICATION);
            assertThat(failure.executed()).isEqualTo(Executed.YES);
            assertThat(failure.message()).isEqualTo("out of stock");
            assertThat(failure.exceptionType()).isEqualTo("shop.OutOfStock");
            assertThat(failure.error()).isEqualTo(thrown);
        });
    }

    @Test
    void carriesManyCallsAtOnceAndMatchesTheReplies() {
        route = this::later;
        Connection connection = connect();
        List<CompletableFuture<Reply>> replies = new java.util.ArrayList<>();
        for (int i = 0; i < 200; i++) {
            replies.add(call(connection, body("call " + i), SOON));
        }
        Eventually.within(SOON).until(() -> answers.size() == 200, () -> answers.size() + " arrived");
        assertThat(connection.inFlight()).isEqualTo(200);
        List<CompletableFuture<Reply>> waiting = new java.util.ArrayList<>(answers);
        List<Invocation> calls = new java.util.ArrayList<>(arrived);
        for (int i = 199; i >= 0; i--) { // in the opposite order
            waiting.get(i).complete(echoOf(calls.get(i)));
        }
        for (int i = 0; i < 200; i++) {
            assertThat(bytes(replies.get(i).join())).isEqualTo("call " + i);
        }
    }

    @Test
    void endsACallAtItsDeadlineAndSaysWhereItWas() {
        route = call -> {
            call.ledger().enter(Phase.EXECUTE, ticker.nanos());
            return later(call);
        };
        Reply reply = call(connect(), body("x"), Duration.ofMillis(1_200)).join();
        assertThat(reply).isInstanceOfSatisfying(Reply.Failure.class, failure -> {
            assertThat(failure.status()).isEqualTo(Status.DEADLINE_EXCEEDED);
            assertThat(failure.message()).contains("went to execute");
        });
        Eventually.within(SOON)
                .until(() -> arrived.peek().cancellation().isCancelled(), () -> "the server was not told");
        answers.remove().complete(Reply.failure(Status.CANCELLED, Executed.YES, ""));
    }

    @Test
    void cancellationReachesTheServer() {
        route = this::later;
        Invocation call = builder(body("x"), SOON).build();
        CompletableFuture<Reply> reply = send(connect(), call);
        Eventually.within(SOON).until(() -> arrived.size() == 1, () -> "not arrived");
        call.cancellation().fire(Cancellation.Reason.CALLER);
        assertThat(((Reply.Failure) reply.join()).status()).isEqualTo(Status.CANCELLED);
        Eventually.within(SOON)
                .until(
                        () -> arrived.peek().cancellation().reason() == Cancellation.Reason.CALLER,
                        () -> "the server was not told");
        answers.remove().complete(Reply.failure(Status.CANCELLED, Executed.YES, ""));
        Eventually.within(SOON).until(() -> listener.inFlight() == 0, () -> "in flight " + listener.inFlight());
    }

    @Test
    void refusesABodyOverTheLimitAndLives() {
        Connection connection = connect();
        Reply reply = call(connection, new BytesPayload(Unpooled.wrappedBuffer(new byte[(1 << 20) + 1])), SOON)
                .join();
        // A peer may accept less than this side may send; here both have the same limit, and either may say so.
        assertThat(reply).isInstanceOfSatisfying(Reply.Failure.class, failure -> {
            assertThat(failure.status()).isEqualTo(Status.TOO_LARGE);
            assertThat(failure.executed()).isEqualTo(Executed.NO);
        });
        assertThat(bytes(call(connection, body("still here"), SOON).join())).isEqualTo("still here");
    }

    @Test
    void oneWayCallArrivesAndHasNoReply() {
        Reply reply =
                send(connect(), builder(body("x"), SOON).oneWay(true).build()).join();
        assertThat(reply).isInstanceOf(Reply.Value.class);
        Eventually.within(SOON).until(() -> arrived.size() == 1, () -> "not arrived");
    }

    @Test
    void refusesToConnectToAStranger() {
        assertThatThrownBy(() -> transport
                        .connect(listener.address(), clientSelf, new Wanted("another", "", List.of(SERVICE)))
                        .join())
                .isInstanceOf(CompletionException.class)
                .hasCauseInstanceOf(ConnectFailedException.class)
                .hasMessageContaining("the application server");
        assertThatThrownBy(() -> transport
                        .connect(listener.address(), clientSelf, new Wanted("server", "", List.of(ServiceId.of("x"))))
                        .join())
                .hasMessageContaining("does not serve [x]".substring(0, 14));
    }

    @Test
    void adoptsAnotherProcessOfTheSameApplication() {
        Connection connection = transport
                .connect(listener.address(), clientSelf, new Wanted("server", "an-older-uuid", List.of(SERVICE)))
                .join();
        assertThat(connection.peer()).isEqualTo(serverSelf);
    }

    @Test
    void drainingServesWhatIsInFlightAndTakesNothingNew() throws Exception {
        route = this::later;
        Connection connection = connect();
        CompletableFuture<Reply> before = call(connection, body("before"), SOON);
        Eventually.within(SOON).until(() -> arrived.size() == 1, () -> "not arrived");
        CompletableFuture<Integer> drained = listener.drain(SOON);
        connection.unusable().get(10, TimeUnit.SECONDS);
        Reply.Failure refused =
                (Reply.Failure) call(connection, body("after"), SOON).join();
        assertThat(refused.executed()).isEqualTo(Executed.NO);
        assertThat(drained.isDone()).isFalse();
        answers.remove().complete(echoOf(arrived.remove()));
        assertThat(bytes(before.get(10, TimeUnit.SECONDS))).isEqualTo("before");
        assertThat(drained.get(10, TimeUnit.SECONDS)).isZero();
        assertThatThrownBy(() -> transport
                        .connect(listener.address(), clientSelf, Wanted.ANYONE)
                        .get(10, TimeUnit.SECONDS))
                .hasCauseInstanceOf(ConnectFailedException.class);
    }

    @Test
    void drainingGivesUpAtItsLimitAndCountsWhatItCutOff() throws Exception {
        route = this::later;
        CompletableFuture<Reply> stuck = call(connect(), body("stuck"), SOON);
        Eventually.within(SOON).until(() -> arrived.size() == 1, () -> "not arrived");
        assertThat(listener.drain(Duration.ofMillis(50)).get(10, TimeUnit.SECONDS))
                .isEqualTo(1);
        assertThat(((Reply.Failure) stuck.get(10, TimeUnit.SECONDS)).executed()).isEqualTo(Executed.MAYBE);
        answers.remove().complete(Reply.failure(Status.CANCELLED, Executed.YES, ""));
    }

    @Test
    void closingAConnectionFailsItsCallsAndTellsTheServer() {
        route = this::later;
        Connection connection = connect();
        CompletableFuture<Reply> reply = call(connection, body("x"), SOON);
        Eventually.within(SOON).until(() -> arrived.size() == 1, () -> "not arrived");
        connection.close();
        Reply.Failure failure = (Reply.Failure) reply.join();
        assertThat(failure.status()).isEqualTo(Status.UNAVAILABLE);
        assertThat(failure.executed()).isEqualTo(Executed.MAYBE);
        assertThat(connection.usable()).isFalse();
        assertThat(((Reply.Failure) call(connection, body("y"), SOON).join()).executed())
                .isEqualTo(Executed.NO);
        Eventually.within(SOON)
                .until(() -> arrived.peek().cancellation().isCancelled(), () -> "the server was not told");
        answers.remove().complete(Reply.failure(Status.CANCELLED, Executed.YES, ""));
        Eventually.within(SOON).until(() -> listener.inFlight() == 0, () -> "in flight " + listener.inFlight());
    }

    // ---- what the tests are made of

    private Connection connect() {
        return transport
                .connect(listener.address(), clientSelf, new Wanted("server", "server-uuid", List.of(SERVICE)))
                .join();
    }

    private CompletableFuture<Reply> call(Connection connection, Payload payload, Duration timeout) {
        return send(connection, builder(payload, timeout).build());
    }

    private static CompletableFuture<Reply> send(Connection connection, Invocation call) {
        return connection.invoke(call).whenComplete((reply, broken) -> call.payload()
                .release());
    }

    private Invocation.Builder builder(Payload payload, Duration timeout) {
        return Invocation.of(SERVICE, METHOD, payload, new Ledger(Phase.CLIENT_QUEUE, ticker.nanos()))
                .deadline(Deadline.after(timeout, ticker))
                .caller(clientSelf.asCaller())
                .attributes(Attributes.EMPTY.with(WireForm.KEY, FORM));
    }

    private static Payload body(String text) {
        return new BytesPayload(Unpooled.copiedBuffer(text, java.nio.charset.StandardCharsets.UTF_8));
    }

    private static String bytes(Reply reply) {
        assertThat(reply).isInstanceOf(Reply.Value.class);
        BytesPayload payload = (BytesPayload) ((Reply.Value) reply).payload();
        String text = payload.content().toString(java.nio.charset.StandardCharsets.UTF_8);
        payload.release();
        return text;
    }

    private CompletableFuture<Reply> echo(Invocation call) {
        arrived.add(call);
        return done(echoOf(call));
    }

    private CompletableFuture<Reply> later(Invocation call) {
        CompletableFuture<Reply> answer = new CompletableFuture<>();
        arrived.add(call);
        answers.add(answer);
        return answer;
    }

    private static Reply echoOf(Invocation call) {
        if (call.payload() instanceof BytesPayload bytes) {
            ByteBuf copy = bytes.content().copy();
            return new Reply.Value(new BytesPayload(copy));
        }
        return new Reply.Value(Payload.EMPTY);
    }

    private static CompletableFuture<Reply> done(Reply reply) {
        return CompletableFuture.completedFuture(reply);
    }

    private final class TestHost implements Host {
        @Override
        public Peer self() {
            return serverSelf;
        }

        @Override
        public Invoker route() {
            return call -> route.invoke(call);
        }

        @Override
        public boolean serves(ServiceId service) {
            return service.equals(SERVICE);
        }

        @Override
        public Attributes attributesOf(ServiceId service, MethodId method, int serializer) {
            return Attributes.EMPTY;
        }

        @Override
        public int load() {
            return 10;
        }
    }
}
