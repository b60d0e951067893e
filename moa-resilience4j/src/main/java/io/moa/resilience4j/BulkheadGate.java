package io.moa.resilience4j;

import io.github.resilience4j.bulkhead.Bulkhead;
import io.moa.invoke.Admission;
import io.moa.invoke.Gate;
import io.moa.invoke.Invocation;
import io.moa.invoke.Permit;
import io.moa.invoke.Status;
import java.util.concurrent.atomic.AtomicBoolean;

/** Takes a place of a bulkhead if there is one at once. */
final class BulkheadGate implements Gate {

    private final Bulkhead bulkhead;

    BulkheadGate(Bulkhead bulkhead) {
        if (waits(bulkhead)) {
            throw new IllegalArgumentException(
                    reasonToRefuse(bulkhead) + "; use one whose maxWaitDuration is 0, which is its default");
        }
        this.bulkhead = bulkhead;
    }

    private static boolean waits(Bulkhead bulkhead) {
        return !bulkhead.getBulkheadConfig().getMaxWaitDuration().isZero();
    }

    private static String reasonToRefuse(Bulkhead bulkhead) {
        return "Bulkhead " + bulkhead.getName() + " makes threads wait for up to "
                + bulkhead.getBulkheadConfig().getMaxWaitDuration() + ", which a gate must not";
    }

    @Override
    public Admission admit(Invocation call) {
        if (waits(bulkhead)) { // it was configured anew
            return new Admission.Rejected(Status.OVERLOADED, reasonToRefuse(bulkhead), 0);
        }
        if (bulkhead.tryAcquirePermission()) {
            return new Place(bulkhead);
        }
        return new Admission.Rejected(
                Status.OVERLOADED,
                "Bulkhead " + bulkhead.getName() + " is full: "
                        + bulkhead.getBulkheadConfig().getMaxConcurrentCalls() + " calls are in flight",
                0);
    }

    @Override
    public String toString() {
        return bulkhead.toString();
    }

    @SuppressWarnings("serial") // the permit is the flag that makes its end happen once
    private static final class Place extends AtomicBoolean implements Permit {
        private final Bulkhead bulkhead;

        Place(Bulkhead bulkhead) {
            this.bulkhead = bulkhead;
        }

        @Override
        public void end(End how) {
            if (!compareAndSet(false, true)) {
                return;
            }
            if (how == End.NOT_USED) {
                bulkhead.releasePermission();
            } else {
                bulkhead.onComplete();
            }
        }
    }
}
