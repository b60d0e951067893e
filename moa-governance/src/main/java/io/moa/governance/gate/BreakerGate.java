package io.moa.governance.gate;

import io.moa.invoke.Admission;
import io.moa.invoke.Gate;
import io.moa.invoke.Invocation;
import io.moa.invoke.Permit;
import io.moa.invoke.Status;
import io.moa.invoke.Ticker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Refuses all calls for a while when too many of the latest ones failed, lets a few try then, and opens again or closes by how those end.
 *
 * <p>It cannot stay half-open: once the latest trial began as long ago as the breaker stays open, those under way give their places to as many others.
 * How they end still counts: so a breaker closes, too, whose calls take longer than that. A call that began before the breaker opened says nothing
 * about the time after.
 *
 * <p>Safe for many threads. Calls of a closed breaker take a short lock when they end, and none when they begin. Its thresholds may be
 * changed; what was counted stays, and so does the time that has passed. What it knows can be handed to another one ({@link #memory}).
 */
public final class BreakerGate implements Gate {

    /**
     * When it opens and closes.
     *
     * @param failurePercent at so many failed calls of a hundred it opens; 1 to 100
     * @param minCalls with fewer it does not judge; at least 1
     * @param window how far it looks back; more than 0
     * @param open how long it stays open; more than 0
     * @param trials how many calls try; at least 1
     */
    public record Thresholds(int failurePercent, int minCalls, Duration window, Duration open, int trials) {
        public Thresholds {
            if (failurePercent < 1 || failurePercent > 100 || minCalls < 1 || trials < 1) {
                throw new IllegalArgumentException(
                        "A breaker opens at 1 to 100 percent of at least 1 call, with at least 1 trial, not "
                                + failurePercent + " percent of " + minCalls + " with " + trials);
            }
            if (window.isZero() || window.isNegative() || open.isZero() || open.isNegative()) {
                throw new IllegalArgumentException(
                        "Window and open time of a breaker are more than 0, not " + window + " and " + open);
            }
        }
    }

    /** What it does with calls. */
    public enum State {
        /** They go on. */
        CLOSED,
        /** They are refused. */
        OPEN,
        /** A few go on, the others are refused. */
        HALF_OPEN
    }

    /**
     * The time in one state, which a permit names by which it was let through: if another phase is there when it ends, that says nothing.
     * State and phase are read at once; of two fields a thread could see the state before a change and the phase after it, and a call from
     * before a breaker opened would count among its trials.
     */
    private static final class Phase {
        final State state;
        final Object
                period; // of the time in which it is half-open: the same for those who gave up places and those who
        // took them

        Phase(State state) {
            this(state, new Object());
        }

        private Phase(State state, Object period) {
            this.state = state;
            this.period = period;
        }

        /** The same time, in which others try. */
        Phase withOthers() {
            return new Phase(state, period);
        }
    }

    /** Parts of the window; the oldest one is forgotten as a whole. */
    static final int SLICES = 10;

    private final String subject;
    private final Ticker ticker;
    private volatile Thresholds thresholds;
    private volatile Phase phase = new Phase(State.CLOSED);

    // Guarded by this.
    private final int[] calls = new int[SLICES];
    private final int[] failures = new int[SLICES];
    private long begunNanos; // when slice 0 began
    private long slice; // the number of the latest one
    private long sliceNanos;
    private long sinceNanos;
    private int trying; // calls that hold a place: let through since it is half-open, not ended, and not given up
    private int succeeded; // since it is half-open, of those that were given up too
    private long triedNanos;
    private int failedPercent; // at which it opened

    /**
     * A closed one.
     *
     * @param subject whose calls it guards, for the reason given to those refused
     */
    public BreakerGate(String subject, Thresholds thresholds, Ticker ticker) {
        this.subject = subject;
        this.ticker = ticker;
        this.thresholds = thresholds;
        this.sliceNanos = sliceNanos(thresholds.window());
        this.begunNanos = ticker.nanos();
    }

    /** How long one of the slices lasts. */
    static long sliceNanos(Duration window) {
        return Math.max(1, window.toNanos() / SLICES);
    }

    /** Changes the thresholds for what happens from now on. */
    public synchronized void thresholds(Thresholds next) {
        long nanos = sliceNanos(next.window());
        if (nanos != sliceNanos) {
            // What was counted moves to the present slice of the new window; it is forgotten with it.
            turn(ticker.nanos()); // what is older than the former window is forgotten
            int allCalls = sum(calls);
            int allFailures = sum(failures);
            clear();
            sliceNanos = nanos;
            slice = (ticker.nanos() - begunNanos) / nanos;
            calls[at(slice)] = allCalls;
            failures[at(slice)] = allFailures;
        }
        thresholds = next;
        if (phase.state == State.HALF_OPEN && succeeded >= next.trials()) {
            enter(State.CLOSED, ticker.nanos());
        }
    }

    /** What it knows now, for another one to go on from there. Nothing changes. */
    public synchronized BreakerMemory memory() {
        long now = ticker.nanos();
        turn(now);
        return new BreakerMemory(
                phase.state,
                thresholds.window(),
                Duration.ofNanos(now - begunNanos - slice * sliceNanos),
                counted(calls),
                counted(failures),
                phase.state == State.OPEN ? Duration.ofNanos(now - sinceNanos) : Duration.ZERO,
                failedPercent,
                trying + succeeded,
                succeeded,
                phase.state == State.HALF_OPEN ? Duration.ofNanos(now - triedNanos) : Duration.ZERO);
    }

    private List<Integer> counted(int[] slices) {
        List<Integer> counted = new ArrayList<>(SLICES);
        for (long each = slice - SLICES + 1; each <= slice; each++) {
            counted.add(phase.state == State.CLOSED ? slices[at(each)] : 0);
        }
        return counted;
    }

    /**
     * Goes on from what another one knew, under the thresholds that hold here; what this one knew is forgotten, and calls that it let
     * pass say nothing when they end. The time between the two moments does not count. Trials that were under way there are given up
     * when the open time has passed since the latest of them.
     */
    public synchronized void remember(BreakerMemory memory) {
        long now = ticker.nanos();
        Thresholds held = thresholds;
        sliceNanos = sliceNanos(memory.window());
        begunNanos = now - memory.sinceSlice().toNanos();
        slice = 0;
        for (int i = 0; i < SLICES; i++) {
            calls[at(i + 1)] = memory.calls().get(i); // the oldest stands behind the latest, which is slice 0
            failures[at(i + 1)] = memory.failures().get(i);
        }
        sinceNanos = now - memory.sinceOpened().toNanos();
        failedPercent = memory.failedPercent();
        succeeded = memory.succeeded();
        trying = memory.tried() - succeeded;
        triedNanos = now - memory.sinceTried().toNanos();
        phase = new Phase(memory.state());
        thresholds(held); // if its window was another one
    }

    /** What it does with calls now. An open one whose time is over is half-open from its next call on. */
    public State state() {
        return phase.state;
    }

    @Override
    public Admission admit(Invocation call) {
        Phase now = phase;
        return now.state == State.CLOSED ? new Ended(now) : admitSome();
    }

    private synchronized Admission admitSome() {
        long now = ticker.nanos();
        Thresholds held = thresholds;
        long openNanos = held.open().toNanos();
        if (phase.state == State.OPEN && now - sinceNanos >= openNanos) {
            enter(State.HALF_OPEN, now);
        }
        switch (phase.state) {
            case CLOSED -> {
                return new Ended(phase);
            }
            case HALF_OPEN -> {
                if (trying + succeeded >= held.trials() && now - triedNanos >= openNanos) {
                    trying = 0; // those that have not ended by now are not waited for
                    phase = phase.withOthers();
                }
                if (trying + succeeded < held.trials()) {
                    trying++;
                    triedNanos = now;
                    return new Ended(phase);
                }
                return refused("some calls are trying whether it works again", openNanos - (now - triedNanos));
            }
            default -> {
                return refused("it tries again later", openNanos - (now - sinceNanos));
            }
        }
    }

    /** What it would answer to a call now that it refuses; null if it would let it pass. Nothing is counted, and nothing changes. */
    public synchronized Admission.@Nullable Rejected refusal() {
        long now = ticker.nanos();
        long openNanos = thresholds.open().toNanos();
        if (phase.state == State.OPEN && now - sinceNanos < openNanos) {
            return refused("it tries again later", openNanos - (now - sinceNanos));
        }
        return phase.state == State.HALF_OPEN
                        && trying + succeeded >= thresholds.trials()
                        && now - triedNanos < openNanos
                ? refused("some calls are trying whether it works again", openNanos - (now - triedNanos))
                : null;
    }

    private Admission.Rejected refused(String what, long leftNanos) {
        return new Admission.Rejected(
                Status.REJECTED,
                "The breaker of " + subject + " is open since " + failedPercent + " % of its calls failed; " + what,
                TimeUnit.NANOSECONDS.toMillis(Math.max(0, leftNanos)) + 1);
    }

    private synchronized void ended(Phase begunIn, Permit.End how) {
        Phase present = phase;
        if (begunIn.period != present.period) {
            return;
        }
        long now = ticker.nanos();
        if (begunIn.state == State.HALF_OPEN) {
            if (begunIn == present) {
                trying--;
            }
            if (how == Permit.End.FAILURE) {
                enter(State.OPEN, now);
            } else if (how == Permit.End.SUCCESS) {
                succeeded++;
                if (succeeded >= thresholds.trials()) {
                    enter(State.CLOSED, now);
                }
            }
            return;
        }
        if (how == Permit.End.NOT_USED) {
            return;
        }
        turn(now);
        calls[at(slice)]++;
        if (how == Permit.End.FAILURE) {
            failures[at(slice)]++;
            judge(now);
        }
    }

    private void judge(long now) {
        int made = sum(calls);
        int failed = sum(failures);
        if (made >= thresholds.minCalls() && failed * 100L >= (long) made * thresholds.failurePercent()) {
            failedPercent = (int) (failed * 100L / made);
            enter(State.OPEN, now);
        }
    }

    private void enter(State next, long now) {
        if (next == State.CLOSED) {
            clear();
        }
        sinceNanos = now;
        trying = 0;
        succeeded = 0;
        phase = new Phase(next);
    }

    /** Clears the slices that have begun since the latest call ended. */
    private void turn(long now) {
        long present = (now - begunNanos) / sliceNanos;
        for (long each = Math.max(slice + 1, present - SLICES + 1); each <= present; each++) {
            calls[at(each)] = 0;
            failures[at(each)] = 0;
        }
        slice = Math.max(slice, present);
    }

    private void clear() {
        for (int i = 0; i < SLICES; i++) {
            calls[i] = 0;
            failures[i] = 0;
        }
    }

    private static int at(long slice) {
        return (int) Math.floorMod(slice, (long) SLICES);
    }

    private static int sum(int[] slices) {
        int sum = 0;
        for (int one : slices) {
            sum += one;
        }
        return sum;
    }

    @Override
    public String toString() {
        return "BreakerGate[" + subject + ", " + phase.state + "]";
    }

    // The permit is the flag that makes its end happen once.
    @SuppressWarnings("serial")
    private final class Ended extends AtomicBoolean implements Permit {
        private final Phase begunIn;

        Ended(Phase begunIn) {
            this.begunIn = begunIn;
        }

        @Override
        public void end(End how) {
            if (compareAndSet(false, true)) {
                ended(begunIn, how);
            }
        }
    }
}
