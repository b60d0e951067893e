package io.moa.governance;

import static org.assertj.core.api.Assertions.assertThat;

import io.moa.governance.gate.BreakerGate;
import io.moa.governance.gate.BreakerGate.State;
import io.moa.governance.gate.BreakerGate.Thresholds;
import io.moa.invoke.Permit;
import io.moa.testkit.FakeTicker;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.junit.jupiter.api.Test;

/**
 * A breaker that opens and is half-open a hundred thousand times, while four threads call through it and end their calls in every way, or
 * never. Time moves while nobody asks, so that it is certain which trials hold a place.
 */
class BreakerCyclesTest {

    private static final int CYCLES = 100_000;
    private static final int TRIALS = 3;
    private static final Duration OPEN = Duration.ofSeconds(5);

    /** A call that was let through and has not ended, and the half-open time of which it is a trial; -1 for none. */
    private record Begun(Permit permit, int trialOf) {}

    private final FakeTicker ticker = new FakeTicker();
    private final BreakerGate gate =
            new BreakerGate("Stock count", new Thresholds(50, 2, Duration.ofSeconds(10), OPEN, TRIALS), ticker);

    private final ReadWriteLock time = new ReentrantReadWriteLock(); // written by those who move it
    private final AtomicInteger cycles = new AtomicInteger();
    private final AtomicInteger stuck = new AtomicInteger();
    private final AtomicInteger tooMany = new AtomicInteger();
    private final AtomicInteger trials =
            new AtomicInteger(); // at most as many as hold a place in the present half-open time
    private final AtomicInteger allTrials = new AtomicInteger();
    private volatile int halfOpenTime; // changes when the breaker was not half-open meanwhile, or gives its trials up
    private volatile long latestTrialNanos;

    @Test
    void isNeverStuckAndNeverLetsMoreTryThanMay() throws Exception {
        int threads = 4;
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        try {
            List<Future<?>> all = new ArrayList<>();
            for (int i = 0; i < threads; i++) {
                Random random = new Random(i);
                all.add(pool.submit(() -> play(random)));
            }
            for (Future<?> one : all) {
                one.get();
            }
        } finally {
            pool.shutdownNow();
        }
        assertThat(stuck.get()).as("times that it refused calls after its time").isZero();
        assertThat(cycles.get()).isGreaterThanOrEqualTo(CYCLES);
        assertThat(allTrials.get()).as("trials").isGreaterThan(CYCLES);
        assertThat(tooMany.get()).as("trials above the permitted number").isZero();
        for (int round = 0; round < 2; round++) { // after the first, whatever was lost is given up
            ticker.advance(OPEN);
            for (int i = 0; i < TRIALS; i++) {
                if (gate.admit(RateGateTest.CALL) instanceof Permit permit) {
                    permit.end(Permit.End.SUCCESS);
                }
            }
        }
        assertThat(gate.state()).isEqualTo(State.CLOSED);
    }

    private void play(Random random) {
        ArrayDeque<Begun> begun = new ArrayDeque<>();
        while (cycles.get() < CYCLES && stuck.get() == 0) {
            time.readLock().lock();
            try {
                for (int i = random.nextInt(6); i >= 0; i--) {
                    begin(begun);
                }
                while (begun.size() > random.nextInt(6)) {
                    end(begun.remove(), random);
                }
            } finally {
                time.readLock().unlock();
            }
            time.writeLock().lock();
            try {
                pass(random.nextInt(3) == 0 ? Duration.ofMillis(1 + random.nextInt(4_999)) : OPEN);
            } finally {
                time.writeLock().unlock();
            }
        }
    }

    private void begin(ArrayDeque<Begun> begun) {
        if (gate.admit(RateGateTest.CALL) instanceof Permit permit) {
            // Without time passing it cannot have become half-open since, so this one was let through as a trial.
            boolean tries = gate.state() == State.HALF_OPEN;
            if (tries) {
                latestTrialNanos = ticker.nanos();
                allTrials.incrementAndGet();
                if (trials.incrementAndGet() > TRIALS) {
                    tooMany.incrementAndGet();
                }
            }
            begun.add(new Begun(permit, tries ? halfOpenTime : -1));
        }
    }

    private void end(Begun call, Random random) {
        switch (random.nextInt(8)) {
            case 0, 1, 2 -> call.permit().end(Permit.End.SUCCESS);
            case 3, 4 -> call.permit().end(Permit.End.FAILURE); // a reply that says so, or an exception
            case 5, 6 -> { // withdrawn
                if (call.trialOf() == halfOpenTime) {
                    trials.decrementAndGet();
                }
                call.permit().end(Permit.End.NOT_USED);
            }
            default -> {} // lost
        }
    }

    private void pass(Duration step) {
        State state = gate.state();
        ticker.advance(step);
        if (state != State.HALF_OPEN || ticker.nanos() - latestTrialNanos >= OPEN.toNanos()) {
            halfOpenTime++;
            trials.set(0);
        }
        if (step.equals(OPEN)) {
            cycles.addAndGet(state == State.OPEN ? 1 : 0);
            if (gate.admit(RateGateTest.CALL) instanceof Permit permit) {
                permit.end(Permit.End.NOT_USED);
                latestTrialNanos = ticker.nanos();
            } else {
                stuck.incrementAndGet();
            }
        }
    }
}
