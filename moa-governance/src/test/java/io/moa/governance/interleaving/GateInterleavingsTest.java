package io.moa.governance.interleaving;

import static io.moa.governance.interleaving.Interleavings.CALL;
import static io.moa.governance.interleaving.Interleavings.expect;
import static io.moa.governance.interleaving.Interleavings.together;

import io.moa.governance.gate.BreakerGate;
import io.moa.governance.gate.BreakerGate.Thresholds;
import io.moa.governance.gate.BreakerMemory;
import io.moa.governance.gate.ConcurrencyGate;
import io.moa.governance.gate.RateGate;
import io.moa.governance.gate.RateTerms;
import io.moa.invoke.Gate;
import io.moa.invoke.Permit;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Few threads, few steps, and the orders of them that {@link Interleavings} finds in its time. Left out on a second JDK: the orders are those
 * of the program.
 */
@Tag("once")
class GateInterleavingsTest {

    private static final Duration WINDOW = Duration.ofNanos(1_000);
    private static final Duration OPEN = Duration.ofNanos(10);

    /** Time that stands still unless a scenario moves it. */
    private static final class Time {
        volatile long nanos;

        long nanos() {
            return nanos;
        }
    }

    private static BreakerGate breaker(int minCalls, int trials, Time time) {
        return new BreakerGate("Stock count", new Thresholds(50, minCalls, WINDOW, OPEN, trials), time::nanos);
    }

    private static @Nullable Permit admitted(Gate gate) {
        return gate.admit(CALL) instanceof Permit permit ? permit : null;
    }

    private static void call(Gate gate, Permit.End how) {
        Permit permit = admitted(gate);
        if (permit != null) {
            permit.end(how);
        }
    }

    @Test
    void breakerCountsEveryCallOnceWhicheverThreadEndsIt() {
        Interleavings.of(() -> {
            BreakerGate gate = breaker(100, 1, new Time());
            Permit twice = admitted(gate);
            together(() -> twice.end(Permit.End.FAILURE), () -> {
                twice.end(Permit.End.FAILURE);
                call(gate, Permit.End.SUCCESS);
            });
            BreakerMemory memory = gate.memory();
            expect(2, memory.calls().get(9));
            expect(1, memory.failures().get(9));
        });
    }

    @Test
    void thresholdsThatChangeMeanwhileForgetNoCall() {
        Interleavings.of(() -> {
            BreakerGate gate = breaker(100, 1, new Time());
            Thresholds longer = new Thresholds(50, 100, WINDOW.multipliedBy(3), OPEN, 1);
            together(() -> call(gate, Permit.End.SUCCESS), () -> gate.thresholds(longer));
            expect(1, gate.memory().calls().get(9));
        });
    }

    @Test
    void rateAdmitsWhatIsThereAndNoMore() {
        Interleavings.of(() -> {
            Time time = new Time();
            RateGate gate = new RateGate("Stock count", RateTerms.bucket(1_000_000, 2), time::nanos);
            AtomicInteger passed = new AtomicInteger();
            Runnable asks = () -> passed.addAndGet(admitted(gate) == null ? 0 : 1);
            together(asks, asks, asks);
            expect(2, passed.get());
            time.nanos += 1_000;
            together(asks, asks);
            expect(3, passed.get());
        });
    }

    @Test
    void limitOfCallsAtOnceHoldsAndEveryPlaceComesBackOnce() {
        Interleavings.of(() -> {
            ConcurrencyGate gate = new ConcurrencyGate("Stock count", 1);
            AtomicInteger inside = new AtomicInteger();
            AtomicInteger most = new AtomicInteger();
            Runnable asks = () -> {
                Permit permit = admitted(gate);
                if (permit != null) {
                    most.accumulateAndGet(inside.incrementAndGet(), Math::max);
                    inside.decrementAndGet();
                    permit.end(Permit.End.SUCCESS);
                }
            };
            together(asks, asks);
            expect(1, most.get());
            Permit twice = admitted(gate);
            together(() -> twice.end(Permit.End.SUCCESS), () -> twice.end(Permit.End.NOT_USED));
            expect(0, gate.inFlight());
        });
    }
}
