package io.moa.governance.outcome;

import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * How many calls of one client to one service may be sent again: a share of those that were sent in the last seconds, so that a
 * service which fails is not also given twice or three times the calls. Attempts that were never sent cost nobody anything, and are not
 * counted. Of those whose connection broke as many are sent again as were made: a server that died with hundreds of calls does none of
 * them any more. Hedges, second attempts beside the first, have a share of their own.
 *
 * <p>A call costs one increment of a striped counter; only a retry looks at the sum, and takes a lock, so that however many threads retry at once,
 * no more is spent than there is. Safe for many threads.
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

    /** What was sent in one second. Another one takes its place and nothing is cleared, so that nothing is forgotten that comes meanwhile. */
    private static final class Second {
        private final long number;
        private final LongAdder calls = new LongAdder();
        private long retries; // guarded by the budget
        private long hedges; // guarded by the budget

        Second(long number) {
            this.number = number;
        }
    }

    private final int percent;
    private final AtomicReferenceArray<@Nullable Second> seconds = new AtomicReferenceArray<>(PLACES);

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
    }

    /** A call is made for the first time. */
    public void called(long nowNanos) {
        present(nowNanos).calls.increment();
    }

    /** Whether a call that a server has failed may be sent again now; if so, that is counted. */
    public boolean takeFailed(long nowNanos) {
        return take(false, nowNanos, percent);
    }

    /**
     * As {@link #takeFailed(long)}, where a method says another share: 0 to 100, and 0 for none at all.
     */
    public boolean takeFailed(long nowNanos, int share) {
        return share > 0 && take(false, nowNanos, share);
    }

    /** Whether a call whose connection broke may be sent again now; if so, that is counted. */
    public boolean takeLost(long nowNanos) {
        return take(false, nowNanos, 100);
    }

    /**
     * Whether a call that takes long may have a second attempt now; if so, that is counted.
     *
     * @param share so many of a hundred calls may be hedged, and {@link #FLOOR} in any case
     */
    public boolean takeHedge(long nowNanos, int share) {
        return take(true, nowNanos, share);
    }

    /**
     * Whether a call that waits for a silent server may have a second attempt now; if so, that is counted. As many as were made: such a
     * server does none of them.
     */
    public boolean takeSilent(long nowNanos) {
        return take(true, nowNanos, 100);
    }

    private synchronized boolean take(boolean hedge, long nowNanos, int share) {
        Second now = present(nowNanos);
        long called = 0;
        long repeated = 0;
        for (int i = 0; i < PLACES; i++) {
            Second each = seconds.get(i);
            if (each != null && now.number - each.number <= SECONDS) {
                called += each.calls.sum();
                repeated += hedge ? each.hedges : each.retries;
            }
        }
        if (repeated >= FLOOR && (repeated + 1) * 100 > called * share) {
            return false;
        }
        if (hedge) {
            now.hedges++;
        } else {
            now.retries++;
        }
        return true;
    }

    /** The present second, or a later one of which another thread knows already. */
    private Second present(long nowNanos) {
        long number = Math.floorDiv(nowNanos, SECOND_NANOS);
        int place = (int) Math.floorMod(number, (long) PLACES);
        Second before = seconds.get(place);
        while (before == null || before.number < number) {
            Second next = new Second(number);
            if (seconds.compareAndSet(place, before, next)) {
                return next;
            }
            before = seconds.get(place);
        }
        return before;
    }
}
