package io.moa.governance.gate;

import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/**
 * The turns of calls that are counted together. One that is given back before it has come is the next call's, which so comes before those who
 * already wait; nobody who waits is told of another turn. Safe for many threads; without turns that were given back it takes no lock of its own.
 */
final class Turns {

    private final Meter meter;
    private volatile @Nullable PriorityQueue<Long> givenBack; // written and used under the lock; null if there are none

    Turns(Meter meter) {
        this.meter = meter;
    }

    /** As {@link Meter#take}. */
    long take(Rate rate, long now, long mostWait) {
        if (givenBack != null) {
            long turn = takeBack(now, mostWait);
            if (turn >= 0) {
                return turn;
            }
        }
        return meter.take(rate, now, mostWait);
    }

    private synchronized long takeBack(long now, long mostWait) {
        PriorityQueue<Long> left = givenBack;
        while (left != null && !left.isEmpty() && left.element() < now) {
            left.remove(); // nobody can use it any more
        }
        if (left == null || left.isEmpty()) {
            givenBack = null;
            return -1;
        }
        return left.element() - now > mostWait ? -1 : left.remove();
    }

    /** A turn that was taken is not used. */
    synchronized void giveBack(long turn) {
        PriorityQueue<Long> more = givenBack;
        if (more == null) {
            more = new PriorityQueue<>();
        }
        more.add(turn);
        givenBack = more;
    }

    /** As {@link Meter#next}. */
    synchronized long next(Rate rate, long now) {
        long next = meter.next(rate, now);
        PriorityQueue<Long> left = givenBack;
        if (left != null) {
            for (long turn : left) {
                next = turn >= now ? Math.min(next, turn) : next;
            }
        }
        return next;
    }

    /** As {@link Meter#changed}. */
    void changed(Rate rate, long now) {
        meter.changed(rate, now);
    }

    /** As {@link Meter#untilFree}. */
    long untilFree(long now) {
        return meter.untilFree(now);
    }

    /** As {@link Meter#owe}. */
    void owe(Rate rate, long now, long untilFree) {
        meter.owe(rate, now, untilFree);
    }

    /** One that has counted the same and goes on by itself. */
    Turns copy() {
        return new Turns(meter.copy());
    }
}
