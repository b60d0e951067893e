package io.moa.server.filter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.moa.governance.gate.ConcurrencyGate;
import io.moa.governance.gate.GateFilter;
import io.moa.invoke.Admission;
import io.moa.invoke.Cancellation;
import io.moa.invoke.Deadline;
import io.moa.invoke.Executed;
import io.moa.invoke.Gate;
import io.moa.invoke.Invocation;
import io.moa.invoke.Invoker;
import io.moa.invoke.Payload;
import io.moa.invoke.Permit;
import io.moa.invoke.Reply;
import io.moa.invoke.Scheduler;
import io.moa.invoke.Status;
import io.moa.server.dispatch.ExportedMethod;
import io.moa.server.dispatch.Served;
import io.moa.testkit.FakeScheduler;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class GateFilterTest {

    private static final Reply VALUE = new Reply.Value(Payload.EMPTY);

    private final List<Permit.End> ends = new ArrayList<>();
    private final List<String> turns = new ArrayList<>();
    private final FakeScheduler time = new FakeScheduler();
    private int ran;

    /** Lets everything pass and remembers how each permit ended. */
    private final Gate open = call -> {
        Permit permit = ends::add;
        return permit;
    };

    private final CompletableFuture<Reply> reply = new CompletableFuture<>();
    private final Invoker service = call -> {
        ran++;
        return reply;
    };

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void permitEndsAsTheCallDoesWhetherItIsAnsweredAtOnceOrLater(boolean atOnce) {
        assertThat(endAfter(VALUE, atOnce)).isEqualTo(Permit.End.SUCCESS);
        assertThat(endAfter(Reply.failure(Status.APPLICATION, Executed.YES, ""), atOnce))
                .as("a business exception speaks for the instance")
                .isEqualTo(Permit.End.SUCCESS);
        assertThat(endAfter(Reply.failure(Status.INTERNAL, Executed.YES, ""), atOnce))
                .isEqualTo(Permit.End.FAILURE);
        assertThat(endAfter(Reply.failure(Status.OVERLOADED, Executed.NO, ""), atOnce))
                .as("it never ran, so nothing is learned")
                .isEqualTo(Permit.End.NOT_USED);
        assertThat(endAfter(Reply.failure(Status.DEADLINE_EXCEEDED, Executed.NO, ""), atOnce))
                .isEqualTo(Permit.End.NOT_USED);
    }

    private Permit.End endAfter(Reply ended, boolean atOnce) {
        ends.clear();
        CompletableFuture<Reply> answer = new CompletableFuture<>();
        if (atOnce) {
            answer.complete(ended);
        }
        CompletableFuture<Reply> got = guarded(call -> answer).invoke(call(open));
        if (!atOnce) {
            assertThat(ends).as("the call still runs").isEmpty();
            answer.complete(ended);
        }
        assertThat(got.join()).isSameAs(ended);
        assertThat(ends).hasSize(1);
        return ends.get(0);
    }

    @Test
    void permitEndsIfTheRouteBelowThrows() {
        Invoker route = guarded(call -> {
            throw new IllegalStateException("oops");
        });
        assertThatThrownBy(() -> route.invoke(call(open))).hasMessage("oops");
        assertThat(ends).containsExactly(Permit.End.FAILURE);
    }

    @Test
    @SuppressWarnings("NullAway") // that is what is tested
    void permitEndsIfTheRouteBelowAnswersNothingAtAll() {
        Invoker route = guarded(call -> null);
        assertThatThrownBy(() -> route.invoke(call(open))).isInstanceOf(NullPointerException.class);
        assertThat(ends).containsExactly(Permit.End.FAILURE);
    }

    @Test
    void permitEndsIfTheRouteBelowFailedInsteadOfAnswering() {
        Invoker route = guarded(call -> CompletableFuture.failedFuture(new IllegalStateException("broken promise")));
        assertThat(route.invoke(call(open))).isCompletedExceptionally();
        assertThat(ends).containsExactly(Permit.End.FAILURE);
    }

    @Test
    void permitEndsIfTheRouteBelowFailsLater() {
        CompletableFuture<Reply> got = guarded(service).invoke(call(open));
        reply.completeExceptionally(new IllegalStateException("broken promise"));
        assertThat(got).isCompletedExceptionally();
        assertThat(ends).containsExactly(Permit.End.FAILURE);
    }

    @Test
    void refusedCallNeverStartsAndSaysWhyAndWhenToComeBack() {
        Gate shut = call -> new Admission.Rejected(Status.REJECTED, "over 100 calls a second", 250);
        Reply.Failure refused =
                (Reply.Failure) guarded(service).invoke(call(shut)).join();
        assertThat(ran).isZero();
        assertThat(refused.status()).isEqualTo(Status.REJECTED);
        assertThat(refused.executed()).isEqualTo(Executed.NO);
        assertThat(refused.message()).isEqualTo("over 100 calls a second");
        assertThat(refused.hints().retryAfterMillis()).isEqualTo(250);
        assertThat(refused.hints().neverRetry()).isFalse();
    }

    /** Keeps a turn in so many milliseconds for a call, and remembers what became of it. */
    private Gate later(long millis, Admission then) {
        return call -> new Admission.Later(millis * 1_000_000, new Admission.Turn() {
            @Override
            public Admission begin() {
                turns.add("begun");
                return then;
            }

            @Override
            public void giveBack() {
                turns.add("given back");
            }
        });
    }

    @Test
    void callWaitsForItsTurnAndGoesOnThen() {
        Permit permit = ends::add;
        CompletableFuture<Reply> got = guarded(service).invoke(call(later(20, permit)));
        time.advance(Duration.ofMillis(19));
        assertThat(ran).isZero();
        time.advance(Duration.ofMillis(1));
        assertThat(ran).isEqualTo(1);
        assertThat(turns).containsExactly("begun");
        reply.complete(VALUE);
        assertThat(got).isCompletedWithValue(VALUE);
        assertThat(ends).containsExactly(Permit.End.SUCCESS);
    }

    @Test
    void whoWaitedIsRefusedIfAGateBehindSaysSoThen() {
        Gate shut = later(20, new Admission.Rejected(Status.OVERLOADED, "full by now", 7));
        CompletableFuture<Reply> got = guarded(service).invoke(call(shut));
        time.advance(Duration.ofMillis(20));
        assertThat(got.join()).isInstanceOfSatisfying(Reply.Failure.class, no -> assertThat(no.message())
                .isEqualTo("full by now"));
        assertThat(ran).isZero();
    }

    @ParameterizedTest
    @EnumSource(Cancellation.Reason.class)
    void callThatIsWithdrawnWhileItWaitsGivesItsTurnBackAndNeverRuns(Cancellation.Reason reason) {
        Invocation call = call(later(20, Permit.FREE));
        CompletableFuture<Reply> got = guarded(service).invoke(call);
        time.advance(Duration.ofMillis(10));
        call.cancellation().fire(reason);
        assertThat(got.join()).isInstanceOfSatisfying(Reply.Failure.class, no -> assertThat(no.status())
                .isEqualTo(reason == Cancellation.Reason.DEADLINE ? Status.DEADLINE_EXCEEDED : Status.CANCELLED));
        assertThat(turns).containsExactly("given back");
        time.advance(Duration.ofMillis(100));
        assertThat(ran).isZero();
        assertThat(turns).hasSize(1);
        assertThat(time.history()).allMatch(each -> each.fate() == FakeScheduler.Fate.CANCELLED);
    }

    @Test
    void callWhoseTimeIsUpWhenItsTurnComesLateDoesNotRun() {
        Invocation call = Served.call(Served.guardedBy(later(20, Permit.FREE)))
                .deadline(Deadline.after(Duration.ofMillis(30), time.ticker()))
                .build();
        CompletableFuture<Reply> got = guarded(service).invoke(call);
        time.ticker().advance(Duration.ofMillis(31)); // as on a machine that is busy
        time.advance(Duration.ZERO);
        assertThat(got.join()).isInstanceOfSatisfying(Reply.Failure.class, no -> assertThat(no.status())
                .isEqualTo(Status.DEADLINE_EXCEEDED));
        assertThat(ran).isZero();
        assertThat(turns).containsExactly("given back");
    }

    @Test
    void callThatWasWithdrawnBeforeItWaitedGivesItsTurnBackAtOnce() {
        Invocation call = call(later(20, Permit.FREE));
        call.cancellation().fire(Cancellation.Reason.CALLER);
        assertThat(guarded(service).invoke(call)).isCompleted();
        assertThat(turns).containsExactly("given back");
    }

    @Test
    void callThatCannotWaitBecauseTheProcessIsBeingClosedGivesItsTurnBack() {
        Scheduler closed = (task, nanos) -> {
            throw new RejectedExecutionException("closed");
        };
        CompletableFuture<Reply> reply = new GateFilter(ExportedMethod::gateOf, closed, time.ticker())
                .before(service)
                .invoke(call(later(20, Permit.FREE)));
        assertThat(reply).isCompleted();
        assertThat(((Reply.Failure) reply.join()).executed()).isEqualTo(Executed.NO);
        assertThat(reply.join().toString()).contains("when this process was closed");
        assertThat(turns).containsExactly("given back");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void whatACallCarriesIsHeldWhileItWaitsAndGivenUpAtItsEnd(boolean withdrawn) {
        AtomicInteger held = new AtomicInteger(1);
        Payload counted = new Payload() {
            @Override
            public Payload retain() {
                held.incrementAndGet();
                return this;
            }

            @Override
            public void release() {
                held.decrementAndGet();
            }
        };
        Invocation call = Served.call(Served.guardedBy(later(20, Permit.FREE)))
                .payload(counted)
                .build();
        CompletableFuture<Reply> got = guarded(service).invoke(call);
        call.payload().release(); // as who made it does when he waits no longer
        assertThat(held).hasValue(1);
        if (withdrawn) {
            call.cancellation().fire(Cancellation.Reason.CALLER);
        } else {
            time.advance(Duration.ofMillis(20));
            assertThat(held).hasValue(1);
            reply.complete(VALUE);
        }
        assertThat(got).isCompleted();
        assertThat(held).hasValue(0);
    }

    @Test
    void routeThatThrowsAfterAWaitIsToldToWhoWaits() {
        CompletableFuture<Reply> got = guarded(call -> {
                    throw new IllegalStateException("oops");
                })
                .invoke(call(later(20, open.admit(call(open)))));
        time.advance(Duration.ofMillis(20));
        assertThat(got).isCompletedExceptionally();
        assertThat(ends).containsExactly(Permit.End.FAILURE);
    }

    @Test
    void callToAnUnknownMethodPassesToWhoeverSaysWhatIsWrong() {
        reply.complete(VALUE);
        assertThat(guarded(service).invoke(Served.call(null).build()).join()).isSameAs(VALUE);
        assertThat(ran).isEqualTo(1);
        assertThat(ends).isEmpty();
    }

    @Test
    void fullServiceHasRoomAgainOnceACallHasEnded() {
        ConcurrencyGate gate = new ConcurrencyGate("Stock", 1);
        Invoker route = guarded(service);
        Invocation call = call(gate);
        CompletableFuture<Reply> first = route.invoke(call);
        Reply.Failure refused = (Reply.Failure) route.invoke(call).join();
        assertThat(refused.status()).isEqualTo(Status.OVERLOADED);
        assertThat(refused.message()).isEqualTo("Stock already has 1 calls in flight, which is its limit here");
        reply.complete(VALUE);
        assertThat(first).isCompleted();
        assertThat(gate.inFlight()).isZero();
        assertThat(route.invoke(call).join()).isSameAs(VALUE);
    }

    private Invoker guarded(Invoker service) {
        return new GateFilter(ExportedMethod::gateOf, time, time.ticker()).before(service);
    }

    private static Invocation call(Gate gate) {
        return Served.call(Served.guardedBy(gate)).build();
    }
}
