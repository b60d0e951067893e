package io.moa.invoke;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.moa.discovery.ServiceId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.junit.jupiter.api.Test;

class VocabularyTest {

    private static Invocation call() {
        return Invocation.of(
                        ServiceId.of("x.Y"), MethodId.parse("z()"), Payload.EMPTY, new Ledger(Phase.CLIENT_QUEUE, 0))
                .build();
    }

    @Test
    void backstopTurnsThrownAndMissingFuturesIntoInternalFailures() {
        Reply thrown = Backstop.INSTANCE
                .before(call -> {
                    throw new IllegalStateException("oops");
                })
                .invoke(call())
                .join();
        assertThat(thrown).isInstanceOfSatisfying(Reply.Failure.class, failure -> {
            assertThat(failure.status()).isEqualTo(Status.INTERNAL);
            assertThat(failure.executed()).isEqualTo(Executed.MAYBE);
            assertThat(failure.message()).contains("x.Y z()").contains("oops");
        });
        Reply missing = Backstop.INSTANCE.before(call -> null).invoke(call()).join();
        assertThat(((Reply.Failure) missing).status()).isEqualTo(Status.INTERNAL);
    }

    @Test
    void filtersRunFromTheOutermostInward() {
        List<String> order = new ArrayList<>();
        Filter first = (call, next) -> {
            order.add("first");
            return next.invoke(call);
        };
        Filter second = (call, next) -> {
            order.add("second");
            return next.invoke(call);
        };
        Invoker end = call -> {
            order.add("end");
            return CompletableFuture.completedFuture(new Reply.Value(Payload.EMPTY));
        };
        Filter.stack(List.of(first, second), end).invoke(call()).join();
        assertThat(order).containsExactly("first", "second", "end");
    }

    @Test
    void codesOnTheWireAreUniqueAndComeBack() {
        Set<Integer> codes = new HashSet<>();
        for (Status status : Status.values()) {
            assertThat(codes.add(status.code())).as("%s", status).isTrue();
            assertThat(Status.ofCode(status.code())).isEqualTo(status);
        }
        assertThat(Status.ofCode(0)).isEqualTo(Status.INTERNAL);
        assertThat(Status.ofCode(200)).isEqualTo(Status.INTERNAL);
        for (Executed executed : Executed.values()) {
            assertThat(Executed.ofCode(executed.code())).isEqualTo(executed);
        }
        for (Cancellation.Reason reason : Cancellation.Reason.values()) {
            assertThat(Cancellation.Reason.ofCode(reason.code())).isEqualTo(reason);
        }
        for (Criticality criticality : Criticality.values()) {
            assertThat(Criticality.ofCode(criticality.code())).isEqualTo(criticality);
        }
        for (Seat seat : Seat.values()) {
            assertThat(Seat.ofCode(seat.code())).isEqualTo(seat);
        }
    }

    @Test
    void deadlineIsOnlyBroughtForward() {
        Deadline early = Deadline.after(10, 0);
        Deadline late = Deadline.after(20, 0);
        assertThat(early.earlier(late)).isEqualTo(early);
        assertThat(late.earlier(early)).isEqualTo(early);
        assertThat(Deadline.NONE.earlier(early)).isEqualTo(early);
        assertThat(early.earlier(Deadline.NONE)).isEqualTo(early);
        assertThat(early.expired(9)).isFalse();
        assertThat(early.expired(10)).isTrue();
        assertThat(Deadline.NONE.expired(Long.MAX_VALUE)).isFalse();
    }

    @Test
    void deadlineSurvivesTheOverflowOfATicker() {
        long now = Long.MAX_VALUE - 5;
        Deadline deadline = Deadline.after(10, now);
        assertThat(deadline.expired(now)).isFalse();
        assertThat(deadline.expired(now + 10)).isTrue();
        assertThat(deadline.earlier(Deadline.after(20, now))).isEqualTo(deadline);
        assertThat(Deadline.after(Duration.ofDays(100_000), () -> 0).remainingNanos(0))
                .isEqualTo(Deadline.MAX.toNanos());
    }

    @Test
    void cancellationFiresOnceAndReachesListenersAddedBeforeAndAfter() {
        Cancellation cancellation = new Cancellation();
        List<String> told = new ArrayList<>();
        Cancellation.Listener removed = reason -> told.add("removed");
        cancellation.add(reason -> told.add("a " + reason));
        cancellation.add(removed);
        cancellation.add(reason -> told.add("b " + reason));
        cancellation.remove(removed);
        assertThat(cancellation.fire(Cancellation.Reason.DEADLINE)).isTrue();
        assertThat(cancellation.fire(Cancellation.Reason.CALLER)).isFalse();
        cancellation.add(reason -> told.add("late " + reason));
        assertThat(told).containsExactly("a DEADLINE", "b DEADLINE", "late DEADLINE");
        assertThat(cancellation.reason()).isEqualTo(Cancellation.Reason.DEADLINE);
    }

    @Test
    void childFiresWithItsParentUntilDetachedAndNeverTheOtherWayRound() {
        Cancellation parent = new Cancellation();
        Cancellation child = parent.child();
        Cancellation detached = parent.child();
        Cancellation alone = parent.child();
        detached.detach();
        alone.fire(Cancellation.Reason.SUPERSEDED);
        assertThat(parent.isCancelled()).isFalse();
        parent.fire(Cancellation.Reason.CALLER);
        assertThat(child.reason()).isEqualTo(Cancellation.Reason.CALLER);
        assertThat(detached.isCancelled()).isFalse();
        assertThat(alone.reason()).isEqualTo(Cancellation.Reason.SUPERSEDED);
    }

    @Test
    void ledgerAddsUpAndBlamesTheLongestPhase() {
        Ledger ledger = new Ledger(Phase.CLIENT_QUEUE, 0);
        ledger.enter(Phase.PICK, 10);
        ledger.enter(Phase.WRITE, 30);
        ledger.enter(Phase.BACK, 60);
        ledger.addMeasured(Phase.EXECUTE, 500);
        ledger.settle(1_000);
        ledger.settle(9_999);
        assertThat(ledger.totalNanos()).isEqualTo(1_000);
        assertThat(ledger.spentNanos(Phase.CLIENT_QUEUE)).isEqualTo(10);
        assertThat(ledger.spentNanos(Phase.PICK)).isEqualTo(20);
        assertThat(ledger.spentNanos(Phase.WRITE)).isEqualTo(30);
        assertThat(ledger.spentNanos(Phase.EXECUTE)).isEqualTo(500);
        assertThat(ledger.spentNanos(Phase.BACK)).isEqualTo(440);
        assertThat(ledger.guiltiest()).isEqualTo(Phase.EXECUTE);
        assertThat(ledger.verdict()).contains("went to execute: in the service's implementation.");
    }

    @Test
    void traceparentGoesThereAndBack() {
        String header = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
        assertThat(Trace.parse(header).traceparent()).isEqualTo(header);
        Trace trace = Trace.parse(header);
        assertThat(trace.traceId()).isEqualTo("4bf92f3577b34da6a3ce929d0e0e4736");
        assertThat(trace.spanId()).isEqualTo("00f067aa0ba902b7");
        assertThat(trace.under(1).traceparent()).isEqualTo("00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000001-01");
        assertThatThrownBy(() -> Trace.parse("00-x")).hasMessageContaining("55 are expected");
        assertThatThrownBy(() -> Trace.parse("00-00000000000000000000000000000000-00f067aa0ba902b7-01"))
                .hasMessageContaining("not all zeros");
    }

    @Test
    void scopeIsCarriedWhereItIsCapturedAndNowhereElse() {
        CallScope scope = new CallScope(
                new Caller("shop", "1"), Baggage.EMPTY.withTag("blue"), Deadline.NONE, new Cancellation());
        List<CallScope> seen = new ArrayList<>();
        CallScope previous = CallScope.swap(scope);
        Runnable captured;
        Executor direct = CallScope.wrap(Runnable::run);
        try {
            Runnable look = () -> seen.add(CallScope.current());
            captured = CallScope.capture(look);
            direct.execute(() -> seen.add(CallScope.current()));
        } finally {
            CallScope.swap(previous);
        }
        assertThat(CallScope.current()).isNull();
        captured.run();
        assertThat(seen).containsExactly(scope, scope);
        assertThat(CallScope.current()).isNull();
    }

    @Test
    void attachmentsAreBounded() {
        assertThatThrownBy(() -> Baggage.EMPTY.withAttachment("k", "x".repeat(Baggage.MAX_ATTACHMENT_CHARS)))
                .hasMessageContaining("the limit is 16384");
        Map<String, String> many = Map.of("a", "b");
        assertThat(Baggage.EMPTY.withAttachment("a", "b").attachments()).isEqualTo(many);
    }

    @Test
    void attributesAreFoundByTheirKeyObject() {
        Attributes.Key<String> key = new Attributes.Key<>("k");
        Attributes.Key<String> twin = new Attributes.Key<>("k");
        Attributes attributes = Attributes.EMPTY.with(key, "1");
        assertThat(attributes.get(key)).isEqualTo("1");
        assertThat(attributes.get(twin)).isNull();
        assertThat(attributes.with(key, "2").get(key)).isEqualTo("2");
        assertThat(attributes.get(key)).isEqualTo("1");
    }
}
