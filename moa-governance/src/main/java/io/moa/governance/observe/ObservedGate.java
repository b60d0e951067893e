package io.moa.governance.observe;

import io.moa.governance.gate.BreakerGate;
import io.moa.governance.policy.PolicyKey;
import io.moa.invoke.Admission;
import io.moa.invoke.Gate;
import io.moa.invoke.Invocation;
import io.moa.observe.RefusalCause;
import org.jspecify.annotations.Nullable;

/** A gate whose refusals are told to whoever observes the method, and whose state, if it is a breaker's. As safe for threads as the gate is. */
public final class ObservedGate implements Gate {

    private final Gate gate;
    private final @Nullable BreakerGate breaker;
    private final RefusalCause cause;

    private ObservedGate(Gate gate, RefusalCause cause) {
        this.gate = gate;
        this.breaker = gate instanceof BreakerGate breaks ? breaks : null;
        this.cause = cause;
    }

    /**
     * A gate of a method; what {@link io.moa.governance.gate.MethodGate} takes.
     *
     * @param policy the one that says how much is too much
     */
    public static Gate of(PolicyKey<Integer> policy, Gate gate) {
        return new ObservedGate(gate, causeOf(policy));
    }

    /** A gate that refuses for this cause. */
    public static Gate of(RefusalCause cause, Gate gate) {
        return new ObservedGate(gate, cause);
    }

    private static RefusalCause causeOf(PolicyKey<Integer> policy) {
        if (policy == PolicyKey.BREAKER_FAILURES) {
            return RefusalCause.BREAKER;
        }
        if (policy == PolicyKey.CONCURRENCY_LIMIT) {
            return RefusalCause.CONCURRENCY;
        }
        if (policy == PolicyKey.QUOTA) {
            return RefusalCause.QUOTA;
        }
        return policy == PolicyKey.RATE_LIMIT ? RefusalCause.RATE : RefusalCause.OTHER;
    }

    @Override
    public Admission admit(Invocation call) {
        Admission admission = gate.admit(call);
        ObservedMethod method = call.attributes().get(ObservedMethod.KEY);
        if (method != null) {
            if (breaker != null) {
                method.asked(breaker);
            }
            if (admission instanceof Admission.Rejected) {
                method.isRefused(call, cause);
            }
        }
        return admission;
    }

    @Override
    public String toString() {
        return gate.toString();
    }
}
