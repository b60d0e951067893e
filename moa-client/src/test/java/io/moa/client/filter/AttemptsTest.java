package io.moa.client.filter;

import static org.assertj.core.api.Assertions.assertThat;

import io.moa.client.Calls;
import io.moa.client.cluster.Attempt;
import io.moa.governance.policy.MethodPolicy;
import io.moa.governance.policy.PolicyKey;
import io.moa.invoke.Attributes;
import io.moa.invoke.Executed;
import io.moa.invoke.Filter;
import io.moa.invoke.Hints;
import io.moa.invoke.Invocation;
import io.moa.invoke.Invoker;
import io.moa.invoke.Phase;
import io.moa.invoke.Reply;
import io.moa.invoke.Status;
import io.moa.testkit.FakeScheduler;
import io.moa.testkit.FakeTicker;
import io.moa.testkit.Shows;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How often a call is sent in all, one attempt after the other and one beside the other. */
class AttemptsTest {

    private static final Duration AFTER = Duration.ofMillis(50);
    private static final Duration LATE = Duration.ofMillis(80); // when both of a pair are on their way
    private static final Duration EARLY = Duration.ofMillis(10);
    private static final Reply FAULT =
            Reply.failure(Status.APPLICATION, Executed.YES, "the disk is full").withHints(Hints.FAULT);
    private static final Reply NOT_SENT = Reply.failure(Status.UNAVAILABLE, Executed.NO, "no other instance");

    private final FakeTicker ticker = new FakeTicker();
    private final FakeScheduler scheduler = new FakeScheduler(ticker);
    private final HedgeFilter hedges = new HedgeFilter(ticker, scheduler);
    private final List<Invocation> sent = new ArrayList<>();
    private final List<Attempt> attempts = new ArrayList<>();

    /** Each attempt fails after so long, the last one given standing for those that follow. */
    private Invoker failing(Duration... after) {
        return call -> {
            Duration delay = after[Math.min(sent.size(), after.length - 1)];
            Attempt attempt = sending(call);
            scheduler.schedule(() -> attempt.end(FAULT), delay.toNanos());
            return attempt;
        };
    }

    private Attempt sending(Invocation call) {
        sent.add(call);
        call.ledger().enter(Phase.PICK, ticker.nanos());
        call.ledger().sentTo("instance " + sent.size());
        call.ledger().enter(Phase.BACK, ticker.nanos());
        attempts.add(new Attempt());
        return attempts.get(attempts.size() - 1);
    }

    private CompletableFuture<Reply> invoke(int times, Duration hedgeAfter, Invoker below) {
        MethodPolicy policy = MethodPolicy.DEFAULT
                .withCode(PolicyKey.IDEMPOTENT, true, "")
                .withCode(PolicyKey.ATTEMPTS, times, "")
                .withCode(PolicyKey.HEDGE_AFTER, hedgeAfter, "");
        Invocation call = Calls.of(ticker, Duration.ofSeconds(9))
                .attributes(Attributes.EMPTY.with(MethodPolicy.KEY, policy))
                .build();
        return Filter.stack(List.of(new RetryFilter(ticker), hedges), below).invoke(call);
    }

    private void assertSent(int times) {
        assertThat(sent)
                .extracting(call -> call.hop().attempt())
                .containsExactlyElementsOf(IntStream.range(0, times).boxed().toList());
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3, 4, 5, 10})
    @Shows("attempts")
    void aHedgeIsAnAttempt(int times) {
        CompletableFuture<Reply> reply = invoke(times, AFTER, failing(LATE));
        scheduler.advance(Duration.ofSeconds(5));
        assertThat(reply).isCompletedWithValue(FAULT);
        assertSent(times);
    }

    @Test
    void aCallWithoutAnAttemptLeftIsNotHedged() {
        CompletableFuture<Reply> reply = invoke(2, AFTER, failing(EARLY, LATE));
        scheduler.advance(Duration.ofSeconds(5));
        assertThat(reply).isCompletedWithValue(FAULT);
        assertSent(2);
    }

    @Test
    void aLaterAttemptIsHedgedIfOneIsLeft() {
        CompletableFuture<Reply> reply = invoke(3, AFTER, failing(EARLY, LATE));
        scheduler.advance(EARLY.plus(AFTER));
        assertSent(3);
        scheduler.advance(Duration.ofSeconds(5));
        assertThat(reply).isCompletedWithValue(FAULT);
        assertSent(3);
    }

    @Test
    void anAttemptBesideThatOfASilentServerCountsToo() {
        Invoker below = failing(LATE);
        CompletableFuture<Reply> reply = invoke(2, Duration.ZERO, below);
        hedges.silent(sent.get(0), attempts.get(0), reason -> {}, below);
        scheduler.advance(Duration.ofSeconds(5));
        assertThat(reply).isCompletedWithValue(FAULT);
        assertSent(2);
    }

    @Test
    void aHedgeThatFoundNobodyElseLeavesTheAttemptToARetry() {
        Invoker others = failing(LATE);
        List<Invocation> unsent = new ArrayList<>();
        CompletableFuture<Reply> reply = invoke(2, AFTER, call -> {
            if (sent.size() == 1 && unsent.isEmpty()) {
                unsent.add(call);
                call.ledger().enter(Phase.PICK, ticker.nanos());
                return CompletableFuture.completedFuture(NOT_SENT);
            }
            return others.invoke(call);
        });
        scheduler.advance(Duration.ofSeconds(5));
        assertThat(reply).isCompletedWithValue(FAULT);
        assertThat(unsent).hasSize(1);
        assertSent(2);
    }
}
