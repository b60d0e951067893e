package io.moa.governance.sample;

import io.moa.governance.gate.GateFilter;
import io.moa.governance.gate.MethodGate;
import io.moa.invoke.Admission;
import io.moa.invoke.Gate;
import io.moa.invoke.Invocation;
import io.moa.invoke.Permit;
import io.moa.invoke.Reply;
import io.moa.invoke.Ticker;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * A call that is kept, while it is made. It stands in the place of its method's gate, to see whether that lets the call through, and is the
 * call's permit, to see how it ends: so it hears what a breaker hears, also where there is none. For one call; its end may come on any thread.
 */
@SuppressWarnings("serial") // the flag that makes its end happen once
public final class KeptCall extends AtomicBoolean implements Gate, Permit {

    private final Sample begun;
    private final @Nullable Gate gate; // of the method; null if nothing limits it
    private final Ticker ticker;
    private Permit permit = Permit.FREE;
    private long endedNanos;
    private volatile boolean asked; // whether a gate of this process was
    private volatile Ending.Kind kind = Ending.Kind.RUNNING; // until a gate says otherwise

    KeptCall(Sample begun, @Nullable Gate gate, Ticker ticker) {
        this.begun = begun;
        this.gate = gate;
        this.ticker = ticker;
    }

    /** The call, to be sent on in the place of the one that was kept. */
    public Invocation watched(Invocation call) {
        return call.withAttributes(call.attributes().with(MethodGate.KEY, this));
    }

    /** What is known of it at this moment. */
    Sample sample() {
        Ending.Kind now = kind;
        return switch (now) {
            case REFUSED -> begun;
            case RUNNING -> begun.ending(Ending.RUNNING);
            case SUCCESS, FAILURE, NOT_USED -> begun.ending(new Ending(now, endedNanos - begun.beganNanos()));
        };
    }

    @Override
    public Admission admit(Invocation call) {
        asked = true;
        Admission admission = gate == null ? Permit.FREE : gate.admit(call);
        if (!(admission instanceof Permit given)) {
            kind = Ending.Kind.REFUSED;
            return admission;
        }
        permit = given;
        kind = Ending.Kind.RUNNING;
        return this;
    }

    /** The call has ended. If its gate was not asked, another process has governed it, and its reply says how it ended. */
    public void ended(@Nullable Reply reply) {
        if (!asked && compareAndSet(false, true)) {
            endedNanos = ticker.nanos();
            kind = Ending.kindOf(GateFilter.endOf(reply));
        }
    }

    @Override
    public void end(Permit.End how) {
        if (compareAndSet(false, true)) {
            permit.end(how);
            endedNanos = ticker.nanos();
            kind = Ending.kindOf(how); // last: who reads it sees when
        }
    }
}
