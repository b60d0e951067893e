package io.moa.governance.gate;

/** A {@linkplain BucketMeter bucket} of which a call takes up to three tokens while it is cold. A short lock for each call. */
final class WarmingMeter implements Meter {

    // Guarded by this.
    private final Warmth warmth;
    private long fullAt;
    private long latest; // moment that was seen: threads may come with an earlier one

    WarmingMeter() {
        this(new Warmth());
    }

    private WarmingMeter(Warmth warmth) {
        this.warmth = warmth;
    }

    @Override
    public synchronized long take(Rate rate, long now, long mostWait) {
        latest = Math.max(latest, now);
        long begin = Math.max(fullAt, latest);
        long turn = Math.max(latest, begin - rate.ahead());
        if (turn - latest > mostWait) {
            return ~turn;
        }
        fullAt = begin + (long) (warmth.cost(rate, latest) * rate.interval());
        warmth.spend(rate, latest);
        return turn;
    }

    @Override
    public synchronized long next(Rate rate, long now) {
        return Math.max(now, fullAt - rate.ahead());
    }

    @Override
    public synchronized void changed(Rate rate, long now) {
        fullAt = Math.min(fullAt, now + rate.mostWait() + rate.ahead() + 3 * rate.interval());
    }

    @Override
    public synchronized long untilFree(long now) {
        return Math.max(0, fullAt - now);
    }

    @Override
    public synchronized void owe(Rate rate, long now, long untilFree) {
        fullAt = now + Math.min(untilFree, rate.ahead() + rate.interval());
    }

    @Override
    public synchronized Meter copy() {
        WarmingMeter copy = new WarmingMeter(warmth.copy());
        copy.fullAt = fullAt;
        copy.latest = latest;
        return copy;
    }
}
