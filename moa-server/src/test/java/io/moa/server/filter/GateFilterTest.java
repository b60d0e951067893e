package io.moa.server.filter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.moa.governance.gate.ConcurrencyGate;
import io.moa.governance.gate.GateFilter;
import io.moa.invoke.Admission;
import io.moa.invoke.Executed;
import io.moa.invoke.Gate;
import io.moa.invoke.Invocation;
import io.moa.invoke.Invoker;
import io.moa.invoke.Payload;
import io.moa.invoke.Permit;
import io.moa.invoke.Reply;
import io.moa.invoke.Status;
import io.moa.server.dispatch.ExportedMethod;
import io.moa.server.dispatch.Served;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GateFilterTest {

    private static final Reply VALUE = new Reply.Value(Payload.EMPTY);

    private final List<Permit.End> ends = new ArrayList<>();
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

    @Test
    void gateThatAsksToWaitIsARefusal() {
        Gate later = new Gate() {
            @Override
            public Admission admit(Invocation call) {
                return new Admission.Later(1_000_000);
            }

            @Override
            public String toString() {
                return "PacingGate";
            }
        };
        Reply.Failure refused =
                (Reply.Failure) guarded(service).invoke(call(later)).join();
        assertThat(ran).isZero();
        assertThat(refused.status()).isEqualTo(Status.REJECTED);
        assertThat(refused.message()).startsWith("PacingGate").endsWith("asked to wait, which this route does not do");
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

    private static Invoker guarded(Invoker service) {
        return new GateFilter(ExportedMethod::gateOf).before(service);
    }

    private static Invocation call(Gate gate) {
        return Served.call(Served.guardedBy(gate)).build();
    }
}
