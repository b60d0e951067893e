package io.moa.client.filter;

import static org.assertj.core.api.Assertions.assertThat;

import io.moa.client.Calls;
import io.moa.client.cluster.Attempt;
import io.moa.governance.balance.CandidateSet;
import io.moa.governance.policy.MethodPolicy;
import io.moa.governance.policy.PolicyKey;
import io.moa.governance.rule.FaultTable;
import io.moa.governance.rule.LocalProcess;
import io.moa.governance.rule.RuleBook;
import io.moa.invoke.Attributes;
import io.moa.invoke.Cancellation;
import io.moa.invoke.Executed;
import io.moa.invoke.Filter;
import io.moa.invoke.Invocation;
import io.moa.invoke.Invoker;
import io.moa.invoke.Payload;
import io.moa.invoke.Phase;
import io.moa.invoke.Reply;
import io.moa.invoke.Status;
import io.moa.testkit.FakeScheduler;
import io.moa.testkit.FakeTicker;
import io.moa.testkit.Shows;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** What becomes of attempts that a rule holds back or fails, and what stands above makes of them. */
class FaultFilterTest {

    private static final Reply DONE = new Reply.Value(Payload.EMPTY);
    private static final Duration SECOND = Duration.ofSeconds(1);

    private final FakeTicker ticker = new FakeTicker();
    private final FakeScheduler scheduler = new FakeScheduler(ticker);
    private final List<String> told = new ArrayList<>();
    private final FaultFilter filter = new FaultFilter(ticker, scheduler, new Random(3), told::add);
    private final List<Invocation> sent = new ArrayList<>();
    private final Invoker below = call -> {
        sent.add(call);
        return CompletableFuture.completedFuture(DONE);
    };

    private static FaultTable table(Object... fields) {
        Map<String, Object> rule = new LinkedHashMap<>(Map.of("kind", "fault", "service", "x.Y"));
        for (int i = 0; i < fields.length; i += 2) {
            rule.put((String) fields[i], fields[i + 1]);
        }
        return RuleBook.none(new LocalProcess("self", "web", Map.of()))
                .next(7, Map.of("chaos", rule))
                .faults(Calls.SERVICE);
    }

    private Invocation call(Attributes policy, FaultTable table) {
        return Calls.of(ticker, SECOND)
                .attributes(policy.with(FaultTable.KEY, table))
                .build();
    }

    private Invocation call(Object... fields) {
        return call(Calls.policy(false, 1), table(fields));
    }

    private static Map<String, Object> away() {
        return Map.of("status", "UNAVAILABLE", "message", "the stock is away");
    }

    @Test
    @Shows("rule fault")
    void aFailureSaysByWhichRuleItWasMadeAndNobodyIsCalled() {
        Invocation call = call("fail", away());
        Reply.Failure failure = (Reply.Failure) filter.apply(call, below).getNow(null);
        assertThat(failure.status()).isEqualTo(Status.UNAVAILABLE);
        assertThat(failure.executed()).isEqualTo(Executed.NO);
        assertThat(failure.message())
                .isEqualTo("x.Y z() failed on purpose, injected by rule chaos, revision 7: the stock is away");
        assertThat(sent).isEmpty();
        assertThat(call.ledger().sentTo()).as("who could be ejected for it").isEmpty();
    }

    @Test
    void aCallToWhichNothingIsDoneGoesOnAtOnce() {
        assertThat(filter.apply(Calls.of(ticker, SECOND).build(), below).getNow(null))
                .isSameAs(DONE);
        assertThat(filter.apply(call("fail", away(), "percent", 0), below).getNow(null))
                .isSameAs(DONE);
        assertThat(told).isEmpty();
    }

    @Test
    void theLogIsToldOnceOfEachVersionOfARule() {
        FaultTable table = table("fail", away(), "delay", "10ms", "percent", 100);
        for (int i = 0; i < 3; i++) {
            filter.apply(call(Calls.policy(false, 1), table), below);
        }
        assertThat(told)
                .containsExactly(
                        "rule chaos, revision 7 injects faults into calls of x.Y, z() first: 100 % of those that"
                                + " it matches, 10ms, then UNAVAILABLE. Take the rule back to end that");
        assertThat(table.faults().get(0).struck()).isEqualTo(3);
        filter.apply(call("fail", away()), below);
        assertThat(told).as("another table, as of another version").hasSize(2);
    }

    @Test
    void aCallThatIsHeldBackGoesOnWhenItsTimeHasCome() {
        CompletableFuture<Reply> reply = filter.apply(call("delay", "200ms"), below);
        scheduler.advance(Duration.ofMillis(199));
        assertThat(reply).isNotDone();
        assertThat(sent).isEmpty();
        scheduler.advance(Duration.ofMillis(1));
        assertThat(reply.getNow(null)).isSameAs(DONE);
        assertThat(sent).hasSize(1);
    }

    @Test
    void whoIsHeldBackAndThenFailsWaitsFirst() {
        CompletableFuture<Reply> reply = filter.apply(call("delay", "200ms", "fail", away()), below);
        assertThat(reply).isNotDone();
        scheduler.advance(Duration.ofMillis(200));
        assertThat(((Reply.Failure) reply.getNow(null)).status()).isEqualTo(Status.UNAVAILABLE);
        assertThat(sent).isEmpty();
    }

    @Test
    void theWaitEndsWithTheDeadlineAsThatForASlowServerDoes() {
        CompletableFuture<Reply> reply = filter.apply(call("delay", "1m"), below);
        scheduler.advance(SECOND.minusNanos(1));
        assertThat(reply).isNotDone();
        scheduler.advance(Duration.ofNanos(1));
        Reply.Failure failure = (Reply.Failure) reply.getNow(null);
        assertThat(failure.status()).isEqualTo(Status.DEADLINE_EXCEEDED);
        assertThat(failure.executed()).isEqualTo(Executed.MAYBE);
        assertThat(failure.message()).contains("held back on purpose, injected by rule chaos, revision 7");
        assertThat(sent).isEmpty();
    }

    @Test
    void theWaitEndsWhenTheCallIsWithdrawnAndNothingIsLeftOfIt() {
        Invocation call = call("delay", "500ms");
        CompletableFuture<Reply> reply = filter.apply(call, below);
        call.cancellation().fire(Cancellation.Reason.CALLER);
        Reply.Failure failure = (Reply.Failure) reply.getNow(null);
        assertThat(failure.status()).isEqualTo(Status.CANCELLED);
        assertThat(failure.executed()).isEqualTo(Executed.NO);
        assertThat(scheduler.pending()).isZero();
        scheduler.advance(SECOND);
        assertThat(sent).isEmpty();
    }

    @Test
    void aRetryMeetsTheRuleAnewAndAsOftenAsTheMethodAllows() {
        RetryFilter retries = new RetryFilter(ticker);
        FaultTable all = table("fail", away());
        Filter.stack(List.of(retries, filter), below).invoke(call(Calls.policy(true, 3), all));
        assertThat(all.faults().get(0).struck()).isEqualTo(3);
        assertThat(sent).isEmpty();

        FaultTable half = table("fail", away(), "percent", 50);
        int succeeded = 0;
        for (int i = 0; i < 100; i++) {
            Reply reply = Filter.stack(List.of(retries, filter), below)
                    .invoke(call(Calls.policy(true, 3), half))
                    .getNow(null);
            succeeded += reply == DONE ? 1 : 0;
        }
        assertThat(succeeded).as("but one of eight").isBetween(78, 96);
    }

    @Test
    void aCallThatIsHeldBackIsHedged() {
        Attributes hedged = Attributes.EMPTY.with(
                MethodPolicy.KEY,
                MethodPolicy.DEFAULT
                        .withCode(PolicyKey.IDEMPOTENT, true, "")
                        .withCode(PolicyKey.ATTEMPTS, 2, "")
                        .withCode(PolicyKey.HEDGE_AFTER, Duration.ofMillis(50), ""));
        FaultTable half = table("delay", "500ms", "percent", 50);
        Invoker counted = call -> {
            call.ledger().enter(Phase.PICK, ticker.nanos());
            call.ledger().sentTo("somebody");
            call.ledger().enter(Phase.BACK, ticker.nanos());
            sent.add(call);
            Attempt attempt = new Attempt();
            attempt.end(DONE);
            return attempt;
        };
        Invoker route = Filter.stack(List.of(new HedgeFilter(ticker, scheduler), filter), counted);
        int hedges = 0;
        for (int i = 0; i < 40; i++) {
            CompletableFuture<Reply> reply = route.invoke(call(hedged, half));
            boolean held = !reply.isDone();
            scheduler.advance(Duration.ofMillis(50));
            hedges += held && reply.isDone() ? 1 : 0;
            scheduler.advance(Duration.ofMillis(500));
            assertThat(reply.getNow(null)).isSameAs(DONE);
        }
        assertThat(hedges).as("about a quarter").isBetween(3, 20);
        assertThat(sent).anyMatch(each -> each.attributes().get(CandidateSet.TRIED) != null);
    }
}
