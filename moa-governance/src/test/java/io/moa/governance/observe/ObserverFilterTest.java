package io.moa.governance.observe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.moa.annotation.EnforcedAt;
import io.moa.discovery.ServiceId;
import io.moa.governance.gate.ConcurrencyGate;
import io.moa.governance.gate.GateFilter;
import io.moa.governance.gate.MethodGate;
import io.moa.governance.gate.ServiceRates;
import io.moa.governance.policy.MethodPolicy;
import io.moa.governance.policy.PolicyKey;
import io.moa.invoke.Attributes;
import io.moa.invoke.Executed;
import io.moa.invoke.Filter;
import io.moa.invoke.Invocation;
import io.moa.invoke.Invoker;
import io.moa.invoke.Ledger;
import io.moa.invoke.MethodId;
import io.moa.invoke.Payload;
import io.moa.invoke.Phase;
import io.moa.invoke.Reply;
import io.moa.invoke.Status;
import io.moa.observe.BreakerState;
import io.moa.observe.CallEnd;
import io.moa.observe.CallObserver;
import io.moa.observe.MethodObserver;
import io.moa.observe.RefusalCause;
import io.moa.testkit.FakeScheduler;
import io.moa.testkit.FakeTicker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class ObserverFilterTest {

    private static final ServiceId SERVICE = ServiceId.of("shop.Stock");
    private static final MethodId METHOD = MethodId.parse("count()");
    private static final Reply DONE = new Reply.Value(Payload.EMPTY);
    private static final Reply FAULT = Reply.failure(Status.INTERNAL, Executed.YES, "broken");

    private final FakeTicker ticker = new FakeTicker();
    private final FakeScheduler scheduler = new FakeScheduler(ticker);
    private final List<String> told = new ArrayList<>();
    private final List<Throwable> complaints = new ArrayList<>();

    /** Writes down what it is told. */
    private class Writing implements CallObserver {
        @Override
        public MethodObserver of(ServiceId service, MethodId method) {
            return observer(method.name());
        }

        @Override
        public MethodObserver ofUnknown() {
            return observer("unknown");
        }

        MethodObserver observer(String name) {
            return new MethodObserver() {
                @Override
                public CallEnd began(Invocation call) {
                    told.add(name + " began");
                    return (ended, reply, took) -> told.add(name + " ended "
                            + (reply instanceof Reply.Failure failure ? failure.status() : "OK") + " after "
                            + Duration.ofNanos(took).toMillis());
                }

                @Override
                public void refused(Invocation call, RefusalCause cause) {
                    told.add(name + " refused " + cause);
                }

                @Override
                public void breaker(BreakerState state) {
                    told.add(name + " breaker " + state);
                }
            };
        }
    }

    private final class Throwing extends Writing {
        @Override
        MethodObserver observer(String name) {
            return new MethodObserver() {
                @Override
                public CallEnd began(Invocation call) {
                    return (ended, reply, took) -> {
                        throw new IllegalStateException("at the end");
                    };
                }

                @Override
                public void refused(Invocation call, RefusalCause cause) {
                    throw new IllegalStateException("when refused");
                }
            };
        }
    }

    private Observation by(CallObserver... observers) {
        return Observation.by(List.of(observers), complaints::add);
    }

    private Filter filter(Observation observation) {
        ObservedMethod unknown = observation.ofUnknown();
        assertThat(unknown).isNotNull();
        return new ObserverFilter(unknown, ticker);
    }

    private Invocation call(Observation observation) {
        ObservedMethod method = observation.of(SERVICE, METHOD);
        assertThat(method).isNotNull();
        return call().withAttributes(Attributes.EMPTY.with(ObservedMethod.KEY, method));
    }

    private Invocation call() {
        return Invocation.of(SERVICE, METHOD, Payload.EMPTY, new Ledger(Phase.CLIENT_QUEUE, ticker.nanos()))
                .build();
    }

    private static CompletableFuture<Reply> done(Reply reply) {
        return CompletableFuture.completedFuture(reply);
    }

    @Test
    void tellsOfTheEndBeforeTheCallerHasTheReply() {
        Observation observation = by(new Writing());
        CompletableFuture<Reply> below = new CompletableFuture<>();
        CompletableFuture<Reply> reply = filter(observation).apply(call(observation), any -> below);
        reply.thenAccept(any -> told.add("caller"));
        ticker.advance(Duration.ofMillis(30));
        below.complete(DONE);
        assertThat(told).containsExactly("count began", "count ended OK after 30", "caller");
        assertThat(reply).isCompletedWithValue(DONE);
    }

    @Test
    void tellsOfAReplyThatIsThereAtOnce() {
        Observation observation = by(new Writing());
        CompletableFuture<Reply> reply = done(FAULT);
        assertThat(filter(observation).apply(call(observation), any -> reply)).isSameAs(reply);
        assertThat(told).containsExactly("count began", "count ended INTERNAL after 0");
    }

    @Test
    void callsThatCarryNoMethodAreToldAsUnknown() {
        filter(by(new Writing())).apply(call(), any -> done(DONE));
        assertThat(told).containsExactly("unknown began", "unknown ended OK after 0");
    }

    @Test
    void whatBreaksTheContractBelowHasEndedToo() {
        Observation observation = by(new Writing());
        Filter filter = filter(observation);
        assertThatThrownBy(() -> filter.apply(call(observation), any -> {
                    throw new IllegalStateException("broken");
                }))
                .hasMessage("broken");
        CompletableFuture<Reply> below = new CompletableFuture<>();
        CompletableFuture<Reply> reply = filter.apply(call(observation), any -> below);
        below.completeExceptionally(new IllegalStateException("broken"));
        assertThat(reply).isCompletedExceptionally();
        assertThat(told)
                .containsExactly(
                        "count began", "count ended INTERNAL after 0", "count began", "count ended INTERNAL after 0");
    }

    @Test
    void aCallWhoseTimeWasUpBeforeItRanIsRefusedAsExpired() {
        Observation observation = by(new Writing());
        filter(observation)
                .apply(
                        call(observation),
                        any -> done(Reply.failure(Status.DEADLINE_EXCEEDED, Executed.NO, "too late")));
        filter(observation)
                .apply(
                        call(observation),
                        any -> done(Reply.failure(Status.DEADLINE_EXCEEDED, Executed.MAYBE, "too slow")));
        assertThat(told)
                .containsExactly(
                        "count began",
                        "count refused EXPIRED",
                        "count ended DEADLINE_EXCEEDED after 0",
                        "count began",
                        "count ended DEADLINE_EXCEEDED after 0");
    }

    private ServiceRates rates() {
        return new ServiceRates("Stock", ticker);
    }

    private Invoker gated(Observation observation, MethodPolicy policy, Invoker end) {
        MethodGate gate = new MethodGate("Stock count", EnforcedAt.CALLER, ticker, rates(), observation.gates());
        gate.govern(policy);
        return filter(observation).before(new GateFilter(any -> gate, scheduler, ticker).before(end));
    }

    @Test
    void tellsWhichLimitRefused() {
        Observation observation = by(new Writing());
        MethodPolicy rate = MethodPolicy.DEFAULT
                .withCode(PolicyKey.RATE_LIMIT, 1, "test")
                .withCode(PolicyKey.RATE_BURST, 1, "test")
                .withCode(PolicyKey.RATE_LIMIT_AT, EnforcedAt.CALLER, "test");
        Invoker limited = gated(observation, rate, any -> done(DONE));
        limited.invoke(call(observation));
        limited.invoke(call(observation));
        MethodPolicy atOnce = MethodPolicy.DEFAULT
                .withCode(PolicyKey.CONCURRENCY_LIMIT, 1, "test")
                .withCode(PolicyKey.CONCURRENCY_LIMIT_AT, EnforcedAt.CALLER, "test");
        Invoker one = gated(observation, atOnce, any -> new CompletableFuture<>());
        one.invoke(call(observation));
        one.invoke(call(observation));
        assertThat(told)
                .containsSubsequence("count refused RATE", "count refused CONCURRENCY")
                .filteredOn(each -> each.contains("refused"))
                .hasSize(2);
    }

    @Test
    void aGateOfAServiceIsToldByItsCause() {
        Observation observation = by(new Writing());
        var gate = observation.gate(RefusalCause.IN_FLIGHT, new ConcurrencyGate("Stock", 1));
        gate.admit(call(observation));
        gate.admit(call(observation));
        gate.admit(call()); // which carries nobody who could be told
        assertThat(told).containsExactly("count refused IN_FLIGHT");
    }

    @Test
    void tellsEachStateOfABreakerOnce() {
        Observation observation = by(new Writing());
        MethodPolicy breaks = MethodPolicy.DEFAULT
                .withCode(PolicyKey.BREAKER_FAILURES, 50, "test")
                .withCode(PolicyKey.BREAKER_CALLS, 4, "test")
                .withCode(PolicyKey.BREAKER_TRIALS, 2, "test")
                .withCode(PolicyKey.BREAKER_OPEN, Duration.ofSeconds(5), "test");
        Reply[] next = {FAULT};
        Invoker route = gated(observation, breaks, any -> done(next[0]));
        Invocation call = call(observation);
        for (int i = 0; i < 4; i++) {
            route.invoke(call);
        }
        assertThat(told).contains("count breaker OPEN"); // also if no further call asks it
        route.invoke(call);
        route.invoke(call);
        ticker.advance(Duration.ofSeconds(6));
        next[0] = DONE;
        for (int i = 0; i < 3; i++) {
            route.invoke(call);
        }
        assertThat(told)
                .filteredOn(each -> each.contains("breaker"))
                .containsExactly(
                        "count breaker CLOSED",
                        "count breaker OPEN",
                        "count breaker HALF_OPEN",
                        "count breaker CLOSED");
        assertThat(told).filteredOn(each -> each.contains("BREAKER")).hasSize(2);
    }

    @Test
    void aBreakerThatIsTakenAwayIsClosed() {
        ObservedMethod method = new ObservedMethod(new Writing().observer("count"), complaints::add);
        method.withoutBreaker();
        assertThat(told).isEmpty();
        MethodGate gate = new MethodGate("Stock count", EnforcedAt.CALLER, ticker, rates(), ObservedGate::of);
        gate.govern(MethodPolicy.DEFAULT
                .withCode(PolicyKey.BREAKER_FAILURES, 50, "test")
                .withCode(PolicyKey.BREAKER_CALLS, 1, "test"));
        Invocation call = call().withAttributes(Attributes.EMPTY.with(ObservedMethod.KEY, method));
        new GateFilter(any -> gate, scheduler, ticker).apply(call, any -> done(FAULT));
        new GateFilter(any -> gate, scheduler, ticker).apply(call, any -> done(FAULT));
        method.withoutBreaker();
        assertThat(told)
                .containsExactly(
                        "count breaker CLOSED", "count breaker OPEN", "count refused BREAKER", "count breaker CLOSED");
    }

    @Test
    void whatAnObserverThrowsHarmsNoCall() {
        Observation observation = by(new Throwing());
        CompletableFuture<Reply> reply = filter(observation)
                .apply(
                        call(observation),
                        any -> done(Reply.failure(Status.DEADLINE_EXCEEDED, Executed.NO, "too late")));
        assertThat(reply).isCompleted();
        assertThat(complaints).extracting(Throwable::getMessage).containsExactly("when refused", "at the end");
    }

    @Test
    void severalObserversAreToldInTheirOrder() {
        Observation observation = by(new Writing(), new Writing());
        filter(observation).apply(call(observation), any -> done(DONE));
        assertThat(told)
                .containsExactly("count began", "count began", "count ended OK after 0", "count ended OK after 0");
    }

    @Test
    void withoutObserversNothingStandsInTheWay() {
        Observation none = by();
        ConcurrencyGate gate = new ConcurrencyGate("Stock", 1);
        assertThat(none).isSameAs(Observation.NONE);
        assertThat(none.of(SERVICE, METHOD)).isNull();
        assertThat(none.ofUnknown()).isNull();
        assertThat(none.gate(RefusalCause.IN_FLIGHT, gate)).isSameAs(gate);
        assertThat(none.gates().apply(PolicyKey.RATE_LIMIT, gate)).isSameAs(gate);
    }
}
