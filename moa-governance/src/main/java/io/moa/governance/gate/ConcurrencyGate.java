package io.moa.governance.gate;

import io.moa.invoke.Admission;
import io.moa.invoke.Gate;
import io.moa.invoke.Invocation;
import io.moa.invoke.Permit;
import io.moa.invoke.Status;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * At most so many calls at once. It refuses at once, with a reason; it never queues.
 *
 * <p>Safe for many threads. The limit holds exactly: no interleaving admits one more.
 */
public final class ConcurrencyGate implements Gate {

    private final String subject;
    private volatile int limit;
    private final AtomicInteger inFlight = new AtomicInteger();

    /**
     * Makes a gate.
     *
     * @param subject whose calls are counted, for the reason given to those refused
     * @param limit how many at once, at least 1
     */
    public ConcurrencyGate(String subject, int limit) {
        this.subject = subject;
        this.limit = atLeastOne(limit);
    }

    private static int atLeastOne(int limit) {
        if (limit < 1) {
            throw new IllegalArgumentException("A concurrency limit is at least 1, not " + limit);
        }
        return limit;
    }

    /** Changes the limit. Calls beyond a lower one go on; no new one is admitted until they are few enough. */
    public void limit(int next) {
        limit = atLeastOne(next);
    }

    /** How many calls hold a permit now. */
    public int inFlight() {
        return inFlight.get();
    }

    @Override
    public Admission admit(Invocation call) {
        while (true) {
            int now = inFlight.get();
            int most = limit;
            if (now >= most) {
                return refused(most);
            }
            if (inFlight.compareAndSet(now, now + 1)) {
                return new Counted();
            }
        }
    }

    /** What it would answer to a call now that it refuses; null if it would let it pass. Nothing is counted. */
    public Admission.@Nullable Rejected refusal() {
        int most = limit;
        return inFlight.get() >= most ? refused(most) : null;
    }

    private Admission.Rejected refused(int most) {
        return new Admission.Rejected(
                Status.OVERLOADED, subject + " already has " + most + " calls in flight, which is its limit here", 0);
    }

    // The permit is the flag that makes its end happen once.
    @SuppressWarnings("serial")
    private final class Counted extends AtomicBoolean implements Permit {
        @Override
        public void end(End how) {
            if (compareAndSet(false, true)) {
                inFlight.decrementAndGet();
            }
        }
    }
}
