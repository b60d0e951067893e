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

    /** So long a call that succeeded speaks for an instance: 10 s. */
    static final long PROVEN_NANOS = 10_000_000_000L;

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
    private volatile boolean succeeded;
    private volatile long lastSuccessNanos;

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
        } else {
            if (failed) {
                failed = false;
            }
            succeeded = true;
            lastSuccessNanos = nowNanos;
        }
    }

    /** Whether the latest call that ended here succeeded, or failed in a way that does not speak against the instance, and
     * that was lately: so this process knows better than one who says that the instance cannot be reached. */
    public boolean proven(long nowNanos) {
        return succeeded && !failed && nowNanos - lastSuccessNanos < PROVEN_NANOS;
    }

    /** Whether a call failed here lately and none succeeded since. */
    public boolean suspect(long nowNanos) {
        return failed && nowNanos - lastFailureNanos < SUSPECT_NANOS;
    }
}
