package io.moa.client.filter;

import static org.assertj.core.api.Assertions.assertThat;

import io.moa.annotation.FailureMode;
import io.moa.client.Calls;
import io.moa.client.cluster.Attempt;
import io.moa.client.cluster.ClusterInvoker;
import io.moa.governance.balance.CandidateSet;
import io.moa.governance.policy.MethodPolicy;
import io.moa.governance.policy.PolicyKey;
import io.moa.invoke.Attributes;
import io.moa.invoke.Cancellation;
import io.moa.invoke.Executed;
import io.moa.invoke.Hop;
import io.moa.invoke.Invocation;
import io.moa.invoke.Invoker;
import io.moa.invoke.Ledger;
import io.moa.invoke.Payload;
import io.moa.invoke.Phase;
import io.moa.invoke.Reply;
import io.moa.invoke.Seat;
import io.moa.invoke.Status;
import io.moa.testkit.FakeScheduler;
import io.moa.testkit.FakeTicker;
import io.moa.testkit.Shows;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class HedgeFilterTest {

    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final Duration AFTER = Duration.ofMillis(50);
    private static final Reply LOST = failed(Status.UNAVAILABLE, Executed.MAYBE);
    private static final Reply NOT_SENT = failed(Status.UNAVAILABLE, Executed.NO);

    private final FakeTicker ticker = new FakeTicker();
    private final FakeScheduler scheduler = new FakeScheduler(ticker);
    private final HedgeFilter filter = new HedgeFilter(ticker, scheduler);
    private final List<Invocation> sent = new ArrayList<>();
    private final List<Attempt> attempts = new ArrayList<>();
    private final List<Cancellation.Reason> withdrawn = new ArrayList<>(); // by what told of the silence
    private final Counted payload = new Counted();
    private final Invoker below = call -> {
        sent.add(call);
        call.ledger().enter(Phase.PICK, ticker.nanos());
        call.ledger().sentTo("instance " + sent.size());
        call.ledger().enter(Phase.BACK, ticker.nanos());
        attempts.add(new Attempt());
        return attempts.get(attempts.size() - 1);
    };

    /** Who counts how often it is held. */
    private static final class Counted implements Payload {
        private final AtomicInteger references = new AtomicInteger(1);

        @Override
        public Payload retain() {
            if (references.getAndIncrement() == 0) {
                throw new IllegalStateException("released already");
            }
            return this;
        }

        @Override
        public void release() {
            references.decrementAndGet();
        }
    }

    private static Reply failed(Status status, Executed executed) {
        return Reply.failure(status, executed, "because");
    }

    private static MethodPolicy hedged() {
        return MethodPolicy.DEFAULT.withCode(PolicyKey.IDEMPOTENT, true, "").withCode(PolicyKey.HEDGE_AFTER, AFTER, "");
    }

    private static MethodPolicy idempotent() {
        return MethodPolicy.DEFAULT.withCode(PolicyKey.IDEMPOTENT, true, "");
    }

    private Invocation.Builder call(MethodPolicy policy) {
        return Calls.of(ticker, SECOND).payload(payload).attributes(Attributes.EMPTY.with(MethodPolicy.KEY, policy));
    }

    private CompletableFuture<Reply> invoke(MethodPolicy policy) {
        return filter.apply(call(policy).build(), below);
    }

    private Reply value() {
        return new Reply.Value(new Counted());
    }

    private static int held(Reply value) {
        return ((Counted) ((Reply.Value) value).payload()).references.get();
    }

    /** A call of which one attempt is sent, and then another. */
    private CompletableFuture<Reply> late() {
        CompletableFuture<Reply> reply = invoke(hedged());
        scheduler.advance(AFTER);
        assertThat(sent).hasSize(2);
        return reply;
    }

    private void silent(int attempt) {
        filter.silent(sent.get(attempt), attempts.get(attempt), withdrawn::add, below);
    }

    @Test
    @Shows("hedge-after")
    void aCallThatTakesLongIsSentToSomebodyElseToo() {
        CompletableFuture<Reply> reply = invoke(hedged());
        scheduler.advance(AFTER.minusNanos(1));
        assertThat(sent).hasSize(1);
        scheduler.advance(Duration.ofNanos(1));
        assertThat(sent).hasSize(2);
        Invocation second = sent.get(1);
        assertThat(second.hop().attempt()).isEqualTo(1);
        assertThat(second.attributes().get(CandidateSet.TRIED)).isEqualTo(Set.of("instance 1"));
        assertThat(second.attributes().get(ClusterInvoker.ONLY_ELSEWHERE)).isTrue();
        assertThat(second.deadline()).isEqualTo(sent.get(0).deadline());
        scheduler.advance(SECOND);
        assertThat(sent).as("and to nobody else").hasSize(2);
        assertThat(reply).isNotDone();
    }

    @Test
    void aCallThatIsAnsweredInTimeIsSentOnce() {
        CompletableFuture<Reply> reply = invoke(hedged());
        Reply value = value();
        attempts.get(0).end(value);
        assertThat(reply).isCompletedWithValue(value);
        scheduler.advance(SECOND);
        assertThat(sent).hasSize(1);
        assertThat(scheduler.pending()).isZero();
    }

    @Test
    void withoutAHedgeNothingIsAddedToTheCall() {
        Invocation call = call(idempotent()).build();
        CompletableFuture<Reply> reply = filter.apply(call, below);
        assertThat(sent.get(0)).isSameAs(call);
        assertThat(reply).isSameAs(attempts.get(0));
        assertThat(scheduler.history()).isEmpty();
    }

    @Test
    void theFirstAnswerCountsAndTheSecondAttemptIsWithdrawn() {
        CompletableFuture<Reply> reply = late();
        Reply value = value();
        attempts.get(0).end(value);
        assertThat(reply).isCompletedWithValue(value);
        assertThat(sent.get(1).cancellation().reason()).isEqualTo(Cancellation.Reason.SUPERSEDED);
        assertThat(held(value)).isEqualTo(1);
        Reply tooLate = value();
        attempts.get(1).end(tooLate);
        assertThat(held(tooLate)).as("a reply that nobody wants is given back").isZero();
        assertThat(payload.references).hasValue(1);
    }

    @Test
    void theSecondAnswerCountsAndTheFirstAttemptAloneIsWithdrawn() {
        CompletableFuture<Reply> reply = late();
        Reply value = value();
        attempts.get(1).end(value);
        assertThat(reply).isCompletedWithValue(value);
        assertThat(sent.get(0).cancellation().reason()).isEqualTo(Cancellation.Reason.SUPERSEDED);
        assertThat(payload.references).as("the first still holds it").hasValue(2);
        attempts.get(0).end(failed(Status.CANCELLED, Executed.MAYBE));
        assertThat(payload.references).hasValue(1);
        assertThat(reply.join()).isSameAs(value);
    }

    @Test
    void anAnswerOfTheServiceCountsAlthoughItIsAFailure() {
        CompletableFuture<Reply> reply = late();
        Reply says = failed(Status.APPLICATION, Executed.YES);
        attempts.get(1).end(says);
        assertThat(reply).isCompletedWithValue(says);
    }

    @Test
    void aFailureWaitsForTheAttemptThatIsLeft() {
        for (int first : new int[] {0, 1}) {
            sent.clear();
            attempts.clear();
            CompletableFuture<Reply> reply = late();
            attempts.get(first).end(LOST);
            assertThat(reply).isNotDone();
            Reply value = value();
            attempts.get(1 - first).end(value);
            assertThat(reply).isCompletedWithValue(value);
        }
        assertThat(payload.references).hasValue(1);
    }

    @Test
    void whenBothFailTheOneThatMayHaveRunIsTold() {
        Reply damaged = failed(Status.INTERNAL, Executed.YES);
        record Case(Reply first, Reply second, Reply told) {}
        for (Case each : List.of(
                new Case(LOST, NOT_SENT, LOST),
                new Case(NOT_SENT, LOST, LOST),
                new Case(LOST, damaged, damaged),
                new Case(damaged, LOST, LOST))) {
            for (int earlier : new int[] {0, 1}) {
                sent.clear();
                attempts.clear();
                CompletableFuture<Reply> reply = late();
                attempts.get(earlier).end(earlier == 0 ? each.first : each.second);
                assertThat(reply).isNotDone();
                attempts.get(1 - earlier).end(earlier == 0 ? each.second : each.first);
                assertThat(reply.join()).as("%s, %d ends first", each, earlier).isSameAs(each.told);
            }
        }
        assertThat(payload.references).hasValue(1);
    }

    @Test
    void phasesOfTheAttemptThatCountsAddUpToTheCall() {
        late();
        ticker.advance(Duration.ofMillis(7));
        attempts.get(1).end(value());
        Ledger ledger = sent.get(0).ledger();
        sent.get(0).ledger().enter(Phase.WRITE, ticker.nanos()); // the first does not know yet
        ticker.advance(Duration.ofMillis(1));
        ledger.settle(ticker.nanos());
        assertThat(ledger.sentTo()).isEqualTo("instance 2");
        assertThat(ledger.spentNanos(Phase.CLIENT_QUEUE)).isEqualTo(AFTER.toNanos());
        assertThat(ledger.spentNanos(Phase.BACK)).isEqualTo(Duration.ofMillis(8).toNanos());
        assertThat(ledger.totalNanos()).isEqualTo(AFTER.plusMillis(8).toNanos());
        long sum = 0;
        for (Phase phase : Phase.values()) {
            sum += ledger.spentNanos(phase);
        }
        assertThat(sum).isEqualTo(ledger.totalNanos());
    }

    @Test
    void theLedgerOfTheFirstAttemptCountsIfItsAnswerDoes() {
        late();
        ticker.advance(Duration.ofMillis(7));
        attempts.get(0).end(value());
        Ledger ledger = sent.get(0).ledger();
        ledger.settle(ticker.nanos());
        assertThat(ledger.sentTo()).isEqualTo("instance 1");
        assertThat(ledger.spentNanos(Phase.BACK)).isEqualTo(AFTER.plusMillis(7).toNanos());
    }

    @Test
    void aSilentServersCallsAreSentElsewhereWithoutAHedgeToo() {
        CompletableFuture<Reply> reply = invoke(idempotent());
        silent(0);
        assertThat(sent).hasSize(2);
        assertThat(withdrawn).as("nothing is given up before somebody answers").isEmpty();
        silent(1);
        assertThat(sent).as("the second one's silence begins no third").hasSize(2);
        Reply value = value();
        attempts.get(1).end(value);
        assertThat(reply).isCompletedWithValue(value);
        assertThat(withdrawn).containsExactly(Cancellation.Reason.SUPERSEDED);
        assertThat(sent.get(0).cancellation().isCancelled())
                .as("that of the call itself may have others that listen")
                .isFalse();
    }

    @Test
    void aServerThatWasSilentMayStillAnswerFirst() {
        CompletableFuture<Reply> reply = invoke(idempotent());
        silent(0);
        Reply value = value();
        attempts.get(0).end(value);
        assertThat(reply).isCompletedWithValue(value);
        assertThat(sent.get(1).cancellation().reason()).isEqualTo(Cancellation.Reason.SUPERSEDED);
        assertThat(withdrawn).isEmpty();
    }

    @Test
    void aCallWithASecondAttemptGetsNoThirdForSilence() {
        late();
        silent(0);
        assertThat(sent).hasSize(2);
        assertThat(payload.references).hasValue(3);
    }

    @Test
    void withNobodyElseTheCallWaits() {
        CompletableFuture<Reply> reply = invoke(idempotent());
        silent(0);
        attempts.get(1).end(NOT_SENT);
        assertThat(reply).isNotDone();
        Reply value = value();
        attempts.get(0).end(value);
        assertThat(reply).isCompletedWithValue(value);
    }

    @Test
    void withdrawalOfTheCallReachesBothAttempts() {
        Invocation call = call(hedged()).build();
        CompletableFuture<Reply> reply = filter.apply(call, below);
        scheduler.advance(AFTER);
        call.cancellation().fire(Cancellation.Reason.CALLER);
        assertThat(sent).allMatch(each -> each.cancellation().reason() == Cancellation.Reason.CALLER);
        Reply gone = failed(Status.CANCELLED, Executed.MAYBE);
        attempts.get(0).end(gone);
        attempts.get(1).end(gone);
        assertThat(reply).isCompletedWithValue(gone);
        assertThat(payload.references).hasValue(1);
    }

    @Test
    void whatMustNotRunTwiceIsSentOnce() {
        MethodPolicy hedged = hedged();
        for (Invocation.Builder each : List.of(
                call(MethodPolicy.DEFAULT),
                call(MethodPolicy.DEFAULT.withCode(PolicyKey.HEDGE_AFTER, AFTER, "")),
                call(hedged).oneWay(true),
                call(hedged.withCode(PolicyKey.ATTEMPTS, 1, "")),
                call(hedged.withCode(PolicyKey.ON_FAILURE, FailureMode.FAILFAST, "")),
                call(hedged).hop(Hop.DIRECT.withAttempt(2)),
                call(hedged).hop(new Hop(0, Seat.LOCAL, 3, Seat.DIRECT)))) {
            sent.clear();
            attempts.clear();
            filter.apply(each.build(), below);
            scheduler.advance(Duration.ofMillis(900));
            silent(0);
            assertThat(sent).as("%s", each).hasSize(1);
        }
    }

    @Test
    void aCallWhoseTimeIsUpOrThatIsOverIsNotSentAgain() {
        invoke(idempotent());
        ticker.advance(SECOND);
        silent(0);
        assertThat(sent).hasSize(1);
        invoke(idempotent());
        attempts.get(1).end(value());
        silent(1);
        assertThat(sent).hasSize(2);
        invoke(idempotent());
        payload.release(); // its caller was interrupted
        silent(2);
        assertThat(sent).hasSize(3);
    }

    @Test
    void aBreachOfContractInTheSecondAttemptLeavesTheFirst() {
        CompletableFuture<Reply> reply = invoke(idempotent());
        filter.silent(sent.get(0), attempts.get(0), withdrawn::add, call -> {
            throw new IllegalStateException("broken");
        });
        assertThat(reply).isNotDone();
        Reply value = value();
        attempts.get(0).end(value);
        assertThat(reply).isCompletedWithValue(value);
        assertThat(payload.references).hasValue(1);
    }
}
