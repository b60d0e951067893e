package io.moa.governance.balance;

import java.util.Set;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * In turn, by weight, as evenly spread as weights allow. Each candidate has its turn at even intervals of a virtual time, the shorter the
 * greater its weight; the earliest turn is next. A heap holds them, so a choice costs the logarithm of their number, under a short lock.
 *
 * <p><b>From plan to plan</b> a candidate keeps the part of its interval that is left, through {@link InstanceLoad}: nobody begins anew
 * when another one comes, goes or changes its weight, and who becomes heavier has his next turn sooner and not several at once. A plan is
 * compiled several times a second while somebody warms up; callers who began anew each time would all call the same ones first. Where one
 * instance stands in the schedules of several routes, the latest one that was made tells.
 *
 * <p><b>Who is new</b> has its first turn at a random moment of its first interval: so it is given its share from the beginning, and two
 * callers never go in step.
 *
 * <p>A turn passes also if something speaks against who has it. Thus nobody has turns to make up for when it is back.
 *
 * <p>Source: earliest deadline first, by which Envoy's {@code EdfScheduler} does weighted round robin; the virtual time is that of weighted
 * fair queueing (A. Demers, S. Keshav, S. Shenker, "Analysis and Simulation of a Fair Queueing Algorithm", SIGCOMM 1989).
 */
final class RoundRobinChooser implements Chooser {

    /** From one turn to the next at weight 1. The clock may wrap: only differences are compared, and they are far smaller. */
    private static final long INTERVAL = 1L << 40;

    /** When a candidate is next. */
    static final class Turn {
        private final RoundRobinChooser schedule;
        private final int place;
        private final long interval;
        private long due; // guarded by the schedule

        private Turn(RoundRobinChooser schedule, int place, int weight) {
            this.schedule = schedule;
            this.place = place;
            this.interval = INTERVAL / weight;
        }

        private Turn(RoundRobinChooser schedule, Turn other) {
            this.schedule = schedule;
            this.place = other.place;
            this.interval = other.interval;
            this.due = other.due;
        }

        /** What is left of its interval, by another one. */
        private long left(long otherInterval) {
            long left;
            synchronized (schedule) {
                left = Math.max(0, Math.min(interval, due - schedule.virtual));
            }
            return interval == otherInterval ? left : (long) ((double) left / interval * otherInterval);
        }
    }

    // Guarded by this.
    private final Turn[] earliestFirst; // a heap
    private long virtual;

    /** A schedule that goes on where the candidates' former ones are. */
    RoundRobinChooser(Candidate[] candidates, RandomGenerator chance) {
        Turn[] turns = new Turn[candidates.length];
        for (int i = 0; i < turns.length; i++) {
            InstanceLoad load = candidates[i].load();
            Turn next = new Turn(this, i, candidates[i].weight());
            Turn former = load.turn();
            next.due = former == null ? chance.nextLong(next.interval) : former.left(next.interval);
            turns[i] = next;
        }
        this.earliestFirst = turns;
        synchronized (this) { // whoever finds a turn in a load reads it under the lock
            for (int i = turns.length / 2 - 1; i >= 0; i--) {
                sink(i);
            }
            for (Turn each : turns) {
                candidates[each.place].load().turn(each);
            }
        }
    }

    /** A copy of a schedule, of which no candidate knows. */
    private RoundRobinChooser(RoundRobinChooser other) {
        synchronized (other) {
            this.earliestFirst = new Turn[other.earliestFirst.length];
            for (int i = 0; i < earliestFirst.length; i++) {
                earliestFirst[i] = new Turn(this, other.earliestFirst[i]);
            }
        }
    }

    @Override
    public Chooser looking() {
        return new RoundRobinChooser(this);
    }

    @Override
    public synchronized int choose(long key, int turn, @Nullable Set<String> tried, long nowNanos) {
        Turn first = earliestFirst[0];
        virtual = first.due;
        first.due += first.interval;
        sink(0);
        return first.place;
    }

    /** Puts the turn that stands there in its place below. */
    private void sink(int from) {
        Turn sinking = earliestFirst[from];
        int at = from;
        int half = earliestFirst.length >>> 1;
        while (at < half) {
            int child = 2 * at + 1;
            int right = child + 1;
            if (right < earliestFirst.length && isBefore(earliestFirst[right], earliestFirst[child])) {
                child = right;
            }
            if (!isBefore(earliestFirst[child], sinking)) {
                break;
            }
            earliestFirst[at] = earliestFirst[child];
            at = child;
        }
        earliestFirst[at] = sinking;
    }

    private static boolean isBefore(Turn one, Turn other) {
        return one.due - other.due < 0;
    }
}
