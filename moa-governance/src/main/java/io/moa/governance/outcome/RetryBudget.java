package io.moa.governance.outcome;

import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.LongAdder;

/**
 * How many calls of one client to one service may be sent again: a share of those that were sent in the last seconds, so that a
 * service which fails is not also given twice or three times the calls. Attempts that were never sent cost nobody anything, and are not
 * counted. Of those whose connection broke as many are sent again as were made: a server that died with hundreds of calls does none of
 * them any more. Hedges, second attempts beside the first, have a share of their own.
 *
 * <p>A call costs one increment of a striped counter; only a retry looks at the sum. Safe for many threads.
 *
 * <p>Source: the retry budget of Finagle's clients, described in its user's guide: a share of the calls, a few for those who call
 * rarely, and nothing that is saved up for long.
 */
public final class RetryBudget {

    /** The share that may be sent again if nothing else is said: 10 of a hundred. */
    public static final int DEFAULT_PERCENT = 10;

    /** So many may be sent again within the window in any case, so that who calls rarely is helped too. */
    public static final int FLOOR = 10;

    /** What counts: the last ten seconds. */
    private static final int SECONDS = 10;

    private static final long SECOND_NANOS = 1_000_000_000L;
    private static final int PLACES = SECONDS + 1; // one is being filled

    private final int percent;
    private final LongAdder[] calls = new LongAdder[PLACES];
    private final AtomicLongArray retries = new AtomicLongArray(PLACES);
    private final AtomicLongArray hedges = new AtomicLongArray(PLACES);
    private final AtomicLongArray seconds = new AtomicLongArray(PLACES); // which second a place is of, plus 1

    /**
     * Nothing was called yet.
     *
     * @param percent so many of a hundred calls may be sent again; 0 for none but {@link #FLOOR}; 0 to 100
     */
    public RetryBudget(int percent) {
        if (percent < 0 || percent > 100) {
            throw new IllegalArgumentException("A retry budget is 0 to 100 percent, not " + percent);
        }
        this.percent = percent;
        for (int i = 0; i < PLACES; i++) {
            calls[i] = new LongAdder();
        }
    }

    /** A call is made for the first time. */
    public void called(long nowNanos) {
        calls[place(nowNanos)].increment();
    }

    /** Whether a call that a server has failed may be sent again now; if so, that is counted. */
    public boolean takeFailed(long nowNanos) {
        return take(retries, nowNanos, percent);
    }

    /**
     * As {@link #takeFailed(long)}, where a method says another share: 0 to 100, and 0 for none at all.
     */
    public boolean takeFailed(long nowNanos, int share) {
        return share > 0 && take(retries, nowNanos, share);
    }

    /** Whether a call whose connection broke may be sent again now; if so, that is counted. */
    public boolean takeLost(long nowNanos) {
        return take(retries, nowNanos, 100);
    }

    /**
     * Whether a call that takes long may have a second attempt now; if so, that is counted.
     *
     * @param share so many of a hundred calls may be hedged, and {@link #FLOOR} in any case
     */
    public boolean takeHedge(long nowNanos, int share) {
        return take(hedges, nowNanos, share);
    }

    /**
     * Whether a call that waits for a silent server may have a second attempt now; if so, that is counted. As many as were made: such a
     * server does none of them.
     */
    public boolean takeSilent(long nowNanos) {
        return take(hedges, nowNanos, 100);
    }

    private boolean take(AtomicLongArray repeats, long nowNanos, int share) {
        int now = place(nowNanos);
        long second = seconds.get(now);
        long called = 0;
        long repeated = 0;
        for (int i = 0; i < PLACES; i++) {
            if (second - seconds.get(i) <= SECONDS && seconds.get(i) != 0) {
                called += calls[i].sum();
                repeated += repeats.get(i);
            }
        }
        if (repeated >= FLOOR && (repeated + 1) * 100 > called * share) {
            return false;
        }
        repeats.incrementAndGet(now); // some threads at once may be let pass by one too many
        return true;
    }

    /** The place of the present second, cleared by the first who comes in it. */
    private int place(long nowNanos) {
        long second = Math.floorDiv(nowNanos, SECOND_NANOS) + 1;
        int place = (int) Math.floorMod(second, (long) PLACES);
        long before = seconds.get(place);
        if (before != second && (before == 0 || second - before > 0) && seconds.compareAndSet(place, before, second)) {
            calls[place].reset();
            retries.set(place, 0);
            hedges.set(place, 0);
        }
        return place;
    }
}
