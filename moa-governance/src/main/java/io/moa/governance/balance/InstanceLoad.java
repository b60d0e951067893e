package io.moa.governance.balance;

import io.moa.invoke.Reply;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * What this process knows of one instance from its own calls: how many are in flight, and when one last failed in a way
 * that speaks against the instance. It outlives plans, so a change of the instance list forgets nothing. Safe for many
 * threads.
 */
public final class InstanceLoad {

    /** For so long after a failure an instance is chosen only if the other candidate failed too: 1 s. */
    static final long SUSPECT_NANOS = 1_000_000_000L;

    private static final VarHandle IN_FLIGHT;

    static {
        try {
            IN_FLIGHT = MethodHandles.lookup().findVarHandle(InstanceLoad.class, "inFlight", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    @SuppressWarnings("UnusedVariable") // accessed through IN_FLIGHT
    private volatile int inFlight;

    private volatile boolean failed;
    private volatile long lastFailureNanos;

    /** How many calls of this process the instance is working on. */
    public int inFlight() {
        return inFlight;
    }

    void begin() {
        IN_FLIGHT.getAndAdd(this, 1);
    }

    void end(Reply reply, long nowNanos) {
        IN_FLIGHT.getAndAdd(this, -1);
        if (reply instanceof Reply.Failure failure && failure.status().instanceSuspect()) {
            lastFailureNanos = nowNanos;
            failed = true;
        } else if (failed) {
            failed = false;
        }
    }

    /** Whether a call failed here lately and none succeeded since. */
    public boolean suspect(long nowNanos) {
        return failed && nowNanos - lastFailureNanos < SUSPECT_NANOS;
    }
}
