package io.moa.resilience4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.resilience4j.bulkhead.Bulkhead;
import io.github.resilience4j.bulkhead.BulkheadConfig;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.ratelimiter.RateLimiter;
import io.github.resilience4j.ratelimiter.RateLimiterConfig;
import io.github.resilience4j.ratelimiter.internal.SemaphoreBasedRateLimiter;
import io.moa.discovery.ServiceId;
import io.moa.invoke.Admission;
import io.moa.invoke.Gate;
import io.moa.invoke.Invocation;
import io.moa.invoke.Ledger;
import io.moa.invoke.MethodId;
import io.moa.invoke.Payload;
import io.moa.invoke.Permit;
import io.moa.invoke.Phase;
import io.moa.invoke.Status;
import io.moa.testkit.FakeTicker;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** If a gate waited, it would wait for an hour. */
@Timeout(60)
class Resilience4jGatesTest {

    private static final Duration LONG = Duration.ofHours(1);

    private static final Invocation CALL = Invocation.of(
                    ServiceId.of("shop.Stock"),
                    MethodId.parse("count()"),
                    Payload.EMPTY,
                    new Ledger(Phase.SERVER_QUEUE, 0))
            .build();

    private static Permit admitted(Gate gate) {
        return (Permit) gate.admit(CALL);
    }

    private static Admission.Rejected refused(Gate gate) {
        return (Admission.Rejected) gate.admit(CALL);
    }

    private static CircuitBreakerConfig.Builder half() {
        return CircuitBreakerConfig.custom()
                .slidingWindowSize(4)
                .minimumNumberOfCalls(4)
                .permittedNumberOfCallsInHalfOpenState(1)
                .waitDurationInOpenState(LONG);
    }

    @Test
    void breakerLearnsHowCallsEnd() {
        CircuitBreaker breaker = CircuitBreaker.of("stock", half().build());
        Gate gate = Resilience4jGates.of(breaker);
        admitted(gate).end(Permit.End.SUCCESS);
        admitted(gate).end(Permit.End.NOT_USED);
        assertThat(breaker.getMetrics().getNumberOfSuccessfulCalls()).isEqualTo(1);
        for (int i = 0; i < 3; i++) {
            Permit permit = admitted(gate);
            permit.end(Permit.End.FAILURE);
            permit.end(Permit.End.FAILURE);
        }
        assertThat(breaker.getMetrics().getNumberOfFailedCalls()).isEqualTo(3);
        assertThat(refused(gate).reason()).isEqualTo("CircuitBreaker stock is OPEN");
        assertThat(refused(gate).status()).isEqualTo(Status.REJECTED);
    }

    @Test
    void trialThatWasNotUsedGivesItsPlaceBackAndACallFromBeforeDoesNot() {
        CircuitBreaker breaker = CircuitBreaker.of("stock", half().build());
        Gate gate = Resilience4jGates.of(breaker);
        Permit early = admitted(gate);
        breaker.transitionToOpenState();
        breaker.transitionToHalfOpenState();
        Permit trial = admitted(gate);
        early.end(Permit.End.NOT_USED);
        assertThat(refused(gate).reason()).contains("HALF_OPEN");
        trial.end(Permit.End.NOT_USED);
        trial.end(Permit.End.NOT_USED);
        Permit next = admitted(gate);
        assertThat(gate.admit(CALL)).isInstanceOf(Admission.Rejected.class);
        next.end(Permit.End.SUCCESS);
        assertThat(breaker.getState()).isEqualTo(CircuitBreaker.State.CLOSED);
    }

    @Test
    void breakerThatWouldTakeAFailedCallForASuccessIsRefused() {
        CircuitBreaker onlySome = CircuitBreaker.of(
                "stock", half().recordExceptions(IOException.class).build());
        assertThatThrownBy(() -> Resilience4jGates.of(onlySome))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("CircuitBreaker stock")
                .hasMessageContaining("io.moa.resilience4j.FailedCall");
        CircuitBreaker ignoring = CircuitBreaker.of(
                "stock", half().ignoreExceptions(RuntimeException.class).build());
        assertThatThrownBy(() -> Resilience4jGates.of(ignoring)).hasMessageContaining("ignoreExceptions");
        CircuitBreaker both = CircuitBreaker.of(
                "stock",
                half().recordExceptions(IOException.class, FailedCall.class).build());
        admitted(Resilience4jGates.of(both)).end(Permit.End.FAILURE);
        assertThat(both.getMetrics().getNumberOfFailedCalls()).isEqualTo(1);
    }

    private static RateLimiterConfig twoAnHour(Duration timeout) {
        return RateLimiterConfig.custom()
                .limitForPeriod(2)
                .limitRefreshPeriod(LONG)
                .timeoutDuration(timeout)
                .build();
    }

    @Test
    void limiterRefusesWhereItWouldMakeAThreadWait() {
        for (Duration timeout : new Duration[] {Duration.ZERO, LONG.multipliedBy(3)}) {
            FakeTicker ticker = new FakeTicker();
            Gate gate = Resilience4jGates.of(RateLimiter.of("stock", twoAnHour(timeout), ticker::nanos));
            admitted(gate).end(Permit.End.SUCCESS);
            admitted(gate).end(Permit.End.NOT_USED);
            for (int i = 0; i < 5; i++) {
                assertThat(refused(gate).reason()).isEqualTo("RateLimiter stock lets 2 calls pass in PT1H");
                assertThat(refused(gate).retryAfterMillis()).isEqualTo(LONG.toMillis() + 1);
            }
            ticker.advance(LONG);
            admitted(gate);
            admitted(gate);
            assertThat(gate.admit(CALL)).as("and refusals took nothing").isInstanceOf(Admission.Rejected.class);
        }
    }

    @Test
    void limiterThatCanOnlyWaitIsRefused() {
        ScheduledExecutorService scheduler = Executors.newSingleThreadScheduledExecutor();
        try {
            SemaphoreBasedRateLimiter waiting = new SemaphoreBasedRateLimiter("stock", twoAnHour(LONG), scheduler);
            assertThatThrownBy(() -> Resilience4jGates.of(waiting))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("RateLimiter stock makes threads wait for up to PT1H")
                    .hasMessageContaining("timeoutDuration to 0");
            waiting.changeTimeoutDuration(Duration.ZERO);
            Gate gate = Resilience4jGates.of(waiting);
            admitted(gate);
            waiting.changeTimeoutDuration(LONG);
            assertThat(gate.admit(CALL)).isInstanceOf(Admission.Rejected.class);
            waiting.changeTimeoutDuration(Duration.ZERO);
            admitted(gate);
            assertThat(gate.admit(CALL)).isInstanceOf(Admission.Rejected.class);
        } finally {
            scheduler.shutdownNow();
        }
    }

    @ParameterizedTest
    @EnumSource(Permit.End.class)
    void placeInABulkheadIsGivenBackOnceHoweverTheCallEnds(Permit.End how) {
        Bulkhead bulkhead = Bulkhead.of(
                "stock", BulkheadConfig.custom().maxConcurrentCalls(2).build());
        Gate gate = Resilience4jGates.of(bulkhead);
        Permit one = admitted(gate);
        admitted(gate);
        assertThat(refused(gate).status()).isEqualTo(Status.OVERLOADED);
        assertThat(refused(gate).reason()).isEqualTo("Bulkhead stock is full: 2 calls are in flight");
        one.end(how);
        one.end(how);
        assertThat(bulkhead.getMetrics().getAvailableConcurrentCalls()).isEqualTo(1);
    }

    @Test
    void bulkheadThatMakesThreadsWaitIsRefusedAlsoWhenItBecomesOne() {
        BulkheadConfig waiting = BulkheadConfig.custom()
                .maxConcurrentCalls(1)
                .maxWaitDuration(LONG)
                .build();
        assertThatThrownBy(() -> Resilience4jGates.of(Bulkhead.of("stock", waiting)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("Bulkhead stock makes threads wait for up to PT1H")
                .hasMessageContaining("maxWaitDuration is 0");
        Bulkhead bulkhead = Bulkhead.of(
                "stock", BulkheadConfig.custom().maxConcurrentCalls(1).build());
        Gate gate = Resilience4jGates.of(bulkhead);
        admitted(gate);
        bulkhead.changeConfig(waiting);
        assertThat(refused(gate).reason()).contains("makes threads wait");
    }
}
