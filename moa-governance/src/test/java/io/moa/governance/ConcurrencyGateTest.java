package io.moa.governance;

import static org.assertj.core.api.Assertions.assertThat;

import io.moa.discovery.ServiceId;
import io.moa.governance.gate.ConcurrencyGate;
import io.moa.invoke.Admission;
import io.moa.invoke.Invocation;
import io.moa.invoke.Ledger;
import io.moa.invoke.MethodId;
import io.moa.invoke.Payload;
import io.moa.invoke.Permit;
import io.moa.invoke.Phase;
import io.moa.invoke.Status;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class ConcurrencyGateTest {

    private static final Invocation CALL = Invocation.of(
                    ServiceId.of("shop.Stock"),
                    MethodId.parse("count()"),
                    Payload.EMPTY,
                    new Ledger(Phase.SERVER_QUEUE, 0))
            .build();

    @Test
    void refusesWhenFullAndSaysTheLimit() {
        ConcurrencyGate gate = new ConcurrencyGate("Stock", 1);
        assertThat(gate.admit(CALL)).isInstanceOf(Permit.class);
        assertThat(gate.admit(CALL)).isInstanceOfSatisfying(Admission.Rejected.class, rejected -> {
            assertThat(rejected.status()).isEqualTo(Status.OVERLOADED);
            assertThat(rejected.reason()).contains("Stock").contains("1 calls in flight");
        });
    }

    @Test
    void everyEndingGivesThePlaceBackOnce() {
        ConcurrencyGate gate = new ConcurrencyGate("Stock", 1);
        for (Permit.End end : Permit.End.values()) {
            Permit permit = (Permit) gate.admit(CALL);
            permit.end(end);
            permit.end(end);
            assertThat(gate.inFlight()).isZero();
        }
    }

    @Test
    void neverAdmitsMoreThanItsLimitWhateverTheInterleaving() throws Exception {
        int limit = 3;
        int threads = 8;
        ConcurrencyGate gate = new ConcurrencyGate("Stock", limit);
        AtomicInteger inside = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        CyclicBarrier start = new CyclicBarrier(threads);
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        List<Future<?>> ends = new ArrayList<>();
        for (int i = 0; i < threads; i++) {
            ends.add(pool.submit(() -> {
                start.await();
                for (int round = 0; round < 20_000; round++) {
                    if (gate.admit(CALL) instanceof Permit permit) {
                        most.accumulateAndGet(inside.incrementAndGet(), Math::max);
                        inside.decrementAndGet();
                        permit.end(Permit.End.SUCCESS);
                    }
                }
                return null;
            }));
        }
        for (Future<?> end : ends) {
            end.get();
        }
        pool.shutdown();
        assertThat(most.get()).isPositive().isLessThanOrEqualTo(limit);
        assertThat(gate.inFlight()).isZero();
    }
}
