package io.moa.node.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.moa.discovery.ServiceId;
import io.moa.invoke.Cancellation;
import io.moa.invoke.Deadline;
import io.moa.invoke.Executed;
import io.moa.invoke.Invocation;
import io.moa.invoke.Ledger;
import io.moa.invoke.MethodId;
import io.moa.invoke.Phase;
import io.moa.invoke.Reply;
import io.moa.invoke.Status;
import io.moa.node.local.LocalProcessException;
import io.moa.protocol.payload.BytesPayload;
import io.moa.protocol.serialize.JsonReplyReader;
import io.moa.protocol.serialize.JsonRequestWriter;
import io.moa.protocol.serialize.SerializationLimits;
import io.moa.testkit.FakeScheduler;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** However a call to a local process ends: it ends once, its buffers are freed once, and its place is given back once. */
class RelayedCallTest {

    private final FakeScheduler scheduler = new FakeScheduler();
    private final ScriptedProcess process = new ScriptedProcess();
    private final Places places = new Places(1, 2);
    private final AtomicInteger unreachable = new AtomicInteger();
    private final Relay relay = relay(places);
    private final List<ByteBuf> buffers = new ArrayList<>();
    private String off = "";

    private Relay relay(Places over) {
        return new Relay(
                process,
                over,
                List.of(),
                scheduler.ticker(),
                scheduler,
                new JsonRequestWriter(SerializationLimits.DEFAULTS),
                new JsonReplyReader(SerializationLimits.DEFAULTS),
                unreachable::incrementAndGet,
                () -> off);
    }

    private Invocation call(String arguments) {
        ByteBuf bytes = Unpooled.copiedBuffer(arguments, StandardCharsets.UTF_8);
        buffers.add(bytes);
        long now = scheduler.ticker().nanos();
        return Invocation.of(
                        ServiceId.parse("shop.Stock"),
                        MethodId.ofAnyParameters("reserve"),
                        new BytesPayload(bytes),
                        new Ledger(Phase.SERVER_QUEUE, now))
                .deadline(Deadline.after(Duration.ofSeconds(5), scheduler.ticker()))
                .build();
    }

    /** Calls, and gives the caller's own reference back once there is an answer, as who called does. */
    private CompletableFuture<Reply> invoke(Relay by, Invocation call) {
        CompletableFuture<Reply> reply = by.invoke(call);
        reply.whenComplete((any, failed) -> call.payload().release());
        return reply;
    }

    private CompletableFuture<Reply> invoke(Invocation call) {
        return invoke(relay, call);
    }

    private static ByteBuf answer(String json) {
        return Unpooled.copiedBuffer(json, StandardCharsets.UTF_8);
    }

    private static Reply.Failure failure(CompletableFuture<Reply> reply) {
        assertThat(reply).isCompleted();
        return (Reply.Failure) reply.join();
    }

    private static void assertFails(CompletableFuture<Reply> reply, Status status, Executed executed) {
        Reply.Failure failure = failure(reply);
        assertThat(failure.status()).as(failure.message()).isEqualTo(status);
        assertThat(failure.executed()).as(failure.message()).isEqualTo(executed);
    }

    @AfterEach
    void nothingIsLeft() {
        assertThat(places.taken()).isZero();
        assertThat(places.waiting()).isZero();
        assertThat(buffers).allSatisfy(each -> assertThat(each.refCnt()).isZero());
        assertThat(process.requests)
                .allSatisfy(each -> assertThat(each.refCnt()).isZero());
        assertThat(scheduler.pending()).as("timers").isZero();
    }

    @Test
    void anAnswerIsHandedOverWithOneReference() {
        CompletableFuture<Reply> reply = invoke(call("[1]"));
        ByteBuf answer = answer("{\"result\":7}");
        process.last().answer().complete(answer);
        Reply.Value value = (Reply.Value) reply.join();
        assertThat(((BytesPayload) value.payload()).content().toString(StandardCharsets.UTF_8))
                .isEqualTo("7");
        assertThat(answer.refCnt()).isEqualTo(1);
        value.payload().release();
        assertThat(answer.refCnt()).isZero();
    }

    @Test
    void anAnswerThatIsNoneIsFreed() {
        CompletableFuture<Reply> reply = invoke(call("[1]"));
        ByteBuf answer = answer("<html>");
        process.last().answer().complete(answer);
        assertFails(reply, Status.INTERNAL, Executed.YES);
        assertThat(answer.refCnt()).isZero();
    }

    @Test
    void whoIsWithdrawnWhileItWaitsIsNeverAsked() {
        CompletableFuture<Reply> first = invoke(call("[1]"));
        Invocation waiting = call("[2]");
        CompletableFuture<Reply> second = invoke(waiting);
        waiting.cancellation().fire(Cancellation.Reason.CALLER);
        assertFails(second, Status.CANCELLED, Executed.NO);
        assertThat(places.waiting()).isZero();
        process.last().answer().complete(answer("{\"error\":{}}"));
        assertThat(first).isCompleted();
        assertThat(process.asked()).isEqualTo(1);
    }

    @Test
    void whoWasWithdrawnBeforeIsNeverAsked() {
        Invocation dead = call("[1]");
        dead.cancellation().fire(Cancellation.Reason.CALLER);
        assertFails(invoke(dead), Status.CANCELLED, Executed.NO);
        assertThat(process.asked()).isZero();
    }

    @Test
    void whoIsWithdrawnWhileItIsAskedMayHaveRun() {
        Invocation call = call("[1]");
        CompletableFuture<Reply> reply = invoke(call);
        call.cancellation().fire(Cancellation.Reason.CALLER);
        assertFails(reply, Status.CANCELLED, Executed.MAYBE);
        assertThat(process.last().withdrawn).hasValue(1);
        ByteBuf late = answer("{\"result\":1}");
        assertThat(process.last().answer().complete(late)).isFalse();
        late.release();
    }

    @Test
    void whatIsAskedWhenItsCallerGivesUpIsNotSaidToHaveNotRun() {
        CompletableFuture<Reply> blocker = invoke(call("[0]"));
        Invocation call = call("[1]");
        CompletableFuture<Reply> reply = invoke(call);
        process.answers = question -> call.cancellation().fire(Cancellation.Reason.CALLER); // within ask
        process.question(0).answer().complete(answer("{\"error\":{}}"));
        assertThat(blocker).isCompleted();
        assertFails(reply, Status.CANCELLED, Executed.MAYBE);
        assertThat(process.last().withdrawn).hasValue(1);
    }

    @Test
    void whoIsWithdrawnAfterTheAnswerChangesNothing() {
        Invocation call = call("[1]");
        CompletableFuture<Reply> reply = invoke(call);
        process.last().answer().complete(answer("{\"error\":{\"status\":\"NOT_FOUND\"}}"));
        Reply told = reply.join();
        call.cancellation().fire(Cancellation.Reason.CALLER);
        assertThat(reply.join()).isSameAs(told);
        assertThat(places.taken()).isZero();
    }

    @Test
    void whoWaitsIsAnsweredAtItsDeadlineAndMakesRoomThoughNobodyLeaves() {
        CompletableFuture<Reply> hanging = invoke(call("[0]"));
        CompletableFuture<Reply> second = invoke(call("[1]"));
        CompletableFuture<Reply> third = invoke(call("[2]"));
        scheduler.advance(Duration.ofMillis(4_999));
        assertThat(second).isNotDone();
        scheduler.advance(Duration.ofMillis(1));
        assertFails(second, Status.DEADLINE_EXCEEDED, Executed.NO);
        assertFails(third, Status.DEADLINE_EXCEEDED, Executed.NO);
        assertThat(failure(third).message()).contains("it waited for a place at scripted");
        assertThat(places.waiting()).isZero();
        assertThat(hanging).as("its process ends it, in time of its own").isNotDone();
        process.last().answer().complete(answer("{\"error\":{}}"));
    }

    @Test
    void moreThanFitIsRefusedBeforeItRuns() {
        List<CompletableFuture<Reply>> seated = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            seated.add(invoke(call("[" + i + "]")));
        }
        CompletableFuture<Reply> refused = invoke(call("[9]"));
        assertFails(refused, Status.OVERLOADED, Executed.NO);
        assertThat(failure(refused).message()).contains("shop.Stock reserve", "scripted", "1 calls", "2 wait");
        for (int i = 0; i < 3; i++) {
            process.last().answer().complete(answer("{\"error\":{}}"));
        }
        assertThat(seated).allSatisfy(each -> assertThat(each).isCompleted());
    }

    @Test
    void argumentsThatCannotBeSentOnGiveThePlaceBack() {
        assertFails(invoke(call("[1],\"caller\":\"root\"")), Status.INVALID_ARGUMENT, Executed.NO);
        assertThat(process.asked()).isZero();
    }

    @Test
    void aProcessThatThrowsGivesThePlaceBack() {
        process.throwsNow = true;
        assertThat(failure(invoke(call("[1]"))).status()).isEqualTo(Status.INTERNAL);
    }

    @Test
    void whatCannotBeReachedIsLookedAt() {
        process.answers = question -> question.answer()
                .completeExceptionally(new LocalProcessException(Status.UNAVAILABLE, Executed.NO, "is not there"));
        assertFails(invoke(call("[1]")), Status.UNAVAILABLE, Executed.NO);
        assertThat(unreachable).hasValue(1);
    }

    @Test
    void aLineOfCallsThatFailAtOnceNeedsNoStack() {
        int many = 20_000;
        Places patient = new Places(1, many);
        Relay by = relay(patient);
        List<CompletableFuture<Reply>> all = new ArrayList<>();
        all.add(invoke(by, call("[0]")));
        for (int i = 1; i <= many; i++) {
            all.add(invoke(by, call("[1]")));
        }
        process.answers = question -> question.answer()
                .completeExceptionally(new LocalProcessException(Status.UNAVAILABLE, Executed.NO, "is not there"));
        process.question(0)
                .answer()
                .completeExceptionally(new LocalProcessException(Status.UNAVAILABLE, Executed.MAYBE, "died"));
        assertThat(all).allSatisfy(each -> assertThat(failure(each).status()).isEqualTo(Status.UNAVAILABLE));
        assertThat(patient.taken()).isZero();
    }

    @Test
    void whoeverIsFirstOfAnswerAndWithdrawalNothingIsLostOrFreedTwice() throws Exception {
        ExecutorService pool = Executors.newFixedThreadPool(3);
        try {
            for (int round = 0; round < 3_000; round++) {
                CompletableFuture<Reply> first = invoke(call("[0]"));
                Invocation call = call("[1]");
                CompletableFuture<Reply> second = invoke(call);
                ScriptedProcess.Question asked = process.last();
                process.answers = question -> question.answer().complete(answer("{\"result\":1}"));
                CyclicBarrier together = new CyclicBarrier(2);
                Future<?> answering = pool.submit(() -> {
                    together.await();
                    return asked.answer().complete(answer("{\"result\":0}"));
                });
                Future<?> withdrawing = pool.submit(() -> {
                    together.await();
                    return call.cancellation().fire(Cancellation.Reason.CALLER);
                });
                answering.get(60, TimeUnit.SECONDS);
                withdrawing.get(60, TimeUnit.SECONDS);
                for (CompletableFuture<Reply> each : List.of(first, second)) {
                    if (each.get(60, TimeUnit.SECONDS) instanceof Reply.Value value) {
                        ByteBuf content = ((BytesPayload) value.payload()).content();
                        assertThat(content.refCnt()).isEqualTo(1);
                        value.payload().release();
                        assertThat(content.refCnt()).isZero();
                    }
                }
                process.answers = question -> {};
                assertThat(places.taken()).isZero();
                assertThat(call.payload().sizeBytes()).isGreaterThan(0);
            }
        } finally {
            pool.shutdownNow();
        }
    }

    @Test
    void aProcessThatIsOffIsNotAskedAndNothingIsLeft() {
        off = "gave no answer within 1000 ms";
        Reply.Failure refused = failure(invoke(call("[]")));
        assertThat(refused.status()).isEqualTo(Status.UNAVAILABLE);
        assertThat(refused.executed()).isEqualTo(Executed.NO);
        assertThat(refused.message()).endsWith("is off, as it gave no answer within 1000 ms");
        assertThat(places.taken()).isZero();
        off = "";
        CompletableFuture<Reply> well = invoke(call("[]"));
        assertThat(process.asked()).isOne();
        process.last().answer().complete(answer("{\"error\":{}}"));
        assertThat(well).isCompleted();
    }

    @Test
    void whoWaitedWhileItWentOffIsNotSentEither() {
        CompletableFuture<Reply> first = invoke(call("[]"));
        CompletableFuture<Reply> second = invoke(call("[]"));
        off = "gave no answer within 1000 ms";
        process.question(0).answer().complete(answer("{\"error\":{}}"));
        assertThat(first).isCompleted();
        assertThat(failure(second).executed()).isEqualTo(Executed.NO);
        assertThat(failure(second).message()).contains("is off");
        assertThat(process.asked()).isOne();
    }

    @Test
    void whoHasLessThanAMillisecondLeftIsNotSent() {
        CompletableFuture<Reply> first = invoke(call("[]"));
        CompletableFuture<Reply> second = invoke(call("[]"));
        scheduler.advance(Duration.ofNanos(4_999_500_000L));
        process.question(0).answer().complete(answer("{\"error\":{}}"));
        assertThat(failure(second).status()).isEqualTo(Status.DEADLINE_EXCEEDED);
        assertThat(failure(second).executed()).isEqualTo(Executed.NO);
        assertThat(first).isCompleted();
        assertThat(process.asked()).isOne();
    }
}
