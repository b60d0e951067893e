package io.moa.governance.balance;

import io.moa.governance.outlier.Outcome;
import io.moa.governance.outlier.OwnPause;
import io.moa.governance.outlier.Standing;
import io.moa.invoke.Reply;
import io.moa.invoke.Status;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * What this process knows of one instance from its own calls: how many are in flight, how long they take, how they end, and how the
 * instance stands because of that. It outlives plans, so a change of the instance list forgets nothing. Safe for many threads.
 */
public final class InstanceLoad {

    /** For so long after a failure an instance is chosen only if the other candidate failed too: 1 s. */
    static final long SUSPECT_NANOS = 1_000_000_000L;

    /** So long a call that succeeded speaks for an instance: 10 s. */
    static final long PROVEN_NANOS = 10_000_000_000L;

    /** So much longer than others, and twice as long, is much longer: 1 ms. */
    private static final long MUCH_NANOS = 1_000_000L;

    /** So long a slow call is remembered that no later one has confirmed: 5 s. */
    private static final long SLOW_NANOS = 5_000_000_000L;

    private static final VarHandle IN_FLIGHT;

    static {
        try {
            IN_FLIGHT = MethodHandles.lookup().findVarHandle(InstanceLoad.class, "inFlight", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final Standing standing;
    private final OwnPause pause;
    private final PeakEwma latency = new PeakEwma();

    @SuppressWarnings("UnusedVariable") // accessed through IN_FLIGHT
    private volatile int inFlight;

    private volatile boolean failed;
    private volatile boolean leaving; // it has said goodbye, and not been heard since
    private volatile long suspectUntilNanos;
    private volatile boolean slow; // a call took much longer than those before, and no later one has said more
    private volatile long slowNanos;
    private volatile boolean answered; // since it came, or came back
    private volatile long answeredNanos; // calls begun before that waited for the connection, and for cold code
    private volatile boolean succeeded;
    private volatile long lastSuccessNanos;
    private volatile RoundRobinChooser.@Nullable Turn turn;

    /**
     * One of which nothing is known.
     *
     * @param pause when this process itself stood still, which speaks against nobody
     */
    public InstanceLoad(Standing standing, OwnPause pause) {
        this.standing = standing;
        this.pause = pause;
    }

    /** How many calls of this process the instance is working on. */
    public int inFlight() {
        return inFlight;
    }

    /** How long calls take there, in nanoseconds; negative if that is not known. */
    public double latencyNanos(long nowNanos) {
        return latency.nanos(nowNanos);
    }

    /** What {@link #latencyNanos} cannot be more than; negative if nothing is known. */
    double mostLatencyNanos() {
        return latency.mostNanos();
    }

    /** When its turn comes, where calls go in turn; null if they never did. */
    RoundRobinChooser.@Nullable Turn turn() {
        return turn;
    }

    /** Its turn comes by another schedule from now on. */
    void turn(RoundRobinChooser.Turn next) {
        turn = next;
    }

    /** How it stands because of how calls ended. */
    public Standing standing() {
        return standing;
    }

    /**
     * Whether a call took much longer than those before, and none that began later did so yet. One slow call is chance, such as a
     * collection of garbage there, which all calls of that moment wait for; who avoided an instance for it would send it nothing for seconds.
     */
    private boolean isFirstSlow(long begunNanos, long nowNanos) {
        long took = nowNanos - begunNanos;
        double known = took < MUCH_NANOS ? -1 : latency.nanos(nowNanos);
        if (known < 0 || took < 2 * known || took - known < MUCH_NANOS) {
            if (slow) {
                slow = false;
            }
            return false;
        }
        if (slow && nowNanos - slowNanos < SLOW_NANOS) {
            return begunNanos - slowNanos < 0;
        }
        slowNanos = nowNanos;
        slow = true;
        return true;
    }

    void begin(long nowNanos) {
        IN_FLIGHT.getAndAdd(this, 1);
        standing.begin(nowNanos);
    }

    /** A call that was begun then has ended. */
    void end(Reply reply, long begunNanos, long nowNanos) {
        IN_FLIGHT.getAndAdd(this, -1);
        Outcome outcome = Outcome.of(reply);
        if (outcome == Outcome.ANSWERED) {
            if (standing.isOnTrial()) {
                latency.reset(); // what it was before it went says nothing now
                answered = false;
            }
            if (!answered) {
                answeredNanos = nowNanos;
                answered = true;
            } else if (begunNanos - answeredNanos >= 0
                    && !pause.since(begunNanos, nowNanos)
                    && !isFirstSlow(begunNanos, nowNanos)) {
                latency.took(nowNanos - begunNanos, nowNanos);
            }
            standing.end(outcome, begunNanos, nowNanos);
            if (failed && !leaving) {
                failed = false;
            }
            succeeded = true;
            lastSuccessNanos = nowNanos;
            return;
        }
        if (pause.since(begunNanos, nowNanos)) {
            standing.end(Outcome.UNKNOWN, begunNanos, nowNanos);
            return;
        }
        if (reply instanceof Reply.Failure failure && failure.status() == Status.CANCELLED) {
            latency.tookAtLeast(nowNanos - begunNanos, nowNanos);
        }
        standing.end(outcome, begunNanos, nowNanos);
        if (reply instanceof Reply.Failure failure && failure.status().instanceSuspect()) {
            if (!leaving) {
                suspectUntilNanos = nowNanos + SUSPECT_NANOS;
            }
            failed = true;
        }
    }

    /**
     * The instance has said that it closes: it ends the calls that it has, and new ones go elsewhere until the registry says so too, or until
     * it is {@linkplain #heard heard} again, at most for a while. Nobody is ejected for that.
     */
    public void leaves(long nowNanos) {
        leaving = true;
        suspectUntilNanos = standing.leaves(nowNanos);
        failed = true;
    }

    /** Whether the latest call that ended here succeeded, or failed in a way that does not speak against the instance, and
     * that was lately: so this process knows better than one who says that the instance cannot be reached. */
    public boolean proven(long nowNanos) {
        return succeeded && !failed && nowNanos - lastSuccessNanos < PROVEN_NANOS;
    }

    /** The instance says nothing although it is asked: calls go elsewhere until it is {@linkplain #heard heard}, at most for a while. */
    public void silent(long nowNanos) {
        suspectUntilNanos = standing.silent(nowNanos); // also where so many are ejected that this one is not
        failed = true;
    }

    /** Something was heard of it again. */
    public void heard(long nowNanos) {
        leaving = false;
        failed = false;
        standing.heard(nowNanos);
    }

    /** Whether a call failed here lately, or nothing is heard from here, and none succeeded since. */
    public boolean suspect(long nowNanos) {
        return failed && nowNanos - suspectUntilNanos < 0;
    }
}
