package io.moa.governance.gate;

import org.jspecify.annotations.Nullable;

/**
 * Never more than so many calls in any second, wherever it begins; the end of a second belongs to the next one.
 *
 * <p>It remembers at most {@value #GROUPS} moments, however high the limit is. Up to as many calls in a second each has its own moment, and
 * the limit is exact. Beyond, calls are told apart in groups of so many as a {@value #GROUPS}th of the limit, each with the moment of its latest
 * call: never one call too many, and up to about two in a hundred fewer.
 *
 * <p>A short lock for each call.
 */
final class WindowMeter implements Meter {

    static final int GROUPS = 128;

    // Guarded by this. Groups in a ring, the oldest first; moments never decrease.
    private final long[] moments = new long[GROUPS];
    private final int[] counts = new int[GROUPS];
    private final @Nullable Warmth warmth;
    private int first;
    private int groups;
    private long total; // in all groups
    private long latest; // moment that was seen: threads may come with an earlier one

    /**
     * None counted.
     *
     * @param warmth null for a limit that is whole at once
     */
    WindowMeter(@Nullable Warmth warmth) {
        this.warmth = warmth;
    }

    @Override
    public synchronized long take(Rate rate, long now, long mostWait) {
        latest = Math.max(latest, now);
        long turn = turn(rate, latest);
        if (turn - latest > mostWait) {
            return ~turn;
        }
        while (groups > 0 && moments[first] <= turn - Rate.SECOND) {
            total -= counts[first];
            first = at(1);
            groups--;
        }
        add(rate, turn);
        if (warmth != null) {
            warmth.spend(rate, latest);
        }
        return turn;
    }

    @Override
    public synchronized long next(Rate rate, long now) {
        return turn(rate, Math.max(latest, now));
    }

    /** When fewer than the limit are left in the second before. */
    private long turn(Rate rate, long now) {
        long limit =
                warmth == null ? rate.perSecond() : Math.max(1, (long) (rate.perSecond() / warmth.cost(rate, now)));
        long turn = groups == 0 ? now : Math.max(now, moments[at(groups - 1)]);
        long left = total;
        for (int i = 0; i < groups && (left >= limit || moments[at(i)] <= turn - Rate.SECOND); i++) {
            left -= counts[at(i)];
            turn = Math.max(turn, moments[at(i)] + Rate.SECOND);
        }
        return turn;
    }

    private void add(Rate rate, long turn) {
        int size = (rate.perSecond() + GROUPS - 1) / GROUPS;
        if (groups > 0 && counts[at(groups - 1)] < size) {
            moments[at(groups - 1)] = turn;
            counts[at(groups - 1)]++;
        } else {
            if (groups == GROUPS) {
                join();
            }
            moments[at(groups)] = turn;
            counts[at(groups)] = 1;
            groups++;
        }
        total++;
    }

    /** The two oldest groups become one with the later moment: after a change of the limit their sizes differ. */
    private void join() {
        counts[at(1)] += counts[first];
        first = at(1);
        groups--;
    }

    private int at(int place) {
        return (first + place) % GROUPS;
    }

    @Override
    public synchronized long untilFree(long now) {
        return groups == 0 ? 0 : Math.max(0, moments[at(groups - 1)] + Rate.SECOND - now);
    }

    /** As if all that may be used was used at once, at the latest moment that there was: never one call too many, and perhaps some fewer. */
    @Override
    public synchronized void owe(Rate rate, long now, long untilFree) {
        first = 0;
        groups = untilFree == 0 ? 0 : 1;
        total = untilFree == 0 ? 0 : rate.perSecond();
        moments[0] = now + Math.min(untilFree, Rate.SECOND) - Rate.SECOND;
        counts[0] = rate.perSecond();
    }

    @Override
    public synchronized Meter copy() {
        WindowMeter copy = new WindowMeter(warmth == null ? null : warmth.copy());
        System.arraycopy(moments, 0, copy.moments, 0, GROUPS);
        System.arraycopy(counts, 0, copy.counts, 0, GROUPS);
        copy.first = first;
        copy.groups = groups;
        copy.total = total;
        copy.latest = latest;
        return copy;
    }
}
