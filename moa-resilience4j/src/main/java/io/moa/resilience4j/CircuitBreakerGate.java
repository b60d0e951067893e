package io.moa.resilience4j;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.moa.invoke.Admission;
import io.moa.invoke.Gate;
import io.moa.invoke.Invocation;
import io.moa.invoke.Permit;
import io.moa.invoke.Status;
import java.util.concurrent.atomic.AtomicBoolean;

/** Asks a breaker for a permission, and tells it how the call ended, or that it was not made. */
final class CircuitBreakerGate implements Gate {

    private final CircuitBreaker breaker;

    CircuitBreakerGate(CircuitBreaker breaker) {
        CircuitBreakerConfig config = breaker.getCircuitBreakerConfig();
        FailedCall failed = new FailedCall();
        if (config.getIgnoreExceptionPredicate().test(failed)
                || !config.getRecordExceptionPredicate().test(failed)) {
            throw new IllegalArgumentException("CircuitBreaker " + breaker.getName()
                    + " would not count a failed call of MOA; let its recordExceptions take "
                    + FailedCall.class.getName() + ", and its ignoreExceptions leave it");
        }
        this.breaker = breaker;
    }

    @Override
    public Admission admit(Invocation call) {
        if (breaker.tryAcquirePermission()) {
            return new Ended(breaker);
        }
        return new Admission.Rejected(
                Status.REJECTED, "CircuitBreaker " + breaker.getName() + " is " + breaker.getState(), 0);
    }

    @Override
    public String toString() {
        return breaker.toString();
    }

    @SuppressWarnings("serial") // the permit is the flag that makes its end happen once
    private static final class Ended extends AtomicBoolean implements Permit {
        private final CircuitBreaker breaker;
        private final boolean tries;
        private final long begun;

        Ended(CircuitBreaker breaker) {
            this.breaker = breaker;
            this.tries = breaker.getState() == CircuitBreaker.State.HALF_OPEN;
            this.begun = breaker.getCurrentTimestamp();
        }

        @Override
        public void end(End how) {
            if (!compareAndSet(false, true)) {
                return;
            }
            long took = breaker.getCurrentTimestamp() - begun;
            switch (how) {
                case SUCCESS -> breaker.onSuccess(took, breaker.getTimestampUnit());
                case FAILURE -> breaker.onError(took, breaker.getTimestampUnit(), new FailedCall());
                case NOT_USED -> {
                    if (tries) { // else a half-open breaker would take it for the place of a trial, and let one more
                        // try
                        breaker.releasePermission();
                    }
                }
            }
        }
    }
}
